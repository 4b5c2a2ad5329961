"""Hours of contact for each local day, with what is not known stated beside them.

    |---------------- local day: 1380, 1440 or 1500 minutes ----------------|
          |-- elapsed: assigned to a band, and over by now --|
           ssc | known, not ssc | unknown

    hours_lower = ssc                 hours_upper = ssc + unknown

Nothing is imputed: the true hours within the elapsed time lie between the two, as far as the
minute states are right. Time without a band is not unknown contact; it is not looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from . import ALGORITHM_VERSION
from .minutes import MINUTE_S, MinuteStates, State

MINUTES_PER_HOUR = 60

# Known hours that make a day count in a study: 16 h is usual in actigraphy (GGIR's default),
# 20 h is the strict line for doses near 24 h.
_VALID_STRICT_H = 20
_VALID_H = 16


@dataclass(frozen=True, slots=True)
class Day:
    """One infant's local day.

    Attributes:
        date: the local date.
        day_minutes: length of the day; clock changes make days of 23 and 25 hours.
        elapsed_minutes: minutes of it with a band assigned, up to now.
        ssc_minutes: minutes of confirmed skin-to-skin contact.
        unknown_minutes: elapsed minutes of which the state is not known.
        hours_lower: confirmed hours of contact.
        hours_upper: hours if every unknown minute had been contact.
        coverage: known part of the elapsed minutes, 0 to 1; 0 if none has elapsed.
        valid_20h: at least 20 hours are known.
        valid_16h: at least 16 hours are known.
        partial: admission, discharge, a break without a band, or the day is not over.
        algorithm_version: the method.
    """

    date: date
    day_minutes: int
    elapsed_minutes: int
    ssc_minutes: int
    unknown_minutes: int
    hours_lower: float
    hours_upper: float
    coverage: float
    valid_20h: bool
    valid_16h: bool
    partial: bool
    algorithm_version: str = ALGORITHM_VERSION


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
) -> npt.NDArray[np.bool_]:
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
    minutes: MinuteStates, assigned: npt.NDArray[np.bool_], zone: tzinfo
) -> tuple[Day, ...]:
    """Return the days in which at least one minute was assigned.

    Args:
        minutes: states up to now; the last minute given is the last that is over.
        assigned: for each of them, whether the infant had a band.
        zone: where the ward is.
    """
    if not len(minutes.states):
        return ()
    return tuple(_days(minutes, assigned, zone))


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


def _days(minutes: MinuteStates, assigned: npt.NDArray[np.bool_], zone: tzinfo) -> Iterator[Day]:
    for day, day_minutes, part in local_days(minutes.first_utc_s, len(minutes.states), zone):
        states = minutes.states[part][assigned[part]]
        if len(states):
            yield _day(day, day_minutes, states)


def _day(day: date, day_minutes: int, states: npt.NDArray[np.uint8]) -> Day:
    elapsed = len(states)
    ssc = int(np.count_nonzero(states == State.SSC))
    unknown = int(np.count_nonzero(states == State.UNKNOWN))
    known = elapsed - unknown
    return Day(
        date=day,
        day_minutes=day_minutes,
        elapsed_minutes=elapsed,
        ssc_minutes=ssc,
        unknown_minutes=unknown,
        hours_lower=ssc / MINUTES_PER_HOUR,
        hours_upper=(ssc + unknown) / MINUTES_PER_HOUR,
        coverage=known / elapsed,
        valid_20h=known >= _VALID_STRICT_H * MINUTES_PER_HOUR,
        valid_16h=known >= _VALID_H * MINUTES_PER_HOUR,
        partial=elapsed < day_minutes,
    )
