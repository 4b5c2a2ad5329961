"""The programme's table: how much contact a day an infant of some weight is to have.

    from_weight_g    0        1200        1500          target of 1350 g at 34 weeks: 12 h
    target             15 h    |   12 h    |   8 h      target of 1600 g at 31 weeks: 12 h

A target is looked up when an infant is admitted and then is the infant's own: who changes the
table changes nobody's target who is here already.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from . import audit, schema
from .engine import reading, writing
from .refusals import Refusal, refuse

_P = schema.programme
_HOUR = 60
_DAY_MINUTES = 24 * _HOUR

EARLY_DAYS = 32 * 7
"""Born before 32 weeks an infant is to have what lighter ones have: see `target_minutes`."""


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """The target of infants from one weight up to that of the next row.

    Attributes:
        from_weight_g: of infants at least so heavy, grams.
        target_minutes: contact a day.
    """

    from_weight_g: int
    target_minutes: int


# An Indian KMC programme's table [M8]: under 1200 g 15 h; 1200 to 1499 g 10 to 15 h; 1500 g and
# over 8 to 12 h, more below 32 weeks. Of the last range the lower end, which is WHO's minimum, of
# the middle one what makes both upper ends come out for infants born early: see `target_minutes`.
DEFAULT_PROGRAMME = (
    ProgrammeRow(0, 15 * _HOUR),
    ProgrammeRow(1200, 12 * _HOUR),
    ProgrammeRow(1500, 8 * _HOUR),
)
ROWS_MAX = 12


def target_minutes(
    rows: Sequence[ProgrammeRow], weight_g: int | None, gestation_days: int | None
) -> int | None:
    """Return the contact a day that an infant is to have; None, the usual, without a weight.

    Born before 32 weeks it is to have what the next lighter ones have, if that is more. By the
    usual table those are the upper ends of what the programme asks for. Gestation is that at
    birth, so that a target does not fall by itself as the infant grows older.

    Args:
        rows: the table, lightest first.
        weight_g: grams.
        gestation_days: at birth.
    """
    if weight_g is None or not rows:
        return None
    place = max(n for n, row in enumerate(rows) if n == 0 or row.from_weight_g <= weight_g)
    found = rows[place].target_minutes
    if gestation_days is not None and gestation_days < EARLY_DAYS and place > 0:
        found = max(found, rows[place - 1].target_minutes)
    return found


def checked(rows: Sequence[ProgrammeRow]) -> list[ProgrammeRow]:
    """Return a table in order.

    Raises:
        Refused: it has no row for the lightest, two for one weight, or a target no day has.
    """
    ordered = sorted(rows, key=lambda row: row.from_weight_g)
    weights = [row.from_weight_g for row in ordered]
    if not weights or weights[0] != 0:
        raise refuse(Refusal.PROGRAMME_START, "the table has to begin at 0 g")
    if len(set(weights)) != len(weights):
        raise refuse(Refusal.PROGRAMME_TWICE, "the table has two rows for one weight")
    if len(weights) > ROWS_MAX:
        raise refuse(Refusal.PROGRAMME_LONG, f"the table has more than {ROWS_MAX} rows")
    if any(not 0 < row.target_minutes <= _DAY_MINUTES for row in ordered):
        raise refuse(Refusal.TARGET, "a target is more than 0 and at most 24 hours")
    return ordered


def rows_of(connection: sa.Connection) -> list[ProgrammeRow]:
    """Return the table within a transaction: the site's own, else the usual one."""
    query = sa.select(_P).order_by(_P.c.from_weight_g)
    found = [ProgrammeRow(**row) for row in connection.execute(query).mappings()]
    return found or list(DEFAULT_PROGRAMME)


class ProgrammeTable:
    """The programme's table in a store. `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def rows(self) -> list[ProgrammeRow]:
        """Return the table, lightest first."""
        with reading(self._engine, self._name) as connection:
            return rows_of(connection)

    def change(
        self, rows: Sequence[ProgrammeRow], *, when_utc_s: float, who: str | None = None
    ) -> list[ProgrammeRow]:
        """Put another table in place; return it, in order. The same again changes nothing.

        Args:
            rows: the whole table.
            when_utc_s: the host's time of the change, for the audit.
            who: whose doing it is; None for a command.

        Raises:
            Refused: it is none.
        """
        wanted = checked(rows)
        with writing(self._engine, self._name) as connection:
            before = rows_of(connection)
            if before == wanted:
                return wanted
            connection.execute(sa.delete(_P))
            connection.execute(
                sa.insert(_P),
                [
                    {"from_weight_g": row.from_weight_g, "target_minutes": row.target_minutes}
                    for row in wanted
                ],
            )
            audit.note(
                connection,
                what="programme",
                when_utc_s=int(when_utc_s),
                who=who,
                detail={"before": _pairs(before), "after": _pairs(wanted)},
            )
        return wanted


def _pairs(rows: Sequence[ProgrammeRow]) -> list[list[int]]:
    return [[row.from_weight_g, row.target_minutes] for row in rows]
