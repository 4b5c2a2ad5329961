"""Reads anyone's samples from a CSV file.

    cells --> numbers that a sensor can give --> in order of time --> Samples

Whatever a file does not tell, or tells in a way that cannot be, makes the answer less certain and
is noted. It is never guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pouch_protocol import constants as c

from .analysis.samples import Samples, from_columns
from .errors import InputError
from .samples_cells import TIME, Cells
from .samples_order import in_order

Floats = npt.NDArray[np.float64]

INTERVAL_S_MIN = 1.0
INTERVAL_S_MAX = float(c.INTERVAL_S_MAX)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a file may have.

    Attributes:
        name: in the header.
        low: the least that a sensor can give; anything outside is taken as missing.
        high: the most.
        meaning: what it is, for people.
    """

    name: str
    low: float
    high: float
    meaning: str


BATTERY = "battery_mv"
# Temperatures: no logger on skin works beyond. Touch: the end of an FDC1004's range, its offset
# included. The bytes are those of a band's record, where 255 says missing.
COLUMNS = (
    Column("infant_temperature_c", -40, 85, "infant face, degrees Celsius"),
    Column("caregiver_temperature_c", -40, 85, "caregiver face, degrees Celsius"),
    Column("infant_touch_pf", 0, 112, "capacitance at the infant face, pF"),
    Column("caregiver_touch_pf", 0, 112, "capacitance at the caregiver face, pF"),
    Column("activity_mg", 0, 254, "mean peak-to-peak acceleration in a second, mg; 255 = missing"),
    Column("breath_adult", 0, 254, "adult breathing band, 16 steps a doubling; 255 = missing"),
    Column("breath_infant", 0, 254, "infant breathing band, likewise; 255 = missing"),
    Column(BATTERY, 0, 6000, "battery, mV; says nothing of contact"),
)
_BYTES = frozenset({"activity_mg", "breath_adult", "breath_infant"})

# The analysis holds some 2.5 kB a minute, and what spans decades is a clock that was never set.
_SPAN_YEARS_MAX = 3
_SPAN_S_MAX = _SPAN_YEARS_MAX * 366 * 86_400
_YEAR_MIN, _YEAR_MAX = 1970, 2105
_UTC_S_END = datetime(_YEAR_MAX + 1, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, eq=False)
class SampleFile:
    """What a file held.

    Attributes:
        name: the file's name.
        sha256: of its bytes, hexadecimal.
        row_count: lines of data in it.
        ignored_count: those of them that do not count; the notes say why.
        columns: names of the columns that were used.
        interval_s: the usual distance of two samples, or the one that was told.
        samples: what counts, by time.
        battery_mv: at each of them, millivolt, NaN where not told.
        notes: one line each, on what is not as it should be.
    """

    name: str
    sha256: str
    row_count: int
    ignored_count: int
    columns: tuple[str, ...]
    interval_s: float
    samples: Samples
    battery_mv: Floats
    notes: tuple[str, ...]


def read_samples(path: Path, interval_s: float | None = None) -> SampleFile:
    """Read a file of samples: UTF-8, fields separated by commas, a header line.

    `time_utc` has to be there; any of `COLUMNS` may be missing, others are ignored.

    Args:
        path: the file.
        interval_s: what the device sampled at; None to take it from the times.

    Raises:
        InputError: with a line for the person who named the file.
    """
    cells = Cells(str(path), {column.name for column in COLUMNS})
    try:
        with path.open("rb") as file:
            line_no, utc_s, *values = cells.read(file)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"{path}: {reason}; name a readable CSV file") from None
    _check_times(path, utc_s, line_no)
    notes = list(_notes_of_cells(path, cells))
    measured = dict(zip(cells.names[1:], values, strict=True))
    for column in COLUMNS:
        if column.name in measured:
            notes += _without_impossible(column, measured[column.name], line_no)
    order = in_order(utc_s, line_no.astype(np.int64), list(measured.values()))
    notes += order.notes
    if interval_s is None:
        if order.interval_s > INTERVAL_S_MAX:
            notes.append(
                f"samples are {order.interval_s:g} s apart: they do not speak for the time "
                f"between them, only samples up to {INTERVAL_S_MAX:g} s apart do"
            )
        interval_s = min(max(order.interval_s, INTERVAL_S_MIN), INTERVAL_S_MAX)
    measured = {name: column[order.rows] for name, column in measured.items()}
    battery_mv = measured.pop(BATTERY, np.full(len(order.rows), np.nan))
    torn_count = 1 if cells.torn_line else 0
    return SampleFile(
        name=path.name,
        sha256=cells.sha256,
        row_count=len(utc_s) + torn_count,
        ignored_count=len(utc_s) - len(order.rows) + torn_count,
        columns=cells.names,
        interval_s=interval_s,
        samples=from_columns(utc_s[order.rows], interval_s=interval_s, **measured),
        battery_mv=battery_mv,
        notes=tuple(notes),
    )


def _check_times(path: Path, utc_s: Floats, line_no: Floats) -> None:
    wrong = np.flatnonzero((utc_s < 0) | (utc_s >= _UTC_S_END))
    if len(wrong):
        raise InputError(
            f"{path}: line {line_no[wrong[0]]:.0f}: {TIME} is not between {_YEAR_MIN} and "
            f"{_YEAR_MAX}; correct or remove the line"
        )
    if len(utc_s) and np.ptp(utc_s) > _SPAN_S_MAX:
        first, last = line_no[np.argmin(utc_s)], line_no[np.argmax(utc_s)]
        raise InputError(
            f"{path}: lines {first:.0f} and {last:.0f} are more than {_SPAN_YEARS_MAX} years "
            "apart; remove the lines of a clock that was not set, or split the file"
        )


def _notes_of_cells(path: Path, cells: Cells) -> Iterator[str]:
    if cells.other_names:
        names = ", ".join(name or "(no name)" for name in cells.other_names)
        yield f"columns that are not known are ignored: {names}"
    absent = [column.name for column in COLUMNS if column.name not in cells.names]
    absent = [name for name in absent if name != BATTERY]
    if absent:
        yield f"no column {', '.join(absent)}: what they would tell is not known"
    if cells.torn_line:
        yield f"{path.name}: line {cells.torn_line} has no end and is not whole: left out"


def _without_impossible(column: Column, values: Floats, line_no: Floats) -> list[str]:
    """Take out what no sensor can give, in place; return a note if there was any."""
    if column.name in _BYTES:
        values[values == c.BYTE_MISSING] = np.nan
    wrong = np.flatnonzero((values < column.low) | (values > column.high))
    if not len(wrong):
        return []
    note = (
        f"{column.name}: {len(wrong):,} of {len(values):,} values are outside {column.low:g} to "
        f"{column.high:g} and count as missing; the first is {values[wrong[0]]:g} in line "
        f"{line_no[wrong[0]]:.0f}"
    )
    values[wrong] = np.nan
    return [note]
