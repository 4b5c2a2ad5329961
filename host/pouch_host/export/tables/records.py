"""The table of records: each sample as the band sent it, and in units, of whom it belongs to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.derive.inputs import span_utc_s
from pouch_host.export.columns import table
from pouch_host.export.columns.measured import SENSOR_STATUSES
from pouch_host.export.frames import frame_of, words
from pouch_host.export.looks import Look
from pouch_host.export.reading import ReadBoot
from pouch_host.export.selection import Selection
from pouch_protocol import constants as c

if TYPE_CHECKING:
    import polars as pl

TABLE = table("records")

# A frame is at most so long: a week of one infant at one sample in ten seconds.
_ROWS = 20_000

_MEASURED, _FAULT, _RANGE, _MISSING = (SENSOR_STATUSES.index(one) for one in SENSOR_STATUSES)
_RAW_AS_SENT = (
    "infant_temperature_c128", "caregiver_temperature_c128", "infant_touch_pf512",
    "caregiver_touch_pf512", "uptime_cs", "flags",
)  # fmt: skip


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the records of each infant, boot by boot of each time that it wore a band.

    Args:
        selection: of the export.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        for given in look.given:
            begin_utc_s, end_utc_s = span_utc_s(given)
            end_utc_s = min(end_utc_s, look.now_utc_s)
            band = selection.codes.band(c.band_label(given.band_id))
            for boot in look.bands[given.band_id].boots:
                if boot.clock.anchored:
                    yield from _of_boot(selection, look, band, boot, (begin_utc_s, end_utc_s))


def _of_boot(
    selection: Selection, look: Look, band: str, boot: ReadBoot, span: tuple[float, float]
) -> "Iterator[pl.DataFrame]":
    utc_s = boot.clock.utc_s(boot.records.samples["uptime_cs"] / c.CS_PER_S)
    rows = np.flatnonzero((utc_s >= span[0]) & (utc_s < span[1]))
    for first in range(0, len(rows), _ROWS):
        some = rows[first : first + _ROWS]
        frame = _frame(selection, look, band, boot, some, utc_s[some])
        if len(frame):
            yield frame


def _frame(
    selection: Selection,
    look: Look,
    band: str,
    boot: ReadBoot,
    rows: npt.NDArray[np.intp],
    utc_s: npt.NDArray[np.float64],
) -> "pl.DataFrame":
    import polars as pl

    times = selection.times(look.infant)
    raw = boot.records.samples[rows]
    utc_ms = pl.Series(np.rint(utc_s * 1000).astype(np.int64))
    flags = raw["flags"]
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "date": times.dates(utc_ms),
        "time_utc": times.utc(utc_ms),
        "time_local": times.local(utc_ms, with_ms=True),
        "band": band,
        "log_id": selection.codes.log_id(boot.records.log_id),
        "boot_id": boot.records.boot_id,
        "record_no": boot.records.sample_no[rows],
        "worn_by_infant": (flags & c.FLAG_WORN_BY_INFANT) != 0,
    }
    values |= {name: np.ascontiguousarray(raw[name]) for name in _RAW_AS_SENT}
    values |= _temperature(raw, "infant", c.FLAG_INFANT_THERMOMETER_FAULT)
    values |= _temperature(raw, "caregiver", c.FLAG_CAREGIVER_THERMOMETER_FAULT)
    values |= _touch(raw, "infant", c.FLAG_INFANT_TOUCH_RANGE)
    values |= _touch(raw, "caregiver", c.FLAG_CAREGIVER_TOUCH_RANGE)
    values |= _motion(raw)
    frame = frame_of(TABLE, values)
    if selection.first_day is None and selection.last_day is None:
        return frame
    return frame.filter(selection.days_of(selection.times().dates(utc_ms)))


def _temperature(raw: npt.NDArray[np.void], face: str, fault: int) -> dict[str, Any]:
    steps = raw[f"{face}_temperature_c128"]
    faulty = (raw["flags"] & fault) != 0
    status = np.select([faulty, steps == c.TEMPERATURE_MISSING], [_FAULT, _MISSING], _MEASURED)
    name = f"{face}_temperature_status"
    return {
        f"{face}_temperature_c": np.where(status == _MEASURED, steps / c.STEPS_PER_C, np.nan),
        name: words(status, TABLE, name),
    }


def _touch(raw: npt.NDArray[np.void], face: str, out_of_range: int) -> dict[str, Any]:
    steps = raw[f"{face}_touch_pf512"]
    flags = raw["flags"]
    missing = steps == c.TOUCH_MISSING
    status = np.select(
        [(flags & c.FLAG_TOUCH_FAULT) != 0, missing & ((flags & out_of_range) != 0), missing],
        [_FAULT, _RANGE, _MISSING],
        _MEASURED,
    )
    name = f"{face}_touch_status"
    return {
        f"{face}_touch_pf": np.where(status == _MEASURED, steps / c.STEPS_PER_PF, np.nan),
        name: words(status, TABLE, name),
    }


def _motion(raw: npt.NDArray[np.void]) -> dict[str, Any]:
    faulty = (raw["flags"] & c.FLAG_MOTION_FAULT) != 0
    found: dict[str, Any] = {}
    any_missing = np.zeros(len(raw), np.bool_)
    for field, sent, told in (
        ("activity_mg", "activity_raw", "activity_mg"),
        ("breath_adult", "breath_adult_raw", "breath_adult"),
        ("breath_infant", "breath_infant_raw", "breath_infant"),
    ):
        value = np.ascontiguousarray(raw[field])
        missing = value == c.BYTE_MISSING
        any_missing |= missing
        found[sent] = value
        found[told] = np.where(missing | faulty, np.nan, value.astype(np.float64))
    status = np.select([faulty, any_missing], [_FAULT, _MISSING], _MEASURED)
    return found | {"motion_status": words(status, TABLE, "motion_status")}
