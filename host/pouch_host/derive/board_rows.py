"""One row for each infant as a nurse sees it now."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.days import (
    Day,
    assigned_minutes,
    daily_hours,
    day_begin_utc_s,
    local_date,
)
from pouch_host.analysis.latest import Latest, latest, latest_of
from pouch_host.analysis.minutes import MinuteStates
from pouch_host.analysis.parameters import Parameters
from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.analysis.temperature import MinuteTemperatures, minute_temperatures
from pouch_host.store import Assignment, Band, Infant, Store
from pouch_protocol import constants as c

from .blocks import blocks_of, join_blocks
from .inputs import AHEAD_S_MAX, Context, Inputs, inputs_of, samples_in, span_utc_s, target_h
from .timelines import AllRecords

_FAULTS = (
    (c.FLAG_INFANT_THERMOMETER_FAULT, "the infant face's thermometer fails"),
    (c.FLAG_CAREGIVER_THERMOMETER_FAULT, "the caregiver face's thermometer fails"),
    (c.FLAG_TOUCH_FAULT, "the touch sensor fails"),
    (c.FLAG_MOTION_FAULT, "the motion sensor fails"),
)

# An estimate of the core knows more the longer it has seen the infant; after a day it knows all.
_SEEN_S = 24 * 3600

# Of an infant that has been silent for longer than the minutes that are worked out, this much is
# looked at before its newest sample (`latest` looks back for less than half of it).
_NEWEST_S = 12 * 3600

# What the newest samples of a silent infant said, by a digest of them: a chain over hours is not
# run again for a page that asks every two seconds.
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
        infant_id: key of the infant in the store.
        admitted: somebody admitted it: it does not only have a band.
        temperature_utc_s: when the temperature was taken, or None.
        last_record_utc_s: when the newest sample was taken, or None.
        contact_utc_s: end of the newest minute of contact of the last day, or None.
        contact_lost_s: for how long it has had no contact since; None while it is in contact, and
            if there was none in the last day.
        band_heard_utc_s: when the band was last in contact with the collector, or None.
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
    infant_id: int = 0
    admitted: bool = False
    temperature_utc_s: float | None = None
    last_record_utc_s: float | None = None
    contact_utc_s: float | None = None
    contact_lost_s: float | None = None
    band_heard_utc_s: float | None = None

    def aged(self, now_utc_s: float) -> "BoardRow":
        """Return it with the ages of another moment. Hours and coverage stay as they were."""
        in_contact = self.state == State.SSC.word
        return replace(
            self,
            temperature_age_s=_age_s(self.temperature_utc_s, now_utc_s),
            last_record_age_s=_age_s(self.last_record_utc_s, now_utc_s),
            contact_lost_s=None if in_contact else _age_s(self.contact_utc_s, now_utc_s),
        )


@dataclass(frozen=True, eq=False)
class NewestDay:
    """What is known of the last day of an infant, minute by minute.

    Attributes:
        inputs: what it is made of.
        minutes: states, to the end of the block that now lies in.
        assigned: for each of them whether it is over and the infant had a band.
        temperatures: of each.
        newest: what the newest samples say.
    """

    inputs: Inputs
    minutes: MinuteStates
    assigned: npt.NDArray[np.bool_]
    temperatures: MinuteTemperatures
    newest: Latest


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
    bands = {band.band_id: band for band in store.bands()}
    given: dict[int, list[Assignment]] = {}
    for one in store.assignments():
        given.setdefault(one.infant_id, []).append(one)
    rows = []
    for infant in store.infants():
        of_infant = given.get(infant.infant_id, [])
        if is_shown(context, infant, of_infant):
            rows.append(row_of(context, newest_day(context, infant, of_infant), bands))
    return rows


def is_shown(context: Context, infant: Infant, given: Sequence[Assignment]) -> bool:
    """Tell whether a board shows an infant: it is not discharged, and had a band today or never.

    Args:
        context: where and when.
        infant: which one.
        given: its assignments.
    """
    if infant.discharged_utc_s is not None and infant.discharged_utc_s <= context.now_utc_s:
        return False
    today_utc_s = day_begin_utc_s(local_date(context.now_utc_s, context.zone), context.zone)
    admitted = infant.admitted_utc_s is not None
    return not given or admitted or any(span_utc_s(one)[1] > today_utc_s for one in given)


def newest_day(context: Context, infant: Infant, given: Sequence[Assignment]) -> NewestDay:
    """Return what is known of the last day of an infant.

    Args:
        context: where and when.
        infant: which one.
        given: its assignments, by their beginning.

    Raises:
        StoreError: the store cannot be read.
    """
    parameters = context.parameters
    inputs = inputs_of(context, infant, given, from_utc_s=_from_utc_s(context))
    minutes = join_blocks(
        blocks_of(context, inputs), inputs.first_utc_s, inputs.minutes, parameters
    )
    assigned = assigned_minutes(inputs.first_utc_s, inputs.minutes, inputs.spans)
    assigned &= np.arange(inputs.minutes) < inputs.elapsed
    temperatures = minute_temperatures(inputs.samples, minutes, parameters=parameters)
    samples = inputs.samples
    if len(samples) and len(minutes) and samples.utc_s[-1] >= minutes.first_utc_s:
        newest = latest_of(samples, minutes, temperatures)
    else:
        newest = _of_silent(context, infant, given)
    return NewestDay(inputs, minutes, assigned, temperatures, newest)


def row_of(context: Context, day: NewestDay, bands: Mapping[int, Band]) -> BoardRow:
    """Return an infant's row.

    Args:
        context: where and when.
        day: from `newest_day`.
        bands: all of them, by key.

    Raises:
        StoreError: the store cannot be read.
    """
    now_utc_s = context.now_utc_s
    inputs, newest = day.inputs, day.newest
    today = _today(context, day)
    worn = [one for one in inputs.given if span_utc_s(one)[0] <= now_utc_s < span_utc_s(one)[1]]
    band = bands[worn[-1].band_id] if worn else None
    return BoardRow(
        infant_code=inputs.infant.code,
        band_label=band.label if band else None,
        state=newest.state.word,
        ssc_hours=today.hours if today else 0.0,
        ssc_hours_lower=today.hours_lower if today else 0.0,
        ssc_hours_upper=today.hours_upper if today else 0.0,
        target_h=target_h(inputs.infant),
        coverage=today.coverage if today else 0.0,
        temperature_c=newest.temperature_c,
        temperature_age_s=None,
        temperature_valid=newest.temperature_valid,
        core_c=newest.core_c,
        core_sd_c=newest.core_sd_c,
        last_record_age_s=None,
        battery_mv=band.battery_mv if band else None,
        problems=tuple(_problems(context, band, newest)) if band else (),
        infant_id=inputs.infant.infant_id,
        admitted=inputs.infant.admitted_utc_s is not None,
        temperature_utc_s=newest.temperature_utc_s,
        last_record_utc_s=newest.utc_s,
        contact_utc_s=_contact_utc_s(day),
        band_heard_utc_s=band.last_contact_utc_s if band else None,
    ).aged(now_utc_s)


def _from_utc_s(context: Context) -> int:
    """Return where the minutes begin: with the day before now, and today with its edge.

    A day's edges hang on the minutes around midnight. At whole blocks, so that the core is
    estimated from the same minute on for some hours.
    """
    margin_s = MINUTE_S * context.parameters.margin_min
    block_s = MINUTE_S * context.parameters.block_min
    today_utc_s = day_begin_utc_s(local_date(context.now_utc_s, context.zone), context.zone)
    begin_utc_s = min(today_utc_s - margin_s, context.now_utc_s - _SEEN_S)
    return math.floor(begin_utc_s / block_s) * block_s


def _today(context: Context, day: NewestDay) -> Day | None:
    """Return what today held so far, without sessions and temperatures: no row shows them."""
    days = daily_hours(
        day.minutes,
        day.assigned,
        context.zone,
        target_h=day.inputs.target_h,
        parameters=context.parameters,
    )
    today = local_date(context.now_utc_s, context.zone)
    return next((one for one in days if one.date == today), None)


def _contact_utc_s(day: NewestDay) -> float | None:
    contact = np.flatnonzero(day.assigned & (day.minutes.states == State.SSC))
    if not len(contact):
        return None
    return float(day.minutes.first_utc_s + MINUTE_S * (int(contact[-1]) + 1))


def _of_silent(context: Context, infant: Infant, given: Sequence[Assignment]) -> Latest:
    """Return what the newest samples say of an infant that has been silent for a day."""
    last_utc_s = context.now_utc_s + AHEAD_S_MAX
    samples = samples_in(context.records, given, -math.inf, last_utc_s)
    if not len(samples):
        # Its band went on to another infant, and the newest days of it are that one's.
        samples = samples_in(AllRecords(context.store), given, -math.inf, last_utc_s)
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


def _problems(context: Context, band: Band, newest: Latest) -> Iterable[str]:
    yield from (str(problem) for problem in context.records.problems(band.band_id))
    for flag, words in _FAULTS:
        if newest.flags & flag:
            yield f"band {band.label}: {words}"
    untimed_count = context.records.timeline(band.band_id).untimed_count
    if untimed_count:
        yield f"band {band.label}: {untimed_count} samples have no time, so nobody's hours"


def _age_s(utc_s: float | None, now_utc_s: float) -> float | None:
    return None if utc_s is None else max(0.0, now_utc_s - utc_s)
