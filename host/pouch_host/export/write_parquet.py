"""Exports as Parquet: typed, compressed with zstd, in folders that readers know as columns.

    days/site=S/days.parquet            small tables
    records/site=S/date=2026-03-01/     large ones: a row group for each infant
            part-0001-0000.parquet

The columns `site` and `date` of a large table, `site` of a small one, stand in the names of the
folders only: readers take them from there, and disagree where they are in both.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .codebook import write_codebook
from .columns import TABLES, Table
from .formats import moved
from .frames import frame_of, schema_of

if TYPE_CHECKING:
    import polars as pl

    from .about import About
    from .selection import Selection

_LEVEL = 1
# So many files are open at once; an export of years has more dates.
_OPEN_MAX = 200
_SOUGHT = ("infant", "band", "time_utc", "begin_utc", "date")


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
        if not table.per_date:
            rows = arrow_of(frame.drop("site"))
            if table.name not in self._small:
                path = self._folder / f"{table.name}.parquet"
                self._small[table.name] = _writer(path, table, rows.schema)
            self._small[table.name].write_table(rows)
            return
        by_date = frame.partition_by("date", maintain_order=True, as_dict=True)
        for (day,), some in by_date.items():
            place = self._folder / table.name / self._site / f"date={day}"
            self._write_dated(table, place, arrow_of(some.drop("site", "date")))

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


def site_folder(site: str) -> str:
    """Return the name of a site's folder; readers undo the quotes."""
    return f"site={quote(site, safe=' ')}"


def arrow_of(frame: "pl.DataFrame") -> Any:
    """Return a frame as Arrow has it, in types that other readers know."""
    import polars as pl

    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _writer(path: Path, table: Table, schema: Any) -> Any:
    import pyarrow.parquet as pq

    # Words repeat; times and measurements do not, and only grow by a dictionary.
    # The stubs know only true and false.
    words: Any = [
        one.name for one in table.columns if one.kind == "string" and one.name in schema.names
    ]
    # What readers look for; of the rest nobody asks for a least and a largest value.
    sought: Any = [name for name in _SOUGHT if name in schema.names]
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=_LEVEL,
        use_dictionary=words,
        write_statistics=sought,
    )


def join(parts: Sequence[Path], out: Path, about: "About") -> None:
    """Make the export of its parts."""
    paths = {}
    for table in TABLES:
        paths[table.name] = (
            _large(table, parts, out) if table.per_date else _small(table, parts, out, about)
        )
    write_codebook(out, about, "parquet", paths)


def _large(table: Table, parts: Sequence[Path], out: Path) -> list[str]:
    for number, one in enumerate(parts):
        for source in sorted((one / table.name).rglob("*.parquet")):
            within = source.relative_to(one / table.name)
            name = f"part-{number:04}-{source.stem}.parquet"
            moved(source, out / table.name / within.parent / name)
    return [str(one.relative_to(out)) for one in sorted((out / table.name).rglob("*.parquet"))]


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
                writer.write_table(pq.read_table(source).cast(schema))
    return [str(path.relative_to(out))]
