"""The tables of an export: each module gives frames of one, infant by infant."""

from collections.abc import Callable, Collection, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, cast

from pouch_host.export.columns import TABLES, Table

if TYPE_CHECKING:
    import polars as pl

    from pouch_host.export.selection import Selection

    Frames = Callable[[Selection], Iterator[pl.DataFrame]]


def frames_of(table: Table, selection: "Selection") -> "Iterator[pl.DataFrame]":
    """Yield the frames of a table.

    Args:
        table: which one.
        selection: of the export.

    Raises:
        StoreError: the store cannot be read.
    """
    module = import_module(f"{__name__}.{table.name}")
    return cast("Frames", module.frames)(selection)


def all_frames(
    selection: "Selection", names: Collection[str] | None = None
) -> "Iterator[tuple[Table, pl.DataFrame]]":
    """Yield the frames of all tables, infant by infant, so that each is read once.

    What belongs to no infant comes first.

    Args:
        selection: of the export.
        names: only these tables; None for all.

    Raises:
        StoreError: the store cannot be read.
    """
    parts = [selection.only((), ward=True)] if selection.ward else []
    parts += [selection.only((infant,)) for infant in selection.infants]
    for part in parts:
        for table in (one for one in TABLES if names is None or one.name in names):
            for frame in frames_of(table, part):
                yield table, frame
