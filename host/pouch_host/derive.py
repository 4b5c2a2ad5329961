"""Joins the store and the analysis: what the table, the page and exports show.

Nothing here is stored. Records that arrive late change the days that they belong to at the next
look, whenever that is.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.band_hours import (
    BandDay,
    Floats,
    Tallies,
    alert_begins_utc_s,
    band_days,
    band_minutes,
    convert_tallies,
    join_tallies,
)
from pouch_host.analysis.clock_fit import BootClock, BootTimes, fit_boots
from pouch_host.analysis.days import (
    Day,
    assigned_minutes,
    daily_hours,
    day_begin_utc_s,
    local_date,
)
from pouch_host.analysis.latest import Latest, latest
from pouch_host.analysis.minutes import MINUTE_S, MinuteStates, minute_states
from pouch_host.analysis.samples import Samples, convert, join
from pouch_host.errors import InputError
from pouch_host.store import Assignment, Band, BandRecords, Store
from pouch_protocol import constants as c

_MS_PER_S = 1000

# A band's clock is fitted, so its newest sample may seem to lie a little ahead of now. One that
# lies further ahead has a wrong anchor and must not pass for the newest.
_AHEAD_S_MAX = 60

# An infant wears a band for weeks. A slip in a year must not ask for gigabytes of minutes.
_SPAN_S_MAX = 10 * 366 * 24 * 3600

_FAULTS = (
    (c.FLAG_INFANT_THERMOMETER_FAULT, "the infant face's thermometer fails"),
    (c.FLAG_CAREGIVER_THERMOMETER_FAULT, "the caregiver face's thermometer fails"),
    (c.FLAG_TOUCH_FAULT, "the touch sensor fails"),
    (c.FLAG_MOTION_FAULT, "the motion sensor fails"),
)


@dataclass(frozen=True, slots=True)
class InfantDays:
    """One infant's days.

    Attributes:
        infant_code: which infant.
        days: by date; days on which the infant had no band are left out.
        band_days: what the bands counted themselves and showed, one for each of `days`.
    """

    infant_code: str
    days: tuple[Day, ...]
    band_days: tuple[BandDay, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One infant as a nurse sees it now.

    Attributes:
        infant_code: which infant.
        band_label: the band it wears, None if it has none now.
        state: "ssc", "infant_only", "caregiver_only", "off" or "unknown", at the newest sample.
        ssc_hours_lower: confirmed hours of contact of this local day.
        ssc_hours_upper: hours if all unknown time had been contact.
        coverage: known part of the time that counts today, 0 to 1.
        temperature_c: chest skin temperature, or None.
        temperature_age_s: its age, or None.
        temperature_valid: it was taken on the infant's skin, settled.
        last_record_age_s: age of the newest sample, None if there is none.
        battery_mv: battery at the last contact that told it, or None.
        problems: one line each: unreadable records, failing sensors, records without a time.
    """

    infant_code: str
    band_label: str | None
    state: str
    ssc_hours_lower: float
    ssc_hours_upper: float
    coverage: float
    temperature_c: float | None
    temperature_age_s: float | None
    temperature_valid: bool
    last_record_age_s: float | None
    battery_mv: int | None
    problems: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Timeline:
    """A band's samples in time.

    Attributes:
        samples: all that have a time.
        untimed_count: samples of boots without an anchor, which count for nobody.
        clocks: the clock of each boot, in order.
        tallies: what the band counted itself, as far as it has a time.
        alerts_utc_s: when each of its alerts began, likewise.
    """

    samples: Samples
    untimed_count: int
    clocks: tuple[BootClock, ...]
    tallies: Tallies
    alerts_utc_s: Floats


# The same records always give the same timeline, and a page asks every two seconds. The store
# drops the key when records arrive, and the timeline goes with it.
_timelines: WeakKeyDictionary[BandRecords, Timeline] = WeakKeyDictionary()


def timeline(records: BandRecords) -> Timeline:
    """Return a band's samples in time, remembered for as long as the records are."""
    known = _timelines.get(records)
    if known is None:
        known = _timelines[records] = _make_timeline(records)
    return known


