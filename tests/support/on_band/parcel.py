"""Runs in MicroPython: a small update package, for a board and an interpreter of choice."""

import hashlib
import sys

from pouch_protocol import package

BOARD = "xiao_esp32c3"
MPY = sys.implementation._mpy
NAMES = (
    "band/__init__.mpy",
    "band/app.mpy",
    "band/wide.mpy",
    "boards/__init__.mpy",
    "boards/xiao_esp32c3.mpy",
    "drivers/__init__.mpy",
    "pouch_protocol/__init__.mpy",
)


def contents(number):
    """Return the bytes of the n-th file: an .mpy head and something that is not in another."""
    size = (40, 700, 5000, 33, 900, 45, 60)[number]
    body = bytes((number * 37 + index * 11) & 0xFF for index in range(size - 4))
    return bytes((0x4D, MPY & 0xFF, MPY >> 8, 31)) + body


class Parcel:
    """A package: `index` and `stream`, and the fields of the request that begins it."""

    def __init__(self, version=(0, 2, 0), board=BOARD, mpy=None, files=None):
        """Make one; `files` are `(path, bytes)`, all that an image needs if left out."""
        if files is None:
            files = [(name, contents(number)) for number, name in enumerate(NAMES)]
        self.files = files
        mpy = mpy or (MPY & 0xFF, MPY >> 10)
        entries = [(path, len(data), hashlib.sha256(data).digest()) for path, data in files]
        self.index = package.encode_index(version, board, mpy, entries)
        self.stream = self.index + b"".join(data for _, data in files)

    @property
    def begin(self):
        return {
            "total_bytes": len(self.stream),
            "index_bytes": len(self.index),
            "index_sha256": hashlib.sha256(self.index).digest(),
        }
