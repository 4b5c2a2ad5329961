"""Runs in MicroPython, on boards too: a file system for tests that takes little memory.

Where the interpreter has littlefs it is a real one, on blocks in memory that exist once they are
written. Where it has none, a folder of whatever file system there is stands in for it.
"""

import os

import vfs

BLOCK_BYTES = 1024
BLOCKS = 64
ROOT = "/ram"
HAS_LITTLEFS = hasattr(vfs, "VfsLfs2")

_FOLDER_FLAG = 0x4000
_EIO = 5


class SmallFlash:
    """Blocks that erase to 0xFF. One without power refuses every access.

    It says so by what it returns: an exception would leave a file's closing half done, and the
    garbage collector would try again with the heap locked.
    """

    def __init__(self, blocks=None) -> None:
        """Begin erased, or with the blocks of an earlier one."""
        self.blocks = blocks or [None] * BLOCKS
        self.dead = False

    def readblocks(self, block: int, buffer: bytearray, offset: int = 0) -> int:
        """Read."""
        if self.dead:
            return -_EIO
        held = self.blocks[block]
        if held is None:
            for index in range(len(buffer)):
                buffer[index] = 0xFF
        else:
            buffer[:] = held[offset : offset + len(buffer)]
        return 0

    def writeblocks(self, block: int, buffer: bytes, offset: int = 0) -> int:
        """Program."""
        if self.dead:
            return -_EIO
        if self.blocks[block] is None:
            self.blocks[block] = bytearray(b"\xff" * BLOCK_BYTES)
        self.blocks[block][offset : offset + len(buffer)] = buffer
        return 0

    def ioctl(self, operation: int, argument: int) -> int:
        """Erase, or tell the geometry."""
        if self.dead:
            return -_EIO
        if operation == 4:
            return BLOCKS
        if operation == 5:
            return BLOCK_BYTES
        if operation == 6:
            self.blocks[argument] = None
        return 0


_mounted = []


def fresh() -> str:
    """Give a test an empty file system; return its root."""
    if HAS_LITTLEFS:
        unmount()
        flash = SmallFlash()
        vfs.VfsLfs2.mkfs(flash)
        _mount(flash)
    else:
        _remove(ROOT)
        os.mkdir(ROOT)
    return ROOT


def restart(*files) -> None:
    """Take the power and give it back; without littlefs, what was written is kept too.

    Args:
        files: every file that is open. It is closed once nothing can be written any more.
    """
    blocks = _mounted[0].blocks if HAS_LITTLEFS else None
    unmount(*files)
    if HAS_LITTLEFS:
        _mount(SmallFlash(blocks))


def unmount(*files) -> None:
    """Take the power; for the end of a test, which would keep the flash's memory."""
    if _mounted:
        _mounted.pop().dead = True
        _close(files)
        vfs.umount(ROOT)
    else:
        _close(files)


def _mount(flash: SmallFlash) -> None:
    vfs.mount(vfs.VfsLfs2(flash), ROOT)
    _mounted.append(flash)


def _close(files: tuple) -> None:
    for file in files:
        try:  # noqa: SIM105 - MicroPython has no contextlib
            file.close()
        except OSError:
            pass  # It had something to write.


def _remove(path: str) -> None:
    try:
        entries = list(os.ilistdir(path))
    except OSError:
        return  # It is not there.
    for entry in entries:
        if entry[1] == _FOLDER_FLAG:
            _remove(path + "/" + entry[0])
        else:
            os.remove(path + "/" + entry[0])
    os.rmdir(path)
