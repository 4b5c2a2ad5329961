"""Runs in MicroPython: a littlefs on a block device in memory that can be copied and cut."""

import os

import vfs

BLOCK_BYTES = 4096
ROOT = "/ram"


class PowerCut(BaseException):
    """Power went at this operation. Not an Exception: no code under test may catch it."""


class RamFlash:
    """NOR flash: erased bytes are 0xFF; the n-th operation can be the last, half done.

    A dead flash ignores everything. Files that the code under test left open are closed by the
    garbage collector at some later time, with the heap locked: then nothing may be written and
    nothing may be allocated.
    """

    def __init__(self, blocks: int = 64, image: "bytes | None" = None) -> None:
        """Begin erased, or with the bytes of an earlier flash."""
        self.image = bytearray(image or b"\xff" * (blocks * BLOCK_BYTES))
        self.operations = 0
        self.cut_at = 0
        self.dead = False

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0) -> None:
        """Read."""
        if not self.dead:
            start = block * BLOCK_BYTES + offset
            buffer[:] = self.image[start : start + len(buffer)]

    def writeblocks(self, block: int, buffer: bytes, offset: int = 0) -> None:
        """Program; torn in the middle if the power goes."""
        if not self.dead:
            self._change(block * BLOCK_BYTES + offset, bytes(buffer))

    def ioctl(self, operation: int, argument: int) -> int:
        """Erase, or tell the geometry."""
        if self.dead:
            return 0
        if operation == 4:
            return len(self.image) // BLOCK_BYTES
        if operation == 5:
            return BLOCK_BYTES
        if operation == 6:
            self._change(argument * BLOCK_BYTES, b"\xff" * BLOCK_BYTES)
        return 0

    def _change(self, start: int, data: bytes) -> None:
        self.operations += 1
        size = len(data)
        if self.operations == self.cut_at:
            size //= 2
            self.dead = True
        self.image[start : start + size] = data[:size]
        if self.dead:
            raise PowerCut


_mounted = []


def mount(flash: RamFlash, format_it: bool = False) -> str:
    """Take power from the flash mounted before, mount this one; return its root."""
    while _mounted:
        _mounted.pop().dead = True
        vfs.umount(ROOT)
    if format_it:
        vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), ROOT)
    _mounted.append(flash)
    return ROOT


def power_cycle() -> RamFlash:
    """Cut the power of the mounted flash and mount what it held; return it, counters and all."""
    old = _mounted[0]
    new = RamFlash(image=bytes(old.image))
    new.operations = old.operations
    new.cut_at = old.cut_at
    mount(new)
    return new


def names() -> list:
    """Return the names of the log's files."""
    return sorted(entry[0] for entry in os.ilistdir(ROOT + "/log"))
