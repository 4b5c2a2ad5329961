"""The hours that a band showed to the mother, beside the hours that count.

    tally     |<------ span_s: contact_s, unknown_s ------>|<---- the next one ---->|
    minutes   |   |   |   |   |   |   |   |   |   |   |   |   |   |   |   |   |   |

A band counts contact as it happens and leaves a tally every hour. These are compared with the
host's minutes of the same time, no more and no less: where a tally is missing, because the band
restarted or its records are still on it, nothing is compared. Within a tally contact is spread
evenly, so a day's figure is off by what happened in the hour around midnight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np
import numpy.typing as npt

from pouch_protocol import constants as c

from .clock_fit import BootClock
from .days import MINUTES_PER_HOUR, local_days
from .minutes import MinuteStates
from .states import MINUTE_S, State

Floats = npt.NDArray[np.float64]

# Between a start and the first sample pass seconds, and a clock has a residual.
_UNCOVERED_MIN_MAX = 5

_RAISING = (c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED)


@dataclass(frozen=True, eq=False)
class Tallies:
    """What a band counted, by time.

    Attributes:
        begin_utc_s: where the time of each tally begins.
        end_utc_s: where it ends.
        contact_s: seconds of it that the band took for contact.
        unknown_s: seconds of it that it could not tell.
    """

    begin_utc_s: Floats
    end_utc_s: Floats
    contact_s: Floats
    unknown_s: Floats


@dataclass(frozen=True, eq=False)
class BandMinutes:
    """What bands counted in each whole minute, in seconds of it.

    Attributes:
        covered_s: seconds for which a tally is there.
        contact_s: seconds that the band took for contact.
        unknown_s: seconds that it could not tell.
    """

    covered_s: Floats
    contact_s: Floats
    unknown_s: Floats


@dataclass(frozen=True, slots=True)
class BandDay:
    """What the band made of one infant's local day.

    Attributes:
        date: the local date.
        covered_minutes: elapsed minutes for which tallies are there.
        hours: hours of contact that the band counted in them.
        unknown_hours: hours of them that it could not tell.
        host_hours_lower: hours of contact that the host confirms in the same minutes.
        host_hours_upper: if all that the host does not know of them had been contact.
        partial: tallies are missing for more than five of the day's elapsed minutes.
        alerts: how often the band began to call for an infant too cold or too hot.
    """

    date: date
    covered_minutes: float
    hours: float
    unknown_hours: float
    host_hours_lower: float
    host_hours_upper: float
    partial: bool
    alerts: int

    @property
    def difference_hours(self) -> float:
        """Hours that the band counted beyond those that the host confirms, in the same time."""
        return self.hours - self.host_hours_lower


def convert_tallies(raw: npt.NDArray[np.void], clock: BootClock) -> Tallies:
    """Return the tallies of one boot in time.

    Args:
        raw: tally records, as an array with the fields of the protocol's layout.
        clock: the boot's clock. Without anchors no tally is returned: it has no time.
    """
    if not clock.anchored:
        raw = raw[:0]
    end_s = raw["uptime_cs"] / c.CS_PER_S
    return Tallies(
        begin_utc_s=clock.utc_s(end_s - raw["span_s"]) if len(raw) else end_s,
        end_utc_s=clock.utc_s(end_s) if len(raw) else end_s,
        contact_s=raw["contact_s"].astype(np.float64),
        unknown_s=raw["unknown_s"].astype(np.float64),
    )


def join_tallies(parts: Sequence[Tallies]) -> Tallies:
    """Return the tallies of several boots, by time."""
    if not parts:
        empty = np.empty(0)
        return Tallies(empty, empty, empty, empty)
    begin_utc_s = np.concatenate([part.begin_utc_s for part in parts])
    order = np.argsort(begin_utc_s, kind="stable")
    return Tallies(
        begin_utc_s=begin_utc_s[order],
        end_utc_s=np.concatenate([part.end_utc_s for part in parts])[order],
        contact_s=np.concatenate([part.contact_s for part in parts])[order],
        unknown_s=np.concatenate([part.unknown_s for part in parts])[order],
    )


def alert_begins_utc_s(raw: npt.NDArray[np.void], clock: BootClock) -> Floats:
    """Return when the alerts of one boot began; escalating and repeating begin no other.

    Args:
        raw: event records, as an array with the fields of the protocol's layout.
        clock: the boot's clock. Without anchors no time is returned.
    """
    if not clock.anchored:
        return np.empty(0)
    of_alerts = raw[np.isin(raw["event"], (*_RAISING, c.EVENT_ALERT_CLEARED))]
    raising = np.isin(of_alerts["event"], _RAISING)
    begins = raising.copy()
    begins[1:] &= ~raising[:-1]
    if not begins.any():
        return np.empty(0)
    return clock.utc_s(of_alerts["uptime_cs"][begins] / c.CS_PER_S)


def band_minutes(
    first_utc_s: int, minutes: int, bands: Sequence[tuple[Tallies, npt.NDArray[np.bool_]]]
) -> BandMinutes:
    """Return what an infant's bands counted in each minute.

    Args:
        first_utc_s: where the first minute begins.
        minutes: how many minutes.
        bands: tallies of a band, and for each minute whether it was this infant's.
    """
    edges = first_utc_s + MINUTE_S * np.arange(minutes + 1, dtype=np.float64)
    sums = np.zeros((3, minutes))
    for tallies, assigned in bands:
        spans_s = tallies.end_utc_s - tallies.begin_utc_s
        for row, amount_s in enumerate((spans_s, tallies.contact_s, tallies.unknown_s)):
            sums[row] += _spread_s(tallies, amount_s, edges) * assigned
    # Two boots may overlap by the error of their clocks.
    return BandMinutes(*np.minimum(sums, MINUTE_S))


def band_days(
    minutes: MinuteStates,
    assigned: npt.NDArray[np.bool_],
    counted: BandMinutes,
    alerts_utc_s: Floats,
    zone: tzinfo,
) -> tuple[BandDay, ...]:
    """Return what the band made of each day in which at least one minute was assigned.

    Args:
        minutes: the host's states up to now.
        assigned: for each of them, whether the infant had a band.
        counted: what the bands counted in each of them.
        alerts_utc_s: when alerts for this infant began.
        zone: where the ward is.
    """
    days = []
    edges = minutes.first_utc_s + MINUTE_S * np.arange(len(assigned) + 1)
    for day, _, part in local_days(minutes.first_utc_s, len(minutes.states), zone):
        elapsed = np.count_nonzero(assigned[part])
        if not elapsed:
            continue
        covered_min = counted.covered_s[part] / MINUTE_S
        ssc_min = float(np.sum(covered_min[minutes.states[part] == State.SSC]))
        unknown_min = float(np.sum(covered_min[minutes.states[part] == State.UNKNOWN]))
        begin_utc_s, end_utc_s = edges[part.start], edges[part.start + len(covered_min)]
        days.append(
            BandDay(
                date=day,
                covered_minutes=float(np.sum(covered_min)),
                hours=_hours(counted.contact_s[part]),
                unknown_hours=_hours(counted.unknown_s[part]),
                host_hours_lower=ssc_min / MINUTES_PER_HOUR,
                host_hours_upper=(ssc_min + unknown_min) / MINUTES_PER_HOUR,
                partial=bool(np.sum(covered_min) < elapsed - _UNCOVERED_MIN_MAX),
                alerts=int(
                    np.count_nonzero((alerts_utc_s >= begin_utc_s) & (alerts_utc_s < end_utc_s))
                ),
            )
        )
    return tuple(days)


def _spread_s(tallies: Tallies, amount_s: Floats, edges: Floats) -> Floats:
    """Return what of each tally's amount falls between each two edges, spread evenly over it."""
    if not len(amount_s):
        return np.zeros(len(edges) - 1)
    begin = tallies.begin_utc_s
    # What a boot's clock lets overlap with the tally before counts with that one's end.
    end = np.maximum(tallies.end_utc_s, begin)
    begin = np.maximum(begin, np.concatenate([begin[:1], np.maximum.accumulate(end)[:-1]]))
    end = np.maximum(end, begin)
    corners = np.stack([begin, end], axis=1).ravel()
    sums = np.stack([np.zeros_like(amount_s), amount_s], axis=1).ravel().cumsum()
    return np.diff(np.interp(edges, corners, sums))


def _hours(seconds: Floats) -> float:
    return float(np.sum(seconds)) / (MINUTE_S * MINUTES_PER_HOUR)
