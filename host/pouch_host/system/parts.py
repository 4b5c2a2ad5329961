"""The parts of a ward's process, and how each is: it runs, it has failed, it does not answer.

STARTING --> RUNNING --> ENDED
              |   ^
              v   |  after a pause
             FAILED
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum


class PartName(StrEnum):
    """Which part."""

    WEB = "web"
    WATCH = "watch"
    COLLECTOR = "collector"


class PartState(StrEnum):
    """How a part is."""

    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the process.

    Attributes:
        name: which.
        state: how it is.
        failure: what it said when it last failed, in one line; "" while it runs.
        failure_count: how often it failed since the start.
        silent_s: for how long it has given no sign of life beyond what is usual; 0 while it does.
    """

    name: PartName
    state: PartState = PartState.STARTING
    failure: str = ""
    failure_count: int = 0
    silent_s: float = 0.0


class Parts:
    """Keeps how each part is. May be used by several threads.

    Args:
        clock_s: returns seconds that go on evenly, whatever is done to the computer's time.
    """

    def __init__(self, clock_s: Callable[[], float]) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._parts: dict[PartName, Part] = {}
        # Until when each has promised to say something again.
        self._due_s: dict[PartName, float] = {}

    def note(self, name: PartName, state: PartState, failure: str = "") -> None:
        """Keep how a part is from now on.

        Args:
            name: which part.
            state: how it is.
            failure: if it has failed, what it said.
        """
        with self._lock:
            before = self._parts.get(name, Part(name))
            count = before.failure_count + (state is PartState.FAILED)
            line = " ".join(failure.split())
            self._parts[name] = replace(before, state=state, failure=line, failure_count=count)
            if state is not PartState.RUNNING:
                self._due_s.pop(name, None)

    def beat(self, name: PartName, within_s: float) -> None:
        """A part is alive, and says so again within this time if it stays so."""
        due_s = self._clock_s() + within_s
        with self._lock:
            self._due_s[name] = due_s

    def all(self) -> tuple[Part, ...]:
        """Return all parts, in the order in which they were first told of."""
        now_s = self._clock_s()
        with self._lock:
            return tuple(
                replace(part, silent_s=max(0.0, now_s - self._due_s.get(part.name, now_s)))
                for part in self._parts.values()
            )

    def part(self, name: PartName) -> Part | None:
        """Return one part; None if the process has none of that name."""
        return next((part for part in self.all() if part.name is name), None)
