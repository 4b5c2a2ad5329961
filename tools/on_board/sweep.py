"""Runs on a board: removes what an older flash left, before the new files are copied.

MicroPython takes a .py file before an .mpy file of the same name, so one that stays from a copy of
the sources would run instead of what is copied now.

`kept` is set before this runs: the paths that are about to be copied. Only the firmware's own
folders are looked into; the records in /pouch are not touched.
"""

import os

_FOLDERS = ("band", "boards", "drivers", "start", "pouch_protocol", "lib/pouch_protocol")
_FOLDER_FLAG = 0x4000


def sweep(folder: str, kept: tuple) -> int:
    """Remove every file below a folder that is not kept; return how many are left there.

    Args:
        folder: relative to the current one; it need not exist.
        kept: paths of that form.
    """
    try:
        entries = list(os.ilistdir(folder))
    except OSError:
        return 0  # It is not there.
    left = 0
    for entry in entries:
        path = folder + "/" + entry[0]
        if entry[1] == _FOLDER_FLAG:
            left += sweep(path, kept)
        elif path in kept:
            left += 1
        else:
            os.remove(path)
            print("removed " + path)
    if not left:
        os.rmdir(folder)
    return left


for name in _FOLDERS:
    sweep(name, kept)  # noqa: F821 - set by whoever runs this
