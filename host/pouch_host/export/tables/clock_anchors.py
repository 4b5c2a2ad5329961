"""The table of clock anchors: what time hosts told a band, and how well its clock fits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.derive.timelines import anchor_times
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.reading import ReadBand, ReadBoot
from pouch_host.export.selection import Selection
from pouch_host.export.times import milliseconds
from pouch_host.store import Band, Infant

from .owned import Wearers, owned_bands

if TYPE_CHECKING:
    import polars as pl

TABLE = table("clock_anchors")

_EQUAL_S = 1e-6


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the anchors of each band, a frame for each boot and infant.

    Raises:
        StoreError: the store cannot be read.
    """
    for band, read in owned_bands(selection):
        yield from _of_band(selection, band, read)


def _of_band(selection: Selection, band: Band, read: ReadBand) -> "Iterator[pl.DataFrame]":
    wearers = Wearers(selection, band.band_id)
    for boot in read.boots:
        _, told_s = anchor_times(boot.records)
        for infant, places in wearers.at(told_s):
            # A moment of nobody has no shift to hide it.
            if infant is None and selection.shifted:
                continue
            asked = places[_asked(selection, told_s[places])]
            if len(asked):
                yield _frame(selection, band, boot, infant, asked)


def _asked(selection: Selection, utc_s: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    if selection.first_day is None and selection.last_day is None:
        return np.ones(len(utc_s), np.bool_)
    dates = selection.times().dates(milliseconds(utc_s))
    return selection.days_of(dates).to_numpy()


def _frame(
    selection: Selection, band: Band, boot: ReadBoot, infant: Infant | None, places: Any
) -> "pl.DataFrame":
    uptime_s, told_s = anchor_times(boot.records)
    uptime_s, told_s = uptime_s[places], told_s[places]
    raw = boot.records.anchors[places]
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": None if infant is None else selection.codes.infant(infant.code),
        "band": selection.codes.band(band.label),
        "log_id": selection.codes.log_id(boot.records.log_id),
        "boot_id": boot.records.boot_id,
        "record_no": boot.anchor_no[places],
        "uptime_cs": np.ascontiguousarray(raw["uptime_cs"]),
        "flags": np.ascontiguousarray(raw["flags"]),
        "source": np.ascontiguousarray(raw["source"]),
        "round_trip_ms": np.ascontiguousarray(raw["round_trip_ms"]),
        "used": _used(boot)[places],
        "residual_s": told_s - boot.clock.utc_s(uptime_s),
    }
    values |= selection.times(infant).pair("told", told_s, with_ms=True)
    return frame_of(TABLE, values)


def _used(boot: ReadBoot) -> npt.NDArray[np.bool_]:
    """Tell for each anchor of a boot whether it is a knot of its clock."""
    uptime_s, told_s = anchor_times(boot.records)
    knots, knots_utc = boot.clock.knot_uptime_s, boot.clock.knot_utc_s
    used = np.zeros(len(uptime_s), np.bool_)
    if not len(knots):
        return used
    near = np.minimum(np.searchsorted(knots, uptime_s - _EQUAL_S), len(knots) - 1)
    equal = (np.abs(knots[near] - uptime_s) <= _EQUAL_S) & (
        np.abs(knots_utc[near] - told_s) <= _EQUAL_S
    )
    # Of anchors that say the same the first one is the knot.
    rows = np.flatnonzero(equal)
    _, first = np.unique(near[rows], return_index=True)
    used[rows[first]] = True
    return used
