"""What alerts told of a stretch of time."""

from pouch_host.store import Store
from pouch_host.store.alert_log import EventRow

_LIMIT = 10_000


def events_between(
    store: Store, infant_id: int, begin_utc_s: float, end_utc_s: float
) -> list[EventRow]:
    """Return what happened between two times, oldest first.

    Args:
        store: where it is kept.
        infant_id: to which infant.
        begin_utc_s: first second that counts.
        end_utc_s: first one that does not.

    Raises:
        StoreError: the store cannot be read.
    """
    # Nothing is told before it happens.
    told = store.alerts.events(infant_id, from_utc_s=begin_utc_s, limit=_LIMIT)
    return [one for one in reversed(told) if begin_utc_s <= one.utc_s < end_utc_s]
