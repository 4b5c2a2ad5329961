"""What goes wrong between a host's radio and its program: BlueZ and D-Bus, not the air."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

MTU_LONGEST = 517

_BITS_PER_BYTE = 8
# A value that waits for its neighbour goes alone after this time.
_NEIGHBOUR_S = 0.1


@dataclass
class HostSettings:
    """How a host's Bluetooth behaves. May be changed while the simulation runs.

    The chances, each 0 to 1, are for every value that a band notifies or indicates; the radio
    itself lost nothing of it.

    Attributes:
        mtu: the MTU that it asks for when it connects; None asks for none.
        duplicate: chance that a value is told twice.
        drop: chance that it is never told.
        swap: chance that it is told after the next one.
        flip: chance that one of its bits is another one.
        hang_up_after: values after which a connection is closed; None for never.
    """

    mtu: int | None = MTU_LONGEST
    duplicate: float = 0.0
    drop: float = 0.0
    swap: float = 0.0
    flip: float = 0.0
    hang_up_after: int | None = None


class Telling:
    """Tells the values of one connection to who subscribed, with the faults of its host.

    Args:
        settings: how the host behaves.
        rng: draws its faults.
        hang_up: closes the connection.
    """

    def __init__(
        self, settings: HostSettings, rng: random.Random, hang_up: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._rng = rng
        self._hang_up = hang_up
        self._count = 0
        self._held: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def end(self) -> None:
        """Drop what is still held: the connection is gone."""
        self._held = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def take(self, value: bytes, callback: Callable[[bytearray], None]) -> None:
        """Take a value that came over the air."""
        settings = self._settings
        self._count += 1
        if not self._happens(settings.drop):
            if self._happens(settings.flip) and value:
                value = self._flipped(value)

            def tell(value: bytes = value) -> None:
                callback(bytearray(value))

            if self._held is None and self._happens(settings.swap):
                self._hold(tell)
            else:
                tell()
                if self._happens(settings.duplicate):
                    tell()
                self._release()
        if settings.hang_up_after is not None and self._count == settings.hang_up_after:
            self._hang_up()

    def _happens(self, chance: float) -> bool:
        # Nothing is drawn for what cannot be: one fault more leaves the others where they were.
        return chance > 0 and self._rng.random() < chance

    def _flipped(self, value: bytes) -> bytes:
        bit = self._rng.randrange(len(value) * _BITS_PER_BYTE)
        changed = bytearray(value)
        changed[bit // _BITS_PER_BYTE] ^= 1 << bit % _BITS_PER_BYTE
        return bytes(changed)

    def _hold(self, tell: Callable[[], None]) -> None:
        self._held = tell
        self._timer = asyncio.get_running_loop().call_later(_NEIGHBOUR_S, self._release)

    def _release(self) -> None:
        held = self._held
        self.end()
        if held is not None:
            held()
