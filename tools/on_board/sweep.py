"""Runs on a board: makes room for what is copied next, and leaves nothing that would run instead.

MicroPython takes a .py file before an .mpy file of the same name, so one that stays from a copy of
the sources would run instead of what is copied now.

`kept` is set before this runs: the paths that are about to be copied. Only the firmware's own
folders are looked into, and of /pouch only the slots; the records in it are not touched.
"""

import os

_FOLDERS = ("band", "boards", "drivers", "start", "pouch_protocol", "lib/pouch_protocol")
_FOLDER_FLAG = 0x4000
# See firmware/start/state.py, whose first letter is the slot that runs.
_SLOTS_FOLDER = "pouch/firmware"
_SLOTS = "ab"


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
            _remove(path)
    if not left:
        os.rmdir(folder)
    return left


def drop_updates(folder: str) -> None:
    """Remove what updates left but the version that runs: on a full band their room is needed.

    The one that runs stays until all is copied: a copy may break off.
    """
    try:
        with open(folder + "/state", "rb") as file:
            running = file.read(1).decode()
    except OSError:
        running = ""  # The factory's copy.
    for slot in _SLOTS:
        if slot != running:
            try:  # noqa: SIM105 - MicroPython has no contextlib
                _remove(folder + "/" + slot)
            except OSError:
                pass  # It is not there.


def _remove(path: str) -> None:
    os.remove(path)
    print("removed " + path)


for name in _FOLDERS:
    sweep(name, kept)  # noqa: F821 - set by whoever runs this
drop_updates(_SLOTS_FOLDER)
