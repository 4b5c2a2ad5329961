"""NOR flash under littlefs: reads its image file, and has the simulator program and erase it.

What NOR refuses, how long it takes and where power is cut is in hardware/flash.py. Whatever has
these three functions is a block device for `vfs.VfsLfs2`, so this module is one.
"""

import opcodes as _op
from micropython import const
from uos import getenv

import sim as _rt

_BLOCK_BYTES = const(4096)

_IOCTL_BLOCK_COUNT = const(4)
_IOCTL_BLOCK_BYTES = const(5)
_IOCTL_ERASE = const(6)
_SEEK_END = const(2)

# Its size is the size of the part.
_image = open(getenv("SIM_FLASH"), "rb")


def readblocks(block, buf, offset=0, /):
    _image.seek(block * _BLOCK_BYTES + offset)
    _image.readinto(buf)


def writeblocks(block, buf, offset=0, /):
    at = block * _BLOCK_BYTES + offset
    _rt.spend(_op.FLASH_PROGRAM, at.to_bytes(4, "little") + buf)


def ioctl(op, arg, /):
    if op == _IOCTL_BLOCK_COUNT:
        return _image.seek(0, _SEEK_END) // _BLOCK_BYTES
    if op == _IOCTL_BLOCK_BYTES:
        return _BLOCK_BYTES
    if op == _IOCTL_ERASE:
        _rt.spend(_op.FLASH_ERASE, arg.to_bytes(4, "little"))
    return 0
