"""Exports for REDCap: a data dictionary, and records for the data import tool.

data_dictionary.csv          the fields, the same for every export of this version
records-001.csv, ...         infants with all of their forms, a few megabytes each
repeating_instruments.csv    which forms repeat
missing_data_codes.txt       what stands for no value
IMPORT.md                    what to do with them
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pouch_host.errors import InputError

from .columns import Table
from .formats import joined
from .redcap.dictionary import (
    MISSING_CODE,
    dictionary_csv,
    missing_codes_text,
    repeating_csv,
)
from .redcap.forms import BY_TABLE
from .redcap.guide import CODES, DICTIONARY, REPEATING, guide
from .redcap.values import record_columns, record_rows

if TYPE_CHECKING:
    import polars as pl

    from .about import About
    from .selection import Selection

# A server's import holds a file in memory, and ends with the browser's patience; servers commonly
# take uploads of 32 MB. A quarter of it is some fifty infants of a month.
FILE_BYTES_MAX = 8_000_000

TAKES = tuple(BY_TABLE)
"""Names of the tables that become forms."""

# REDCap puts a record's name into addresses and logic, and keeps it in 100 characters.
_NAME_CHARACTERS_MAX = 100
_NAME_MARKS = " -_.():,"


def check(selection: "Selection") -> None:
    """Refuse infants whose codes cannot be names of records.

    Raises:
        InputError: there is one.
    """
    seen: dict[str, str] = {}
    for name in (selection.codes.infant(one.code) for one in selection.chosen):
        fits = all(one.isalnum() or one in _NAME_MARKS for one in name)
        if not fits or len(name) > _NAME_CHARACTERS_MAX or name.upper() == MISSING_CODE:
            raise InputError(
                f"infant {name!r}: REDCap cannot have a record of that name: use letters, digits, "
                "dots and dashes, or say --deidentify"
            )
        # Its database takes "Bed-1" and "bed-1" for one.
        same = seen.setdefault(name.casefold(), name)
        if same is not name:
            raise InputError(
                f"infants {same!r} and {name!r} are one record for REDCap: rename one, or say "
                "--deidentify"
            )


def part(folder: Path, _selection: "Selection") -> "RedcapPart":
    """Return what writes some infants into a folder."""
    return RedcapPart(folder)


class RedcapPart:
    """One file for each infant, without a header.

    Args:
        folder: where they go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._infant: str | None = None
        self._infants = 0
        self._instances: dict[str, int] = {}

    def add(self, table: Table, frame: "pl.DataFrame") -> None:
        """Write rows of an infant behind those that it has; others are left out."""
        form = BY_TABLE.get(table.name)
        if form is None or frame.is_empty():
            return
        (infant,) = frame["infant"].unique()
        if infant != self._infant:
            self._infant = infant
            self._infants += 1
            self._instances.clear()
        before = self._instances.get(form.name, 0)
        self._instances[form.name] = before + len(frame)
        rows = record_rows(form, frame, before + 1)
        with (self._folder / f"{self._infants:04}.csv").open("ab") as file:
            file.write(rows.write_csv(include_header=False).encode())

    def close(self) -> None:
        """Do nothing: each frame is written when it is added."""


def join(parts: Sequence[Path], out: Path, about: "About") -> None:
    """Make the export of its parts."""
    (out / DICTIONARY).write_bytes(dictionary_csv())
    (out / REPEATING).write_bytes(repeating_csv())
    (out / CODES).write_bytes(missing_codes_text())
    head = (",".join(record_columns()) + "\n").encode("ascii")
    names = []
    for number, pieces in enumerate(_files(parts), start=1):
        names.append(f"records-{number:03}.csv")
        joined(pieces, out / names[-1], head)
    (out / "IMPORT.md").write_text(guide(about, names), encoding="utf-8")


def _files(parts: Sequence[Path]) -> Iterator[list[Path]]:
    """Yield the infants of each file: as many as fit, but none in two files."""
    pieces: list[Path] = []
    size_bytes = 0
    for piece in (one for part in parts for one in sorted(part.glob("*.csv"))):
        more_bytes = piece.stat().st_size
        if pieces and size_bytes + more_bytes > FILE_BYTES_MAX:
            yield pieces
            pieces, size_bytes = [], 0
        pieces.append(piece)
        size_bytes += more_bytes
    yield pieces
