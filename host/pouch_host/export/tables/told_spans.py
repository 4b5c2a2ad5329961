"""The table of what observers, charts and diaries told, as it was imported."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.analysis.days import local_date
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.selection import Selection

if TYPE_CHECKING:
    import polars as pl

TABLE = table("told_spans")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield what was told of each infant and began on a day of the selection, by time.

    Raises:
        StoreError: the store cannot be read.
        InputError: a log was replaced since the export began.
    """
    for look in selection.looks():
        told = [
            one
            for one in look.told
            if one.when_utc_s <= selection.now_utc_s
            and selection.has_day(local_date(one.span.begin_utc_s, selection.zone))
        ]
        if not told:
            continue
        times = selection.times(look.infant)
        spans = [one.span for one in told]
        dates = [local_date(one.begin_utc_s, selection.zone) for one in spans]
        values: dict[str, Any] = {
            "site": selection.site,
            "infant": selection.codes.infant(look.infant.code),
            "date": [times.date(one) for one in dates],
            "told_by": [one.source.value for one in told],
            "kind": [one.kind.value for one in spans],
            "span_s": [one.length_s for one in spans],
            "contact_s": [one.contact_s for one in spans],
        }
        values |= times.pair("begin", [one.begin_utc_s for one in spans])
        values |= times.pair("end", [one.end_utc_s for one in spans])
        values |= times.pair("imported", [one.when_utc_s for one in told])
        yield frame_of(TABLE, values)
