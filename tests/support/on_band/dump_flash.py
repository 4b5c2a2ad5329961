"""Runs in MicroPython: print every record of a flash image, one line each."""

import os
import sys

import vfs

from pouch_protocol import segments

BLOCK_BYTES = 4096


class ImageFile:
    """A flash image that is only read."""

    def __init__(self, path):
        self._file = open(path, "rb")  # noqa: SIM115 - as long as it is mounted
        self._size = os.stat(path)[6]

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK_BYTES + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        raise OSError(30)

    def ioctl(self, operation, argument):
        return {4: self._size // BLOCK_BYTES, 5: BLOCK_BYTES}.get(operation, 0)


vfs.mount(vfs.VfsLfs2(ImageFile(sys.argv[1])), "/flash")
for name in sorted(entry[0] for entry in os.ilistdir("/flash/log")):
    if name.endswith(".seg"):
        with open("/flash/log/" + name, "rb") as file:
            data = file.read()
        header = segments.decode_header(data)
        for index in range(segments.record_count(len(data))):
            at = segments.record_offset(index)
            record = data[at : at + header["record_bytes"]]
            print(header["first_record_no"] + index, header["boot_id"], record.hex())
