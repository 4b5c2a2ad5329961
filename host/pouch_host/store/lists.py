"""Infants and assignments as a list brings them: all rows of it, or none.

A list adds what the store does not have and fills in what it does not know. It never says another
thing than the store: a row that would is refused, and a person decides. So the same list twice
changes nothing, and a list that has grown brings what is new in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import sqlalchemy as sa

from pouch_host.errors import InputError
from pouch_protocol.constants import band_label

from . import audit, people, programme, schema
from .engine import writing
from .episode_log import Imported
from .family_links import end_links_on_band
from .presence import (
    check_birth,
    check_body,
    check_born_by,
    check_moment,
    checked_code,
    find_infant,
    here_since_utc_s,
)
from .rows import Assignment, Infant
from .site import zone_of

_A = schema.assignment
_I = schema.infant


@dataclass(frozen=True, slots=True)
class ListedInfant:
    """One infant of a list. What is None, the list does not say.

    Attributes:
        code: what the study calls it.
        weight_g: grams.
        gestation_days: at birth.
        admitted_utc_s: since when it is here.
        target_minutes: contact a day that it is to have.
        born_on: local date of birth.
    """

    code: str
    weight_g: int | None = None
    gestation_days: int | None = None
    admitted_utc_s: int | None = None
    target_minutes: int | None = None
    born_on: date | None = None


@dataclass(frozen=True, slots=True)
class ListedAssignment:
    """One assignment of a list.

    Attributes:
        band_id: the band.
        code: of the infant.
        from_utc_s: first second of it.
        to_utc_s: first second after it; None while it lasts.
    """

    band_id: int
    code: str
    from_utc_s: int
    to_utc_s: int | None


class ListTables:
    """Takes lists into a store. `StoreError` when the database fails.

    In both methods nothing is done if any row is refused, or with `dry_run`; the answer is what
    was done or would be. `who` is whose doing it is; None for a command on this computer.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def add_infants(
        self,
        rows: Sequence[ListedInfant],
        *,
        when_utc_s: float,
        who: str | None = None,
        dry_run: bool = False,
    ) -> Imported:
        """Admit infants that the store does not have; fill in what it does not know of others."""
        utc_s = int(when_utc_s)
        with writing(self._engine, self._name) as connection:
            zone = zone_of(connection, self._name)
            counts = {"added": 0, "unchanged": 0, "changed": 0}
            refused: dict[int, str] = {}
            for number, row in enumerate(rows):
                try:
                    counts[_put_infant(connection, row, utc_s, who, zone)] += 1
                except InputError as error:
                    refused[number] = str(error)
            if refused or dry_run:
                connection.rollback()
        return Imported(**counts, refused=refused)

    def add_assignments(
        self,
        rows: Sequence[ListedAssignment],
        *,
        when_utc_s: float,
        who: str | None = None,
        dry_run: bool = False,
    ) -> Imported:
        """Add assignments, also before those that there are; end those that a list has ended."""
        utc_s = int(when_utc_s)
        with writing(self._engine, self._name) as connection:
            zone = zone_of(connection, self._name)
            counts = {"added": 0, "unchanged": 0, "changed": 0}
            refused: dict[int, str] = {}
            # By time, so that one that ends makes room for the next, wherever they are listed.
            for number in sorted(range(len(rows)), key=lambda one: rows[one].from_utc_s):
                try:
                    counts[_put_assignment(connection, rows[number], utc_s, who, zone)] += 1
                except InputError as error:
                    refused[number] = str(error)
            if refused or dry_run:
                connection.rollback()
        return Imported(**counts, refused=refused)


def _put_infant(
    connection: sa.Connection, row: ListedInfant, utc_s: int, who: str | None, zone: tzinfo
) -> str:
    """Admit an infant or fill in what is not known of it; return which count that is.

    Raises:
        InputError: a value cannot be, or the store says another thing.
    """
    code = checked_code(row.code)
    check_body(row.weight_g, row.gestation_days, row.target_minutes)
    admitted_utc_s = utc_s
    if row.admitted_utc_s is not None:
        admitted_utc_s = check_moment(row.admitted_utc_s, utc_s)
    known = find_infant(connection, code)
    check_birth(row.born_on, _came_utc_s(connection, known, row), utc_s, zone)
    if known is None:
        target_minutes = row.target_minutes
        if target_minutes is None:
            table = programme.rows_of(connection)
            target_minutes = programme.target_minutes(table, row.weight_g, row.gestation_days)
        connection.execute(
            sa.insert(_I).values(
                code=code,
                weight_g=row.weight_g,
                gestation_days=row.gestation_days,
                admitted_utc_s=admitted_utc_s,
                target_minutes=target_minutes,
                born_on=row.born_on,
            )
        )
        audit.note(
            connection,
            what="admitted",
            when_utc_s=utc_s,
            who=who,
            infant=code,
            target_minutes=target_minutes,
            detail={
                "weight_g": row.weight_g,
                "gestation_days": row.gestation_days,
                "born_on": row.born_on,
                "list": True,
            },
        )
        return "added"
    return _fill_in(connection, known, row, utc_s, who)


