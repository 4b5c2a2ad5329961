"""The rows of a CSV file as spreadsheets save it.

UTF-8 with or without its mark, fields separated by commas, semicolons or tabs, as the header
tells. Columns that are not asked for are never read: they may hold names.
"""

import csv
import hashlib
import io
import re
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
_LINE_END = re.compile(r"[\r\n]")
_SWALLOWED = (
    "a quotation mark opens here and closes some lines below, so that rows are taken for one "
    "cell; close or remove it"
)
# In a list of one or two columns a line of a note may look like a row.
_NOTE_SEPARATORS_MAX = 2


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
    # Only these end a line for whoever counts lines; others may stand in a note.
    lines = list(io.StringIO(text, newline=""))
    skipped = 0
    separator = None
    # Some spreadsheets state their separator in a line of its own.
    if lines and lines[0].lower().startswith("sep="):
        stated = lines[0].strip()[len("sep=") :][:1]
        separator = stated if stated in _SEPARATORS else None
        skipped = 1
    header_line = lines[skipped] if len(lines) > skipped else ""
    separator = separator or _separator(header_line, known)
    names = _names(header_line, separator)
    found = [name for name in names if name in known]
    if not found:
        raise InputError(
            f"{path}:{skipped + 1}: the header names none of the columns {', '.join(known)}; "
            "separate them by commas, semicolons or tabs"
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
        line = data.count(b"\n", 0, max(0, data.find(b"\0"))) + 1
        raise InputError(f"{path}:{line}: this is not UTF-8 text; {_SAVE_AS}")
    if not data.strip():
        raise InputError(f"{path}: the file is empty; its first line names the columns")
    return data


def _separator(header: str, known: Collection[str]) -> str:
    """Return what separates the fields: that by which most of the known columns are found."""
    return max(_SEPARATORS, key=lambda one: len(set(_names(header, one)) & set(known)))


def _names(header: str, separator: str) -> list[str]:
    """Return the names of the columns; none of a line that cannot be a header."""
    try:
        cells = next(csv.reader([header], delimiter=separator), [])
    except csv.Error:
        return []
    return [cell.strip().lower().replace(" ", "_") for cell in cells]


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
        wrong = cells if isinstance(cells, str) else _what_is_wrong(cells, len(names), separator)
        if wrong:
            complaints.append(Complaint(path, line, wrong))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        filled = chain(cells, [""] * (len(names) - len(cells)))
        of_row = {
            name: cell.strip() for name, cell in zip(names, filled, strict=False) if name in known
        }
        if any(_LINE_END.search(cell) for cell in of_row.values()):
            complaints.append(Complaint(path, line, _SWALLOWED))
            continue
        rows.append(Row(line, of_row))
    return tuple(rows), tuple(complaints)


def _what_is_wrong(cells: list[str], count: int, separator: str) -> str:
    """Return what is wrong with the fields of a row, "" for nothing."""
    # Spreadsheets drop empty fields at the end of a line, or add some.
    if any(cell.strip() for cell in cells[count:]):
        return f"{len(cells)} fields, the header has {count}; correct the line"
    for cell in cells:
        _, *further = _LINE_END.split(cell)
        # A note of several lines is no row; a row within a note is one that nobody would miss.
        if any(line.count(separator) >= max(_NOTE_SEPARATORS_MAX, count - 1) for line in further):
            return _SWALLOWED
    return ""


def _cells(lines: list[str], before: int, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the number of the line in which each row begins, and its fields or what is wrong.

    A note in a column that nobody asked for may run over several lines. A quotation mark that is
    never closed ends the reading: from there on nobody knows what is a row.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    begin = before + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wrong = (
                f"it cannot be split into fields ({error}): close or remove its quotation marks"
            )
            yield begin, f"{wrong}; what follows was not read"
            return
        yield begin, cells
        begin = before + reader.line_num + 1
