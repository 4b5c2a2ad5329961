"""Frames of the records of one kind that is not that of samples, band by band."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.export.columns import Table
from pouch_host.export.frames import frame_of
from pouch_host.export.reading import ReadBand, ReadBoot
from pouch_host.export.selection import Selection
from pouch_host.export.times import milliseconds
from pouch_host.store import Band, Infant
from pouch_protocol import constants as c

from .owned import Wearers, owned_bands

if TYPE_CHECKING:
    import polars as pl

Raw = npt.NDArray[np.void]

Values = Callable[[Raw], dict[str, Any]]
"""Gives the columns of some records that are not those of all kinds."""

Moments = Callable[[Raw], dict[str, npt.NDArray[np.float64]]]
"""Gives moments by name, as seconds since the boot."""


def kind_frames(
    selection: Selection,
    table: Table,
    kind: int,
    values: Values,
    moments: Moments = lambda _raw: {},
) -> "Iterator[pl.DataFrame]":
    """Yield the records of one kind, a frame for each boot of a band and infant that wore it then.

    Args:
        selection: of the export.
        table: which one.
        kind: of the records.
        values: gives the columns of the kind.
        moments: gives its moments, but for that of writing.

    Raises:
        StoreError: the store cannot be read.
    """
    for band, read in owned_bands(selection):
        yield from _of_band(selection, table, kind, (band, read), (values, moments))


def _of_band(
    selection: Selection,
    table: Table,
    kind: int,
    of: tuple[Band, ReadBand],
    gives: tuple[Values, Moments],
) -> "Iterator[pl.DataFrame]":
    band, read = of
    values, moments = gives
    wearers = Wearers(selection, band.band_id)
    for boot in read.boots:
        record_no, raw = boot.of_kind(kind)
        if not len(raw):
            continue
        utc_s = boot.clock.utc_s(raw["uptime_cs"] / c.CS_PER_S)
        for infant, places in wearers.at(utc_s):
            rows = places[_asked(selection, wearers, infant, utc_s[places])]
            if not len(rows):
                continue
            some = raw[rows]
            found = _head(selection, band, boot, infant) | {
                "record_no": record_no[rows],
                "uptime_cs": np.ascontiguousarray(some["uptime_cs"]),
                "flags": np.ascontiguousarray(some["flags"]),
            }
            times = selection.times(infant)
            found |= times.pair("time", utc_s[rows], with_ms=True)
            for name, uptime_s in moments(some).items():
                found |= times.pair(name, boot.clock.utc_s(uptime_s), with_ms=True)
            yield frame_of(table, found | values(some))


def _head(
    selection: Selection, band: Band, boot: ReadBoot, infant: Infant | None
) -> dict[str, Any]:
    return {
        "site": selection.site,
        "infant": None if infant is None else selection.codes.infant(infant.code),
        "band": selection.codes.band(band.label),
        "log_id": selection.codes.log_id(boot.records.log_id),
        "boot_id": boot.records.boot_id,
    }


def _asked(
    selection: Selection,
    wearers: Wearers,
    infant: Infant | None,
    utc_s: npt.NDArray[np.float64],
) -> npt.NDArray[np.bool_]:
    timed = ~np.isnan(utc_s)
    asked = ~(utc_s > selection.now_utc_s)
    if infant is None:
        # A moment of nobody has no shift to hide it; one that is not known may be of somebody
        # who was not asked for.
        asked &= timed & (not selection.shifted) | ~timed & wearers.all_chosen
    if selection.first_day is not None or selection.last_day is not None:
        dates = selection.times().dates(milliseconds(utc_s))
        asked &= selection.days_of(dates).to_numpy()
    return asked


def plain(raw: Raw, *names: str) -> dict[str, Any]:
    """Return fields under their own names."""
    return {name: np.ascontiguousarray(raw[name]) for name in names}
