"""The table of bands: what the collector knows of each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.reading import ReadBand
from pouch_host.export.selection import Selection
from pouch_host.store import Band

from .owned import owned_bands

if TYPE_CHECKING:
    import polars as pl

TABLE = table("bands")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the bands, each with the first infant of the export that wore it.

    Raises:
        StoreError: the store cannot be read.
    """
    for band, read in owned_bands(selection):
        yield _frame(selection, band, read)


def _frame(selection: Selection, band: Band, read: ReadBand) -> "pl.DataFrame":
    times = selection.times()
    told = not selection.shifted
    values: dict[str, Any] = {
        "site": selection.site,
        "band": selection.codes.band(band.label),
        "battery_mv": band.battery_mv,
        "firmware_version": band.firmware_version,
        "wire_version": band.wire_version,
        "record_count": read.record_count,
        "sample_count": sum(boot.sample_count for boot in read.boots),
        "untimed_sample_count": read.timeline.untimed_count,
        "missing_record_count": sum(last - first + 1 for _, first, last in read.missing),
        "damaged_record_count": sum(last - first + 1 for _, first, last in read.damaged),
        "unknown_kind_count": read.skipped_count,
    }
    values |= times.pair("first_contact", [band.first_contact_utc_s if told else None])
    values |= times.pair("last_contact", [band.last_contact_utc_s if told else None])
    return frame_of(TABLE, values)
