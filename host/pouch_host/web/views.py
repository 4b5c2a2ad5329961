"""Who looked at which infant: noted in the audit, once in a while and not at every reload."""

from collections.abc import Iterable
from threading import Lock

from pouch_host.store import Store

AGAIN_S = 600
"""A page that reloads, or one that is gone back to, is the same look for ten minutes."""

_HELD_MAX = 10_000


class ViewLog:
    """Notes looks at infants. May be used by several threads.

    Args:
        store: of the audit.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._noted_utc_s: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def note(self, who: str, infant_codes: Iterable[str], now_utc_s: float) -> None:
        """Note that somebody looked at some infants.

        Args:
            who: the person.
            infant_codes: the infants.
            now_utc_s: when.

        Raises:
            StoreError: it cannot be noted. Then nothing is to be shown.
        """
        with self._lock:
            new = [code for code in infant_codes if self._is_new(who, code, now_utc_s)]
        # Without the lock: a store that is slow to write must not hold up other people's looks.
        # Two looks of one person at the same moment are then noted twice, and none is missing.
        self._store.audit.note_views(new, when_utc_s=int(now_utc_s), who=who)
        with self._lock:
            if len(self._noted_utc_s) + len(new) > _HELD_MAX:
                self._noted_utc_s.clear()
            self._noted_utc_s.update(((who, code), now_utc_s) for code in new)

    def _is_new(self, who: str, infant_code: str, now_utc_s: float) -> bool:
        noted_utc_s = self._noted_utc_s.get((who, infant_code))
        return noted_utc_s is None or not 0 <= now_utc_s - noted_utc_s < AGAIN_S
