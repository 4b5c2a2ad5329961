"""The table of what bands counted themselves, about once an hour."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.export.columns import table
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

from .kind_frames import Raw, kind_frames, plain

if TYPE_CHECKING:
    import polars as pl

TABLE = table("band_tallies")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the tallies of each band.

    Raises:
        StoreError: the store cannot be read.
    """
    return kind_frames(selection, TABLE, c.KIND_TALLY, _values, _moments)


def _values(raw: Raw) -> dict[str, Any]:
    days = raw["battery_days"]
    return {
        **plain(raw, "span_s", "contact_s", "unknown_s", "contact_24h_min"),
        "battery_days_raw": np.ascontiguousarray(days),
        "battery_days": [None if one == c.BYTE_MISSING else one for one in days.tolist()],
        "alert_count": np.ascontiguousarray(raw["alerts"]),
    }


def _moments(raw: Raw) -> dict[str, npt.NDArray[np.float64]]:
    return {"begin": raw["uptime_cs"] / c.CS_PER_S - raw["span_s"]}
