"""Starts one copy of the firmware: that of a slot, or the factory's.

power --> hold file? --yes--> prompt
             | no
          state --> which copy, one boot less of a trial --> band.app.run
                                                                 |
next power <-- reset <-- it failed before it could run ----------+
"""

import gc
import os
import sys
import time

import machine

from . import state as states
from .choice import choose

ROOT = "/pouch"
_HOLD_FILE = "/hold"

# Nobody else watches a new copy before it runs. A Pico W counts to 8.4 s at most
# (ports/rp2/machine_wdt.c); an ESP32-C3 is given the time to compile.
_WATCHDOG_MS = (60_000, 8_000)
# Collect before the heap is full, as often as this is allocated: otherwise what modules leave
# behind when they are loaded lies between what stays, and no room is left in one piece.
_COLLECT_BYTES = 8_192
# Time for a hand at the prompt, and for the battery: a loop of starts would empty it.
_FAILED_WAIT_MS = 10_000


def start(root: str = ROOT) -> None:
    """Run the band; return only to leave the board at its prompt.

    Args:
        root: folder of the band's file system.
    """
    if _is_held(root):
        # For whoever sits at the prompt; nothing else runs.
        print("held at the prompt by %s%s, which is gone now" % (root, _HOLD_FILE))  # noqa: T201
        return
    gc.threshold(_COLLECT_BYTES)
    state = states.load(root)
    folder = choose(root, state)
    if folder is not None:
        sys.path.insert(0, folder)
    try:
        if folder is not None and state.on_trial:
            _start_watchdog()
        from band.app import run
        from boards import this_board

        run(this_board())
    except Exception as error:  # noqa: BLE001 - whatever a new copy does, the old one must come back
        sys.print_exception(error)
        if folder is not None and not state.on_trial:
            _doubt(root, state)
        time.sleep_ms(_FAILED_WAIT_MS)
        machine.reset()


def _is_held(root: str) -> bool:
    try:
        os.remove(root + _HOLD_FILE)
    except OSError:
        return False
    return True


def _start_watchdog() -> None:
    for timeout_ms in _WATCHDOG_MS:
        try:
            machine.WDT(timeout=timeout_ms)
            return
        except ValueError:
            continue


def _doubt(root: str, state: states.State) -> None:
    try:
        state.doubt()
        states.save(root, state)
    except OSError as error:
        sys.print_exception(error)
