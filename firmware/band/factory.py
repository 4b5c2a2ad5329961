"""The state in which a band leaves the factory: no settings, no key, no records, no updates.

    request: mark --> restart: log, tail, settings, updates removed --> restart: recorded as done

Nothing is removed under a running application. Before the mark is durable the band is the old one;
after it every start goes on removing until nothing is left, before anything else is read. So power
can go at any moment, and no log is ever continued under another identity.
"""

import os

from start import state as states

from .health import forget_restarts

_MARK = "/reset"
_DONE = "/reset.done"
_LOG_FOLDERS = ("/log", "/tail")
_SETTINGS = ("/config.json", "/config.new")
_STATES = ("/state", "/state.new")


def request(root: str) -> None:
    """Have the next start reset the band; the caller restarts it.

    Args:
        root: folder of the band's file system.

    Raises:
        OSError: the mark cannot be written; nothing has changed.
    """
    with open(root + _MARK, "wb") as file:
        file.write(b"1")


def complete(root: str) -> bool:
    """Carry out what was requested before this start.

    Args:
        root: folder of the band's file system.

    Returns:
        Whether it was. Then start again at once: the program that runs may be gone from flash.

    Raises:
        OSError: something cannot be removed. The next start tries again.
    """
    try:
        os.stat(root + _MARK)
    except OSError:
        return False
    # Few bands are ever reset: what it takes is not kept in memory.
    from .image import Image, remove_tree

    for name in _LOG_FOLDERS:
        remove_tree(root + name)
    forget_restarts(root)
    for name in _SETTINGS:
        _remove(root + name)
    # The state before the slots: the loader must never look for a copy that is half gone.
    for name in _STATES:
        _remove(root + states.FOLDER + name)
    for slot in states.SLOTS:
        Image(root, slot).clear()
    os.rename(root + _MARK, root + _DONE)
    return True


def take_note(root: str) -> bool:
    """Tell, once, that the band was reset: it belongs into the new log."""
    try:
        os.remove(root + _DONE)
    except OSError:
        return False
    return True


def _remove(path: str) -> None:
    try:
        os.stat(path)
    except OSError:
        return  # It is not there.
    os.remove(path)
