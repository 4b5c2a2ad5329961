"""How the looks at a ward go on: whether what is shown is of now, and if not, why.

    LOOKING ---no look for a while---> STARTING  records of the first look are still being read
                                       BUSY      a long piece of work has begun and not ended
                                       STOPPED   nothing is known to be done, or the thread is dead

A worker that hangs shows the last board for ever, and no alert begins to ring. Nobody can see that
from the numbers. So whoever shows them asks here, in a thread that the worker does not hold up.

Time is counted on a clock that goes on evenly: a ward's own may be set, or be simulated.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class WatchState(StrEnum):
    """Whether somebody looks. The words are read by programs: they are never renamed."""

    LOOKING = "looking"
    STARTING = "starting"
    BUSY = "busy"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class LastLook:
    """The last look that found the ward as it was.

    Attributes:
        state: whether somebody looks now.
        looked_utc_s: the ward's time of it; before the first that of the start.
        ago_s: for how long there was none since.
    """

    state: WatchState
    looked_utc_s: float
    ago_s: float

    @property
    def is_late(self) -> bool:
        """Whether people have to be told that what they see is of then and not of now."""
        return self.state in {WatchState.BUSY, WatchState.STOPPED}


class Looks:
    """Keeps how looks go on. May be used by several threads.

    Args:
        now_utc_s: the ward's time of the start.
        clock_s: returns seconds that go on evenly.
        within_s: a look follows the one before within this time.
        piece_max_s: the longest that a single piece of work takes.
    """

    def __init__(
        self, now_utc_s: float, clock_s: Callable[[], float], within_s: float, piece_max_s: float
    ) -> None:
        self._clock_s = clock_s
        self._within_s = within_s
        self._piece_max_s = piece_max_s
        self._lock = threading.Lock()
        self._looked_utc_s = now_utc_s
        self._looked_s = self._sign_s = clock_s()
        self._is_first = True
        self._in_piece = False
        self._is_dead = False

    @property
    def sign_s(self) -> float:
        """When there was the last sign of life, on the even clock."""
        return self._sign_s

    def begin_piece(self) -> None:
        """A piece of work begins that may take longer than a look; the one before has ended."""
        with self._lock:
            self._sign_s, self._in_piece = self._clock_s(), True

    def end(self, looked_utc_s: float | None) -> None:
        """A look has ended.

        Args:
            looked_utc_s: the ward's time at which it found it; None if it has failed.
        """
        with self._lock:
            self._sign_s, self._in_piece, self._is_dead = self._clock_s(), False, False
            if looked_utc_s is not None:
                self._looked_utc_s, self._looked_s = looked_utc_s, self._sign_s
                self._is_first = False

    def die(self) -> None:
        """Nobody looks any more until somebody begins anew."""
        with self._lock:
            self._is_dead = True

    def last(self) -> LastLook:
        """Return how it is now."""
        with self._lock:
            now_s = self._clock_s()
            ago_s, silent_s = now_s - self._looked_s, now_s - self._sign_s
            return LastLook(self._state(ago_s, silent_s), self._looked_utc_s, ago_s)

    def _state(self, ago_s: float, silent_s: float) -> WatchState:
        if self._is_dead:
            return WatchState.STOPPED
        if ago_s <= self._within_s:
            return WatchState.LOOKING
        if self._in_piece and self._is_first and silent_s <= self._within_s:
            return WatchState.STARTING
        if self._in_piece and silent_s <= self._piece_max_s:
            return WatchState.BUSY
        return WatchState.STOPPED
