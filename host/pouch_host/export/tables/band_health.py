"""The table of what failed on bands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.export.columns import table
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

from .kind_frames import Raw, kind_frames, plain

if TYPE_CHECKING:
    import polars as pl

TABLE = table("band_health")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the health records of each band.

    Raises:
        StoreError: the store cannot be read.
    """
    return kind_frames(selection, TABLE, c.KIND_HEALTH, _values)


def _values(raw: Raw) -> dict[str, Any]:
    return plain(
        raw, "infant_thermometer_faults", "caregiver_thermometer_faults", "touch_faults",
        "motion_faults", "flash_faults", "restarts", "free_heap_min_bytes",
    )  # fmt: skip
