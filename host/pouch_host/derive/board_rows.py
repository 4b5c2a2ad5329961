"""One row for each infant as a nurse sees it now."""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from weakref import WeakKeyDictionary

import numpy as np

from pouch_host.analysis.days import (
    Day,
    assigned_minutes,
    daily_hours,
    day_begin_utc_s,
    local_date,
)
from pouch_host.analysis.latest import Latest, latest
from pouch_host.analysis.parameters import Parameters
from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import MINUTE_S
from pouch_host.store import Assignment, Band, Infant, Store
from pouch_protocol import constants as c

from .blocks import blocks_of, join_blocks
from .inputs import AHEAD_S_MAX, Context, inputs_of, samples_of, span_utc_s, target_h
from .timelines import timeline

_FAULTS = (
    (c.FLAG_INFANT_THERMOMETER_FAULT, "the infant face's thermometer fails"),
    (c.FLAG_CAREGIVER_THERMOMETER_FAULT, "the caregiver face's thermometer fails"),
    (c.FLAG_TOUCH_FAULT, "the touch sensor fails"),
    (c.FLAG_MOTION_FAULT, "the motion sensor fails"),
)

# Nothing older has a say in what is newest (`latest` looks back for less than half of it).
_NEWEST_S = 12 * 3600

# What the newest samples of an infant said, by a digest of them: a chain over hours is not run
# again for a page that asks every two seconds.
_newest: WeakKeyDictionary[Store, dict[int, tuple[bytes, Latest]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One infant as a nurse sees it now.

    Attributes:
        infant_code: which infant.
        band_label: the band it wears, None if it has none now.
        state: "ssc", "infant_only", "caregiver_only", "off" or "unknown", at the newest sample.
        ssc_hours: confirmed hours of contact of this local day.
        ssc_hours_lower: hours of contact at least, see `analysis.days.Day`.
        ssc_hours_upper: hours of contact at most, likewise.
        target_h: hours of contact a day that it is to have.
        coverage: known part of the time that counts today, 0 to 1.
        temperature_c: chest skin temperature, or None.
        temperature_age_s: its age, or None.
        temperature_valid: it was taken on the infant's skin, settled.
        core_c: what a valid one says of the core, or None.
        core_sd_c: standard deviation of that estimate, or None.
        last_record_age_s: age of the newest sample, None if there is none.
        battery_mv: battery at the last contact that told it, or None.
        problems: one line each: unreadable records, failing sensors, records without a time.
    """

    infant_code: str
    band_label: str | None
    state: str
    ssc_hours: float
    ssc_hours_lower: float
    ssc_hours_upper: float
    target_h: float
    coverage: float
    temperature_c: float | None
    temperature_age_s: float | None
    temperature_valid: bool
    core_c: float | None
    core_sd_c: float | None
    last_record_age_s: float | None
    battery_mv: int | None
    problems: tuple[str, ...]


def board(
    store: Store, now_utc_s: float, *, parameters: Parameters | None = None
) -> list[BoardRow]:
    """Return a row for each infant that has a band today, or has not had any yet.

    Nothing is stored: a page only reads.

    Args:
        store: where the records are.
        now_utc_s: the time for which ages are given and up to which today counts.
        parameters: other ones than those that came with this version.

    Raises:
        StoreError: the store cannot be read.
    """
    context = Context.of(store, now_utc_s, parameters)
    today_utc_s = day_begin_utc_s(local_date(now_utc_s, context.zone), context.zone)
    bands = {band.band_id: band for band in store.bands()}
    given: dict[int, list[Assignment]] = {}
    for one in store.assignments():
        given.setdefault(one.infant_id, []).append(one)
    rows = []
    for infant in store.infants():
        of_infant = given.get(infant.infant_id, [])
        if not of_infant or any(span_utc_s(one)[1] > today_utc_s for one in of_infant):
            rows.append(_row(context, infant, of_infant, bands))
    return rows


def _row(
    context: Context, infant: Infant, given: Sequence[Assignment], bands: dict[int, Band]
) -> BoardRow:
    now_utc_s = context.now_utc_s
    day = _today(context, infant, given)
    newest = _latest(context, infant, given)
    worn = [one for one in given if span_utc_s(one)[0] <= now_utc_s < span_utc_s(one)[1]]
    band = bands[worn[-1].band_id] if worn else None
    return BoardRow(
        infant_code=infant.code,
        band_label=band.label if band else None,
        state=newest.state.word,
        ssc_hours=day.hours if day else 0.0,
        ssc_hours_lower=day.hours_lower if day else 0.0,
        ssc_hours_upper=day.hours_upper if day else 0.0,
        target_h=target_h(infant),
        coverage=day.coverage if day else 0.0,
        temperature_c=newest.temperature_c,
        temperature_age_s=_age_s(newest.temperature_utc_s, now_utc_s),
        temperature_valid=newest.temperature_valid,
        core_c=newest.core_c,
        core_sd_c=newest.core_sd_c,
        last_record_age_s=_age_s(newest.utc_s, now_utc_s),
        battery_mv=band.battery_mv if band else None,
        problems=tuple(_problems(context.store, band, newest)) if band else (),
    )


def _today(context: Context, infant: Infant, given: Sequence[Assignment]) -> Day | None:
    """Return what today held so far, without sessions and temperatures: no row shows them."""
    today = local_date(context.now_utc_s, context.zone)
    # A day's edges hang on the minutes around midnight.
    from_utc_s = day_begin_utc_s(today, context.zone) - MINUTE_S * context.parameters.margin_min
    inputs = inputs_of(context, infant, given, from_utc_s=from_utc_s)
    minutes = join_blocks(
        blocks_of(context, inputs), inputs.first_utc_s, inputs.minutes, context.parameters
    )
    assigned = assigned_minutes(inputs.first_utc_s, inputs.minutes, inputs.spans)
    assigned &= np.arange(inputs.minutes) < inputs.elapsed
    days = daily_hours(
        minutes,
        assigned,
        context.zone,
        target_h=inputs.target_h,
        parameters=context.parameters,
    )
    return next((day for day in days if day.date == today), None)


def _latest(context: Context, infant: Infant, given: Sequence[Assignment]) -> Latest:
    last_utc_s = context.now_utc_s + AHEAD_S_MAX
    samples = samples_of(context.store, given, -math.inf, last_utc_s)
    if len(samples):
        samples = samples.between(float(samples.utc_s[-1]) - _NEWEST_S, math.inf)
    digest = _digest(samples, context.parameters)
    known = _newest.setdefault(context.store, {})
    if known.get(infant.infant_id, (b"",))[0] != digest:
        found = latest(samples, parameters=context.parameters)
        known[infant.infant_id] = (digest, found)
    return known[infant.infant_id][1]


def _digest(samples: Samples, parameters: Parameters) -> bytes:
    digest = hashlib.blake2b(parameters.algorithm_version.encode())
    for column in fields(samples):
        digest.update(getattr(samples, column.name).tobytes())
    return digest.digest()


def _problems(store: Store, band: Band, newest: Latest) -> Iterable[str]:
    records = store.records(band.band_id)
    yield from (str(problem) for problem in records.problems)
    for flag, words in _FAULTS:
        if newest.flags & flag:
            yield f"band {band.label}: {words}"
    untimed_count = timeline(records).untimed_count
    if untimed_count:
        yield f"band {band.label}: {untimed_count} samples have no time, so nobody's hours"


def _age_s(utc_s: float | None, now_utc_s: float) -> float | None:
    return None if utc_s is None else max(0.0, now_utc_s - utc_s)