def infant_days(
    store: Store, now_utc_s: float, infant_code: str | None = None
) -> list[InfantDays]:
    """Return the daily hours of every infant, or of one.

    Args:
        store: where the records are.
        now_utc_s: minutes that are not over by then do not count.
        infant_code: only this infant.

    Raises:
        InputError: there is no such infant, or `now_utc_s` is years after an assignment began.
        StoreError: the store cannot be read.
    """
    infants = [i for i in store.infants() if infant_code in {None, i.code}]
    if infant_code is not None and not infants:
        raise InputError(f"store {store.name}: there is no infant {infant_code!r}")
    zone = store.zone
    found = []
    for infant in infants:
        given = store.assignments(infant.code)
        minutes, assigned = _minutes(store, given, now_utc_s)
        found.append(
            InfantDays(
                infant.code,
                daily_hours(minutes, assigned, zone),
                _band_days(store, given, minutes, assigned, zone),
            )
        )
    return found


def board(store: Store, now_utc_s: float) -> list[BoardRow]:
    """Return a row for each infant that has a band today, or has not had any yet.

    Args:
        store: where the records are.
        now_utc_s: the time for which ages are given and up to which today counts.

    Raises:
        StoreError: the store cannot be read.
    """
    zone = store.zone
    today_utc_s = day_begin_utc_s(local_date(now_utc_s, zone), zone)
    bands = {band.band_id: band for band in store.bands()}
    rows = []
    for infant in store.infants():
        given = store.assignments(infant.code)
        if not given or any(_end_utc_s(one) > today_utc_s for one in given):
            rows.append(_row(store, infant.code, given, bands, now_utc_s, zone))
    return rows


def clock_residual_s(store: Store, band_id: int) -> float | None:
    """Return how far a band's times may be off between two anchors, in seconds.

    The largest of its boots; None while no boot has the three anchors that it takes.

    Raises:
        StoreError: the store cannot be read.
    """
    clocks = timeline(store.records(band_id)).clocks
    known = [clock.residual_s for clock in clocks if not math.isnan(clock.residual_s)]
    return max(known, default=None)


def store_problems(store: Store) -> list[str]:
    """Return one line for each run of records that the store holds and that cannot be read.

    Raises:
        StoreError: the store cannot be read at all.
    """
    return [
        str(problem) for band in store.bands() for problem in store.records(band.band_id).problems
    ]


def store_notes(store: Store) -> list[str]:
    """Return one line for each band that sent records of kinds which this version does not know.

    They are no damage: the store keeps them for a version that does.

    Raises:
        StoreError: the store cannot be read at all.
    """
    counts = [(band.label, store.records(band.band_id).skipped_count) for band in store.bands()]
    return [
        f"store {store.name}: band {label}: {count} records of a newer firmware's kind are kept "
        "and skipped: update Pouch on this computer"
        for label, count in counts
        if count
    ]


def _row(
    store: Store,
    infant_code: str,
    given: list[Assignment],
    bands: dict[int, Band],
    now_utc_s: float,
    zone: ZoneInfo,
) -> BoardRow:
    today_utc_s = day_begin_utc_s(local_date(now_utc_s, zone), zone)
    days = daily_hours(*_minutes(store, given, now_utc_s, from_utc_s=today_utc_s), zone)
    day = days[-1] if days else None
    newest = latest(_samples(store, given, -math.inf, now_utc_s + _AHEAD_S_MAX))
    worn = [one for one in given if one.from_utc_s <= now_utc_s < _end_utc_s(one)]
    band = bands[worn[-1].band_id] if worn else None
    return BoardRow(
        infant_code=infant_code,
        band_label=band.label if band else None,
        state=newest.state.word,
        ssc_hours_lower=day.hours_lower if day else 0.0,
        ssc_hours_upper=day.hours_upper if day else 0.0,
        coverage=day.coverage if day else 0.0,
        temperature_c=newest.temperature_c,
        temperature_age_s=_age_s(newest.temperature_utc_s, now_utc_s),
        temperature_valid=newest.temperature_valid,
        last_record_age_s=_age_s(newest.utc_s, now_utc_s),
        battery_mv=band.battery_mv if band else None,
        problems=tuple(_problems(store, band, newest)) if band else (),
    )


def _problems(store: Store, band: Band, newest: Latest) -> Iterable[str]:
    records = store.records(band.band_id)
    yield from (str(problem) for problem in records.problems)
    for flag, words in _FAULTS:
        if newest.flags & flag:
            yield f"band {band.label}: {words}"
    untimed_count = timeline(records).untimed_count
    if untimed_count:
        yield f"band {band.label}: {untimed_count} samples have no time, so nobody's hours"


