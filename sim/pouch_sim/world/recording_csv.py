"""Turns the lines of a recording's CSV file into rows, with one-line complaints that name them.

A recording that a band cannot live through is refused here, line by line, before anything is
simulated: rows faster than a band samples, gaps of months, years that a band cannot tell.
"""

import csv
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from pouch_protocol import constants as c
from pouch_sim.errors import SimulationError

if TYPE_CHECKING:
    from _csv import Reader

_TIME_LOCAL = "time_local"
_TIME_UTC = "time_utc"
_SKIN = "skin_temperature_c"
_CASE = "case_temperature_c"
_USED = (_TIME_LOCAL, _TIME_UTC, _SKIN, _CASE)
_WRONG_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

# What a TMP117 result can express: 16 bits of 1/128 C.
_TEMPERATURE_C_MIN = -256.0
_TEMPERATURE_C_MAX = 32767 / 128
_ROWS_MIN = 2

# A band is told the time as Unix seconds in 32 bits, which end early in 2106.
_YEAR_MIN, _YEAR_MAX = 1970, 2105

# The band lives through every second of a gap. Over a week without a row is a forgotten logger
# or a slip in the date rather than a part of one recording.
_DAY_S = 86_400
_GAP_S_MAX = 7 * _DAY_S


class RecordingError(SimulationError):
    """A recording cannot be replayed. One line that names file, line and what to do about it."""


class Row(NamedTuple):
    """One reading.

    Attributes:
        utc_s: Unix seconds.
        skin_temperature_c: degrees Celsius at the skin.
        case_temperature_c: degrees Celsius at the outer side, None where not recorded.
    """

    utc_s: float
    skin_temperature_c: float
    case_temperature_c: float | None


def read_rows(path: str, lines: Iterable[str], zone: tzinfo) -> Iterator[Row]:
    """Yield the rows of a recording.

    Args:
        path: the file's name, for complaints.
        lines: of the file, the header first, with their ends.
        zone: of the column `time_local`.

    Raises:
        RecordingError: the file cannot be replayed as it is.
    """
    return _Reader(path, zone).read(lines)


