"""The table of battery, memory and losses of bands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.export.columns import table
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

from .kind_frames import Raw, kind_frames, plain

if TYPE_CHECKING:
    import polars as pl

TABLE = table("band_status")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the status records of each band.

    Raises:
        StoreError: the store cannot be read.
    """
    return kind_frames(selection, TABLE, c.KIND_STATUS, _values)


def _values(raw: Raw) -> dict[str, Any]:
    return plain(raw, "battery_mv", "free_heap_bytes", "records_lost", "segments_damaged")
