"""Stand-in for a board's `os`: the built-in one without what only a computer has.

What differs from it is the simulator's, such as `urandom`, which draws from the simulation's seed
so that a run repeats to the byte.
"""

from uos import (  # noqa: F401 - names of this module
    chdir,
    getcwd,
    ilistdir,
    listdir,
    mkdir,
    remove,
    rename,
    rmdir,
    stat,
    statvfs,
    unlink,
)

import sim as _rt


def __getattr__(name, /):
    return _rt.remote("os", name)
