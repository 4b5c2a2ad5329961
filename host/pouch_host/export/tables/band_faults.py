"""The table of errors that the programs of bands met."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pouch_host.export.columns import table
from pouch_host.export.columns.band_kinds import MODULES
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

from .kind_frames import Raw, kind_frames, plain

if TYPE_CHECKING:
    import polars as pl

TABLE = table("band_faults")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the faults of each band.

    Raises:
        StoreError: the store cannot be read.
    """
    return kind_frames(selection, TABLE, c.KIND_FAULT, _values)


def _values(raw: Raw) -> dict[str, Any]:
    modules = raw["module"]
    return {
        **plain(raw, "fault_count"),
        "module_raw": np.ascontiguousarray(modules),
        "module": [MODULES.get(one) for one in modules.tolist()],
        "fault_code": np.ascontiguousarray(raw["code"]),
    }
