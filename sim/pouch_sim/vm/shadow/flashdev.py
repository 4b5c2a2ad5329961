"""NOR flash under littlefs, in an image file. Refuses what NOR refuses; counts, and takes time.

A program can clear bits and never set one; only an erase sets them, 4 kB at a time. Power can be
cut in the middle of the n-th program or erase: the first half of the bytes is done, and
this board is gone.
"""

import opcodes as _op
import simrt as _rt

BLOCK_BYTES = 4096
# The ESP32 port mounts littlefs with MicroPython's defaults, programs of whole 32 bytes; the part
# takes any number of bytes that lie in one of its pages.
PROGRAM_BYTES = 32
_PAGE_BYTES = 256

# Typical times in the AC characteristics of a W25Q32JV: page program 0.4 ms, sector erase 45 ms.
PROGRAM_US = 400
ERASE_US = 45000

_IOCTL_BLOCK_COUNT = 4
_IOCTL_BLOCK_BYTES = 5
_IOCTL_ERASE = 6

_ROOT_BLOCKS = (0, 1)
_BLANK_PAGE = b"\xff" * _PAGE_BYTES
_BLANK_BLOCK = b"\xff" * BLOCK_BYTES


class Flash:
    """Block device for `vfs.VfsLfs2`, with the extended interface (reads and writes at offsets).

    Args:
        path: image file on the simulating machine; its size is the size of the part.
    """

    def __init__(self, path):
        self._file = open(path, "r+b")
        self._file.seek(0, 2)
        self._block_count = self._file.tell() // BLOCK_BYTES
        self._cut_at = 0
        self._operations = 0
        self._page = memoryview(bytearray(_PAGE_BYTES))

    def is_blank(self):
        """Say whether there was never a file system.

        littlefs keeps its root in blocks 0 and 1 and erases one of them at a time: looking at one
        only would take a cut in that erase for a blank part.
        """
        block = bytearray(BLOCK_BYTES)
        for number in _ROOT_BLOCKS:
            self.readblocks(number, block)
            if block != _BLANK_BLOCK:
                return False
        return True

    def cut_at_operation(self, number):
        """Lose power at the `number`-th program or erase from here on; 0 for never."""
        self._operations = 0
        self._cut_at = number

    def _refuse(self, text):
        _rt.halt(_op.MISUSE, text.encode())

    def _count(self, at, data):
        self._operations += 1
        if self._operations == self._cut_at:
            self._file.seek(at)
            self._file.write(data[: len(data) // 2])
            _rt.halt(_op.POWER_CUT)

    def readblocks(self, block, buf, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buf)

    def writeblocks(self, block, buf, offset=0):
        at = block * BLOCK_BYTES + offset
        view = memoryview(buf)
        if at % PROGRAM_BYTES or len(buf) % PROGRAM_BYTES:
            self._refuse("program of %d bytes at %d is not whole units" % (len(buf), at))
        start = 0
        while start < len(buf):
            room = _PAGE_BYTES - (at + start) % _PAGE_BYTES
            self._program(at + start, view[start : start + room])
            start += room

    def _program(self, at, data):
        count = len(data)
        held = self._page[:count]
        self._file.seek(at)
        self._file.readinto(held)
        if held != _BLANK_PAGE[:count]:
            old = int.from_bytes(held, "little")
            new = int.from_bytes(data, "little")
            if old & new != new:
                self._refuse("program at %d sets a bit that only an erase can set" % at)
        self._count(at, data)
        self._file.seek(at)
        self._file.write(data)
        _rt.flash_programs += 1
        _rt.flash_bytes += count
        _rt.spend_us(PROGRAM_US)

    def _erase(self, block):
        at = block * BLOCK_BYTES
        self._count(at, _BLANK_BLOCK)
        self._file.seek(at)
        self._file.write(_BLANK_BLOCK)
        _rt.flash_erases += 1
        _rt.spend_us(ERASE_US)

    def ioctl(self, op, arg):
        if op == _IOCTL_BLOCK_COUNT:
            return self._block_count
        if op == _IOCTL_BLOCK_BYTES:
            return BLOCK_BYTES
        if op == _IOCTL_ERASE:
            self._erase(arg)
        return 0
