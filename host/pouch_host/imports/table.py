"""The rows of a CSV file as spreadsheets save it.

UTF-8 with or without its mark, fields separated by commas, semicolons or tabs, as the header
tells. Columns that are not asked for are never read: they may hold names.
"""

import csv
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pouch_host.errors import InputError

from .cells import Complaint, Row

_SEPARATORS = (",", ";", "\t")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# A list of people keeps, not a recording: 200 infants with 28 days of a look every hour.
_BYTES_MAX = 64 * 1024 * 1024
_SAVE_AS = "save it as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds.

    Attributes:
        path: the file, as messages name it.
        sha256: of its bytes, hexadecimal.
        names: columns that were found, of those asked for.
        other_count: how many columns were not asked for.
        rows: lines of data.
        complaints: lines that are none.
    """

    path: str
    sha256: str
    names: frozenset[str]
    other_count: int
    rows: tuple[Row, ...]
    complaints: tuple[Complaint, ...]


def read_table(path: Path, known: Collection[str]) -> Table:
    """Read a file.

    Args:
        path: the file.
        known: names that columns may have, in small letters; others are left out.

    Raises:
        InputError: it cannot be read, or its header has none of them.
    """
    data = _bytes_of(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: this is not UTF-8 text; {_SAVE_AS}") from None
    lines = text.splitlines(keepends=True)
    skipped = 0
    separator = None
    # Some spreadsheets state their separator in a line of its own.
    if lines and lines[0].lower().startswith("sep="):
        separator = lines[0].strip()[len("sep=") :][:1]
        skipped = 1
    header_line = lines[skipped] if len(lines) > skipped else ""
    separator = separator or _separator(header_line, known)
    header = next(csv.reader([header_line], delimiter=separator), [])
    names = [name.strip().lower().replace(" ", "_") for name in header]
    found = [name for name in names if name in known]
    if not found:
        raise InputError(
            f"{path}:{skipped + 1}: the header names none of the columns {', '.join(known)}"
        )
    for name in found:
        if names.count(name) > 1:
            raise InputError(f"{path}:{skipped + 1}: two columns {name}; rename one")
    rows, complaints = _rows(str(path), lines[skipped + 1 :], skipped + 1, separator, names, known)
    return Table(
        path=str(path),
        sha256=hashlib.sha256(data).hexdigest(),
        names=frozenset(found),
        other_count=len([name for name in names if name and name not in known]),
        rows=rows,
        complaints=complaints,
    )


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_BYTES_MAX + 1)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"{path}: {reason}; name a readable CSV file") from None
    if len(data) > _BYTES_MAX:
        raise InputError(f"{path}: this file is too large for a list; split it")
    if data.startswith(_UTF16_MARKS) or b"\0" in data:
        raise InputError(f"{path}:1: this is not UTF-8 text; {_SAVE_AS}")
    if not data.strip():
        raise InputError(f"{path}: the file is empty; its first line names the columns")
    return data


def _separator(header: str, known: Collection[str]) -> str:
    """Return what separates the fields: that by which most of the known columns are found."""

    def count(separator: str) -> int:
        cells = next(csv.reader([header], delimiter=separator), [])
        return len({cell.strip().lower().replace(" ", "_") for cell in cells} & set(known))

    return max(_SEPARATORS, key=count)


def _rows(
    path: str,
    lines: list[str],
    before: int,
    separator: str,
    names: list[str],
    known: Collection[str],
) -> tuple[tuple[Row, ...], tuple[Complaint, ...]]:
    rows: list[Row] = []
    complaints: list[Complaint] = []
    for line, cells in _cells(lines, before, separator):
        if not any(cell.strip() for cell in cells):
            continue
        # Spreadsheets drop empty fields at the end of a line, or add some.
        extra = [cell for cell in cells[len(names) :] if cell.strip()]
        if extra:
            complaints.append(
                Complaint(
                    path,
                    line,
                    f"{len(cells)} fields, the header has {len(names)}; correct the line",
                )
            )
            continue
        filled = chain(cells, [""] * (len(names) - len(cells)))
        of_row = {
            name: cell.strip() for name, cell in zip(names, filled, strict=False) if name in known
        }
        rows.append(Row(line, of_row))
    return tuple(rows), tuple(complaints)


def _cells(lines: list[str], before: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line in which each row begins, and its fields.

    A note in a column that nobody asked for may run over several lines.
    """
    reader = csv.reader(lines, delimiter=separator)
    begin = before + 1
    for cells in reader:
        yield begin, cells
        begin = before + reader.line_num + 1
