"""Hours of contact for each local day, with what is not known stated beside them.

    |---------------- local day: 1380, 1440 or 1500 minutes ----------------|
          |-- elapsed: assigned to a band, and over by now --|
           ssc | known, not ssc | unknown

    hours = ssc, confirmed        hours_lower <= hours <= hours_upper

Nothing is imputed: unknown time is in the upper bound and nowhere else. Both bounds reach further
than the minutes by what a confident minute may be wrong (`DayBounds`), so that they hold on a
stated share of days. Time without a band is not unknown contact; it is not looked at.

Taking records away can only widen the bounds: confirmed minutes shrink and possible ones grow, and
shortening each run of the former and lengthening each of the latter keeps that order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from .day_contents import (
    NO_TEMPERATURES,
    Contents,
    TemperatureDay,
    contents_of_day,
    temperatures_of_day,
)
from .minutes import MinuteStates
from .parameters import Parameters, default_parameters
from .sessions import Session
from .states import MINUTE_S, State
from .temperature import MinuteTemperatures

MINUTES_PER_HOUR = 60
TARGET_H = 8.0
"""WHO's minimum of skin-to-skin contact a day, where an infant has no target of its own."""

# Known hours that make a day count in a study: 16 h is usual in actigraphy (GGIR's default),
# 20 h is the strict line for doses near 24 h.
_VALID_STRICT_H = 20
_VALID_H = 16

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Day:
    """One infant's local day.

    Attributes:
        date: the local date.
        day_minutes: length of the day; clock changes make days of 23 and 25 hours.
        elapsed_minutes: minutes of it with a band assigned, up to now.
        ssc_minutes: minutes of confirmed skin-to-skin contact.
        infant_only_minutes: minutes with the band on the infant alone.
        caregiver_only_minutes: minutes with the band on a caregiver alone.
        off_minutes: minutes in which the band touched nobody.
        unknown_minutes: elapsed minutes of which the state is not known.
        hours: confirmed hours of contact: `ssc_minutes`.
        hours_lower: hours of contact at least.
        hours_upper: hours of contact at most.
        bounds_coverage: share of days on which the true hours lie within the two, as promised.
        coverage: known part of the elapsed minutes, 0 to 1; 0 if none has elapsed.
        target_h: hours that this infant is to have.
        target_met: "yes", "no" or "cannot_say"; a partial day is never "no".
        contents: sessions, night and providers.
        temperatures: minutes below and above the lines.
        valid_20h: at least 20 hours are known.
        valid_16h: at least 16 hours are known.
        partial: admission, discharge, a break without a band, or the day is not over.
        algorithm_version: the method and its parameters.
    """

    date: date
    day_minutes: int
    elapsed_minutes: int
    ssc_minutes: int
    infant_only_minutes: int
    caregiver_only_minutes: int
    off_minutes: int
    unknown_minutes: int
    hours: float
    hours_lower: float
    hours_upper: float
    bounds_coverage: float
    coverage: float
    target_h: float
    target_met: str
    contents: Contents
    temperatures: TemperatureDay
    valid_20h: bool
    valid_16h: bool
    partial: bool
    algorithm_version: str


