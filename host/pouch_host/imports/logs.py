"""Logs of observers, nurses' charts and diaries.

Which kind it is, its header tells:

    infant,begin,end[,contact]        episodes; the rest of a day in which one begins is none
    infant,begin[,end],contact_min    slots with minutes of contact; outside nothing is known
    infant,begin,contact              slots of a fixed length with a yes or a no, likewise
    infant,at,contact                 looks; each holds to the next one, a slot at most
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from pouch_host.errors import InputError
from pouch_host.store.episode_log import Span, SpanKind

from .cells import Complaint, Row
from .table import Table, read_table
from .wrong import Wrong

COLUMNS = ("infant", "begin", "end", "at", "contact", "contact_min")
_MINUTE_S, _HOUR_S = 60, 3600
# A day of 25 hours; nobody holds an infant for longer without a break that a log would show.
_EPISODE_S_MAX = 25 * 3600
_AHEAD_S_MAX = 60


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row that can be used.

    Attributes:
        line: its number in the file.
        code: of the infant.
        span: what it says.
    """

    line: int
    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class Log:
    """What a file says.

    Attributes:
        path: the file, as messages name it.
        sha256: of its bytes, hexadecimal.
        kind: what its rows are.
        rows: those that can be used, in the order of the file.
        unknown_count: rows that say that nobody knows, which say nothing.
        other_count: columns that were not read.
        complaints: what is wrong, by line.
    """

    path: str
    sha256: str
    kind: SpanKind
    rows: tuple[LogRow, ...]
    unknown_count: int
    other_count: int
    complaints: tuple[Complaint, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A row as it was read; `contact_s` is None if nobody knows."""

    line: int
    code: str
    begin_utc_s: int
    end_utc_s: int
    contact_s: int | None


def read_log(
    path: Path, zone: ZoneInfo, codes: Collection[str], slot_min: int, now_utc_s: float
) -> Log:
    """Read a log, and find all that is wrong with it.

    Args:
        path: the file.
        zone: of times without an offset.
        codes: of the infants that there are.
        slot_min: length of slots that have no end, and the most that a look holds, minutes.
        now_utc_s: nothing can be later.

    Raises:
        InputError: it is no such file; what is wrong with its lines is among the complaints.
    """
    table = read_table(path, COLUMNS)
    kind = _kind_of(table)
    complaints = list(table.complaints)
    told: list[_Told] = []
    for row in table.rows:
        try:
            told.append(_told(row, kind, zone, codes, slot_min * _MINUTE_S, now_utc_s))
        except Wrong as error:
            complaints.append(Complaint(table.path, row.line, str(error)))
    if kind is SpanKind.LOOK:
        told = _up_to_next(told)
    rows = [
        LogRow(one.line, one.code, Span(kind, one.begin_utc_s, one.end_utc_s, one.contact_s))
        for one in told
        if one.contact_s is not None
    ]
    complaints += _overlaps(table.path, rows)
    return Log(
        path=table.path,
        sha256=table.sha256,
        kind=kind,
        rows=tuple(rows),
        unknown_count=len(told) - len(rows),
        other_count=table.other_count,
        complaints=tuple(sorted(complaints, key=lambda one: one.line)),
    )


def _kind_of(table: Table) -> SpanKind:
    names = table.names
    if "infant" in names:
        if "at" in names and "contact" in names and "begin" not in names:
            return SpanKind.LOOK
        if "begin" in names and "at" not in names:
            if "contact_min" in names or ("end" not in names and "contact" in names):
                return SpanKind.SLOT
            if "end" in names:
                return SpanKind.EPISODE
    raise InputError(
        f"{table.path}:1: the header has to be infant,begin,end or infant,begin,contact or "
        "infant,begin,contact_min or infant,at,contact; rename the columns so"
    )


def _told(
    row: Row,
    kind: SpanKind,
    zone: ZoneInfo,
    codes: Collection[str],
    slot_s: int,
    now_utc_s: float,
) -> "_Told":
    """Return what a row says.

    Raises:
        Wrong: it cannot be used.
    """
    code = row.text("infant")
    if code not in codes:
        raise Wrong(f"there is no infant {code!r} in the store; correct the code")
    begin_utc_s = row.moment("at" if kind is SpanKind.LOOK else "begin", zone)
    end_utc_s = begin_utc_s + slot_s
    if kind is SpanKind.EPISODE or (kind is SpanKind.SLOT and not row.is_empty("end")):
        end_utc_s = row.moment("end", zone)
    if end_utc_s <= begin_utc_s:
        raise Wrong(
            f"end {row.cells['end']} is not after begin {row.cells['begin']}; if it ended after "
            "midnight, write the next day"
        )
    length_s = end_utc_s - begin_utc_s
    if length_s > _EPISODE_S_MAX:
        raise Wrong(f"it lasts {length_s / _HOUR_S:.0f} hours; a row lasts a day at most")
    # What is held up to a later time is a guess from there on, but no slip.
    known_utc_s = end_utc_s if kind is SpanKind.EPISODE else begin_utc_s
    if known_utc_s > now_utc_s + _AHEAD_S_MAX:
        raise Wrong("it lies in the future; check date and clock")
    contact_s = _contact_s(row, kind, length_s)
    return _Told(row.line, code, begin_utc_s, end_utc_s, contact_s)


def _contact_s(row: Row, kind: SpanKind, length_s: int) -> int | None:
    """Return the seconds of contact of a row; None if nobody knows."""
    if kind is SpanKind.SLOT and "contact_min" in row.cells:
        minutes = row.number("contact_min")
        if minutes is not None and not 0 <= minutes * _MINUTE_S <= length_s:
            raise Wrong(
                f"contact_min {minutes:g} does not fit into {length_s / _MINUTE_S:g} minutes"
            )
        return None if minutes is None else round(minutes * _MINUTE_S)
    contact = row.answer("contact") if "contact" in row.cells else True
    if contact is None:
        return None
    return length_s if contact else 0


def _up_to_next(told: list["_Told"]) -> list["_Told"]:
    """Let each look hold up to the next one of the same infant, also to one that saw nothing."""
    ordered = sorted(told, key=lambda one: (one.code, one.begin_utc_s))
    ends: dict[int, int] = {}
    for one, after in pairwise(ordered):
        if one.code == after.code and one.begin_utc_s < after.begin_utc_s < one.end_utc_s:
            ends[one.line] = after.begin_utc_s
    held = []
    for one in told:
        end_utc_s = ends.get(one.line, one.end_utc_s)
        contact_s = end_utc_s - one.begin_utc_s if one.contact_s else one.contact_s
        held.append(replace(one, end_utc_s=end_utc_s, contact_s=contact_s))
    return held


def _overlaps(path: str, rows: list[LogRow]) -> list[Complaint]:
    complaints = []
    reached: dict[str, LogRow] = {}
    for row in sorted(rows, key=lambda one: (one.code, one.span.begin_utc_s, one.line)):
        last = reached.get(row.code)
        if last is not None and last.span.end_utc_s > row.span.begin_utc_s:
            what = "repeats" if last.span == row.span else "overlaps"
            first, second = sorted((last.line, row.line))
            complaints.append(
                Complaint(path, second, f"it {what} line {first}; correct or remove one of them")
            )
        if last is None or row.span.end_utc_s > last.span.end_utc_s:
            reached[row.code] = row
    return complaints