class _Reader:
    """Knows which column holds what, and complains with file and line."""

    def __init__(self, path: str, zone: tzinfo) -> None:
        self._path = path
        self._zone = zone
        self._columns: dict[str, int] = {}
        self._width = 0
        self._time_column = ""

    def read(self, lines: Iterable[str]) -> Iterator[Row]:
        reader = csv.reader(self._closed_quotes(lines))
        try:
            yield from self._rows(reader)
        except csv.Error as error:
            raise self._complaint(reader.line_num, f"{error}; correct the line") from None

    def _closed_quotes(self, lines: Iterable[str]) -> Iterator[str]:
        """Stop where a quote opens that its line does not close: it would swallow the rest."""
        for number, line in enumerate(lines, start=1):
            if line.count('"') % 2:
                raise self._complaint(number, "a quote opens and does not close; correct the line")
            yield line

    def _rows(self, reader: "Reader") -> Iterator[Row]:
        header = next(reader, None)
        if header is None:
            raise RecordingError(f"{self._path}: the file is empty; a header line is needed")
        self._read_header(header)
        previous: Row | None = None
        count = 0
        blank_line = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                blank_line = blank_line or reader.line_num
                continue
            if blank_line:
                raise self._complaint(blank_line, "blank line amid the data; remove it")
            previous = self._row(cells, reader.line_num, previous)
            count += 1
            yield previous
        if count < _ROWS_MIN:
            raise RecordingError(
                f"{self._path}: {count} rows of data; at least {_ROWS_MIN} are needed"
            )

    def _read_header(self, header: list[str]) -> None:
        names = [name.strip().lower() for name in header]
        if any("\0" in name for name in names):
            # UTF-16 without its mark reads as UTF-8 with a zero beside each letter.
            raise RecordingError(f"{self._path}: not UTF-8 text; export it as CSV in UTF-8")
        self._width = len(names)
        self._columns = {name: index for index, name in enumerate(names)}
        times = [name for name in (_TIME_UTC, _TIME_LOCAL) if name in self._columns]
        missing = None
        if not times:
            missing = f"no column {_TIME_LOCAL} or {_TIME_UTC}; name one so"
        elif _SKIN not in self._columns:
            missing = f"no column {_SKIN}; name the temperature's so"
        if missing:
            for mark, word in _WRONG_SEPARATORS.items():
                if any(mark in name for name in names):
                    raise self._complaint(1, f"fields must be separated by commas, not {word}")
            raise self._complaint(1, missing)
        for name in _USED:
            if names.count(name) > 1:
                raise self._complaint(1, f"two columns {name}; remove or rename one")
        self._time_column = times[0]

    def _row(self, cells: list[str], line: int, previous: Row | None) -> Row:
        if len(cells) != self._width:
            raise self._complaint(
                line, f"{len(cells)} fields, the header has {self._width}; correct the line"
            )
        skin_c = self._temperature_c(_SKIN, cells, line)
        case_c = self._temperature_c(_CASE, cells, line) if _CASE in self._columns else None
        moment = self._moment(cells, line)
        utc_s = moment.timestamp()
        if previous is not None:
            if utc_s <= previous.utc_s:
                # In the hour that a clock set back in autumn repeats, the second pass is meant.
                utc_s = moment.replace(fold=1).timestamp()
            self._check_step(moment, utc_s - previous.utc_s, line)
        return Row(utc_s, skin_c, case_c)

    def _moment(self, cells: list[str], line: int) -> datetime:
        text = cells[self._columns[self._time_column]].strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self._complaint(
                line, f"{self._time_column} {text!r} is no time; write 2026-01-31T23:59:00"
            ) from None
        if moment.tzinfo is None:
            zone = UTC if self._time_column == _TIME_UTC else self._zone
            moment = moment.replace(tzinfo=zone)
        # The year first: what lies at the ends of the calendar cannot even be told in UTC.
        if not _YEAR_MIN <= moment.year <= _YEAR_MAX or moment.timestamp() < 0:
            raise self._complaint(
                line,
                f"a band cannot tell the time in {moment.year}, only from {_YEAR_MIN} to "
                f"{_YEAR_MAX} UTC; correct {self._time_column}",
            )
        return moment

    def _check_step(self, moment: datetime, step_s: float, line: int) -> None:
        if step_s <= 0:
            verb = "stands still" if step_s == 0 else "runs backwards"
            when = moment.replace(tzinfo=None).isoformat()
            raise self._complaint(line, f"time {verb} at {when}; sort or correct the lines")
        # To the millisecond: seconds since 1970 with a fraction do not subtract exactly.
        if round(step_s, 3) < c.INTERVAL_S_MIN:
            raise self._complaint(
                line,
                f"rows are {step_s:g} s apart; a band samples every {c.INTERVAL_S_MIN} s at the "
                f"fastest: keep one row in {c.INTERVAL_S_MIN} s",
            )
        if step_s > _GAP_S_MAX:
            raise self._complaint(
                line,
                f"{step_s / _DAY_S:.0f} days without a row, at most {_GAP_S_MAX // _DAY_S} can "
                "be replayed; split the file there",
            )

    def _temperature_c(self, column: str, cells: list[str], line: int) -> float:
        text = cells[self._columns[column]].strip()
        try:
            value_c = float(text)
        except ValueError:
            raise self._complaint(
                line, f"{column} {text!r} is no number; correct or remove the line"
            ) from None
        if not math.isfinite(value_c) or not _TEMPERATURE_C_MIN <= value_c <= _TEMPERATURE_C_MAX:
            raise self._complaint(
                line,
                f"{column} {text} is outside what a TMP117 can measure "
                f"({_TEMPERATURE_C_MIN:g} to {_TEMPERATURE_C_MAX:.2f}); correct or remove it",
            )
        return value_c

    def _complaint(self, line: int, text: str) -> RecordingError:
        return RecordingError(f"{self._path}: line {line}: {text}")
