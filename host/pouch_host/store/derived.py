"""What was worked out from the records, with the version of the algorithm that did it.

A copy, never the truth: everything here can be dropped and made again. Of one infant all is
replaced in one transaction, so that a day never stands beside blocks that it was not made of.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from . import schema
from .engine import reading, writing

_STATE = schema.derived_infant
_BLOCK = schema.derived_block
_DAY = schema.derived_day
_SESSION = schema.derived_session

# SQLite takes 32,766 values in a statement, its older versions 999.
_KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DerivedState:
    """What an infant's derived rows were made of.

    Attributes:
        inputs: a digest of it.
        as_of_utc_s: the time up to which they count.
        until_utc_s: from then on they are out of date even if nothing came in; None for never.
    """

    inputs: str
    as_of_utc_s: int
    until_utc_s: int | None


@dataclass(frozen=True, slots=True)
class DerivedBlock:
    """States of the minutes of one block.

    Attributes:
        begin_utc_s: where it begins.
        algorithm_version: the method and its parameters.
        fingerprint: digest of all that the block depends on.
        minutes: the states, packed.
    """

    begin_utc_s: int
    algorithm_version: str
    fingerprint: bytes
    minutes: bytes


@dataclass(frozen=True, slots=True)
class DerivedDay:
    """One local day that is over.

    Attributes:
        date: the local date.
        algorithm_version: the method and its parameters.
        zone: IANA name of the zone in which the day begins and ends.
        results: the day as JSON.
    """

    date: date
    algorithm_version: str
    zone: str
    results: str


@dataclass(frozen=True, slots=True)
class DerivedSession:
    """One session that began on such a day. Fields as in `analysis.sessions.Session`."""

    begin_utc_s: int
    end_utc_s: int
    algorithm_version: str
    ssc_minutes: int
    unknown_minutes: int
    other_minutes: int
    begin_known: bool
    end_known: bool
    provider: str
    provider_probability: float | None


@dataclass(frozen=True, slots=True)
class Derived:
    """How an infant's derived rows change.

    Attributes:
        state: what they are then made of.
        blocks: new ones, and those that replace one of the same beginning.
        gone_blocks: beginnings of those that go.
        days: new ones, and those that replace one of the same date.
        gone_days: dates of those that go.
        sessions: all that there are.
    """

    state: DerivedState
    blocks: Sequence[DerivedBlock] = ()
    gone_blocks: Sequence[int] = ()
    days: Sequence[DerivedDay] = ()
    gone_days: Sequence[date] = ()
    sessions: Sequence[DerivedSession] = ()


_Row = DerivedState | DerivedBlock | DerivedDay | DerivedSession


class DerivedTables:
    """The derived rows of a store. Every method raises `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    @property
    def writable(self) -> bool:
        """Tell whether rows can be kept here. A file may be on a disk that can only be read."""
        url = self._engine.url
        if url.get_backend_name() != "sqlite" or url.database is None:
            return True
        return "immutable" not in url.query and os.access(url.database, os.W_OK)

    def states(self) -> dict[int, DerivedState]:
        """Return what the rows of each infant were made of."""
        with self._reading() as connection:
            return {
                row.pop("infant_id"): DerivedState(**row)
                for row in map(dict, connection.execute(sa.select(_STATE)).mappings())
            }

    def fingerprints(self, infant_id: int) -> dict[int, bytes]:
        """Return the fingerprint of each of an infant's blocks, by its beginning."""
        columns = (_BLOCK.c.begin_utc_s, _BLOCK.c.fingerprint)
        query = sa.select(*columns).where(_BLOCK.c.infant_id == infant_id)
        with self._reading() as connection:
            return {row.begin_utc_s: row.fingerprint for row in connection.execute(query)}

    def blocks(self, infant_id: int, first_utc_s: int, last_utc_s: int) -> list[DerivedBlock]:
        """Return an infant's blocks by time.

        Args:
            infant_id: the infant.
            first_utc_s: beginning of the first one.
            last_utc_s: beginning of the last one.
        """
        within = _BLOCK.c.begin_utc_s.between(first_utc_s, last_utc_s)
        return [DerivedBlock(**row) for row in self._rows(_BLOCK, infant_id, within)]

    def days(self, infant_id: int) -> list[DerivedDay]:
        """Return an infant's days by date."""
        return [DerivedDay(**row) for row in self._rows(_DAY, infant_id)]

    def sessions(self, infant_id: int) -> list[DerivedSession]:
        """Return an infant's sessions by time."""
        return [DerivedSession(**row) for row in self._rows(_SESSION, infant_id)]

    def replace(self, infant_id: int, derived: Derived) -> bool:
        """Change an infant's rows, all or none. Return whether the infant still exists.

        Args:
            infant_id: the infant. Somebody may have taken it back meanwhile: then nothing is done.
            derived: what changes.
        """
        infant = schema.infant
        known = sa.select(infant.c.infant_id).where(infant.c.infant_id == infant_id)
        with writing(self._engine, self._name) as connection:
            if connection.scalar(known.with_for_update()) is None:
                return False
            begins = [block.begin_utc_s for block in derived.blocks]
            _delete(connection, _BLOCK.c.begin_utc_s, infant_id, [*begins, *derived.gone_blocks])
            dates = [day.date for day in derived.days]
            _delete(connection, _DAY.c.date, infant_id, [*dates, *derived.gone_days])
            for table in (_SESSION, _STATE):
                connection.execute(sa.delete(table).where(table.c.infant_id == infant_id))
            _insert(connection, _BLOCK, infant_id, derived.blocks)
            _insert(connection, _DAY, infant_id, derived.days)
            _insert(connection, _SESSION, infant_id, derived.sessions)
            _insert(connection, _STATE, infant_id, [derived.state])
        return True

    def _rows(
        self, table: sa.Table, infant_id: int, *conditions: sa.ColumnElement[bool]
    ) -> Iterator[dict[str, Any]]:
        """Yield an infant's rows of one table by their key, without whose they are."""
        columns = [column for column in table.c if column.name != "infant_id"]
        query = sa.select(*columns).where(table.c.infant_id == infant_id, *conditions)
        with self._reading() as connection:
            rows = connection.execute(query.order_by(*table.primary_key)).mappings().all()
        yield from map(dict, rows)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with reading(self._engine, self._name) as connection:
            yield connection


def _delete(
    connection: sa.Connection, key: sa.Column[Any], infant_id: int, values: Sequence[Any]
) -> None:
    of_infant = key.table.c.infant_id == infant_id
    for first in range(0, len(values), _KEYS_AT_ONCE):
        part = values[first : first + _KEYS_AT_ONCE]
        connection.execute(sa.delete(key.table).where(of_infant, key.in_(part)))


def _insert(
    connection: sa.Connection, table: sa.Table, infant_id: int, rows: Sequence[_Row]
) -> None:
    values = [{"infant_id": infant_id} | asdict(row) for row in rows]
    if values:
        connection.execute(sa.insert(table), values)
