"""Lists of infants and of assignments.

code,weight_g,gestation_weeks,gestation_days,born,admitted,target_h
band,infant,from,to
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from pouch_host.errors import InputError
from pouch_host.store.lists import ListedAssignment, ListedInfant
from pouch_host.store.presence import check_body, checked_code
from pouch_protocol.constants import parse_band_label

from .cells import Complaint, Row
from .table import read_table
from .wrong import Wrong

INFANT_COLUMNS = (
    "code", "weight_g", "gestation_weeks", "gestation_days", "born", "admitted", "target_h",
)  # fmt: skip
ASSIGNMENT_COLUMNS = ("band", "infant", "from", "to")

_DAYS_A_WEEK = 7
_MINUTES_AN_HOUR = 60

Listed = TypeVar("Listed")


@dataclass(frozen=True, slots=True)
class List(Generic[Listed]):
    """What a file lists.

    Attributes:
        path: the file, as messages name it.
        rows: line and what it says, of lines that can be used.
        other_count: columns that were not read.
        complaints: what is wrong, by line.
    """

    path: str
    rows: tuple[tuple[int, Listed], ...]
    other_count: int
    complaints: tuple[Complaint, ...]


def read_infants(path: Path, zone: ZoneInfo) -> List[ListedInfant]:
    """Read a list of infants.

    Args:
        path: the file.
        zone: of times without an offset.

    Raises:
        InputError: it is no such file; what is wrong with its lines is among the complaints.
    """
    found = _read(path, INFANT_COLUMNS, "code", lambda row: _infant(row, zone))
    return _once(found, lambda one: one.code, "the code")


def read_assignments(path: Path, zone: ZoneInfo) -> List[ListedAssignment]:
    """Read a list of who wore which band when; likewise."""
    found = _read(path, ASSIGNMENT_COLUMNS, "from", lambda row: _assignment(row, zone))
    complaints = list(found.complaints)
    rows = sorted(found.rows, key=lambda one: one[1].from_utc_s)
    # Until when each band and each infant is taken, and by which line.
    taken: dict[int | str, tuple[float, int]] = {}
    for line, one in rows:
        both: tuple[int | str, ...] = (one.band_id, one.code)
        over = [taken[key] for key in both if key in taken and taken[key][0] > one.from_utc_s]
        if over:
            first, second = sorted((line, over[0][1]))
            text = f"it overlaps line {first}; write in its `to` when that one ended"
            complaints.append(Complaint(found.path, second, text))
        end_utc_s = math.inf if one.to_utc_s is None else one.to_utc_s
        for key in both:
            taken[key] = max(taken.get(key, (0.0, 0)), (end_utc_s, line))
    return List(found.path, found.rows, found.other_count, _by_line(complaints))


def _read(
    path: Path, columns: tuple[str, ...], needed: str, of_row: Callable[[Row], Listed]
) -> List[Listed]:
    table = read_table(path, columns)
    if needed not in table.names:
        raise InputError(f"{path}:1: the header has no column {needed}: {', '.join(columns)}")
    complaints = list(table.complaints)
    rows = []
    for row in table.rows:
        try:
            rows.append((row.line, of_row(row)))
        except Wrong as error:
            complaints.append(Complaint(table.path, row.line, str(error)))
    return List(table.path, tuple(rows), table.other_count, _by_line(complaints))


def _once(found: List[Listed], key: Callable[[Listed], str], what: str) -> List[Listed]:
    seen: dict[str, int] = {}
    complaints = list(found.complaints)
    for line, one in found.rows:
        first = seen.setdefault(key(one), line)
        if first != line:
            complaints.append(
                Complaint(found.path, line, f"{what} is in line {first} already; remove one")
            )
    return List(found.path, found.rows, found.other_count, _by_line(complaints))


def _infant(row: Row, zone: ZoneInfo) -> ListedInfant:
    weeks, days = row.whole("gestation_weeks"), row.whole("gestation_days")
    if weeks is None and days is not None:
        raise Wrong("gestation_days without gestation_weeks; write both, such as 31 and 4")
    if days is not None and not 0 <= days < _DAYS_A_WEEK:
        raise Wrong(f"gestation_days {days} is not 0 to 6: days beyond the full weeks")
    target_h = row.number("target_h")
    if target_h is not None and not 0 < target_h <= 24:  # noqa: PLR2004 - hours a day
        raise Wrong(f"target_h {target_h:g} is not above 0 and at most 24")
    listed = ListedInfant(
        code=row.text("code"),
        weight_g=row.whole("weight_g"),
        gestation_days=None if weeks is None else _DAYS_A_WEEK * weeks + (days or 0),
        admitted_utc_s=None if row.is_empty("admitted") else row.moment("admitted", zone),
        target_minutes=None if target_h is None else max(1, round(target_h * _MINUTES_AN_HOUR)),
        born_on=None if row.is_empty("born") else row.day("born"),
    )
    try:
        checked_code(listed.code)
        check_body(listed.weight_g, listed.gestation_days, listed.target_minutes)
    except InputError as error:
        raise Wrong(str(error)) from None
    return listed


def _assignment(row: Row, zone: ZoneInfo) -> ListedAssignment:
    label = row.text("band")
    try:
        band_id = parse_band_label(label)
    except ValueError:
        raise Wrong(f"band {label[:20]!r} is not a label such as P-0012ABCD") from None
    from_utc_s = row.moment("from", zone)
    to_utc_s = None if row.is_empty("to") else row.moment("to", zone)
    if to_utc_s is not None and to_utc_s <= from_utc_s:
        raise Wrong(f"to {row.cells['to']} is not after from {row.cells['from']}; correct one")
    return ListedAssignment(band_id, row.text("infant"), from_utc_s, to_utc_s)


def _by_line(complaints: list[Complaint]) -> tuple[Complaint, ...]:
    return tuple(sorted(complaints, key=lambda one: one.line))
