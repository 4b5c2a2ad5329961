"""A lithium-ion cell: charge in, charge out, and the voltage that a load leaves of it.

Voltage and resistance by charge are the functions that Chen and Rincon-Mora fitted to polymer
lithium-ion cells of 850 mAh ("Accurate electrical battery model capable of predicting runtime and
I-V performance", IEEE Transactions on Energy Conversion 21, 2006), for a cell that was charged to
4.1 V. Ours is charged to 4.2 V, where the same function has 9 % more in it. A smaller cell has so
much more resistance, and every cell that may come near a child has a protection circuit in line.

Charge is whole femtocoulombs: however it is taken, in pieces or at once, the sum is the same. The
cell has no temperature, no age, and does not discharge by itself (2 % a month).
"""

from __future__ import annotations

import math

_FEMTOCOULOMBS_PER_MAH = 3_600_000_000_000_000
_PERCENT = 100
_PERMILLE = 1000
_MV_PER_V = 1000
_MV_PER_OHM_NA = 1e-6

# Full by this model's own scale, whose 1.0 is 4.10 V.
_FULL = 1.09
_FITTED_MAH = 850
# Two MOSFETs of 25 mOhm, typical of the usual protection circuit, not from one data sheet.
_PROTECTION_OHM = 0.05

# The XIAO's charger: constant current, then constant voltage (docs/BAND.md).
_CHARGER_NA = 370_000_000
_CHARGER_MV = 4_200
# How long the current counts as constant while it charges; much shorter than its decay.
_CHARGING_STEP_US = 10_000_000


class Cell:
    """One cell.

    Args:
        capacity_mah: from 4.2 V down to empty.
        percent: charge at first, 0 to 100.

    Raises:
        ValueError: a capacity or a charge that no cell has.
    """

    def __init__(self, capacity_mah: int = 400, *, percent: int = 100) -> None:
        if capacity_mah <= 0 or not 0 <= percent <= _PERCENT:
            raise ValueError(f"a cell of {capacity_mah} mAh, charged to {percent} %")
        self.capacity_fc = capacity_mah * _FEMTOCOULOMBS_PER_MAH
        self.held_fc = self.capacity_fc * percent // _PERCENT
        self._scale = _FITTED_MAH / capacity_mah

    @property
    def permille(self) -> int:
        """Charge left, 0 to 1000."""
        return self.held_fc * _PERMILLE // self.capacity_fc

    def rest_mv(self) -> int:
        """Return the voltage without a load, millivolts."""
        share = self._share()
        curve_v = 3.685 + 0.2156 * share - 0.1178 * share**2 + 0.3201 * share**3
        return round((curve_v - 1.031 * math.exp(-35 * share)) * _MV_PER_V)

    def loaded_mv(self, load_na: int) -> int:
        """Return the voltage that a load leaves after some seconds, millivolts.

        Args:
            load_na: what is drawn, nanoamperes.
        """
        return self.rest_mv() - round(load_na * self._resistance_ohm() * _MV_PER_OHM_NA)

    def drain(self, charge_fc: int) -> None:
        """Take charge out; an empty cell gives no more.

        Args:
            charge_fc: femtocoulombs.
        """
        self.held_fc = max(0, self.held_fc - charge_fc)

    def charge(self, duration_us: int) -> None:
        """Let the charger work on it.

        Args:
            duration_us: for how long.
        """
        while duration_us > 0 and self.held_fc < self.capacity_fc:
            step_us = min(duration_us, _CHARGING_STEP_US)
            duration_us -= step_us
            self.held_fc = min(self.capacity_fc, self.held_fc + self._charging_na() * step_us)

    def _charging_na(self) -> int:
        room_mv = max(1, _CHARGER_MV - self.rest_mv())
        return min(_CHARGER_NA, int(room_mv / self._resistance_ohm() / _MV_PER_OHM_NA))

    def _resistance_ohm(self) -> float:
        # The model's series resistance and that of its fast transient, which is over in seconds.
        share = self._share()
        series_ohm = 0.1562 * math.exp(-24.37 * share) + 0.07446
        fast_ohm = 0.3208 * math.exp(-29.14 * share) + 0.04669
        return (series_ohm + fast_ohm) * self._scale + _PROTECTION_OHM

    def _share(self) -> float:
        return _FULL * self.held_fc / self.capacity_fc
