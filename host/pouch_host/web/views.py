"""Who looked at which infant: noted in the audit, once in a while and not at every reload."""

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

    def note(self, who: str, infant_code: str, now_utc_s: float) -> None:
        """Note that somebody looked at an infant.

        Args:
            who: the person.
            infant_code: the infant.
            now_utc_s: when.

        Raises:
            StoreError: it cannot be noted. Then nothing is to be shown.
        """
        key = (who, infant_code)
        with self._lock:
            noted_utc_s = self._noted_utc_s.get(key)
            if noted_utc_s is not None and 0 <= now_utc_s - noted_utc_s < AGAIN_S:
                return
            self._store.audit.note(
                what="viewed", when_utc_s=int(now_utc_s), who=who, infant=infant_code
            )
            if len(self._noted_utc_s) >= _HELD_MAX:
                self._noted_utc_s.clear()
            self._noted_utc_s[key] = now_utc_s