def day_begin_utc_s(day: date, zone: tzinfo) -> int:
    """Return the UTC second in which a local day begins.

    Where a clock change skips midnight, the day begins with the change.
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def local_date(utc_s: float, zone: tzinfo) -> date:
    """Return the local date at a moment."""
    return datetime.fromtimestamp(utc_s, UTC).astimezone(zone).date()


def assigned_minutes(
    first_utc_s: int, minutes: int, spans: Sequence[tuple[float, float]]
) -> Flags:
    """Tell for each minute whether a band was assigned in the middle of it.

    Args:
        first_utc_s: where the first minute begins.
        minutes: how many minutes.
        spans: assignments as `(from, to)` in UTC seconds, `to` excluded.
    """
    middle = first_utc_s + MINUTE_S * (np.arange(minutes) + 0.5)
    assigned = np.zeros(minutes, np.bool_)
    for from_utc_s, to_utc_s in spans:
        assigned |= (middle >= from_utc_s) & (middle < to_utc_s)
    return assigned


def daily_hours(
    minutes: MinuteStates,
    assigned: Flags,
    zone: tzinfo,
    *,
    sessions: Sequence[Session] = (),
    temperatures: MinuteTemperatures | None = None,
    target_h: float = TARGET_H,
    parameters: Parameters | None = None,
) -> tuple[Day, ...]:
    """Return the days in which at least one minute was assigned.

    Args:
        minutes: states up to now; the last minute given is the last that is over.
        assigned: for each of them, whether the infant had a band.
        zone: where the ward is.
        sessions: of the same time, from `ssc_sessions`.
        temperatures: of the same minutes.
        target_h: hours of contact a day that this infant is to have.
        parameters: other ones than those that came with this version.
    """
    if not len(minutes):
        return ()
    used = parameters or default_parameters()
    least, most = _ssc_at_least_and_most(minutes, assigned, used)
    days = []
    for day, day_minutes, part in local_days(minutes.first_utc_s, len(minutes), zone):
        if not assigned[part].any():
            continue
        counts = np.bincount(minutes.states[part][assigned[part]], minlength=len(State))
        elapsed = int(counts.sum())
        unknown = int(counts[State.UNKNOWN])
        hours = int(counts[State.SSC]) / MINUTES_PER_HOUR
        lower, upper = _bounds_h(
            int(np.count_nonzero(least[part])), int(np.count_nonzero(most[part])), elapsed, used
        )
        known_h = (elapsed - unknown) / MINUTES_PER_HOUR
        partial = elapsed < day_minutes
        days.append(
            Day(
                date=day,
                day_minutes=day_minutes,
                elapsed_minutes=elapsed,
                ssc_minutes=int(counts[State.SSC]),
                infant_only_minutes=int(counts[State.INFANT_ONLY]),
                caregiver_only_minutes=int(counts[State.CAREGIVER_ONLY]),
                off_minutes=int(counts[State.OFF]),
                unknown_minutes=unknown,
                hours=hours,
                hours_lower=lower,
                hours_upper=upper,
                bounds_coverage=used.day_bounds.coverage,
                coverage=(elapsed - unknown) / elapsed,
                target_h=target_h,
                target_met=_target_met(lower, upper, target_h, partial=partial),
                contents=contents_of_day(minutes, assigned, part, zone, sessions),
                temperatures=(
                    NO_TEMPERATURES
                    if temperatures is None
                    else temperatures_of_day(temperatures, assigned, part)
                ),
                valid_20h=known_h >= _VALID_STRICT_H,
                valid_16h=known_h >= _VALID_H,
                partial=partial,
                algorithm_version=minutes.algorithm_version,
            )
        )
    return tuple(days)


def local_days(first_utc_s: int, minutes: int, zone: tzinfo) -> Iterator[tuple[date, int, slice]]:
    """Yield each local day that some minutes touch: date, its length, and which minutes.

    Args:
        first_utc_s: where the first minute begins.
        minutes: how many minutes.
        zone: where the ward is.
    """
    end_utc_s = first_utc_s + MINUTE_S * minutes
    day = local_date(first_utc_s, zone)
    begin_utc_s = day_begin_utc_s(day, zone)
    while begin_utc_s < end_utc_s:
        next_day = day + timedelta(days=1)
        next_utc_s = day_begin_utc_s(next_day, zone)
        # Every zone in use is off UTC by whole minutes; the part of a minute is for old dates.
        first = max(0, (begin_utc_s - first_utc_s) // MINUTE_S)
        last = max(0, (next_utc_s - first_utc_s) // MINUTE_S)
        yield day, (next_utc_s - begin_utc_s) // MINUTE_S, slice(first, last)
        day, begin_utc_s = next_day, next_utc_s


def _ssc_at_least_and_most(
    minutes: MinuteStates, assigned: Flags, parameters: Parameters
) -> tuple[Flags, Flags]:
    """Return the minutes that were contact beyond doubt, and those that may have been.

    Of each run of the first so much is taken away at both ends as an edge may be off, and so much
    is added to each run of the second.
    """
    likely = parameters.probability_min
    confirmed = assigned & (minutes.states == State.SSC)
    possible = minutes.ssc_high > 1 - likely
    edge = parameters.day_bounds.edge_min
    return confirmed & ~_widened(~confirmed, edge), _widened(possible, edge) & assigned


def _widened(flags: Flags, by: int) -> Flags:
    """Return the flags with each run longer by some minutes at both ends."""
    if not len(flags):
        return flags
    reached = np.convolve(flags, np.ones(2 * by + 1))
    return reached[by : by + len(flags)] > 0.5  # noqa: PLR2004 - whole numbers


def _bounds_h(least: int, most: int, elapsed: int, parameters: Parameters) -> tuple[float, float]:
    bounds = parameters.day_bounds
    lower = least / MINUTES_PER_HOUR * (1 - bounds.share) - bounds.hours
    upper = (most + bounds.share * (elapsed - most)) / MINUTES_PER_HOUR + bounds.hours
    return max(0.0, lower), min(elapsed / MINUTES_PER_HOUR, upper)


def _target_met(lower: float, upper: float, target_h: float, *, partial: bool) -> str:
    if lower >= target_h:
        return "yes"
    return "no" if upper < target_h and not partial else "cannot_say"
