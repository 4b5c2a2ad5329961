"""What a band lives on: its cell, emptied by the charge account and filled by a charger."""

from __future__ import annotations

from .battery import Cell
from .charge import ChargeAccount

# Of a band whose battery is not simulated.
_CONSTANT_MV = 3_900
# A cell below this loses the band: the chip needs 3.0 V (ESP32-C3 data sheet, recommended
# operating conditions), and the regulator some 50 mV more at 100 mA.
BROWN_OUT_MV = 3_050


class Supply:
    """The cell of one band, brought up to date whenever somebody asks.

    Args:
        account: says what the band drew so far.
        cell: its cell, or None for a voltage that never falls.
    """

    def __init__(self, account: ChargeAccount, cell: Cell | None) -> None:
        self._account = account
        self._cell = cell
        self._charging = False
        # What the account said when the cell was last brought up to date, and when that was.
        self._taken_fc = 0
        self._settled_us = 0

    def settle(self, now_us: int) -> None:
        """Take what was drawn up to a true time; while it is charged the charger gives that."""
        if self._cell is None:
            return
        drawn_fc = self._account.charge_fc(now_us)
        if self._charging:
            self._cell.charge(now_us - self._settled_us)
        else:
            self._cell.drain(max(0, drawn_fc - self._taken_fc))
        self._taken_fc = max(self._taken_fc, drawn_fc)
        self._settled_us = max(self._settled_us, now_us)

    def plug(self, charging: bool, now_us: int) -> None:
        """Put the charger's cable in or pull it, at a true time."""
        self.settle(now_us)
        self._charging = charging

    def battery_mv(self, now_us: int) -> int:
        """Return the cell's voltage under what the band draws at a true time, millivolts."""
        if self._cell is None:
            return _CONSTANT_MV
        self.settle(now_us)
        return self._cell.loaded_mv(0 if self._charging else self._account.load_na())

    def too_weak(self, now_us: int) -> bool:
        """Tell whether the band loses its power at a true time: at the worst of its loads."""
        if self._cell is None:
            return False
        self.settle(now_us)
        peak_na = self._account.load_na(peak=True)
        return not self._charging and self._cell.loaded_mv(peak_na) < BROWN_OUT_MV
