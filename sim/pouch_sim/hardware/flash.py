"""A band's NOR flash as the simulator holds it: an image file that outlives every power cut.

The rules of NOR (bits are cleared by a program and set by an erase) are kept by the block device
inside the band, `vm/shadow/flashdev.py`; here are the image, its geometry and its wear.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ERASE_BLOCK_BYTES = 4096

# The part of the 4 MB flash of an ESP32-C3 board that MicroPython gives to the file system.
FLASH_BYTES = 2 * 1024 * 1024

_BLANK = b"\xff"


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

    Raises:
        ValueError: the size is not whole blocks, or the file has another size.
    """

    def __init__(self, path: Path, size_bytes: int = FLASH_BYTES) -> None:
        if size_bytes <= 0 or size_bytes % ERASE_BLOCK_BYTES:
            raise ValueError(f"flash of {size_bytes} bytes is not whole erase blocks")
        self.path = path
        self.size_bytes = size_bytes
        self.cut_at_operation = 0
        self._before_boot = Wear()
        self._since_boot = Wear()
        if not path.exists():
            path.write_bytes(_BLANK * size_bytes)
        elif path.stat().st_size != size_bytes:
            raise ValueError(f"{path} is {path.stat().st_size} bytes, not {size_bytes}")

    @property
    def wear(self) -> Wear:
        """Wear up to the last time the band went to sleep."""
        before, since = self._before_boot, self._since_boot
        return Wear(
            before.programs + since.programs,
            before.erases + since.erases,
            before.programmed_bytes + since.programmed_bytes,
        )

    def booted(self) -> None:
        """Start counting a new boot: the band's own counters begin at zero again."""
        self._before_boot = self.wear
        self._since_boot = Wear()

    def counted(self, programs: int, erases: int, programmed_bytes: int) -> None:
        """Take the band's counters since boot."""
        since = self._since_boot
        since.programs, since.erases, since.programmed_bytes = programs, erases, programmed_bytes

    def snapshot(self) -> bytes:
        """Return all bytes of the part."""
        return self.path.read_bytes()
