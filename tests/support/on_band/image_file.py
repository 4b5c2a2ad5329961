"""Runs in MicroPython: a flash image in a file, as a block device for littlefs."""

import os

BLOCK_BYTES = 4096


class ImageFile:
    """A flash image; one that is only read refuses to be written."""

    def __init__(self, path, writable=False):
        self._file = open(path, "r+b" if writable else "rb")  # noqa: SIM115 - while it is mounted
        self._size = os.stat(path)[6]
        self._writable = writable

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        if not self._writable:
            raise OSError(30)
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.write(buffer)

    def ioctl(self, operation, argument):
        if operation == 6:
            self.writeblocks(argument, b"\xff" * BLOCK_BYTES)
        elif operation == 3:
            self._file.flush()
        return {4: self._size // BLOCK_BYTES, 5: BLOCK_BYTES}.get(operation, 0)
