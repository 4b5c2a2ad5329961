"""The table of assignments."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.selection import Selection
from pouch_protocol.constants import band_label

if TYPE_CHECKING:
    import polars as pl

    from pouch_host.store import Assignment

TABLE = table("assignments")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the assignments of each infant; also those outside the days of the selection."""
    for look in selection.looks():
        if not look.given:
            continue
        times = selection.times(look.infant)
        values: dict[str, Any] = {
            "site": selection.site,
            "infant": selection.codes.infant(look.infant.code),
            "band": [selection.codes.band(band_label(one.band_id)) for one in look.given],
            "open": [one.to_utc_s is None for one in look.given],
            "ended_by": [_ended_by(one) for one in look.given],
        }
        values |= times.pair("from", [one.from_utc_s for one in look.given])
        values |= times.pair("to", [one.to_utc_s for one in look.given])
        yield frame_of(TABLE, values)


def _ended_by(one: "Assignment") -> str:
    if one.to_utc_s is None:
        return "lasts"
    return "released" if one.ended_by is None else "next_assignment"
