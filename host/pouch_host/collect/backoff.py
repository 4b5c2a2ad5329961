"""When each band is wanted again: after a rest if it was read, after a pause if it was not.

A band is known here by its name, which lasts; its address changes with each of its windows. All
times are seconds on one clock that never steps.
"""

from collections.abc import Callable
from dataclasses import dataclass

# A band of the usual plan is on the air once in so many seconds.
_WINDOW_S = 60.0
# Half a window short of a number of windows, so that it is the nearest of them and not the next.
_EARLY_S = _WINDOW_S / 2
# A band that is broken or out of reach takes 8 s of the adapter at each try, one that sends
# without end three minutes. At every sixteenth window a few of those leave the others most of the
# time; and one that comes back is read a quarter of an hour later.
_WINDOWS_MAX = 16
# In a round a band is tried so often, in windows that follow each other; then others come first.
_ROUND_ATTEMPTS = 3


def growing_pause_s(failures: int) -> float:
    """Return the pause after so many failures in a row: 0, 2, 4, 8, 16, 16 ... windows.

    None after the first: where a connection broke, the band is still on the air for a moment.
    There is no jitter: bands do not ask at the same time, and each one's clock drifts by itself.
    """
    if failures <= 1:
        return 0.0
    return min(2 ** (failures - 1), _WINDOWS_MAX) * _WINDOW_S - _EARLY_S


def round_pause_s(failures: int) -> float:
    """Return the same for a single round: a few windows in a row, then no more in this round."""
    return 0.0 if failures < _ROUND_ATTEMPTS else float("inf")


@dataclass
class _Turn:
    until_s: float
    failures: int = 0


class Backoff:
    """Remembers of each band when it has had its turn, and how often it failed since it was read.

    Args:
        interval_s: from one pull of a band to the next of the same.
        pause_s: the pause after so many failures in a row.
    """

    def __init__(
        self, interval_s: float, pause_s: Callable[[int], float] = growing_pause_s
    ) -> None:
        self._rest_s = interval_s - min(_EARLY_S, interval_s / 2)
        self._pause_s = pause_s
        self._turns: dict[str, _Turn] = {}

    def wanted(self, name: str, now_s: float) -> bool:
        """Tell whether a band that is heard now is to be pulled."""
        turn = self._turns.get(name)
        return turn is None or turn.until_s <= now_s

    def failures(self, name: str) -> int:
        """Return how often the band has failed in a row."""
        turn = self._turns.get(name)
        return 0 if turn is None else turn.failures

    def note_read(self, name: str, now_s: float) -> float:
        """The band was read just now; return for how long it rests, seconds."""
        # From the end of the pull: a band that was left stays on the air for a moment, and one
        # that took longer than the interval must not be pulled over and over: its battery pays.
        self._turns[name] = _Turn(now_s + self._rest_s)
        return self._rest_s

    def note_failed(self, name: str, now_s: float, *, had_its_turn: bool) -> float:
        """The band was not read; return the pause before it is tried again, seconds.

        Args:
            name: which band.
            now_s: when it failed.
            had_its_turn: it is left alone for at least as long as one that was read: to ask again
                gives the same answer, or it has taken the time of many.
        """
        turn = self._turns.setdefault(name, _Turn(now_s))
        turn.failures += 1
        pause_s = self._pause_s(turn.failures)
        if had_its_turn:
            pause_s = max(pause_s, self._rest_s)
        turn.until_s = now_s + pause_s
        return pause_s
