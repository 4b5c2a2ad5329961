"""Runs the band's own modules in CPython, for tests that need many examples."""

import importlib
import sys
import types
from pathlib import Path

FIRMWARE = Path(__file__).parents[2] / "firmware"


def load(module):
    """Return a module of the firmware, by its name on the board.

    Only what needs no board: `micropython.const` is the one name that is provided.
    """
    if "micropython" not in sys.modules:
        stand_in = types.ModuleType("micropython")
        vars(stand_in)["const"] = lambda value: value
        sys.modules["micropython"] = stand_in
    if str(FIRMWARE) not in sys.path:
        sys.path.append(str(FIRMWARE))
    return importlib.import_module(module)


def run_plain(module):
    """Run every test of a plain file in this interpreter, as MicroPython does in its own."""
    load("band.patterns")
    plain = importlib.import_module(module)
    names = [name for name in dir(plain) if name.startswith("test_")]
    assert names
    for name in names:
        getattr(plain, name)()
