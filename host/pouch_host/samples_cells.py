"""Turns the lines of a CSV file of samples into numbers, and complains with file and line.

A cell that tells nothing is NaN. A cell that is no number, or a line of another shape, is refused:
it would say that columns are not what they seem. Only a last line that a power cut tore, so that
it has no line end, may be left out.
"""

import csv
import hashlib
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .errors import InputError

if TYPE_CHECKING:
    from _csv import Reader

Floats = npt.NDArray[np.float64]
Row = tuple[int, list[str]]

TIME = "time_utc"

# What programs write where there is no value.
_NO_VALUE = frozenset({"", "nan", "na", "n/a", "null", "none"})
_WRONG_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_BOM = b"\xef\xbb\xbf"
# Lines that become numbers at a time: some megabytes of text, however long the file is.
_PIECE_LINES = 20_000
# What is cited of a cell. A file of another kind may have megabytes in one.
_CITED = 40


class Cells:
    """The numbers in the cells of one file.

    Attributes:
        names: the columns that are used, `TIME` first, in the order of the file.
        other_names: those that are not known.
        torn_line: number of a last line that was left out, 0 for none.
        sha256: of what was read, hexadecimal.
    """

    def __init__(self, path: str, known: Collection[str]) -> None:
        """Read nothing yet.

        Args:
            path: the file's name, for complaints.
            known: names that columns may have besides `TIME`.
        """
        self.names: tuple[str, ...] = ()
        self.other_names: tuple[str, ...] = ()
        self.torn_line = 0
        self._path = path
        self._known = known
        self._digest = hashlib.sha256()
        self._places: dict[str, int] = {}
        self._width = 0
        self._unended_line = 0

    @property
    def sha256(self) -> str:
        """Return the digest of what was read."""
        return self._digest.hexdigest()

    def read(self, lines: Iterable[bytes]) -> Floats:
        """Return the numbers of all rows, shape (1 + names, rows): line, UTC seconds, columns.

        Args:
            lines: of the file, the header first, with their ends.

        Raises:
            InputError: the file cannot be used as it is.
        """
        reader = csv.reader(self._decoded(lines))
        try:
            self._read_header(next(reader, None))
            rows = self._rows(reader)
            pieces = [np.empty((1 + len(self.names), 0))]
            while piece := list(islice(rows, _PIECE_LINES)):
                pieces.append(self._piece(piece))
        except csv.Error as error:
            raise self._complaint(reader.line_num, f"{error}; correct the line") from None
        return np.concatenate(pieces, axis=1)

    def _decoded(self, lines: Iterable[bytes]) -> Iterator[str]:
        """Yield lines of text. A line that swallows others, or is no text, is refused."""
        for number, raw in enumerate(lines, start=1):
            self._digest.update(raw)
            if not raw.endswith(b"\n"):
                self._unended_line = number
            try:
                line = (raw.removeprefix(_BOM) if number == 1 else raw).decode()
            except UnicodeDecodeError:
                line, fault = "", "not UTF-8 text; export the file as CSV in UTF-8"
            else:
                fault = "a quote opens and does not close" if line.count('"') % 2 else ""
            if not fault:
                yield line
            elif number > 1 and number == self._unended_line:
                self.torn_line = number
            else:
                raise self._complaint(number, fault)

    def _read_header(self, header: list[str] | None) -> None:
        if not header:
            raise InputError(f"{self._path}: no header line; the first line names the columns")
        names = [name.strip().lower() for name in header]
        if any("\0" in name for name in names):
            # UTF-16 without its mark reads as UTF-8 with a zero beside each letter.
            raise self._complaint(1, "not UTF-8 text; export the file as CSV in UTF-8")
        if TIME not in names:
            for mark, word in _WRONG_SEPARATORS.items():
                if any(mark in name for name in names):
                    raise self._complaint(1, f"fields must be separated by commas, not {word}")
            raise self._complaint(1, f"no column {TIME}; name the column of times so")
        used = [name for name in names if name in self._known]
        for name in (TIME, *used):
            if names.count(name) > 1:
                raise self._complaint(1, f"two columns {name}; remove or rename one")
        self.names = (TIME, *used)
        self.other_names = tuple(name for name in names if name not in self.names)
        self._places = {name: names.index(name) for name in self.names}
        self._width = len(names)

    def _rows(self, reader: "Reader") -> Iterator[Row]:
        """Yield the rows that have a cell for each column; blank lines say nothing."""
        time_at = self._places[TIME]
        for cells in reader:
            line = reader.line_num
            if len(cells) == self._width and cells[time_at]:
                yield line, cells
            elif not any(cell.strip(" \0") for cell in cells):
                continue
            elif len(cells) != self._width and line == self._unended_line:
                self.torn_line = line
            elif len(cells) != self._width:
                raise self._complaint(
                    line, f"{len(cells)} fields, the header has {self._width}; correct the line"
                )
            else:
                raise self._complaint(line, f"no {TIME}; write it or remove the line")

    def _piece(self, rows: list[Row]) -> Floats:
        if rows[-1][0] != self._unended_line:
            return self._numbers(rows)
        whole = self._numbers(rows[:-1])
        try:
            return np.concatenate([whole, self._numbers(rows[-1:])], axis=1)
        except InputError:
            self.torn_line = self._unended_line
            return whole

    def _numbers(self, rows: list[Row]) -> Floats:
        numbers = np.empty((1 + len(self.names), len(rows)))
        numbers[0] = [line for line, _ in rows]
        place = self._places[TIME]
        numbers[1] = [self._utc_s(cells[place], line) for line, cells in rows]
        for row, name in enumerate(self.names[1:], start=2):
            place = self._places[name]
            try:
                numbers[row] = [float(cells[place] or "nan") for _, cells in rows]
            except ValueError:
                numbers[row] = [self._number(name, cells[place], line) for line, cells in rows]
        return numbers

    def _utc_s(self, text: str, line: int) -> float:
        try:
            moment = datetime.fromisoformat(text.strip())
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return moment.timestamp()
        except (ValueError, OverflowError):
            raise self._complaint(
                line, f"{TIME} {text[:_CITED]!r} is no time; write 2026-01-31T23:59:00Z"
            ) from None

    def _number(self, name: str, cell: str, line: int) -> float:
        text = cell.strip()
        if text.lower() in _NO_VALUE:
            return float("nan")
        try:
            return float(text)
        except ValueError:
            raise self._complaint(
                line, f"{name} {text[:_CITED]!r} is no number; correct it or leave the cell empty"
            ) from None

    def _complaint(self, line: int, text: str) -> InputError:
        return InputError(f"{self._path}: line {line}: {text}")
