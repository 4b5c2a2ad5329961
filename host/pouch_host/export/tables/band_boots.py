"""The table of starts of bands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pouch_host.export.columns import table
from pouch_host.export.columns.band_kinds import RESETS
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

from .kind_frames import Raw, kind_frames

if TYPE_CHECKING:
    import polars as pl

TABLE = table("band_boots")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the starts of each band.

    Raises:
        StoreError: the store cannot be read.
    """
    return kind_frames(selection, TABLE, c.KIND_BOOT, _values)


def _values(raw: Raw) -> dict[str, Any]:
    causes = raw["reset_cause"]
    version = zip(
        *(raw[f"firmware_{part}"].tolist() for part in ("major", "minor", "patch")), strict=True
    )
    return {
        "reset_cause_raw": np.ascontiguousarray(causes),
        "reset_cause": [RESETS.get(one) for one in causes.tolist()],
        "firmware_version": [".".join(map(str, parts)) for parts in version],
    }