def _came_utc_s(connection: sa.Connection, known: Infant | None, row: ListedInfant) -> int | None:
    """Return when an infant was here for the first time, by the store and the list."""
    since_utc_s = None if known is None else here_since_utc_s(connection, known)
    told = [one for one in (since_utc_s, row.admitted_utc_s) if one is not None]
    return min(told, default=None)


def _fill_in(
    connection: sa.Connection, known: Infant, row: ListedInfant, utc_s: int, who: str | None
) -> str:
    said = {
        "weight_g": row.weight_g,
        "gestation_days": row.gestation_days,
        "admitted_utc_s": row.admitted_utc_s,
        "target_minutes": row.target_minutes,
        "born_on": row.born_on,
    }
    said = {name: value for name, value in said.items() if value is not None}
    news = {name: value for name, value in said.items() if getattr(known, name) != value}
    for name, value in news.items():
        held = getattr(known, name)
        if held is not None:
            raise InputError(
                f"infant {known.code!r} is in the store with {name} {held}, not {value}; "
                "correct one of them, or leave the cell empty"
            )
    if not news:
        return "unchanged"
    of_infant = _I.c.infant_id == known.infant_id
    connection.execute(sa.update(_I).where(of_infant).values(**news))
    audit.note(
        connection,
        what="edited",
        when_utc_s=utc_s,
        who=who,
        infant=known.code,
        detail={name: [None, value] for name, value in news.items()},
    )
    return "changed"


def _put_assignment(
    connection: sa.Connection, row: ListedAssignment, utc_s: int, who: str | None, zone: tzinfo
) -> str:
    """Add an assignment or end it; return which count that is.

    Raises:
        InputError: there is no such infant, a moment cannot be, or another one is in the way.
    """
    infant = find_infant(connection, row.code)
    if infant is None:
        raise InputError(f"there is no infant {row.code!r} in the store; import the infants first")
    check_moment(row.from_utc_s, utc_s)
    check_born_by(infant, row.from_utc_s, zone)
    if row.to_utc_s is not None:
        check_moment(row.to_utc_s, utc_s)
    band = people.lock_band(connection, row.band_id)
    for held in _of_either(connection, row.band_id, infant.infant_id):
        same = held.band_id == row.band_id and held.infant_id == infant.infant_id
        if same and held.from_utc_s == row.from_utc_s:
            if held.to_utc_s == row.to_utc_s:
                return "unchanged"
            if held.to_utc_s is None:
                return _end(connection, infant, held, row, utc_s, who)
        if _overlap(held, row):
            raise InputError(
                f"band {band.label} or infant {infant.code!r} has another assignment in the "
                f"store then ({band_label(held.band_id)}); end that one first, or correct the row"
            )
    values = {
        "band_id": row.band_id,
        "infant_id": infant.infant_id,
        "from_utc_s": row.from_utc_s,
        "to_utc_s": row.to_utc_s,
    }
    connection.execute(sa.insert(_A).values(values))
    _note(connection, "assigned", infant, row, utc_s, who)
    if row.to_utc_s is None:
        end_links_on_band(connection, row.band_id, infant.infant_id, when_utc_s=utc_s, who=who)
    return "added"


def _end(
    connection: sa.Connection,
    infant: Infant,
    held: Assignment,
    row: ListedAssignment,
    utc_s: int,
    who: str | None,
) -> str:
    mine = _A.c.assignment_id == held.assignment_id
    connection.execute(sa.update(_A).where(mine).values(to_utc_s=row.to_utc_s))
    _note(connection, "ended", infant, row, utc_s, who)
    return "changed"


def _note(
    connection: sa.Connection,
    what: str,
    infant: Infant,
    row: ListedAssignment,
    utc_s: int,
    who: str | None,
) -> None:
    audit.note(
        connection,
        what=what,
        when_utc_s=utc_s,
        who=who,
        infant=infant.code,
        band_id=row.band_id,
        from_utc_s=row.from_utc_s,
        to_utc_s=row.to_utc_s,
        detail={"list": True},
    )


def _of_either(connection: sa.Connection, band_id: int, infant_id: int) -> list[Assignment]:
    query = sa.select(_A).where((_A.c.band_id == band_id) | (_A.c.infant_id == infant_id))
    rows = connection.execute(query.order_by(_A.c.from_utc_s)).mappings()
    return [Assignment(**row) for row in rows]


def _overlap(held: Assignment, row: ListedAssignment) -> bool:
    held_open, row_open = held.to_utc_s is None, row.to_utc_s is None
    return (held_open or (held.to_utc_s or 0) > row.from_utc_s) and (
        row_open or (row.to_utc_s or 0) > held.from_utc_s
    )
