"""Exports as CSV: UTF-8, commas, a header, NA where there is no value, TRUE and FALSE.

days.csv, sessions.csv, ...     one file for each small table
records/part-0001.csv, ...      large ones in files of a few infants each, each with a header
datapackage.json, CODEBOOK.md   what each column is
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pouch_host.errors import InputError

from .codebook import write_codebook
from .columns import NOT_AVAILABLE, TABLES, Column, Table
from .formats import joined, moved

if TYPE_CHECKING:
    import polars as pl

    from .about import About
    from .selection import Selection

_UTC_FORMAT = "%Y-%m-%dT%H:%M:%S"
_UTC_FORMAT_MS = "%Y-%m-%dT%H:%M:%S%.3f"
# Where a fraction of a second is known.
_WITH_MS = {
    "records": ("time",),
    "clock_anchors": ("told",),
    "clock_fits": ("first_record", "last_record", "earliest", "latest"),
    "band_tallies": ("time", "begin"),
    "band_events": ("time",),
    "band_health": ("time",),
    "band_boots": ("time",),
    "band_status": ("time",),
    "band_faults": ("time",),
    "gaps": ("begin", "end"),
}


TAKES = tuple(one.name for one in TABLES)
"""Names of the tables: all of them."""


def check(selection: "Selection") -> None:
    """Refuse a site or an infant whose name would read as no value.

    Raises:
        InputError: there is one.
    """
    names = {"site": [selection.site]}
    names["infant"] = [selection.codes.infant(one.code) for one in selection.chosen]
    for what, found in names.items():
        if NOT_AVAILABLE in found:
            raise InputError(
                f"{what} {NOT_AVAILABLE!r}: programs read it as no value in a CSV file: rename "
                "it, or say --deidentify"
            )


def part(folder: Path, _selection: "Selection") -> "CsvPart":
    """Return what writes some infants into a folder."""
    return CsvPart(folder)


class CsvPart:
    """One file for each table: large ones with a header, the others without.

    Args:
        folder: where they go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._open = ExitStack()

    def add(self, table: Table, frame: "pl.DataFrame") -> None:
        """Write a frame behind those of its table."""
        file = self._files.get(table.name)
        if file is None:
            file = self._open.enter_context((self._folder / f"{table.name}.csv").open("wb"))
            self._files[table.name] = file
            if table.per_date:
                file.write(header(table))
        file.write(csv_bytes(table, frame))

    def close(self) -> None:
        """Close the files."""
        self._open.close()


def header(table: Table) -> bytes:
    """Return the header line of a table."""
    return (",".join(table.names) + "\n").encode("ascii")


def has_milliseconds(table: Table, column: Column) -> bool:
    """Tell whether moments of a column are known to the millisecond."""
    return column.name.removesuffix("_utc") in _WITH_MS.get(table.name, ())


def csv_bytes(table: Table, frame: "pl.DataFrame") -> bytes:
    """Return a frame as lines of CSV, without a header. Numbers keep all of their digits.

    Raises:
        InputError: a text would read as no value.
    """
    import polars as pl

    _refuse_not_available(table, frame)
    texts = []
    for column in table.columns:
        one = pl.col(column.name)
        if column.kind == "utc":
            form = _UTC_FORMAT_MS if has_milliseconds(table, column) else _UTC_FORMAT
            texts.append(one.dt.strftime(form + "Z"))
        elif column.kind == "boolean":
            # R takes TRUE for a logical and `true` for a text; the others read both.
            texts.append(one.cast(pl.String).str.to_uppercase())
        elif column.kind == "string" and not column.values:
            # A line end inside a cell breaks readers that go line by line.
            texts.append(one.str.replace_all(r"[\r\n]+", " "))
    return (
        frame.with_columns(texts)
        .write_csv(include_header=False, null_value=NOT_AVAILABLE)
        .encode()
    )


def _refuse_not_available(table: Table, frame: "pl.DataFrame") -> None:
    # Large tables have no text that people wrote.
    if table.per_date:
        return
    for column in table.columns:
        free = column.kind == "string" and not column.values
        if free and (frame[column.name] == NOT_AVAILABLE).any():
            raise InputError(
                f"table {table.name}, column {column.name}: somebody wrote {NOT_AVAILABLE!r}, "
                "which programs read as no value in a CSV file: say --deidentify, or take "
                "--format parquet"
            )


def join(parts: Sequence[Path], out: Path, about: "About") -> None:
    """Make the export of its parts."""
    paths: dict[str, list[str]] = {}
    for table in TABLES:
        if table.per_date:
            paths[table.name] = _large(table, parts, out)
        else:
            name = f"{table.name}.csv"
            pieces = [one / name for one in parts]
            joined([one for one in pieces if one.exists()], out / name, header(table))
            paths[table.name] = [name]
    write_codebook(out, about, "csv", paths)


def _large(table: Table, parts: Sequence[Path], out: Path) -> list[str]:
    names = []
    for number, one in enumerate(parts):
        source = one / f"{table.name}.csv"
        name = f"{table.name}/part-{number:04}.csv"
        if source.exists() or (out / name).exists():
            moved(source, out / name)
            names.append(name)
    if not names:
        names = [f"{table.name}/part-0000.csv"]
        joined([], out / names[0], header(table))
    return names
