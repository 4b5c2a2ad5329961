"""What the alerts know of each infant, and all that they ever told.

State, events and what a person did change in one transaction, or not at all. Whoever writes names
the revision that it has read: of two programs that watch one ward only the first to tell something
tells it, and the other one reads anew.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from . import audit, schema
from .engine import reading, writing

_STATE = schema.alert_state
_EVENT = schema.alert_event
_DONE = schema.done_request
_INFANT = schema.infant


@dataclass(frozen=True, slots=True)
class AlertState:
    """What the alerts of one infant know.

    Attributes:
        infant_id: of which infant.
        revision: counts up with each change; 0 if nothing was kept yet.
        alert_version: version of the rules that made it.
        state: of the engine, as JSON.
        cursor: what it was told, as JSON.
    """

    infant_id: int
    revision: int = 0
    alert_version: str = ""
    state: str = ""
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that was told. Fields as in `alerts.AlertEvent`.

    Attributes:
        event_id: rises with the order in which things were told; 0 before it is kept.
        infant_id: of which infant.
    """

    kind: str
    utc_s: int
    told_utc_s: int
    alert_class: str | None
    alert_id: int | None
    action: str
    reason: str
    who: str
    target: str
    values: Mapping[str, Any]
    event_id: int = 0
    infant_id: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did, to be kept with what came of it.

    Attributes:
        request_id: of the request that asked for it: it is never done twice.
        what: a word for the audit; "" if nothing changed, and there is nothing to note.
        who: who did it.
        when_utc_s: the host's time.
        infant_code: about which infant.
        outcome: what came of it, as JSON.
        detail: for the audit.
    """

    request_id: str
    what: str
    who: str
    when_utc_s: int
    infant_code: str
    outcome: str
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])


class AlertLog:
    """The alerts of a store. Every method raises `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def revisions(self) -> dict[int, int]:
        """Return the revision of each infant's state, by the infant's key."""
        query = sa.select(_STATE.c.infant_id, _STATE.c.revision)
        with reading(self._engine, self._name) as connection:
            return {row.infant_id: row.revision for row in connection.execute(query)}

    def state(self, infant_id: int) -> AlertState:
        """Return what the alerts of one infant know; revision 0 if nothing was kept."""
        query = sa.select(_STATE).where(_STATE.c.infant_id == infant_id)
        with reading(self._engine, self._name) as connection:
            row = connection.execute(query).mappings().first()
        return AlertState(**row) if row else AlertState(infant_id)

    def keep(
        self, state: AlertState, events: Sequence[EventRow], deed: Deed | None = None
    ) -> bool:
        """Change an infant's state and add what was told, all or nothing.

        Args:
            state: the new one, with the revision of the one that it was made of.
            events: what was told.
            deed: what a person did, if anybody did anything.

        Returns:
            False if somebody else has changed the state meanwhile, has done the same request, or
            the infant is gone: then nothing was done, read anew.
        """
        with writing(self._engine, self._name) as connection:
            if not _lock(connection, state.infant_id) or _is_done(connection, deed):
                return False
            if not _replace(connection, state):
                return False
            if events:
                rows = [_values_of(event, state.infant_id) for event in events]
                connection.execute(sa.insert(_EVENT), rows)
            if deed is not None:
                _note(connection, deed)
        return True

    def outcome(self, request_id: str) -> str | None:
        """Return what came of a request; None if it was never done."""
        query = sa.select(_DONE.c.outcome).where(_DONE.c.request_id == request_id)
        with reading(self._engine, self._name) as connection:
            return connection.scalar(query)

    def forget_requests(self, before_utc_s: float) -> None:
        """Drop what came of requests before a time: no tablet sends them again."""
        with writing(self._engine, self._name) as connection:
            connection.execute(sa.delete(_DONE).where(_DONE.c.when_utc_s < int(before_utc_s)))

    def events(
        self,
        infant_id: int | None = None,
        *,
        from_utc_s: float | None = None,
        before_id: int | None = None,
        limit: int = 100,
    ) -> list[EventRow]:
        """Return what was told, newest first.

        Args:
            infant_id: only of this infant.
            from_utc_s: only what was told from then on.
            before_id: only what was told before this event: the last of the page before.
            limit: at most so many.
        """
        query = sa.select(_EVENT).order_by(_EVENT.c.event_id.desc()).limit(limit)
        if infant_id is not None:
            query = query.where(_EVENT.c.infant_id == infant_id)
        if from_utc_s is not None:
            query = query.where(_EVENT.c.told_utc_s >= int(from_utc_s))
        if before_id is not None:
            query = query.where(_EVENT.c.event_id < before_id)
        with reading(self._engine, self._name) as connection:
            rows = connection.execute(query).mappings().all()
        return [EventRow(**(dict(row) | {"values": json.loads(row["values"])})) for row in rows]


def _lock(connection: sa.Connection, infant_id: int) -> bool:
    """Keep others from changing an infant's state until commit; tell whether it exists.

    SQLite has one write lock and needs no more. Elsewhere the infant's own row is locked: before
    its first state there is no other one.
    """
    known = sa.select(_INFANT.c.infant_id).where(_INFANT.c.infant_id == infant_id)
    return connection.scalar(known.with_for_update()) is not None


def _is_done(connection: sa.Connection, deed: Deed | None) -> bool:
    if deed is None:
        return False
    known = sa.select(_DONE.c.request_id).where(_DONE.c.request_id == deed.request_id)
    return connection.scalar(known) is not None


def _note(connection: sa.Connection, deed: Deed) -> None:
    connection.execute(
        sa.insert(_DONE).values(
            request_id=deed.request_id, when_utc_s=deed.when_utc_s, outcome=deed.outcome
        )
    )
    if not deed.what:
        return
    audit.note(
        connection,
        what=deed.what,
        when_utc_s=deed.when_utc_s,
        who=deed.who,
        infant=deed.infant_code,
        detail=deed.detail,
    )


def _replace(connection: sa.Connection, state: AlertState) -> bool:
    """Put a state in the place of the one that it was made of; tell whether that was still so."""
    values = {
        "revision": state.revision + 1,
        "alert_version": state.alert_version,
        "state": state.state,
        "cursor": state.cursor,
    }
    of_infant = _STATE.c.infant_id == state.infant_id
    if state.revision:
        changed = connection.execute(
            sa.update(_STATE).where(of_infant, _STATE.c.revision == state.revision).values(values)
        )
        return changed.rowcount == 1
    if connection.scalar(sa.select(_STATE.c.infant_id).where(of_infant)) is not None:
        return False
    connection.execute(sa.insert(_STATE).values(infant_id=state.infant_id, **values))
    return True


def _values_of(event: EventRow, infant_id: int) -> dict[str, Any]:
    columns = [column.name for column in _EVENT.c if column.name not in {"event_id", "infant_id"}]
    values = {name: getattr(event, name) for name in columns}
    return values | {"infant_id": infant_id, "values": json.dumps(dict(event.values))}
