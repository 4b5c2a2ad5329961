"""The table of remarks. What somebody wrote in words of their own is told only if asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pouch_host.export.columns import table
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection

from .said import Row, said_frames

if TYPE_CHECKING:
    import polars as pl

TABLE = table("remarks")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the remarks about each infant.

    Raises:
        StoreError: the store cannot be read.
    """
    return said_frames(selection, TABLE, "remark_no", _rows, ("time", "written"))


def _rows(selection: Selection, look: Look) -> list[Row]:
    times = selection.times(look.infant)
    told = "given" if selection.free_text else "left_out"
    return [
        (
            {
                "kind": one.kind.value,
                "date": times.date(one.date),
                "reason": one.reason,
                "text": (one.text or None) if selection.free_text else None,
                "text_status": told if one.text else "none",
                "who": selection.codes.staff(one.who),
            },
            {"time": one.utc_s, "written": one.when_utc_s},
        )
        for one in look.remarks
        if one.when_utc_s <= selection.now_utc_s
    ]
