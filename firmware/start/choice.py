"""Decides which copy of the firmware this start runs, and counts the starts of a trial."""

import os
import sys

from . import state as states


def choose(root: str, state: states.State) -> str:
    """Return the slot to start, FACTORY for the factory's copy.

    Args:
        root: folder of the band's file system.
        state: as loaded; changed and stored where a trial goes on or ends.
    """
    if state.active == states.FACTORY:
        return states.FACTORY
    try:
        if state.boots_left == 0 or not _exists(states.slot_path(root, state.active)):
            state.go_back()
            if not _exists(states.slot_path(root, state.active)):
                state.go_back()
            states.save(root, state)
        elif state.on_trial:
            # Before it runs: a copy that takes the board down has had its boot.
            state.boots_left -= 1
            states.save(root, state)
    except OSError as error:
        # A trial that cannot be counted would never end.
        sys.print_exception(error)
        return states.FACTORY
    return state.active


def _exists(path: str) -> bool:
    try:
        os.stat(path)
    except OSError:
        return False
    return True
