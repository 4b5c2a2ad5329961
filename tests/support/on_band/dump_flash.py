"""Runs in MicroPython: print every durable record of a flash image, one line each."""

import os
import sys

import vfs

from pouch_protocol import segments
from pouch_protocol.constants import RECORD_BYTES

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


def keep(boot_id, first, data):
    """Remember records that are not known yet."""
    for at in range(0, len(data), RECORD_BYTES):
        number = first + at // RECORD_BYTES
        if number not in held:
            held[number] = "%d %s" % (boot_id, data[at : at + RECORD_BYTES].hex())


def contents(folder):
    """Return the contents of a folder's files, by name."""
    for name in sorted(entry[0] for entry in os.ilistdir(folder)):
        with open(folder + "/" + name, "rb") as file:
            yield file.read()


vfs.mount(vfs.VfsLfs2(ImageFile(sys.argv[1])), "/flash")
held = {}
for data in contents("/flash/log"):
    # A segment that was never committed is empty: its records are in the slots.
    if data:
        header = segments.decode_header(data)
        keep(header["boot_id"], header["first_record_no"], data[segments.HEADER_BYTES :])
for data in contents("/flash/tail"):
    fields, records = segments.decode_slot(data)
    keep(fields["boot_id"], fields["first_record_no"], records)
for number in sorted(held):
    print(number, held[number])
