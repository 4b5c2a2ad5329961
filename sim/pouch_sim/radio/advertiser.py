"""Legacy advertising of one controller, on its interval, and only while somebody listens.

Bumble's own sends the advertising data twice and the scan response never, takes an interval in
units of 0.625 ms for milliseconds, and runs its timer for ever: 600,000 useless timers a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from bumble import hci
from bumble.controller import LegacyAdvertiser
from bumble.device import AdvertisingType

if TYPE_CHECKING:
    from pouch_sim.radio.controller import SimController

# Core specification, vol 4 part E 7.8.5: the unit of the interval, and its lowest value, 20 ms.
_INTERVAL_UNIT_US = 625
_INTERVAL_US_MIN = 20_000

_CONNECTABLE = AdvertisingType.UNDIRECTED_CONNECTABLE_SCANNABLE


@dataclass(frozen=True)
class Advertisement:
    """What is heard of one advertising event.

    Attributes:
        address: the advertiser's address.
        connectable: whether it accepts a connection; then it also answers scan requests.
        data: advertising data.
        scan_response: sent to those who ask, that is active scanners.
    """

    address: hci.Address
    connectable: bool
    data: bytes
    scan_response: bytes


class PacedAdvertiser(LegacyAdvertiser):
    """Sends an advertisement every interval, counted from when advertising was switched on."""

    _start_us: int = 0

    @property
    def _sim(self) -> SimController:
        return cast("SimController", self.controller)

    @property
    def _interval_us(self) -> int:
        return max(self.advertising_interval_min * _INTERVAL_UNIT_US, _INTERVAL_US_MIN)

    def begin(
        self,
        kind: int,
        own_address_type: int,
        interval_us: int,
        data: bytes | None,
        scan_response: bytes | None,
    ) -> None:
        """Begin to advertise.

        Args:
            kind: Bumble's advertising type.
            own_address_type: whether from the controller's public address or its random one.
            interval_us: between two advertisements.
            data: advertising data; None keeps what there was.
            scan_response: the same for the scan response.
        """
        self.advertising_type = kind
        self.own_address_type = own_address_type
        self.advertising_interval_min = interval_us // _INTERVAL_UNIT_US
        if data is not None:
            self.advertising_data = data
        if scan_response is not None:
            self.scan_response_data = scan_response
        self.start()

    def forget(self) -> None:
        """Hold no data any more."""
        self.advertising_data = self.scan_response_data = b""

    def start(self) -> None:
        """Begin to advertise."""
        self.stop()
        self.enabled = True
        self._start_us = self._sim.air.loop.now_us
        self.timer_handle = self._sim.air.loop.call_soon(self._fire)

    def wake(self) -> None:
        """Somebody began to listen: go on at the next instant of the interval."""
        if self.enabled and self.timer_handle is None:
            loop = self._sim.air.loop
            interval_us = self._interval_us
            count = (loop.now_us - self._start_us) // interval_us + 1
            self.timer_handle = loop.call_at_us(self._start_us + count * interval_us, self._fire)

    def _fire(self) -> None:
        self.timer_handle = None
        air = self._sim.air
        if not (self.enabled and air.has_listener(self._sim)):
            return
        advertisement = Advertisement(
            address=self.address,
            connectable=self.advertising_type == _CONNECTABLE,
            data=bytes(self.advertising_data),
            scan_response=bytes(self.scan_response_data),
        )
        if not air.loses_packet():
            air.advertise(self._sim, advertisement)
        if self.enabled:
            self.wake()
