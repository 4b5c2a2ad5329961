"""How long nobody may try after wrong secrets.

A person who mistypes twice notices nothing. Whoever guesses gets some 30 tries on the first day
and 24 on each later one, of the 9,880 PINs that four digits allow.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from pouch_host.store.logins import Attempt

FREE_FAILURES = 2
_FIRST_S = 30
_LONGEST_S = 3600

# A guesser of names fills no memory: the names that were tried longest ago are forgotten.
_NAMES_MAX = 1000


def delay_s(failures: int) -> int:
    """Return for how many seconds nobody may try after so many failures in a row."""
    if failures <= FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES - 1, 10)
    return min(_FIRST_S << doublings, _LONGEST_S)


class UnknownNames:
    """Locks names that nobody has as if somebody had them: a guesser learns nothing.

    Kept in memory only; what a restart forgets here protects nobody.

    Args:
        clock: returns UTC seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tried: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def begin_attempt(self, name: str) -> Attempt:
        """Count an attempt as a failure, as the store does for a name that it knows."""
        now_utc_s = int(self._clock())
        with self._lock:
            failures, until_utc_s = self._tried.pop(name, (0, 0))
            # A clock that was set back meanwhile locks nobody out for longer than the delay.
            until_utc_s = min(until_utc_s, now_utc_s + delay_s(failures))
            locked = until_utc_s > now_utc_s
            if not locked:
                failures += 1
                until_utc_s = now_utc_s + delay_s(failures)
            self._tried[name] = (failures, until_utc_s)
            while len(self._tried) > _NAMES_MAX:
                self._tried.popitem(last=False)
        return Attempt(not locked, failures, until_utc_s if until_utc_s > now_utc_s else None)

    def forget(self, name: str) -> None:
        """Drop what is known of a name."""
        with self._lock:
            self._tried.pop(name, None)
