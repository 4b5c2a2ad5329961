"""Frames with exactly the columns of a table, in their types."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .columns import Column, Table

if TYPE_CHECKING:
    import polars as pl


# Each infant asks for those of all columns again.
@lru_cache(maxsize=1000)
def dtype_of(column: Column) -> "pl.DataType":
    """Return the type of a column. A local time is text: no type keeps its offset."""
    import polars as pl

    if column.kind == "string" and column.values:
        return pl.Enum(column.values)
    return {
        "string": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "boolean": pl.Boolean(),
        "date": pl.Date(),
        "datetime": pl.String(),
        "utc": pl.Datetime("ms", "UTC"),
    }[column.kind]


def schema_of(table: Table) -> "dict[str, pl.DataType]":
    """Return the types of a table's columns, in their order."""
    return {one.name: dtype_of(one) for one in table.columns}


def frame_of(table: Table, values: Mapping[str, Any]) -> "pl.DataFrame":
    """Return a frame of a table.

    Args:
        table: which one.
        values: of each column a series, an array or a sequence; a word or number that holds for
            all rows. NaN says that there is no value.

    Raises:
        KeyError: a column is missing.
        ValueError: a column is unknown.
    """
    import polars as pl

    strange = set(values) - set(table.names)
    if strange:
        raise ValueError(f"table {table.name} has no column {min(strange)}")
    count = _row_count(values)
    series = []
    for column in table.columns:
        dtype = dtype_of(column)
        value = values[column.name]
        if isinstance(value, pl.Series):
            one = value.alias(column.name).cast(dtype)
        elif _is_one(value):
            one = pl.repeat(value, count, dtype=dtype, eager=True).alias(column.name)
        else:
            as_it_is = None if _is_array(value) else dtype
            one = pl.Series(column.name, value, as_it_is, nan_to_null=True).cast(dtype)
        series.append(one)
    return pl.DataFrame(series)


def words(places: Any, table: Table, name: str) -> "pl.Series":
    """Return words of a column by their place among its values; quick for millions.

    Args:
        places: an array of whole numbers.
        table: of the column.
        name: of the column.
    """
    import polars as pl

    values = dtype_of(table.column(name))
    return pl.Series(name, places, dtype=pl.UInt32).cat.to(values)


def _row_count(values: Mapping[str, Any]) -> int:
    for value in values.values():
        if not _is_one(value):
            return len(value)
    return 1


def _is_one(value: Any) -> bool:
    return value is None or isinstance(value, str) or not hasattr(value, "__len__")


def _is_array(value: Any) -> bool:
    return hasattr(value, "dtype") and not isinstance(value, Sequence)
