"""Reads a CSV of recorded temperatures: who, when, how warm, with one-line complaints."""

import csv
import math
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from pouch_sim.errors import SimulationError

if TYPE_CHECKING:
    from _csv import Reader

_TIME_LOCAL = "time_local"
_TIME_UTC = "time_utc"
_SKIN = "skin_temperature_c"
_CASE = "case_temperature_c"

# What a TMP117 result can express: 16 bits of 1/128 C.
_TEMPERATURE_C_MIN = -256.0
_TEMPERATURE_C_MAX = 32767 / 128
_ROWS_MIN = 2


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


class Recording:
    """Readings in order of time.

    Attributes:
        rows: the readings, at least two.
        step_s: the usual time between two of them: the median.
        first_utc_s: time of the first, Unix seconds.
        last_utc_s: time of the last.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the readings.

        Args:
            rows: at least two, times rising.
        """
        self.rows = tuple(rows)
        self.first_utc_s = self.rows[0].utc_s
        self.last_utc_s = self.rows[-1].utc_s
        self.step_s = statistics.median(
            after.utc_s - before.utc_s for before, after in pairwise(self.rows)
        )

    @property
    def has_case_temperature(self) -> bool:
        """Whether the outer side was recorded too."""
        return self.rows[0].case_temperature_c is not None

    @classmethod
    def load(cls, path: Path | str, tz: str = "UTC") -> "Recording":
        """Read a CSV file.

        Columns: `time_utc` or `time_local` (ISO 8601; an offset in the text wins),
        `skin_temperature_c`, and where recorded `case_temperature_c`. Others are ignored.

        Args:
            path: the file.
            tz: IANA name of the zone of `time_local`.

        Raises:
            RecordingError: with a line for the person who named the file.
        """
        try:
            zone = ZoneInfo(tz)
        except (KeyError, OSError, ValueError):
            raise RecordingError(
                f"{path}: unknown time zone {tz!r}; give an IANA name such as Asia/Karachi"
            ) from None
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                return cls(list(_Reader(str(path), zone).read(file)))
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise RecordingError(f"{path}: {reason}; name a readable CSV file") from None
        except UnicodeDecodeError:
            raise RecordingError(f"{path}: not a text file; export it as CSV in UTF-8") from None


class _Reader:
    """Turns lines into rows and complains with file and line."""

    def __init__(self, path: str, zone: tzinfo) -> None:
        self._path = path
        self._zone = zone
        self._columns: dict[str, int] = {}
        self._time_column = ""

    def read(self, lines: Iterator[str]) -> Iterator[Row]:
        reader = csv.reader(lines)
        try:
            yield from self._rows(reader)
        except csv.Error as error:
            raise self._complaint(reader.line_num, f"{error}; correct the line") from None

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
        self._columns = {name.strip(): index for index, name in enumerate(header)}
        times = [name for name in (_TIME_UTC, _TIME_LOCAL) if name in self._columns]
        if not times:
            raise self._complaint(1, f"no column {_TIME_LOCAL} or {_TIME_UTC}; name one so")
        self._time_column = times[0]
        if _SKIN not in self._columns:
            raise self._complaint(1, f"no column {_SKIN}; name the temperature's so")

    def _row(self, cells: list[str], line: int, previous: Row | None) -> Row:
        if len(cells) != len(self._columns):
            raise self._complaint(
                line,
                f"{len(cells)} fields, the header has {len(self._columns)}; correct the line",
            )
        skin_c = self._temperature_c(_SKIN, cells, line)
        case_c = self._temperature_c(_CASE, cells, line) if _CASE in self._columns else None
        text = cells[self._columns[self._time_column]].strip()
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self._complaint(
                line, f"{self._time_column} {text!r} is no time; write 2026-01-31T23:59:00"
            ) from None
        utc_s = self._utc_s(moment)
        if previous is not None and utc_s <= previous.utc_s:
            # In the hour that a clock set back in autumn repeats, the second pass is meant.
            utc_s = self._utc_s(moment.replace(fold=1))
        if previous is not None and utc_s <= previous.utc_s:
            verb = "stands still" if utc_s == previous.utc_s else "runs backwards"
            raise self._complaint(line, f"time {verb} at {text}; sort or correct the lines")
        return Row(utc_s, skin_c, case_c)

    def _utc_s(self, moment: datetime) -> float:
        if moment.tzinfo is None:
            zone = UTC if self._time_column == _TIME_UTC else self._zone
            moment = moment.replace(tzinfo=zone)
        return moment.timestamp()

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
