"""Firmware with a fault put into it, to see that a test finds the fault."""

import types

from tests.support.firmware import FIRMWARE, load


def load_planted(name, sound, faulty):
    """Return a module of the firmware with a fault.

    Args:
        name: the module, by its name on the board.
        sound: text that stands in it exactly once.
        faulty: what is put there.
    """
    load(name)
    path = FIRMWARE / (name.replace(".", "/") + ".py")
    text = path.read_text(encoding="utf-8")
    assert text.count(sound) == 1, f"{path} has {text.count(sound)} times: {sound}"
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    exec(compile(text.replace(sound, faulty), f"planted {path.name}", "exec"), vars(module))
    return module
