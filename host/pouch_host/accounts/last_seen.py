"""When sessions, screens and tokens were last used: exact here, to the minute in the store."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from pouch_host.errors import StoreError

# A write a minute for each tablet is nothing; one for each request would fill a slow card.
_KEEP_EVERY_S = 60
# More than a ward has tablets. What is forgotten here is known to the minute all the same.
_KEYS_MAX = 1000


@dataclass(slots=True)
class _Use:
    seen_utc_s: int
    tried_utc_s: int


class LastSeen:
    """Remembers when something was last used, and has it kept once a minute."""

    def __init__(self) -> None:
        self._uses: OrderedDict[str, _Use] = OrderedDict()
        self._lock = Lock()

    def newest(self, key: str, kept_utc_s: int) -> int:
        """Return when it was last used.

        Args:
            key: digest of its token.
            kept_utc_s: when, by the store.
        """
        with self._lock:
            use = self._uses.get(key)
        return kept_utc_s if use is None else max(kept_utc_s, use.seen_utc_s)

    def note(
        self, key: str, kept_utc_s: int | None, now_utc_s: int, keep: Callable[[int], None]
    ) -> None:
        """Remember that it is used now.

        Args:
            key: digest of its token.
            kept_utc_s: when it was last used, by the store.
            now_utc_s: the host's time.
            keep: writes a time to the store. If the store cannot be written, nobody is thrown
                out for it: a full disk must not take the board from the ward.
        """
        with self._lock:
            use = self._uses.pop(key, None)
            if use is None:
                use = _Use(now_utc_s, kept_utc_s or 0)
            use.seen_utc_s = now_utc_s
            due = not 0 <= now_utc_s - use.tried_utc_s < _KEEP_EVERY_S
            if due:
                use.tried_utc_s = now_utc_s
            self._uses[key] = use
            while len(self._uses) > _KEYS_MAX:
                self._uses.popitem(last=False)
        if due:
            try:
                keep(now_utc_s)
            except StoreError:
                return

    def forget(self, key: str) -> None:
        """Drop what is known of a token that ended."""
        with self._lock:
            self._uses.pop(key, None)
