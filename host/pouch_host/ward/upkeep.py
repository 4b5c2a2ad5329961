"""Brings the derived days of a ward up to date while it is watched, one infant at a time.

Only days that are over are stored, and today's blocks. So an infant has to be looked at when a day
is over, when its assignments or its target change, and every few hours for its blocks and for what
arrived late. To derive a month anew takes a part of a second for each infant, all of its records
are read for it: they are forgotten after it, and most of the time is left to looks.
"""

import time
from dataclasses import dataclass

from pouch_host import derive
from pouch_host.analysis.days import local_date
from pouch_host.store import Store

from .facts import Facts, Watched

# As long as a block: of what a program that starts needs, only the newest is then missing.
_EVERY_S = 6 * 3600.0

# What a tablet asked for that was away for longer is not wanted any more.
_REQUESTS_KEPT_S = 30 * 86_400.0
_SWEEP_EVERY_S = 86_400.0

# Of the time that it takes so much is left to others before it goes on.
_REST = 4.0


@dataclass(slots=True)
class _Last:
    """When an infant's days were brought up to date, and what they were made of then."""

    utc_s: float
    inputs: tuple[object, ...]


class Upkeep:
    """Chooses whose turn it is.

    Args:
        store: what is kept up to date.
        every_s: one infant's turn comes at most so often, seconds; None for never.
    """

    def __init__(self, store: Store, every_s: float | None) -> None:
        self._store = store
        self._every_s = every_s
        self._last: dict[int, _Last] = {}
        self._next_s = 0.0
        self._swept_utc_s: float | None = None

    def step(self, facts: Facts, now_utc_s: float) -> bool:
        """Bring one infant up to date, if one is due; return whether one was.

        Raises:
            StoreError: the store cannot be read or written.
        """
        if self._every_s is None or time.monotonic() < self._next_s:
            return False
        if not self._store.derived.writable:
            return False
        if self._swept_utc_s is None or now_utc_s - self._swept_utc_s > _SWEEP_EVERY_S:
            self._swept_utc_s = now_utc_s
            self._store.alerts.forget_requests(now_utc_s - _REQUESTS_KEPT_S)
        due = [
            (self._last[key].utc_s if key in self._last else 0.0, key)
            for key, watched in facts.shown.items()
            if self._is_due(facts, watched, now_utc_s, self._every_s)
        ]
        if not due:
            return False
        watched = facts.shown[min(due)[1]]
        began_s = time.monotonic()
        self._last[watched.infant.infant_id] = _Last(now_utc_s, _inputs(facts, watched, now_utc_s))
        try:
            derive.refresh(self._store, now_utc_s, infant_code=watched.infant.code)
        finally:
            for one in watched.given:
                self._store.forget_records(one.band_id)
            ended_s = time.monotonic()
            self._next_s = ended_s + _REST * (ended_s - began_s)
        return True

    def _is_due(self, facts: Facts, watched: Watched, now_utc_s: float, every_s: float) -> bool:
        last = self._last.get(watched.infant.infant_id)
        if not watched.given:
            return False
        if last is None:
            return True
        since_s = now_utc_s - last.utc_s
        changed = last.inputs != _inputs(facts, watched, now_utc_s)
        return not 0 <= since_s < (every_s if changed else _EVERY_S)


def _inputs(facts: Facts, watched: Watched, now_utc_s: float) -> tuple[object, ...]:
    today = local_date(now_utc_s, facts.zone)
    return watched.infant, watched.given, facts.zone.key, today
