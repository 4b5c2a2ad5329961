"""The Bluetooth adapter of a simulated host."""

from __future__ import annotations

import asyncio
import random
import uuid

from bumble import core, hci
from bumble.device import Connection, Device

from pouch_sim.radio import stack
from pouch_sim.radio.host_settings import HostSettings
from pouch_sim.radio.link import RadioLink


def uuid_text(value: core.UUID) -> str:
    """Return a UUID as bleak writes it: 128 bits, lower case, most significant digit first."""
    return str(uuid.UUID(bytes=value.to_bytes(force_128=True)[::-1]))


class Adapter:
    """Scans for any number of scanners, and waits for one connection at a time.

    Args:
        name: for messages.
        address: its random static address.
        air: the link.
        settings: how its host behaves.
        rng: draws the faults of its host.

    Attributes:
        settings: how its host behaves.
        rng: draws the faults of its host.
    """

    def __init__(
        self,
        name: str,
        address: hci.Address,
        air: RadioLink,
        settings: HostSettings,
        rng: random.Random,
    ) -> None:
        self.settings = settings
        self.rng = rng
        self._name = name
        self._address = address
        self._air = air
        self._device: Device | None = None
        self._powering = asyncio.Lock()
        # A controller waits for one advertiser at a time; BlueZ and every dongle queue the rest.
        self._connecting = asyncio.Lock()
        self._scanner_count = 0
        self._dead_scans = 0

    @property
    def is_deaf(self) -> bool:
        """Whether its scan has died without a word."""
        return self._dead_scans > 0

    def let_scans_die(self, count: int) -> None:
        """Let the scan that runs hear nothing any more, as BlueZ's do at times.

        Args:
            count: of scans, this one included; the one after them hears again.
        """
        self._dead_scans = count

    async def device(self) -> Device:
        """Return the host stack, powered on at its first use."""
        async with self._powering:
            if self._device is None:
                self._device, _ = await stack.power_on(self._name, self._address, self._air)
            return self._device

    async def start_scanning(self, *, active: bool) -> None:
        """Add a scanner; the first one switches scanning on."""
        self._scanner_count += 1
        if self._scanner_count == 1:
            device = await self.device()
            await device.start_scanning(legacy=True, active=active, filter_duplicates=False)

    async def stop_scanning(self) -> None:
        """Remove a scanner; the last one switches scanning off."""
        self._scanner_count -= 1
        if self._scanner_count == 0:
            device = await self.device()
            await device.stop_scanning(legacy=True)
            self._dead_scans = max(0, self._dead_scans - 1)

    async def connect(self, address: hci.Address, timeout_s: float) -> Connection:
        """Return a connection to the device at `address`.

        Raises:
            TimeoutError: it was not heard in time.
            core.BaseBumbleError: the controller refused.
        """
        async with self._connecting:
            device = await self.device()
            # Bumble leaves the controller waiting when its caller is cancelled, and asserts when
            # the peer then turns up: so it is never cancelled, only told to stop.
            attempt = asyncio.ensure_future(device.connect_le(address, timeout=timeout_s))
            try:
                return await asyncio.shield(attempt)
            except core.TimeoutError as error:
                raise TimeoutError(f"no connection within {timeout_s} s") from error
            except asyncio.CancelledError:
                await self._give_up(device, attempt)
                raise

    async def _give_up(self, device: Device, attempt: asyncio.Future[Connection]) -> None:
        await device.cancel_connection()
        try:
            connection = await attempt
        except core.BaseBumbleError:
            return
        await connection.disconnect()
