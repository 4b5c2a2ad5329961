"""Runs in MicroPython: what the device tests share."""

import gc
import os
import unittest

_PROBE_BYTES = 1024
_UNKNOWN_BOARD = "no file in boards/"


def skip(reason: str) -> None:
    """End the test that calls this; the reason is printed."""
    raise unittest.SkipTest(reason)


def this_board():
    """Return the board that this runs on; skip the test where there is none."""
    from boards import this_board as find

    # An interpreter on a computer has no machine's name, or one that no board has.
    if not hasattr(os, "uname"):
        skip("needs a board: this interpreter has no os.uname")
    try:
        return find()
    except ValueError as error:
        if not str(error).startswith(_UNKNOWN_BOARD):
            raise
        return skip("needs a board: this is %s" % os.uname().machine)


def collects_inside_tests() -> bool:
    """Tell whether `gc.collect` frees memory now, and not once the interpreter stands still."""
    before = gc.mem_alloc()
    bytearray(_PROBE_BYTES)
    gc.collect()
    return gc.mem_alloc() - before < _PROBE_BYTES


class HandClock:
    """An uptime that moves when it is told to."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now_ms = 0

    def uptime_ms(self) -> int:
        """As band.clock."""
        return self.now_ms

    def uptime_cs(self) -> int:
        """As band.clock."""
        return self.now_ms // 10
