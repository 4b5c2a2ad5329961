"""The table of nurses' answers to sessions: each one, also those that another replaced."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pouch_host.export.columns import table
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection

from .said import Row, said_frames

if TYPE_CHECKING:
    import polars as pl

TABLE = table("reviews")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the answers about each infant.

    Raises:
        StoreError: the store cannot be read.
    """
    about = ("begin", "said_begin", "answered")
    return said_frames(selection, TABLE, "review_no", _rows, about)


def _rows(selection: Selection, look: Look) -> list[Row]:
    return [
        (
            {"verdict": one.verdict.value, "who": selection.codes.staff(one.who)},
            {
                "answered": one.when_utc_s,
                "begin": one.begin_utc_s,
                "end": one.end_utc_s,
                "said_begin": one.said_begin_utc_s,
                "said_end": one.said_end_utc_s,
            },
        )
        for one in look.reviews
        if one.when_utc_s <= selection.now_utc_s
    ]
