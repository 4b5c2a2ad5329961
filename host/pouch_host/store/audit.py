"""What people did, and whom they looked at: rows that are only ever added.

A change notes itself in its own transaction, so that neither is there without the other.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from . import schema
from .engine import reading, writing

_AUDIT = schema.audit


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done.

    Attributes:
        audit_id: rises with the order in which they were noted.
        when_utc_s: the host's time of it.
        what: a word for it, such as "assigned".
        who: name of the person; None for a command on this computer.
        infant: code of the infant that it is about, or None.
        band_id: the band that it is about, or None.
        from_utc_s: of an assignment its first second, else None.
        to_utc_s: of an assignment the first second after it; None while it lasts.
        target_minutes: of a target the contact a day; None for the usual one.
        detail: what else there is to say.
    """

    audit_id: int
    when_utc_s: int
    what: str
    who: str | None
    infant: str | None
    band_id: int | None
    from_utc_s: int | None
    to_utc_s: int | None
    target_minutes: int | None
    detail: Mapping[str, Any]


def note(
    connection: sa.Connection,
    *,
    what: str,
    when_utc_s: int,
    who: str | None = None,
    infant: str | None = None,
    band_id: int | None = None,
    from_utc_s: int | None = None,
    to_utc_s: int | None = None,
    target_minutes: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a row within the transaction that does what it tells of.

    Args:
        connection: the transaction.
        what: a word for it.
        when_utc_s: the host's time.
        who: name of the person; None for a command on this computer.
        infant: code of the infant that it is about, if any.
        band_id: the band that it is about, if any.
        from_utc_s: first second of an assignment.
        to_utc_s: first second after it.
        target_minutes: contact a day, of a target.
        detail: what else there is to say, as JSON has it, or dates, which become text; never a
            secret, never what somebody wrote about an infant.
    """
    connection.execute(
        sa.insert(_AUDIT).values(
            when_utc_s=when_utc_s,
            what=what,
            who=who,
            infant=infant,
            band_id=band_id,
            from_utc_s=from_utc_s,
            to_utc_s=to_utc_s,
            target_minutes=target_minutes,
            detail=_json(detail) if detail else None,
        )
    )


def _json(detail: Mapping[str, Any]) -> str:
    return json.dumps(dict(detail), ensure_ascii=False, sort_keys=True, default=date.isoformat)


class AuditTable:
    """The audit of a store. Every method raises `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def note(
        self,
        *,
        what: str,
        when_utc_s: int,
        who: str | None = None,
        infant: str | None = None,
        band_id: int | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add a row about something that changes nothing else, such as a look at an infant."""
        with writing(self._engine, self._name) as connection:
            note(
                connection,
                what=what,
                when_utc_s=when_utc_s,
                who=who,
                infant=infant,
                band_id=band_id,
                detail=detail,
            )

    def note_views(self, infants: Iterable[str], *, when_utc_s: int, who: str) -> None:
        """Add a row for each infant that somebody looked at, in one statement."""
        rows = [
            {"when_utc_s": when_utc_s, "what": "viewed", "who": who, "infant": code}
            for code in infants
        ]
        if rows:
            with writing(self._engine, self._name) as connection:
                connection.execute(sa.insert(_AUDIT), rows)

    def rows(
        self, *, before_id: int | None = None, limit: int = 100, infant: str | None = None
    ) -> list[AuditRow]:
        """Return rows, newest first.

        Args:
            before_id: only those noted before this one: the last of the page before.
            limit: at most so many.
            infant: only those about the infant with this code.
        """
        query = sa.select(_AUDIT).order_by(_AUDIT.c.audit_id.desc()).limit(limit)
        if before_id is not None:
            query = query.where(_AUDIT.c.audit_id < before_id)
        if infant is not None:
            query = query.where(_AUDIT.c.infant == infant)
        with reading(self._engine, self._name) as connection:
            found = connection.execute(query).mappings().all()
        return [_read(dict(row)) for row in found]


def _read(row: dict[str, Any]) -> AuditRow:
    detail = json.loads(row.pop("detail") or "{}")
    return AuditRow(**row, detail=detail)
