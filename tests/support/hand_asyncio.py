"""As much of MicroPython's asyncio as the band uses, in CPython and in a time moved by hand.

For tests that need many examples. That the band runs in the real one is tested in MicroPython.
"""

import types

from tests.support.firmware import FIRMWARE, load

_IMPORT = "import asyncio\n"
_OURS = "from tests.support import hand_asyncio as asyncio\n"


def load_by_hand(name, sound="", faulty=""):
    """Return a module of the firmware that waits in this asyncio, with or without a fault.

    Args:
        name: the module, by its name on the board.
        sound: text that stands in it exactly once.
        faulty: what is put there.
    """
    load("band.patterns")
    path = FIRMWARE / (name.replace(".", "/") + ".py")
    text = path.read_text(encoding="utf-8")
    assert text.count(_IMPORT) == 1
    text = text.replace(_IMPORT, _OURS)
    if sound:
        assert text.count(sound) == 1, f"{path} has {text.count(sound)} times: {sound}"
        text = text.replace(sound, faulty)
    module = types.ModuleType(name)
    module.__package__ = name.rpartition(".")[0]
    exec(compile(text, f"{path.name} by hand", "exec"), vars(module))
    return module


class TimeoutError(Exception):  # noqa: A001 - asyncio's name
    """The time is up."""


class Event:
    """Stays set until it is cleared."""

    clears_itself = False

    def __init__(self):
        self.is_set = False

    def set(self):
        self.is_set = True

    def clear(self):
        self.is_set = False

    def wait(self):
        return _Wait(self, None)


class ThreadSafeFlag(Event):
    """Wakes one task, once."""

    clears_itself = True


def sleep_ms(duration_ms):
    """Wait for a time."""
    return _Wait(None, duration_ms)


def wait_for_ms(waiting, timeout_ms):
    """Wait for an event or a flag, and raise TimeoutError when the time is up."""
    return _Wait(waiting.flag, timeout_ms)


class _Wait:
    """What a task waits for."""

    def __init__(self, flag, duration_ms):
        self.flag = flag
        self.duration_ms = duration_ms
        self.due_ms = None

    def __await__(self):
        yield self

    def is_over(self, now_ms):
        is_due = self.due_ms is not None and now_ms >= self.due_ms
        return is_due or (self.flag is not None and self.flag.is_set)


def run(clock, duration_ms, *coroutines):
    """Run co-routines for so long; whoever can run does so in the order in which it waited.

    Args:
        clock: a HandClock.
        duration_ms: how long.
        coroutines: none of them need end.
    """
    end_ms = clock.now_ms + duration_ms
    tasks = [(coroutine, _Wait(None, 0)) for coroutine in coroutines]
    for _, wait in tasks:
        wait.due_ms = clock.now_ms
    while tasks and clock.now_ms < end_ms:
        ready = next((t for t in tasks if t[1].is_over(clock.now_ms)), None)
        if ready is not None:
            tasks.remove(ready)
            _resume(*ready, tasks, clock.now_ms)
            continue
        dues = [task[1].due_ms for task in tasks if task[1].due_ms is not None]
        clock.pass_until(min([end_ms, *dues]), lambda: True)
    for coroutine, _ in tasks:
        coroutine.close()


def _resume(coroutine, wait, tasks, now_ms):
    """Let a task run up to its next wait."""
    try:
        if wait.flag is None:
            wait = coroutine.send(None)
        elif wait.flag.is_set:
            if wait.flag.clears_itself:
                wait.flag.clear()
            wait = coroutine.send(None)
        else:
            wait = coroutine.throw(TimeoutError())
    except StopIteration:
        return
    if wait.duration_ms is not None:
        wait.due_ms = now_ms + max(0, wait.duration_ms)
    tasks.append((coroutine, wait))
