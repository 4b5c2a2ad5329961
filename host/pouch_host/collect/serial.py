"""Serial ports of this machine, with pyserial. The only file that knows it.

pyserial reads by blocking, and its asyncio package does not do so on Windows: so one thread reads
and hands what comes to the event loop.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import serial
from serial.tools import list_ports

from .link import LinkError, LinkFailure

# USB has no bits per second; a number must be given all the same.
_BAUD = 115_200
# How soon the reading thread notices that it is to end.
_READ_TIMEOUT_S = 0.1
# A band that stands still for so long is not there.
_WRITE_TIMEOUT_S = 5.0
# Whose USB port a board has: Espressif's is part of the ESP32-C3, Raspberry Pi's number is what
# MicroPython gives a Pico W (ports/rp2/mpconfigport.h).
_BOARD_OF_VENDOR = {0x303A: "xiao_esp32c3", 0x2E8A: "pico_w"}


def board_ports() -> dict[str, str]:
    """Return the ports here that look like a band's board: name of the port, name of the board."""
    boards = {
        port.device: _BOARD_OF_VENDOR[port.vid]
        for port in list_ports.comports()
        if port.vid in _BOARD_OF_VENDOR
    }
    return dict(sorted(boards.items()))


class SerialPort:
    """An open port; see BytePort."""

    def __init__(self, opened: serial.Serial, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read.

        Args:
            opened: the port.
            loop: where the reader of the bytes lives.
        """
        self._serial = opened
        self._loop = loop
        self._queue: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._ending = False
        self._thread = threading.Thread(target=self._read_all, name="serial", daemon=True)
        self._thread.start()

    async def write(self, data: bytes) -> None:
        """Write all of it; see BytePort."""
        await self._loop.run_in_executor(None, self._serial.write, data)

    async def read(self) -> bytes:
        """Wait for bytes; see BytePort."""
        item = await self._queue.get()
        if isinstance(item, OSError):
            # For whoever asks next.
            self._queue.put_nowait(item)
            raise item
        return item

    def close(self) -> None:
        """End the thread and close the port."""
        self._ending = True
        self._thread.join()
        self._serial.close()

    def _read_all(self) -> None:
        try:
            while not self._ending:
                data = self._serial.read(max(1, self._serial.in_waiting))
                if data:
                    self._loop.call_soon_threadsafe(self._queue.put_nowait, bytes(data))
        except OSError as error:
            if not self._ending:
                self._loop.call_soon_threadsafe(self._queue.put_nowait, error)


@asynccontextmanager
async def open_port(name: str) -> AsyncIterator[SerialPort]:
    """Open a port for the length of a `with` block.

    Args:
        name: such as /dev/ttyACM0 or COM4.

    Raises:
        LinkError: there is no such port, or another program has it.
    """
    try:
        opened = serial.Serial(
            name,
            _BAUD,
            timeout=_READ_TIMEOUT_S,
            write_timeout=_WRITE_TIMEOUT_S,
            exclusive=True,
        )
    except (OSError, ValueError) as error:
        raise LinkError(LinkFailure.NOT_REACHED, f"{name}: {_reason(error)}") from error
    port = SerialPort(opened, asyncio.get_running_loop())
    try:
        yield port
    finally:
        port.close()


def _reason(error: Exception) -> str:
    """Return what to tell a person who named a port that cannot be opened."""
    text = str(error)
    if "exclusively lock" in text or "Access is denied" in text:
        return "another program has this port open: end it first"
    if getattr(error, "errno", None) == 13:  # noqa: PLR2004 - EACCES
        return "no permission: on Debian, add yourself to the group dialout and log in again"
    here = ", ".join(sorted(port.device for port in list_ports.comports())) or "none"
    return f"cannot be opened as a serial port (ports here: {here})"
