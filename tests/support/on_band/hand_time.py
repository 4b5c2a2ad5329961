"""Runs in MicroPython: asyncio in a time that moves by hand, so that no test waits.

The interpreter's own asyncio runs. Three things of it are replaced: what time it is; the queue of
tasks, because the built-in one reads the real clock (the simulator's queue stands in); and the
wait for which no task can run, which moves the time.
"""

from asyncio import Event, core, wait_for_ms

from tests.support.on_band.hand_board import HandClock

_QUEUE = "sim/pouch_sim/vm/shadow/sim/tasks.py"
_IOCTL_POLL = 3


class World(HandClock):
    """A clock in whose time co-routines run."""

    def run(self, duration_ms: int, *coroutines) -> None:
        """Run co-routines for so long; an error in one of them is the caller's."""
        self._run(duration_ms, coroutines, Event())

    def finish(self, coroutine, *others, within_ms: int = 100_000_000):
        """Run one co-routine to its end, the others beside it; return what it returned."""
        ended = Event()
        results = []

        async def keep():
            results.append(await coroutine)
            ended.set()

        self._run(within_ms, others + (keep(),), ended)
        assert results, "not done in time"
        return results[0]

    def _run(self, duration_ms: int, coroutines: tuple, ended) -> None:
        errors = []

        async def guard(coroutine):
            try:
                await coroutine
            except Exception as error:
                errors.append(error)
                ended.set()

        async def run_all():
            for coroutine in coroutines:
                core.create_task(guard(coroutine))
            try:
                await wait_for_ms(ended.wait(), duration_ms)
            except core.TimeoutError:
                return

        _worlds[-1] = self
        # What still waits from another run ends here.
        core.new_event_loop()
        core.run(run_all())
        if errors:
            raise errors[0]


class _Poller:
    """Asks each flag itself: the built-in one takes a millisecond of real time for that."""

    def __init__(self) -> None:
        self._flags = {}

    def register(self, flag, mask: int) -> None:
        self._flags[id(flag)] = (flag, mask)

    modify = register

    def unregister(self, flag) -> None:
        del self._flags[id(flag)]

    def ipoll(self, _timeout_ms: int) -> list:
        asked = [(flag, flag.ioctl(_IOCTL_POLL, mask)) for flag, mask in self._flags.values()]
        return [entry for entry in asked if entry[1]]


class _Queue(core.IOQueue):
    """Waits for flags by moving the world's time."""

    def __init__(self) -> None:
        _IoQueue.__init__(self)
        self.poller = _Poller()

    def wait_io_event(self, dt: int) -> None:
        _look_at_flags(self, 0)
        world = _worlds[-1]
        head = core._task_queue.peek()
        if dt == 0 or (head is not None and head.ph_key <= world.now_ms):
            return
        if dt < 0 and world.next_ms is None:
            raise RuntimeError("nothing will ever happen any more")
        end_ms = world.next_ms if dt < 0 else world.now_ms + dt
        # Whatever happens may have set a flag: asyncio looks again.
        world.pass_until(end_ms, lambda: True)
        _look_at_flags(self, 0)


def _ticks_ms() -> int:
    return _worlds[-1].now_ms


def _load_queue() -> dict:
    """Return the simulator's queue of tasks, reading this world's time."""
    with open(_QUEUE) as file:
        text = file.read()
    source = "from time import ticks_diff, ticks_ms\n"
    assert source in text
    # A slash says what CPython's tools should know; the simulator takes it out, as this does.
    text = text.replace(", /):", "):")
    names = {}
    exec(text.replace(source, "from time import ticks_diff\n"), names)
    names["ticks_ms"] = _ticks_ms
    return names


# At import, once: what is made of asyncio later on is made of these.
_worlds = [World()]
_IoQueue = core.IOQueue
_look_at_flags = _IoQueue.wait_io_event
_queue = _load_queue()
core.TaskQueue = _queue["TaskQueue"]
core.Task = _queue["Task"]
core.IOQueue = _Queue
core.ticks = _ticks_ms
core.new_event_loop()
