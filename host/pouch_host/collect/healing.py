"""Decides what to do for a Bluetooth adapter that seems to be stuck. Pure: told all, does nothing.

    evidence                                    steps, one each time that evidence comes again
    scanning fails ----------------+
    nothing at all heard for long -+-->  RESTART_SCAN -> CLOSE_STALE -> RESET -> RESTART_SCAN ...
    no band at all can be reached -+                                      |
                                          a reset only when the last is long enough ago

What shows that the adapter works (it scans, it hears, a band was reached) ends the kind of trouble
that it disproves, and the next one begins with the mildest step.
"""

from enum import Enum, auto

# Silence before the first step: three windows of the usual plan. It doubles from step to step, so
# that the reset comes after 21 minutes: by then a band of the slow plan, once in 20, was heard.
_SILENT_S = 180.0
# A ward that is as quiet as that without fault is learned: from what was heard so long after a
# step that it was not the step that helped.
_BY_ITSELF_S = 65.0
_LEARNED_SHARE = 1.25
_LEARNED_S_MAX = 3600.0
# Nobody is heard by a scanner that is begun anew all the time.
_LISTEN_S_MIN = 1.0
# So many connects in a row that fail, of more than one band: weak bands fail one by one.
_NOT_REACHED_COUNT = 4
_NOT_REACHED_BANDS = 2
# A reset takes the adapter from whatever else uses it. Where it did not help, it is tried ever
# more seldom: a machine without a working adapter is not mended by resets.
_RESET_PAUSE_S = 600.0
_RESET_PAUSE_S_MAX = 4 * 3600.0


class Step(Enum):
    """What can be done for an adapter, mildest first."""

    RESTART_SCAN = auto()
    CLOSE_STALE = auto()
    RESET = auto()


class Trouble(Enum):
    """What an adapter that is stuck looks like."""

    FAILS = auto()
    SILENT = auto()
    REACHES_NOBODY = auto()


_LADDER = (Step.RESTART_SCAN, Step.CLOSE_STALE, Step.RESET)


class Healing:
    """Collects evidence about one adapter. All times are seconds on one clock that never steps.

    Args:
        now_s: when it begins to listen.
    """

    def __init__(self, now_s: float) -> None:
        self._ever_heard = False
        # Since when nothing was heard; and since when it counts as evidence for the next step.
        self._silent_since_s = now_s
        self._counts_since_s = now_s
        self._silent_s = _SILENT_S
        self._failed = False
        self._not_reached: list[str] = []
        self._rung: dict[Trouble, int] = {}
        self._reset_pause_s = _RESET_PAUSE_S
        self._next_reset_s = now_s

    def note_heard(self, heard_s: float | None) -> None:
        """Something was last heard at this time, whoever it was; None if nothing ever was."""
        if heard_s is None or (self._ever_heard and heard_s <= self._silent_since_s):
            return
        self._ever_heard = True
        rung = self._rung.get(Trouble.SILENT, 0)
        by_itself = heard_s - self._counts_since_s > _BY_ITSELF_S
        if by_itself and 0 < rung < len(_LADDER):
            learned_s = _LEARNED_SHARE * (heard_s - self._silent_since_s)
            self._silent_s = min(max(self._silent_s, learned_s), _LEARNED_S_MAX)
        self._count_silence_from(heard_s)
        self._works(Trouble.SILENT)

    def note_scanned(self) -> None:
        """The adapter has listened for as long as it was asked to."""
        self._failed = False
        self._works(Trouble.FAILS)

    def note_failed(self) -> None:
        """The adapter says that it does not work."""
        self._failed = True

    def note_reached(self, now_s: float) -> None:
        """A connection was made; it has ended just now, and nobody has listened meanwhile."""
        self._not_reached.clear()
        self._count_silence_from(now_s)
        self._works(Trouble.REACHES_NOBODY)

    def note_not_reached(self, name: str, now_s: float) -> None:
        """A band that was heard could not be connected to.

        Args:
            name: which band.
            now_s: when it was given up; nobody has listened meanwhile.
        """
        self._not_reached = [*self._not_reached[1 - _NOT_REACHED_COUNT :], name]
        self._count_silence_from(now_s)

    def due(self, now_s: float) -> Step | None:
        """Return what is to be done now, if anything; it counts as done."""
        trouble = self._trouble(now_s)
        if trouble is None:
            return None
        # Evidence is collected anew after each step: it shows whether that one has helped.
        self._failed = False
        self._not_reached.clear()
        self._counts_since_s = now_s
        rung = self._rung.get(trouble, 0)
        step = _LADDER[rung % len(_LADDER)]
        if step is Step.RESET:
            if now_s < self._next_reset_s:
                # Stays on this rung: the reset comes as soon as it may.
                return Step.RESTART_SCAN
            self._next_reset_s = now_s + self._reset_pause_s
            self._reset_pause_s = min(2 * self._reset_pause_s, _RESET_PAUSE_S_MAX)
        self._rung[trouble] = rung + 1
        return step

    def patience_s(self, now_s: float) -> float:
        """Return for how long to listen at most before asking `due` again, seconds."""
        return max(_LISTEN_S_MIN, self._counts_since_s + self._silence_s() - now_s)

    def _silence_s(self) -> float:
        doublings = min(self._rung.get(Trouble.SILENT, 0), len(_LADDER) - 1)
        return self._silent_s * 2**doublings

    def _count_silence_from(self, now_s: float) -> None:
        self._silent_since_s = max(self._silent_since_s, now_s)
        self._counts_since_s = max(self._counts_since_s, now_s)

    def _trouble(self, now_s: float) -> Trouble | None:
        if self._failed:
            return Trouble.FAILS
        many = len(self._not_reached) >= _NOT_REACHED_COUNT
        if many and len(set(self._not_reached)) >= _NOT_REACHED_BANDS:
            return Trouble.REACHES_NOBODY
        if self._ever_heard and now_s - self._counts_since_s >= self._silence_s():
            return Trouble.SILENT
        return None

    def _works(self, trouble: Trouble) -> None:
        """Forget a kind of trouble; with the last of them, that resets did not help."""
        if self._rung.pop(trouble, None) is not None and not self._rung:
            self._reset_pause_s = _RESET_PAUSE_S
