"""The table of handovers: to whom an infant was given."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pouch_host.export.columns import table
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection

from .said import Row, said_frames

if TYPE_CHECKING:
    import polars as pl

TABLE = table("handovers")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the handovers of each infant.

    Raises:
        StoreError: the store cannot be read.
    """
    return said_frames(selection, TABLE, "handover_no", _rows, ("time",))


def _rows(selection: Selection, look: Look) -> list[Row]:
    return [
        (
            {"caregiver": one.caregiver.value, "who": selection.codes.staff(one.who)},
            {"time": one.utc_s, "written": one.when_utc_s},
        )
        for one in look.handovers
        if one.when_utc_s <= selection.now_utc_s
    ]
