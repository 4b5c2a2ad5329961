"""A band's NOR flash: an image file that outlives every power cut. Refuses what NOR refuses.

A program can clear bits and never set one; only an erase sets them, 4 kB at a time. Power can be
cut in the middle of the n-th program or erase: the first half of the bytes is done, and the band
is gone. The band itself only reads the image (vm/shadow/sim/flash.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pouch_sim.errors import FlashMisuse

ERASE_BLOCK_BYTES = 4096

# The part of the 4 MB flash of an ESP32-C3 board that MicroPython gives to the file system.
FLASH_BYTES = 2 * 1024 * 1024

# The ESP32 port mounts littlefs with MicroPython's defaults, programs of whole 32 bytes; the part
# takes any number of bytes that lie in one of its pages.
_PROGRAM_BYTES = 32
_PAGE_BYTES = 256

# Typical times in the AC characteristics of a W25Q32JV: page program 0.4 ms, sector erase 45 ms.
PROGRAM_US = 400
ERASE_US = 45_000

_BLANK = b"\xff"
_BLANK_BLOCK = _BLANK * ERASE_BLOCK_BYTES
# littlefs keeps its root in two blocks and erases one of them at a time: looking at one only
# would take a cut in that erase for a blank part.
_ROOT_BYTES = 2 * ERASE_BLOCK_BYTES


class PowerCut(Exception):
    """Power was lost in an operation, as planned."""


@dataclass
class Wear:
    """What was done to a flash.

    Attributes:
        programs: pages programmed.
        erases: blocks erased.
        programmed_bytes: bytes programmed.
    """

    programs: int = 0
    erases: int = 0
    programmed_bytes: int = 0


class FlashImage:
    """One flash part: its bytes in a file, and its wear since the image was made or opened.

    Args:
        path: image file; made blank when it does not exist.
        size_bytes: size of the part, whole erase blocks.

    Attributes:
        cut_at_operation: program or erase that loses power in each boot from here on, counted
            from 1 since that boot; 0 for none.
        since_boot: wear since the firmware was started last.

    Raises:
        ValueError: the size is not whole blocks, or the file has another size.
    """

    def __init__(self, path: Path, size_bytes: int = FLASH_BYTES) -> None:
        if size_bytes <= 0 or size_bytes % ERASE_BLOCK_BYTES:
            raise ValueError(f"flash of {size_bytes} bytes is not whole erase blocks")
        self.path = path
        self.size_bytes = size_bytes
        self.cut_at_operation = 0
        self.since_boot = Wear()
        self._before_boot = Wear()
        self._file: BinaryIO | None = None
        # Operations left until power is cut; none are counted before the firmware runs.
        self._left = 0
        if not path.exists():
            path.write_bytes(_BLANK * size_bytes)
        elif path.stat().st_size != size_bytes:
            raise ValueError(f"{path} is {path.stat().st_size} bytes, not {size_bytes}")

    @property
    def wear(self) -> Wear:
        """Wear up to now, without what was done in the factory."""
        before, since = self._before_boot, self.since_boot
        return Wear(
            before.programs + since.programs,
            before.erases + since.erases,
            before.programmed_bytes + since.programmed_bytes,
        )

    @property
    def is_blank(self) -> bool:
        """Whether there was never a file system."""
        with self.path.open("rb") as file:
            return file.read(_ROOT_BYTES) == _BLANK * _ROOT_BYTES

    def power_on(self) -> None:
        """Be used by a band from here on; nothing is counted yet."""
        self.power_off()
        self._file = self.path.open("r+b", buffering=0)
        self._left = 0
        self._before_boot, self.since_boot = self.wear, Wear()

    def started(self) -> None:
        """Count from here on: the file system is there, and the firmware starts."""
        self.since_boot = Wear()
        self._left = self.cut_at_operation

    def power_off(self) -> None:
        """Be used by nobody; harmless when it is not."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def program(self, at: int, data: bytes) -> int:
        """Program bytes; return how long that takes, microseconds.

        Raises:
            FlashMisuse: a real part would not hold these bytes after it.
            PowerCut: power was lost meanwhile.
        """
        if at % _PROGRAM_BYTES or len(data) % _PROGRAM_BYTES:
            raise FlashMisuse(f"program of {len(data)} bytes at {at} is not whole units")
        start, pages = 0, 0
        while start < len(data):
            room = _PAGE_BYTES - (at + start) % _PAGE_BYTES
            self._program_page(at + start, data[start : start + room])
            start += room
            pages += 1
        return pages * PROGRAM_US

    def erase(self, block: int) -> int:
        """Erase a block; return how long that takes, microseconds.

        Raises:
            PowerCut: power was lost meanwhile.
        """
        self._write(block * ERASE_BLOCK_BYTES, _BLANK_BLOCK)
        self.since_boot.erases += 1
        return ERASE_US

    def snapshot(self) -> bytes:
        """Return all bytes of the part."""
        return self.path.read_bytes()

    def _program_page(self, at: int, data: bytes) -> None:
        assert self._file is not None
        self._file.seek(at)
        old = int.from_bytes(self._file.read(len(data)), "little")
        new = int.from_bytes(data, "little")
        if old & new != new:
            raise FlashMisuse(f"program at {at} sets a bit that only an erase can set")
        self._write(at, data)
        self.since_boot.programs += 1
        self.since_boot.programmed_bytes += len(data)

    def _write(self, at: int, data: bytes) -> None:
        assert self._file is not None
        self._file.seek(at)
        self._left -= 1
        if self._left == 0:
            self._file.write(data[: len(data) // 2])
            raise PowerCut
        self._file.write(data)
