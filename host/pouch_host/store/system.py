"""What a store can tell of how it is kept: its newest record, its last backup, its alerts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from . import schema
from .engine import reading

_A = schema.assignment
_EVENT = schema.alert_event
_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_RAISED, _RANG = "raised", "rang"


@dataclass(frozen=True, slots=True)
class AlertLoad:
    """How many alerts a ward had in a week, for as many infants as wore a band.

    Attributes:
        infant_days: days on which infants wore a band, over all infants.
        raised: alerts, by class.
        rang: times that one rang.
    """

    infant_days: float
    raised: dict[str, int]
    rang: int

    @property
    def per_infant_day(self) -> float | None:
        """Return alerts a day of one infant; None if none wore a band."""
        return sum(self.raised.values()) / self.infant_days if self.infant_days else None


class SystemTable:
    """Answers about a store as a whole. Every method raises `StoreError` when it fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.

    Attributes:
        file: the store's file; None for a database on a server.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self.file: Path | None = Path(name) if engine.dialect.name == "sqlite" else None
        self._engine = engine
        self._name = name

    def newest_received_utc_s(self) -> int | None:
        """Return the host's time at which the newest records came; None before the first."""
        newest = sa.select(schema.segment.c.received_utc_s).order_by(
            schema.segment.c.segment_id.desc()
        )
        return self._scalar(newest.limit(1))

    def newest_backup_utc_s(self) -> int | None:
        """Return the host's time of the last backup that was noted; None if none ever was."""
        return self._scalar(
            sa.select(sa.func.max(schema.audit.c.when_utc_s)).where(
                schema.audit.c.what == "backed_up"
            )
        )

    def alert_load(self, now_utc_s: float) -> AlertLoad:
        """Return how many alerts there were in the week up to now.

        Args:
            now_utc_s: the time.
        """
        to_utc_s = int(now_utc_s)
        from_utc_s = to_utc_s - _WEEK_S
        told = (
            sa.select(_EVENT.c.kind, _EVENT.c.alert_class, sa.func.count())
            .where(
                _EVENT.c.told_utc_s >= from_utc_s,
                _EVENT.c.told_utc_s < to_utc_s,
                _EVENT.c.kind.in_([_RAISED, _RANG]),
            )
            .group_by(_EVENT.c.kind, _EVENT.c.alert_class)
        )
        worn = sa.select(_A.c.from_utc_s, _A.c.to_utc_s).where(
            _A.c.from_utc_s < to_utc_s,
            sa.or_(_A.c.to_utc_s.is_(None), _A.c.to_utc_s > from_utc_s),
        )
        with reading(self._engine, self._name) as connection:
            counts = connection.execute(told).all()
            spans = connection.execute(worn).all()
        worn_s = sum(
            min(to_utc_s, end if end is not None else to_utc_s) - max(from_utc_s, begin)
            for begin, end in spans
        )
        return AlertLoad(
            infant_days=worn_s / _DAY_S,
            raised={one: count for kind, one, count in counts if kind == _RAISED},
            rang=sum(count for kind, _, count in counts if kind == _RANG),
        )

    def _scalar(self, query: sa.Select[Any]) -> int | None:
        with reading(self._engine, self._name) as connection:
            return connection.scalar(query)