def _minutes(
    store: Store, given: list[Assignment], now_utc_s: float, *, from_utc_s: float = -math.inf
) -> tuple[MinuteStates, npt.NDArray[np.bool_]]:
    """Return the state of each of an infant's minutes, and whether it had a band in it."""
    if not given:
        return minute_states(join([]), 0, 0), np.empty(0, np.bool_)
    first_utc_s = max(from_utc_s, min(one.from_utc_s for one in given))
    first_utc_s = math.floor(first_utc_s / MINUTE_S) * MINUTE_S
    # A discharged infant's days end with its last assignment, not today.
    last_utc_s = min(now_utc_s, max(_end_utc_s(one) for one in given) + MINUTE_S)
    if last_utc_s - first_utc_s > _SPAN_S_MAX:
        raise InputError(
            f"store {store.name}: the days asked for are more than ten years: check the "
            "computer's clock or --now, and since when the band is assigned (--from)"
        )
    minutes = max(0, math.floor((last_utc_s - first_utc_s) / MINUTE_S))
    samples = _samples(store, given, first_utc_s - c.INTERVAL_S_MAX, now_utc_s)
    spans = [(one.from_utc_s, _end_utc_s(one)) for one in given]
    return (
        minute_states(samples, first_utc_s, minutes),
        assigned_minutes(first_utc_s, minutes, spans),
    )


def _band_days(
    store: Store,
    given: list[Assignment],
    minutes: MinuteStates,
    assigned: npt.NDArray[np.bool_],
    zone: ZoneInfo,
) -> tuple[BandDay, ...]:
    """Return what an infant's bands made of each of its days, by time and assignment."""
    first_utc_s, count = minutes.first_utc_s, len(assigned)
    bands = []
    alerts_utc_s = [np.empty(0)]
    for one in given:
        of_band = timeline(store.records(one.band_id))
        span = (one.from_utc_s, _end_utc_s(one))
        bands.append((of_band.tallies, assigned_minutes(first_utc_s, count, [span])))
        begins = of_band.alerts_utc_s
        alerts_utc_s.append(begins[(begins >= span[0]) & (begins < span[1])])
    counted = band_minutes(first_utc_s, count, bands)
    return band_days(minutes, assigned, counted, np.concatenate(alerts_utc_s), zone)


def _samples(store: Store, given: list[Assignment], from_utc_s: float, to_utc_s: float) -> Samples:
    """Return the samples that belong to an infant, by time and assignment."""
    parts = []
    for one in given:
        of_band = timeline(store.records(one.band_id)).samples
        begin_utc_s = max(one.from_utc_s, from_utc_s)
        end_utc_s = min(_end_utc_s(one), to_utc_s)
        if begin_utc_s < end_utc_s:
            parts.append(of_band.between(begin_utc_s, end_utc_s))
    # Parts are in order already; copying weeks of samples is half the cost of a board.
    return parts[0] if len(parts) == 1 else join(parts)


def _make_timeline(records: BandRecords) -> Timeline:
    times = [
        BootTimes(
            anchor_uptime_s=boot.anchors["uptime_cs"] / c.CS_PER_S,
            anchor_utc_s=boot.anchors["utc_s"] + boot.anchors["utc_ms"] / _MS_PER_S,
            first_uptime_s=float(np.min(boot.uptime_s)),
            last_uptime_s=float(np.max(boot.uptime_s)),
        )
        for boot in records.boots
    ]
    clocks = fit_boots(times)
    timed = list(zip(records.boots, clocks, strict=True))
    alerts_utc_s = [alert_begins_utc_s(boot.events, clock) for boot, clock in timed]
    return Timeline(
        join([convert(boot.samples, boot.sample_no, boot.record_no, at) for boot, at in timed]),
        sum(len(boot.samples) for boot, clock in timed if not clock.anchored),
        tuple(clocks),
        join_tallies([convert_tallies(boot.tallies, clock) for boot, clock in timed]),
        np.concatenate([np.empty(0), *alerts_utc_s]),
    )


def _end_utc_s(given: Assignment) -> float:
    return math.inf if given.to_utc_s is None else given.to_utc_s


def _age_s(utc_s: float | None, now_utc_s: float) -> float | None:
    return None if utc_s is None else max(0.0, now_utc_s - utc_s)
