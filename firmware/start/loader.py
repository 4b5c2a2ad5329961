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
import vfs

from . import state as states
from .choice import choose
from .pack import Pack

ROOT = "/pouch"
_HOLD_FILE = "/hold"
# What `make flash` puts on a board, and where the image that runs is seen.
_FACTORY_FILE = "/factory.pouch"
_MOUNT_POINT = "/image"

# Nobody else watches a new copy before it runs. A Pico W counts to 8.4 s at most
# (ports/rp2/machine_wdt.c); an ESP32-C3 is given the time to compile.
_WATCHDOG_MS = (60_000, 8_000)
# Collect before the heap is full, as often as this is allocated: otherwise what modules leave
# behind when they are loaded lies between what stays, and no room is left in one piece.
_COLLECT_BYTES = 8_192
_FREE_PARTS = 8
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
    slot = choose(root, state)
    states.note_running(slot)
    from_slot = slot != states.FACTORY
    try:
        if from_slot and state.on_trial:
            _start_watchdog()
        pack = _mount(states.slot_path(root, slot) if from_slot else _FACTORY_FILE)
        from band.app import run
        from boards import this_board

        board = this_board()
        if pack is not None:
            pack.forget()
        gc.collect()
        # Where there is room, less often: a collection costs a board milliseconds.
        gc.threshold(max(_COLLECT_BYTES, gc.mem_free() // _FREE_PARTS))
        run(board)
    except Exception as error:  # noqa: BLE001 - whatever a new copy does, the old one must come back
        sys.print_exception(error)
        if from_slot and not state.on_trial:
            _doubt(root, state)
        time.sleep_ms(_FAILED_WAIT_MS)
        machine.reset()


def _mount(path: str) -> "Pack | None":
    """Let imports come from an image; None if it is the factory's and there is none.

    A copy that is tried out comes as files beside this package, not as an image.
    """
    try:
        os.stat(path)
    except OSError:
        if path == _FACTORY_FILE:
            return None
        raise
    pack = Pack(path)
    vfs.mount(pack, _MOUNT_POINT)
    sys.path.insert(0, _MOUNT_POINT)
    return pack


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
