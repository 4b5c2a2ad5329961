"""One frame of each infant for what people said of it: reviews, remarks, handovers."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pouch_host.analysis.days import local_date
from pouch_host.export.columns import Table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection

if TYPE_CHECKING:
    import polars as pl

Row = tuple[dict[str, Any], dict[str, float | None]]
"""Values by column, and moments by name, as UTC seconds."""


def said_frames(
    selection: Selection,
    table: Table,
    number: str,
    rows: Callable[[Selection, Look], Sequence[Row]],
    about: Sequence[str],
) -> "Iterator[pl.DataFrame]":
    """Yield one frame for each infant of whom anything was said on a day of the selection.

    Args:
        selection: of the export.
        table: which one.
        number: name of the column that counts the rows of an infant.
        rows: gives the rows of one infant, in their order.
        about: names of the moments that tell the day, the first that is known.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        chosen = []
        for place, (values, moments) in enumerate(rows(selection, look), start=1):
            known = [moments[name] for name in about if moments[name] is not None]
            if known and selection.has_day(local_date(known[0] or 0, selection.zone)):
                chosen.append((values | {number: place}, moments))
        if not chosen:
            continue
        columns: dict[str, Any] = {
            name: [values[name] for values, _ in chosen] for name in chosen[0][0]
        }
        columns |= {
            "site": selection.site,
            "infant": selection.codes.infant(look.infant.code),
        }
        for name in chosen[0][1]:
            told = [moments[name] for _, moments in chosen]
            columns |= selection.times(look.infant).pair(name, told)
        yield frame_of(table, columns)
