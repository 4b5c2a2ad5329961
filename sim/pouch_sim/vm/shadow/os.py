"""Stand-in for a board's `os`: the built-in one without what only a computer has.

`urandom` draws from the simulation's seed, so that a run repeats to the byte.
"""

import hashlib as _hashlib
from collections import namedtuple as _namedtuple

import simrt as _rt
from simboards import this as _board

_builtin = _rt.builtin("os")

listdir = _builtin.listdir
ilistdir = _builtin.ilistdir
mkdir = _builtin.mkdir
rmdir = _builtin.rmdir
remove = _builtin.remove
unlink = _builtin.unlink
rename = _builtin.rename
stat = _builtin.stat
statvfs = _builtin.statvfs
chdir = _builtin.chdir
getcwd = _builtin.getcwd
sep = "/"

_seed = (_rt.env("SIM_SEED") or "").encode()
_drawn = 0


def urandom(n):
    global _drawn
    out = b""
    while len(out) < n:
        out += _hashlib.sha256(_seed + b":" + str(_drawn).encode()).digest()
        _drawn += 1
    return out[:n]


def sync():
    pass


# MicroPython has no typing.NamedTuple.
_NAMES = ("sysname", "nodename", "release", "version", "machine")
_Uname = _namedtuple("uname", _NAMES)  # noqa: PYI024


def uname():
    return _Uname(*_board.UNAME)
