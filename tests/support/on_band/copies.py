"""Runs in MicroPython: images whose files are Python texts, for tests that start what they hold.

Imports take a .py file out of an image as they take an .mpy file; only what an update may bring is
narrower, and the compiler is not on the board.
"""

import hashlib

from pouch_protocol import package


def image_of(files, header_extra=b"", entry_extra=b"", version=package.PACKAGE_VERSION):
    """Return the bytes of an image.

    Args:
        files: `(path, bytes)` of each.
        header_extra: what a later version appends to the header.
        entry_extra: what it puts between the fixed part of an entry and its path.
        version: of the package.
    """
    index = package.HEADER.encode(
        {
            "magic": package.MAGIC,
            "package_version": version,
            "header_bytes": package.HEADER.size + len(header_extra),
            "firmware_major": 0,
            "firmware_minor": 2,
            "firmware_patch": 0,
            "mpy_version": 6,
            "mpy_arch": 0,
            "file_count": len(files),
            "board": bytes(package.BOARD_BYTES),
        }
    )
    index += header_extra
    for path, data in files:
        fields = {
            "entry_bytes": package.ENTRY.size + len(entry_extra) + len(path),
            "path_offset": package.ENTRY.size + len(entry_extra),
            "size": len(data),
            "sha256": hashlib.sha256(data).digest(),
        }
        index += package.ENTRY.encode(fields) + entry_extra + path.encode()
    return index + b"".join(data for _, data in files)
