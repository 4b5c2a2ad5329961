"""Reads exports back as researchers do, and gives what the store says beside it."""

import csv
from datetime import UTC, date, datetime

import polars as pl

from pouch_host.export.columns import TABLES
from pouch_host.export.frames import schema_of
from pouch_host.export.tables import all_frames


def expected(selection):
    """Return the whole frame of each table, straight from the store."""
    parts = {table.name: [pl.DataFrame(schema=schema_of(table))] for table in TABLES}
    for table, frame in all_frames(selection):
        parts[table.name].append(frame)
    return {name: pl.concat(some) for name, some in parts.items()}


def csv_files(out, table):
    """Return the files of a table."""
    single = out / f"{table.name}.csv"
    return [single] if single.exists() else sorted((out / table.name).glob("*.csv"))


def read_csv(out, table):
    """Read a table with polars, with the types of the codebook."""
    as_read = {
        one.name: pl.String() if one.kind == "utc" else dtype
        for one, dtype in zip(table.columns, schema_of(table).values(), strict=True)
    }
    frame = pl.concat(
        pl.read_csv(path, schema=as_read, null_values=["NA"]) for path in csv_files(out, table)
    )
    moments = [one.name for one in table.columns if one.kind == "utc"]
    return frame.with_columns(
        pl.col(name).str.to_datetime(time_unit="ms", time_zone="UTC") for name in moments
    )


def read_as_r(out, table):
    """Read a table as R's read.csv does: NA is no value, types follow from what is there."""
    rows = []
    for path in csv_files(out, table):
        with path.open(newline="", encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    kinds = {one.name: one.kind for one in table.columns}
    return [{name: _as_r(cell, kinds[name]) for name, cell in row.items()} for row in rows]


def _as_r(cell, kind):
    assert cell, "a cell is empty"
    if cell == "NA":
        return None
    return {
        "string": str,
        "integer": int,
        "number": float,
        "boolean": {"true": True, "false": False}.__getitem__,
        "date": date.fromisoformat,
        "datetime": str,
        "utc": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    }[kind](cell)


def read_parquet(out, table):
    """Read a table with polars, folders as columns, in the codebook's order and types."""
    frame = pl.read_parquet(out / table.name / "**" / "*.parquet", hive_partitioning=True)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema_of(table).items())


def in_order(frame, table):
    """Return a frame sorted by its key: folders of dates do not keep the order of infants."""
    return frame.sort(table.key, nulls_last=True)
