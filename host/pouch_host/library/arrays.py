"""Frames as numpy arrays, whose types follow from the codebook and never from the data.

| column          | array              | no value |
| string, local time | fixed-width text | "NA"    |
| number          | float64            | NaN      |
| integer         | int64; float64 if it may be missing | NaN |
| boolean         | bool; float64 (0, 1) if it may be missing | NaN |
| date            | datetime64[D]      | NaT      |
| moment in UTC   | datetime64[ms]     | NaT      |
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.export.columns import NOT_AVAILABLE, Column, Table

if TYPE_CHECKING:
    import polars as pl


def arrays_of(frame: "pl.DataFrame", table: Table) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of a frame as arrays, in their order.

    Args:
        frame: of the table; columns may be left out.
        table: what its columns are.
    """
    return {name: _array(frame[name], table.column(name)) for name in frame.columns}


def _array(series: "pl.Series", column: Column) -> npt.NDArray[Any]:
    if column.kind == "string" and column.values:
        words = np.array([*column.values, NOT_AVAILABLE])
        places = series.to_physical().cast(int).fill_null(len(column.values))
        return words[places.to_numpy()]
    if column.kind in {"string", "datetime"}:
        return np.array(series.fill_null(NOT_AVAILABLE).to_list(), np.str_)
    if column.kind == "date":
        return series.to_numpy().astype("datetime64[D]")
    if column.kind == "utc":
        return series.dt.replace_time_zone(None).to_numpy().astype("datetime64[ms]")
    if column.kind == "number" or not column.required:
        return series.cast(float).to_numpy().astype(np.float64)
    return series.to_numpy().astype(np.bool_ if column.kind == "boolean" else np.int64)
