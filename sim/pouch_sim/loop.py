"""An asyncio event loop whose time is simulated: it jumps where a real loop would sleep.

The clock moves in one place only, `_VirtualSelector.select`, and only when no callback is ready.
Work in threads (`run_in_executor`, `asyncio.to_thread`) takes no simulated time: the clock holds
until it is done, so that a database write cannot make a radio timeout fire.

At a set speed the loop sleeps until its next timer is due, often many seconds. Other threads that
ask for the time meanwhile get it from the real clock: a page shows seconds that pass one by one.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pouch_sim.clock import MICROSECONDS_PER_SECOND
from pouch_sim.errors import NothingLeftToDo

# Two timers closer than this are the same instant. Half a microsecond is the error of a whole
# microsecond that has been through float seconds and back, for any time below 100 years.
_SAME_INSTANT_S = 0.5 / MICROSECONDS_PER_SECOND

# How long another thread may take to hand in work when the loop itself has none. A web page that
# stops a demonstration needs milliseconds; a test that hangs should not hang for minutes.
_NOTHING_TO_DO_S = 10.0

# When simulating takes longer than the chosen speed allows, the loop runs flat out to catch up.
# Beyond this lag it gives the lost time up instead of racing for minutes.
_CATCH_UP_S_MAX = 1.0


@dataclass(frozen=True)
class _Wait:
    """A sleep at a set speed: how real time counts as simulated time while it lasts.

    Attributes:
        from_s: real (monotonic) seconds at which the clock showed `from_us`.
        from_us: simulated microseconds.
        target_us: at which the sleep ends; not reached before it has.
        speed: simulated seconds per real second.
    """

    from_s: float
    from_us: int
    target_us: int
    speed: float

    @property
    def due_s(self) -> float:
        """Real (monotonic) seconds at which `target_us` is due."""
        return self.from_s + (self.target_us - self.from_us) / MICROSECONDS_PER_SECOND / self.speed

    def reached_us(self) -> int:
        """Return the simulated microseconds reached by now, always before `target_us`."""
        spent_s = time.monotonic() - self.from_s
        reached_us = self.from_us + int(spent_s * self.speed * MICROSECONDS_PER_SECOND)
        return min(self.target_us - 1, reached_us)


class _VirtualSelector(selectors.BaseSelector):
    """Waits on real files without letting time pass, and lets time pass without waiting."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now_us = 0
        self.jobs = 0
        self.speed: float | None = None
        self._paced_speed: float | None = None
        self._paced_from = (0.0, 0)
        self._wait: _Wait | None = None
        # Held while a wait ends, so that no reader counts on beyond what the clock is then set to.
        self._wait_ends = threading.Lock()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return ready files; with none ready, move the clock by `timeout` seconds."""
        if timeout is not None and timeout <= 0:
            return self._real.select(0)
        if self.jobs:
            return self._real.select(None)
        if timeout is None:
            ready = self._real.select(_NOTHING_TO_DO_S)
            if not ready:
                raise NothingLeftToDo(
                    "simulation has nothing left to do, but its main coroutine still waits"
                )
            return ready
        target_us = self.now_us + round(timeout * MICROSECONDS_PER_SECOND)
        # Read once: another thread may change it at any moment.
        speed = self.speed
        if speed is not None:
            return self._pace(target_us, speed)
        self._paced_speed = None
        ready = self._real.select(0)
        if not ready:
            self.now_us = target_us
        return ready

    def _pace(self, target_us: int, speed: float) -> list[tuple[selectors.SelectorKey, int]]:
        """Sleep until `target_us` is due at `speed`, or until a file is ready before."""
        now_s = time.monotonic()
        if speed != self._paced_speed:
            self._paced_speed, self._paced_from = speed, (now_s, self.now_us)
        wait = _Wait(*self._paced_from, target_us, speed)
        if now_s - wait.due_s > _CATCH_UP_S_MAX:
            self._paced_from = (now_s, target_us)
        self._wait = wait
        ready = self._real.select(max(0.0, wait.due_s - now_s))
        with self._wait_ends:
            self.now_us = max(self.now_us, wait.reached_us()) if ready else target_us
            self._wait = None
        return ready

    def shown_us(self) -> int:
        """Return the time for any thread: between two timers it goes on with the real clock."""
        with self._wait_ends:
            # Nobody but another thread can find a wait: the loop's own is asleep in it.
            wait = self._wait
            return self.now_us if wait is None else max(self.now_us, wait.reached_us())


class VirtualLoop(asyncio.SelectorEventLoop):
    """Event loop of a simulation. One thread, one clock, the same order for the same seed."""

    def __init__(self) -> None:
        self._virtual = _VirtualSelector()
        super().__init__(self._virtual)
        # Used by the base class to decide which timers are due.
        self._clock_resolution = _SAME_INSTANT_S

    @property
    def now_us(self) -> int:
        """Simulated microseconds since the loop was made; may be asked from any thread.

        Asked on the loop, it stands still between two timers. Asked from another thread while the
        loop sleeps at a set speed, it goes on evenly up to the next timer. It never falls.
        """
        return self._virtual.shown_us()

    def time(self) -> float:
        """Simulated seconds since the loop was made."""
        return self._virtual.now_us / MICROSECONDS_PER_SECOND

    def call_at_us(
        self, due_us: int, callback: Callable[..., object], *args: Any
    ) -> asyncio.TimerHandle:
        """Call back at the whole microsecond `due_us`; at once when that is past."""
        return self.call_at(due_us / MICROSECONDS_PER_SECOND, callback, *args)

    @property
    def speed(self) -> float | None:
        """Simulated seconds per real second, or None for as fast as it goes."""
        return self._virtual.speed

    @speed.setter
    def speed(self, speed: float | None) -> None:
        if speed is not None and speed <= 0:
            raise ValueError("speed must be above zero, or None for as fast as it goes")
        self._virtual.speed = speed
        if self.is_running():
            # Wakes a loop that sleeps at the old speed; harmless from its own thread.
            self.call_soon_threadsafe(lambda: None)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run `func` in a thread; the simulated clock holds until it returns."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual.jobs += 1
        future.add_done_callback(self._job_done)
        return future

    def _job_done(self, _future: asyncio.Future[Any]) -> None:
        self._virtual.jobs -= 1
