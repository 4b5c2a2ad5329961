"""Runs in MicroPython: power cuts for code that may have files open when the power goes.

The garbage collector closes what was left open, at any later time. If the file system was
collected before it, the interpreter crashes; if the flash gives back nothing but does not fail,
littlefs may search for ever. So file systems are kept, and a dead flash fails.
"""

import os

import vfs

from tests.support.on_band.ram_flash import BLOCK_BYTES, ROOT, RamFlash

_DEAD = OSError(5)
_kept = []
_mounted = []


class CutFlash(RamFlash):
    """A RamFlash that fails at every access once its power is gone."""

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            raise _DEAD
        start = block * BLOCK_BYTES + offset
        buffer[:] = self.image[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        if self.dead:
            raise _DEAD
        RamFlash.writeblocks(self, block, buffer, offset)

    def ioctl(self, operation, argument):
        if self.dead and operation == 6:
            raise _DEAD
        return RamFlash.ioctl(self, operation, argument)


def mount(flash, format_it=False):
    """Take power from the flash mounted before, mount this one."""
    while _mounted:
        dead = _mounted.pop()
        dead.dead = True
        vfs.umount(ROOT)
        # Its file system is kept; its bytes are what fills a heap.
        dead.image = b""
    if format_it:
        vfs.VfsLfs2.mkfs(flash)
    system = vfs.VfsLfs2(flash)
    _kept.append(system)
    vfs.mount(system, ROOT)
    _mounted.append(flash)


def power_cycle():
    """Cut the power of the mounted flash and mount what it held, counters and all."""
    old = _mounted[-1]
    new = CutFlash(image=bytes(old.image))
    new.operations = old.operations
    new.cut_at = old.cut_at
    mount(new)


def mounted():
    """Return the flash that is mounted."""
    return _mounted[-1]


def names(folder):
    """Return the names in a folder."""
    return sorted(entry[0] for entry in os.ilistdir(ROOT + folder))
