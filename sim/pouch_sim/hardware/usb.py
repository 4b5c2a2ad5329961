"""The USB port of a band, from the side of the computer that it is plugged into."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Callable

from pouch_sim.loop import VirtualLoop
from pouch_sim.vm import frames

# What a full-speed port carries with one packet on its way at a time, an estimate: 100 kB/s.
_PACKET_BYTES = 64
_PACKET_US = 640

_PRESENT = 1
_READING = 2


class UsbPort:
    """A cable that can be plugged in, and a serial port on it that a program can open.

    It outlives resets, as the port of an ESP32-C3 does. Bytes on their way to a band that is off
    or asleep are lost.

    Args:
        loop: the simulation's.
        post: sends an event to the band's firmware, if it runs.

    Attributes:
        plugged: whether the cable is in.
        opened: whether a program has the port open.
    """

    def __init__(self, loop: VirtualLoop, post: Callable[[int, bytes], None]) -> None:
        self._loop = loop
        self._post = post
        self.plugged = False
        self.opened = False
        self._to_band: deque[bytes] = deque()
        self._sending: asyncio.TimerHandle | None = None
        self._from_band: deque[tuple[int, bytes]] = deque()
        self._received = bytearray()
        self._arrived = asyncio.Event()

    def plug(self) -> None:
        """Put the cable in."""
        self.plugged = True
        self.tell()

    def unplug(self) -> None:
        """Pull the cable; a program that has the port open gets an error."""
        self.plugged = False
        self.close()

    def open(self) -> None:
        """Open the port: from now on what the band writes is taken.

        Raises:
            OSError: there is no port, or another program has it.
        """
        if not self.plugged:
            raise OSError(errno.ENOENT, "no such port: the cable is not in")
        if self.opened:
            raise OSError(errno.EBUSY, "the port is open already")
        self._received.clear()
        self.opened = True
        self.tell()

    def close(self) -> None:
        """Close the port; harmless when it is closed."""
        self.opened = False
        self.forget()
        self.tell()
        self._arrived.set()

    def write(self, data: bytes) -> None:
        """Send bytes to the band; they take their time.

        Raises:
            OSError: the port is not open.
        """
        self._check_open()
        for at in range(0, len(data), _PACKET_BYTES):
            self._to_band.append(data[at : at + _PACKET_BYTES])
        self._send_later()

    async def read(self) -> bytes:
        """Wait for bytes of the band and return all that have come.

        Raises:
            OSError: the port is not open any more.
        """
        while not self._received:
            self._check_open()
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._received)
        self._received.clear()
        return data

    def take(self, payload: bytes, true_us: int) -> None:
        """Take what the band wrote, which is there at a true time."""
        self._from_band.append((true_us, payload))
        self._loop.call_at_us(true_us, self._arrive)

    def tell(self) -> None:
        """Tell the band what it can see of the cable; also after each of its boots."""
        level = _PRESENT * self.plugged | _READING * self.opened
        self._post(frames.USB_PRESENT, bytes((level,)))

    def forget(self) -> None:
        """Lose what is on its way to the band: it is off, or the cable is."""
        self._to_band.clear()
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _check_open(self) -> None:
        if not self.opened:
            raise OSError(errno.EIO, "the port is gone")

    def _send_later(self) -> None:
        if self._sending is None and self._to_band:
            self._sending = self._loop.call_at_us(self._loop.now_us + _PACKET_US, self._send)

    def _send(self) -> None:
        self._sending = None
        self._post(frames.USB_IN, self._to_band.popleft())
        self._send_later()

    def _arrive(self) -> None:
        while self._from_band and self._from_band[0][0] <= self._loop.now_us:
            _, payload = self._from_band.popleft()
            if self.opened:
                self._received += payload
                self._arrived.set()
