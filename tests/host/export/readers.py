"""Reads exports back as researchers do, and gives what the store says beside it."""

import csv
import re
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


def read_as_r(out, table, text_columns=()):
    """Read a table as R does, `read.csv` of each file and `rbind`: class and values of columns.

    Found out with R 4.2.2, which then has the same classes in every column of a whole study.

    Args:
        out: folder of the export.
        table: which one.
        text_columns: those that `colClasses` says are characters.
    """
    files = []
    for path in csv_files(out, table):
        with path.open(newline="", encoding="utf-8") as file:
            header, *lines = csv.reader(file)
        files.append({name: [line[n] for line in lines] for n, name in enumerate(header)})
    columns = {}
    for name in files[0]:
        parts = [file[name] for file in files]
        classes = ["character" if name in text_columns else r_class(part) for part in parts]
        whole = max(classes, key=R_CLASSES.index)
        columns[name] = (
            whole,
            [
                _r_value(cell, of_file, whole)
                for part, of_file in zip(parts, classes, strict=True)
                for cell in part
            ],
        )
    return columns


R_CLASSES = ("logical", "integer", "numeric", "character")
"""What R makes of cells; of files that are put together, the later one of theirs."""

_R_LOGICAL = {"TRUE": True, "T": True, "FALSE": False, "F": False}
_R_INTEGER_MAX = 2**31 - 1
_R_NUMBER = re.compile(
    r"\s*[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d*)?|inf|infinity|nan)\s*", re.IGNORECASE
)


def r_class(cells):
    """Return the class that read.csv of R guesses: `true` is a character there, TRUE a logical."""
    told = [cell for cell in cells if cell not in ("NA", "")]
    if all(cell in _R_LOGICAL for cell in told):
        return "logical"
    if all(re.fullmatch(r"[+-]?\d+", cell) for cell in told):
        # The smallest integer of 32 bits is R's NA.
        small = all(abs(int(cell)) <= _R_INTEGER_MAX for cell in told)
        return "integer" if small else "numeric"
    return "numeric" if all(_R_NUMBER.fullmatch(cell) for cell in told) else "character"


def _r_value(cell, of_file, whole):
    """Return a cell of a file in which its column has one class, in a whole that has another."""
    if cell == "NA" or (not cell and of_file != "character"):
        return None
    value = {
        "logical": _R_LOGICAL.get,
        "integer": int,
        # R's own reading of decimals is off by one unit of the last place for three in 124,333
        # numbers of a study; what stands in the file is not.
        "numeric": float,
        "character": str,
    }[of_file](cell)
    if whole == "character" and of_file != "character":
        # What was taken for a number is told as one: 007 is 7 from then on.
        return str(value).upper() if of_file == "logical" else f"{value:.15g}"
    return value


def typed_in_r(values, kind):
    """Return a column after what a person in R does with it: as.logical, as.Date, as.POSIXct."""
    to = {
        "boolean": {True: True, False: False}.__getitem__,
        "date": date.fromisoformat,
        "utc": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    }.get(kind)
    return [value if value is None or to is None else to(value) for value in values]


def read_parquet(out, table):
    """Read a table with polars, folders as columns, in the codebook's order and types."""
    frame = pl.read_parquet(out / table.name / "**" / "*.parquet", hive_partitioning=True)
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema_of(table).items())


def in_order(frame, table):
    """Return a frame sorted by its key: folders of dates do not keep the order of infants."""
    return frame.sort(table.key, nulls_last=True)
