"""NOR flash under littlefs: reads its image file, and has the simulator program and erase it.

What NOR refuses, how long it takes and where power is cut is in hardware/flash.py.
"""

import opcodes as _op
import simrt as _rt
from micropython import const

_BLOCK_BYTES = const(4096)

_IOCTL_BLOCK_COUNT = const(4)
_IOCTL_BLOCK_BYTES = const(5)
_IOCTL_ERASE = const(6)
_SEEK_END = const(2)


class Flash:
    """Block device for `vfs.VfsLfs2`, with the extended interface (reads and writes at offsets).

    Args:
        path: image file on the simulating machine; its size is the size of the part.
    """

    def __init__(self, path, /):
        self._file = open(path, "rb")

    def readblocks(self, block, buf, offset=0, /):
        self._file.seek(block * _BLOCK_BYTES + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0, /):
        at = block * _BLOCK_BYTES + offset
        _rt.spend(_op.FLASH_PROGRAM, at.to_bytes(4, "little") + buf)

    def ioctl(self, op, arg, /):
        if op == _IOCTL_BLOCK_COUNT:
            return self._file.seek(0, _SEEK_END) // _BLOCK_BYTES
        if op == _IOCTL_BLOCK_BYTES:
            return _BLOCK_BYTES
        if op == _IOCTL_ERASE:
            _rt.spend(_op.FLASH_ERASE, arg.to_bytes(4, "little"))
        return 0
