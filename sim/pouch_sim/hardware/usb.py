"""The USB port of a band, from the side of the computer that it is plugged into."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Callable

from pouch_sim.loop import VirtualLoop
from pouch_sim.vm.shadow.opcodes import USB_IN

# What a full-speed port carries with one packet on its way at a time, an estimate: 100 kB/s.
_PACKET_BYTES = 64
_PACKET_US = 640
_BYTE_US = 10

# A write that no computer takes blocks once and is then thrown away, as the board's next ones
# (ports/esp32/usb_serial_jtag.c).
_FIFO_BYTES = 64
_WRITE_TIMEOUT_US = 200_000

_CTRL_C = 3
_KEY_MAX = 127


class UsbPort:
    """A cable that can be plugged in, and a serial port on it that a program can open.

    It outlives resets, as the port of an ESP32-C3 does. Bytes on their way to a band that is off
    or asleep are lost.

    Args:
        loop: the simulation's.
        post: sends an event to the band's firmware, if it runs.
        asleep: tells whether the band is in light sleep, in which the port has no clock.

    Attributes:
        plugged: whether the cable is in.
        opened: whether a program has the port open.
        interrupt_key: byte that stops the firmware, as it asked for; none beyond 127.
    """

    def __init__(
        self,
        loop: VirtualLoop,
        post: Callable[[int, bytes], None],
        asleep: Callable[[], bool],
    ) -> None:
        self._loop = loop
        self._post = post
        self._asleep = asleep
        self.plugged = False
        self.opened = False
        self._to_band: deque[bytes] = deque()
        self._sending: asyncio.TimerHandle | None = None
        self._from_band: deque[tuple[int, bytes]] = deque()
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self.booted()

    def booted(self) -> None:
        """Serve a firmware that was just started."""
        self.interrupt_key = _CTRL_C
        # Whether the last write of the band got through, and what is in its FIFO.
        self._connected = True
        self._fifo_bytes = 0

    def plug(self) -> None:
        """Put the cable in."""
        self.plugged = True
        # The band sees it; there is nothing to read.
        self._post(USB_IN, b"\x00")

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
        self._connected = True
        self._fifo_bytes = 0

    def close(self) -> None:
        """Close the port; harmless when it is closed."""
        self.opened = False
        self.forget()
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

    def take(self, data: bytes, true_us: int) -> int:
        """Take what the band writes at a true time; return the microseconds that it spends."""
        if self.opened:
            spent_us = len(data) * _BYTE_US
            self._from_band.append((true_us + spent_us, data))
            self._loop.call_at_us(true_us + spent_us, self._arrive)
            return spent_us
        self._fifo_bytes += len(data)
        if self._fifo_bytes <= _FIFO_BYTES or not self._connected:
            return 0
        self._connected = False
        return _WRITE_TIMEOUT_US

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
        data = self._to_band.popleft()
        if not self._asleep():
            # None at all is -1, which is 255 on its way here.
            key = bytes((self.interrupt_key,)) if self.interrupt_key <= _KEY_MAX else b""
            struck = bool(key) and key in data
            self._post(USB_IN, bytes((struck,)) + (data.replace(key, b"") if struck else data))
        self._send_later()

    def _arrive(self) -> None:
        while self._from_band and self._from_band[0][0] <= self._loop.now_us:
            _, payload = self._from_band.popleft()
            if self.opened:
                self._received += payload
                self._arrived.set()
