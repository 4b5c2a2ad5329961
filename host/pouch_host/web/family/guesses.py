"""Slows down whoever guesses families' links. In memory: a restart may forget.

A token has 160 bits, so guessing is hopeless with or without this; it keeps a guesser from costing
the small computer its time. A phone whose link opened lately goes on opening it, also beside a
guesser on the same network.
"""

from collections import OrderedDict
from threading import Lock

_WRONG_MAX = 20
_WITHIN_S = 600.0
_PHONES_MAX = 1000
_KNOWN_S = 24 * 3600.0


class Guesses:
    """Counts wrong tokens by where they come from. May be used by several threads."""

    def __init__(self) -> None:
        # Of each address: how many, and since when.
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._opened: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def may_try(self, address: str, digest: str, now_utc_s: float) -> bool:
        """Tell whether a token is looked up.

        Args:
            address: where the request comes from.
            digest: of the token.
            now_utc_s: the time.
        """
        with self._lock:
            opened_utc_s = self._opened.get(digest)
            if opened_utc_s is not None and abs(now_utc_s - opened_utc_s) < _KNOWN_S:
                return True
            count, since_utc_s = self._wrong.get(address, (0, now_utc_s))
            return count < _WRONG_MAX or abs(now_utc_s - since_utc_s) >= _WITHIN_S

    def wrong(self, address: str, now_utc_s: float) -> None:
        """Note a token that opened nothing."""
        with self._lock:
            count, since_utc_s = self._wrong.pop(address, (0, now_utc_s))
            if abs(now_utc_s - since_utc_s) >= _WITHIN_S:
                count, since_utc_s = 0, now_utc_s
            self._wrong[address] = (count + 1, since_utc_s)
            _shorten(self._wrong)

    def right(self, digest: str, now_utc_s: float) -> None:
        """Note a token that opened."""
        with self._lock:
            self._opened.pop(digest, None)
            self._opened[digest] = now_utc_s
            _shorten(self._opened)


def _shorten(held: OrderedDict[str, tuple[int, float]] | OrderedDict[str, float]) -> None:
    while len(held) > _PHONES_MAX:
        held.popitem(last=False)
