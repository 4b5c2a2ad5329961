"""Runs in MicroPython: print every durable record of a flash image, one line each.

number boot bytes
"""

import os
import sys

import vfs

from pouch_protocol import segments
from pouch_protocol.constants import RECORD_BYTES
from tests.support.on_band.image_file import ImageFile


def tell(boot_id, first, data):
    """Print records that are not known yet."""
    for at in range(0, len(data) - RECORD_BYTES + 1, RECORD_BYTES):
        number = first + at // RECORD_BYTES
        if not is_known(number):
            print(number, boot_id, data[at : at + RECORD_BYTES].hex())
    known.append((first, first + len(data) // RECORD_BYTES))


def is_known(number):
    """Tell whether a record has been told."""
    return any(begin <= number < end for begin, end in known)


def contents(folder):
    """Yield the contents of a folder's files, by name."""
    for name in sorted(entry[0] for entry in os.ilistdir(folder)):
        with open(folder + "/" + name, "rb") as file:
            yield file.read()


vfs.mount(vfs.VfsLfs2(ImageFile(sys.argv[1])), "/flash")
# Ranges of numbers that have been told.
known = []
for data in contents("/flash/log"):
    # A segment that was never committed is empty: its records are in the slots.
    if data:
        header = segments.decode_header(data)
        tell(header["boot_id"], header["first_record_no"], data[segments.HEADER_BYTES :])
for data in contents("/flash/tail"):
    fields, records = segments.decode_slot(data)
    tell(fields["boot_id"], fields["first_record_no"], records)
