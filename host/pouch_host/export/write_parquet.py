"""Exports as Parquet: typed, compressed with zstd, in folders that readers know as columns.

    days/site=S/days.parquet            small tables
    clock_anchors/site=S/part-0001.parquet  one of many rows and no date
    records/site=S/date=2026-03-01/     large ones: a row group for each infant
            part-0001-0000.parquet

The columns `site` and `date` of a large table, `site` of a small one, stand in the names of the
folders only: readers take them from there, and disagree where they are in both.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from .codebook import write_codebook
from .columns import TABLES, Table
from .formats import moved
from .frames import frame_of, schema_of

if TYPE_CHECKING:
    import polars as pl

    from .about import About
    from .selection import Selection

_LEVEL = 1
# Each kind as it packs best: counts and moments by their steps, local times by what differs from
# the one before, measurements byte by byte (exponents are alike). Words repeat: they are places
# in a dictionary. Of 28 days of one infant that makes 1.5 MB where plain values make 2.2.
_ENCODINGS = {
    "integer": "DELTA_BINARY_PACKED",
    "utc": "DELTA_BINARY_PACKED",
    "datetime": "DELTA_BYTE_ARRAY",
    "number": "BYTE_STREAM_SPLIT",
}
# The others are so small by then that zstd gains nothing: to begin a page costs more than a page.
_ZIPPED = {"number", "datetime"}
# One row for each pull of a band: millions, which are not written a second time to be one file.
_IN_PARTS = ("clock_anchors",)
# So many files are open at once; an export of years has more dates.
_OPEN_MAX = 200
_SOUGHT = ("infant", "band", "time_utc", "begin_utc", "date")


TAKES = tuple(one.name for one in TABLES)
"""Names of the tables: all of them."""


def check(_selection: "Selection") -> None:
    """Take every selection."""


def part(folder: Path, selection: "Selection") -> "ParquetPart":
    """Return what writes some infants into a folder."""
    return ParquetPart(folder, selection.site)


class ParquetPart:
    """Small tables as one file each, large ones as one for each date.

    Args:
        folder: where they go.
        site: what stands for the site.
    """

    def __init__(self, folder: Path, site: str) -> None:
        self._folder = folder
        self._site = site_folder(site)
        self._small: dict[str, Any] = {}
        self._dated: dict[Path, Any] = {}
        self._numbers: dict[Path, int] = {}

    def add(self, table: Table, frame: "pl.DataFrame") -> None:
        """Write a frame as one row group, or as one for each of its dates."""
        rows = arrow_of(frame).drop_columns("site")
        if not table.per_date:
            if table.name not in self._small:
                path = self._folder / f"{table.name}.parquet"
                self._small[table.name] = _writer(path, table, rows.schema)
            self._small[table.name].write_table(rows)
            return
        rows = rows.drop_columns("date")
        for day, first, count in _runs(frame["date"]):
            place = self._folder / table.name / self._site / f"date={day}"
            self._write_dated(table, place, rows.slice(first, count))

    def close(self) -> None:
        """Finish the files."""
        with ExitStack() as stack:
            for writer in (*self._small.values(), *self._dated.values()):
                stack.callback(writer.close)

    def _write_dated(self, table: Table, place: Path, rows: Any) -> None:
        writer = self._dated.pop(place, None)
        if writer is None:
            while len(self._dated) >= _OPEN_MAX:
                self._dated.pop(next(iter(self._dated))).close()
            # A date that was closed and comes again gets a further file.
            number = self._numbers[place] = self._numbers.get(place, -1) + 1
            place.mkdir(parents=True, exist_ok=True)
            writer = _writer(place / f"{number:04}.parquet", table, rows.schema)
        # The last one used is the last one closed.
        self._dated[place] = writer
        writer.write_table(rows)


def _runs(dates: "pl.Series") -> "Iterator[tuple[date, int, int]]":
    """Yield each run of equal dates, with its first row and how many rows it has.

    Rows go by time, so a date is one run; slices of what Arrow has are not copied.
    """
    days = dates.to_physical().to_numpy()
    begins = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
    for first, end in zip(begins.tolist(), [*begins[1:].tolist(), len(days)], strict=True):
        yield dates[first], first, end - first


def site_folder(site: str) -> str:
    """Return the name of a site's folder; readers undo the quotes."""
    return f"site={quote(site, safe=' ')}"


def arrow_of(frame: "pl.DataFrame") -> Any:
    """Return a frame as Arrow has it, in types that other readers know."""
    import polars as pl

    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _writer(path: Path, table: Table, schema: Any) -> Any:
    import pyarrow.parquet as pq

    columns = [one for one in table.columns if one.name in schema.names]
    zipped = [one.name for one in columns if one.kind in _ZIPPED or not table.per_date]
    # The stubs know only one compression for all, and true or false of the others.
    compression: Any = {one.name: "ZSTD" if one.name in zipped else "NONE" for one in columns}
    words: Any = [one.name for one in columns if one.kind == "string"]
    # What readers look for; of the rest nobody asks for a least and a largest value.
    sought: Any = [name for name in _SOUGHT if name in schema.names]
    return pq.ParquetWriter(
        path,
        schema,
        compression=compression,
        compression_level=dict.fromkeys(zipped, _LEVEL),
        use_dictionary=words,
        column_encoding={
            one.name: _ENCODINGS[one.kind] for one in columns if one.kind in _ENCODINGS
        },
        write_statistics=sought,
    )


def join(parts: Sequence[Path], out: Path, about: "About") -> None:
    """Make the export of its parts."""
    paths = {}
    for table in TABLES:
        if table.per_date:
            paths[table.name] = _large(table, parts, out)
        else:
            kept = _in_parts(table, parts, out, about) if table.name in _IN_PARTS else []
            paths[table.name] = kept or _small(table, parts, out, about)
    write_codebook(out, about, "parquet", paths)


def _large(table: Table, parts: Sequence[Path], out: Path) -> list[str]:
    for number, one in enumerate(parts):
        for source in sorted((one / table.name).rglob("*.parquet")):
            within = source.relative_to(one / table.name)
            name = f"part-{number:04}-{source.stem}.parquet"
            moved(source, out / table.name / within.parent / name)
    return [str(one.relative_to(out)) for one in sorted((out / table.name).rglob("*.parquet"))]


def _in_parts(table: Table, parts: Sequence[Path], out: Path, about: "About") -> list[str]:
    names = []
    for number, one in enumerate(parts):
        source = one / f"{table.name}.parquet"
        name = f"{table.name}/{site_folder(about.site)}/part-{number:04}.parquet"
        if source.exists() or (out / name).exists():
            moved(source, out / name)
            names.append(name)
    return names


def _small(table: Table, parts: Sequence[Path], out: Path, about: "About") -> list[str]:
    import pyarrow.parquet as pq

    path = out / table.name / site_folder(about.site) / f"{table.name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    nothing = frame_of(table, {name: [] for name in table.names})
    assert nothing.schema == schema_of(table)
    schema = arrow_of(nothing.drop("site")).schema
    with _writer(path, table, schema) as writer:
        for source in (one / f"{table.name}.parquet" for one in parts):
            if source.exists():
                with pq.ParquetFile(source) as piece:
                    writer.write_table(piece.read().cast(schema))
    return [str(path.relative_to(out))]
