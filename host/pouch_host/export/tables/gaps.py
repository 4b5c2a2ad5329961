"""The table of gaps: for which time something is missing, and why.

    assigned  |-------- band A --------|   no_band   |------- band B -------|
    samples   x x x x      x x x   x x               x x x f f f f x x
                    no_records                             sensor_fault
                                 damaged, no_clock

Gaps of records that are shorter than a minute are not told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.days import local_date
from pouch_host.analysis.states import MINUTE_S
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.reading import ReadBand
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c
from pouch_protocol.constants import band_label

if TYPE_CHECKING:
    import polars as pl

TABLE = table("gaps")

_FAULTS = (
    ("infant_thermometer", c.FLAG_INFANT_THERMOMETER_FAULT),
    ("caregiver_thermometer", c.FLAG_CAREGIVER_THERMOMETER_FAULT),
    ("touch", c.FLAG_TOUCH_FAULT),
    ("motion", c.FLAG_MOTION_FAULT),
)

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap.

    Attributes:
        cause: one word.
        begin_utc_s: where it begins.
        end_utc_s: where it ends.
        band_id: band that was worn, or None.
        part: which sensor, or "all".
        missing: records that are missing or cannot be read; None if nothing tells.
    """

    cause: str
    begin_utc_s: float
    end_utc_s: float
    band_id: int | None = None
    part: str = "all"
    missing: int | None = None


@dataclass(frozen=True, eq=False)
class _Place:
    """Where samples stand in a log, by time as in the band's timeline."""

    log_id: npt.NDArray[np.int64]
    record_no: npt.NDArray[np.int64]


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the gaps of each infant that began on a day of the selection, by time.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        gaps = [
            one
            for one in gaps_of(look)
            if selection.has_day(local_date(one.begin_utc_s, selection.zone))
        ]
        if gaps:
            yield _frame(selection, look, gaps)


def gaps_of(look: Look) -> list[Gap]:
    """Return the gaps of an infant, by time."""
    found = list(_without_band(look))
    for one in look.given:
        end_utc_s = look.now_utc_s if one.to_utc_s is None else one.to_utc_s
        span = (float(one.from_utc_s), min(float(end_utc_s), look.now_utc_s))
        if span[0] < span[1]:
            band = look.bands[one.band_id]
            found += _without_records(band, one.band_id, span)
            found += _faulty(band, one.band_id, span)
    return sorted(found, key=lambda one: (one.begin_utc_s, one.cause, one.part))


def _without_band(look: Look) -> Iterator[Gap]:
    for before, after in zip(look.given, look.given[1:], strict=False):
        if before.to_utc_s is not None and before.to_utc_s < after.from_utc_s:
            end_utc_s = min(after.from_utc_s, look.now_utc_s)
            if before.to_utc_s < end_utc_s:
                yield Gap("no_band", before.to_utc_s, end_utc_s)


def _without_records(band: ReadBand, band_id: int, span: Span) -> Iterator[Gap]:
    samples = band.timeline.samples
    place = _places(band)
    reached = np.maximum.accumulate(np.concatenate([[span[0]], samples.end_utc_s]))
    begins = np.concatenate([samples.begin_utc_s, [span[1]]])
    for index in np.flatnonzero(begins - reached >= MINUTE_S).tolist():
        begin_utc_s = max(float(reached[index]), span[0])
        end_utc_s = min(float(begins[index]), span[1])
        if end_utc_s - begin_utc_s >= MINUTE_S:
            between = _numbers_between(place, index)
            yield _explained(band, band_id, (begin_utc_s, end_utc_s), between)


def _numbers_between(place: _Place, index: int) -> tuple[int, int, int] | None:
    """Return log, first and last number between two neighbours in time; None across logs."""
    if not 0 < index < len(place.record_no) or place.log_id[index - 1] != place.log_id[index]:
        return None
    first, last = int(place.record_no[index - 1]) + 1, int(place.record_no[index]) - 1
    return (int(place.log_id[index]), first, last) if first <= last else None


def _explained(
    band: ReadBand, band_id: int, span: Span, between: tuple[int, int, int] | None
) -> Gap:
    damaged = None if between is None else _within(band.damaged, between)
    missing = None if between is None else _within(band.missing, between)
    if damaged and damaged >= (missing or 0):
        return Gap("damaged", *span, band_id, missing=damaged + (missing or 0))
    if not missing and _has_untimed(band, span):
        return Gap("no_clock", *span, band_id, missing=missing)
    lost = None if between is None else (missing or 0) + (damaged or 0)
    return Gap("no_records", *span, band_id, missing=lost)


def _within(ranges: Sequence[tuple[int, int, int]], between: tuple[int, int, int]) -> int:
    log_id, low, high = between
    return sum(
        max(0, min(last, high) - max(first, low) + 1)
        for log, first, last in ranges
        if log == log_id
    )


def _has_untimed(band: ReadBand, span: Span) -> bool:
    """Tell whether samples of an unknown time may be of a gap."""
    return any(
        not boot.clock.anchored
        and boot.sample_count > 0
        and boot.clock.earliest_utc_s < span[1]
        and boot.clock.latest_utc_s > span[0]
        for boot in band.boots
    )


def _places(band: ReadBand) -> _Place:
    """Return log and number of each sample of the timeline, in its order."""
    timed = [boot for boot in band.boots if boot.clock.anchored]
    nothing = np.empty(0, np.int64)
    utc_s = [boot.clock.utc_s(boot.records.samples["uptime_cs"] / c.CS_PER_S) for boot in timed]
    order = np.argsort(np.concatenate([np.empty(0), *utc_s]), kind="stable")
    logs = [np.full(len(one), boot.records.log_id) for one, boot in zip(utc_s, timed, strict=True)]
    numbers = [boot.records.sample_no for boot in timed]
    return _Place(
        np.concatenate([nothing, *logs])[order], np.concatenate([nothing, *numbers])[order]
    )


def _faulty(band: ReadBand, band_id: int, span: Span) -> Iterator[Gap]:
    samples = band.timeline.samples.between(*span)
    for part, flag in _FAULTS:
        faulty = (samples.flags & flag) != 0
        edges = np.flatnonzero(np.diff(np.concatenate([[False], faulty, [False]]).astype(np.int8)))
        for first, last in edges.reshape(-1, 2).tolist():
            begin_utc_s = float(samples.begin_utc_s[first])
            yield Gap(
                "sensor_fault", begin_utc_s, float(samples.end_utc_s[last - 1]), band_id, part
            )


def _frame(selection: Selection, look: Look, gaps: list[Gap]) -> "pl.DataFrame":
    times = selection.times(look.infant)
    codes = selection.codes
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": codes.infant(look.infant.code),
        "date": [times.date(local_date(one.begin_utc_s, selection.zone)) for one in gaps],
        "cause": [one.cause for one in gaps],
        "part": [one.part for one in gaps],
        "band": [
            None if one.band_id is None else codes.band(band_label(one.band_id)) for one in gaps
        ],
        "minutes": [(one.end_utc_s - one.begin_utc_s) / MINUTE_S for one in gaps],
        "missing_records": [one.missing for one in gaps],
    }
    values |= times.pair("begin", [one.begin_utc_s for one in gaps], with_ms=True)
    values |= times.pair("end", [one.end_utc_s for one in gaps], with_ms=True)
    return frame_of(TABLE, values)
