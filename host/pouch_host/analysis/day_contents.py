"""What a day held beside its hours: sessions, the night, who gave contact, and temperatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
import numpy.typing as npt

from .minutes import MinuteStates
from .sessions import Session
from .states import MINUTE_S, State
from .temperature import MinuteTemperatures

Flags = npt.NDArray[np.bool_]

# The night of reports: 22 to 6, local time.
_NIGHT_BEGINS_H, _NIGHT_ENDS_H = 22, 6
_QUARTER_S = 900
_S_PER_H = 3600


@dataclass(frozen=True, slots=True)
class Contents:
    """Sessions and contact of one local day.

    Attributes:
        session_count: sessions that began on this day.
        long_session_count: those of them that lasted for an hour or more.
        longest_session_minutes: longest stretch of sessions that lies on this day.
        longest_gap_minutes: longest run of elapsed minutes that are known not to be contact.
        night_share: share of the confirmed contact between 22 and 6 local time; None without.
        mother_minutes: confirmed minutes in sessions of the mother.
        other_minutes: likewise of somebody else.
        provider_unknown_minutes: the rest.
    """

    session_count: int
    long_session_count: int
    longest_session_minutes: int
    longest_gap_minutes: int
    night_share: float | None
    mother_minutes: int
    other_minutes: int
    provider_unknown_minutes: int


@dataclass(frozen=True, slots=True)
class TemperatureDay:
    """Temperatures of one local day; minutes are valid ones only.

    Below and above are told of the estimated core, skin of the chest skin itself.

    Attributes:
        valid_minutes: minutes with a temperature that can be trusted.
        below_36_5_minutes: estimated core below 36.5 C.
        below_36_0_minutes: likewise.
        below_35_5_minutes: likewise.
        below_32_0_minutes: likewise.
        above_37_5_minutes: estimated core above 37.5 C.
        above_38_0_minutes: likewise, 38.0 C counted.
        skin_c_min: coldest valid minute of chest skin; None without.
        skin_c_median: middle one; None without.
    """

    valid_minutes: int
    below_36_5_minutes: int
    below_36_0_minutes: int
    below_35_5_minutes: int
    below_32_0_minutes: int
    above_37_5_minutes: int
    above_38_0_minutes: int
    skin_c_min: float | None
    skin_c_median: float | None


NO_TEMPERATURES = TemperatureDay(0, 0, 0, 0, 0, 0, 0, None, None)


def contents_of_day(
    minutes: MinuteStates,
    assigned: Flags,
    part: slice,
    zone: tzinfo,
    sessions: Sequence[Session],
) -> Contents:
    """Return what one day held.

    Args:
        minutes: states of all days.
        assigned: for each of them, whether the infant had a band.
        part: the minutes of the day.
        zone: where the ward is.
        sessions: of all days, by time.
    """
    states = np.where(assigned[part], minutes.states[part], State.UNKNOWN)
    ssc = states == State.SSC
    begin_utc_s = minutes.first_utc_s + MINUTE_S * part.start
    end_utc_s = begin_utc_s + MINUTE_S * len(states)
    begun = [one for one in sessions if begin_utc_s <= one.begin_utc_s < end_utc_s]
    here = [
        (max(one.begin_utc_s, begin_utc_s), min(one.end_utc_s, end_utc_s), one)
        for one in sessions
        if one.overlaps(begin_utc_s, end_utc_s)
    ]
    split = {"mother": 0, "other": 0, "unknown": int(np.count_nonzero(ssc))}
    for first_s, last_s, one in here:
        inside = slice((first_s - begin_utc_s) // MINUTE_S, (last_s - begin_utc_s) // MINUTE_S)
        confirmed = int(np.count_nonzero(ssc[inside]))
        split["unknown"] -= confirmed
        split[one.provider] += confirmed
    return Contents(
        session_count=len(begun),
        long_session_count=sum(one.is_long for one in begun),
        longest_session_minutes=max((last - first for first, last, _ in here), default=0)
        // MINUTE_S,
        longest_gap_minutes=_longest_run((states != State.SSC) & (states != State.UNKNOWN)),
        night_share=_night_share(ssc, begin_utc_s, zone),
        mother_minutes=split["mother"],
        other_minutes=split["other"],
        provider_unknown_minutes=split["unknown"],
    )


def temperatures_of_day(
    temperatures: MinuteTemperatures, assigned: Flags, part: slice
) -> TemperatureDay:
    """Return one day's temperatures.

    Args:
        temperatures: of all minutes.
        assigned: for each of them, whether the infant had a band.
        part: the minutes of the day.
    """
    valid = temperatures.valid[part] & assigned[part]
    core_c = temperatures.core_c[part][valid]
    skin_c = temperatures.skin_c[part][valid]

    def below(line_c: float) -> int:
        return int(np.count_nonzero(core_c < line_c))

    return TemperatureDay(
        valid_minutes=int(np.count_nonzero(valid)),
        below_36_5_minutes=below(36.5),
        below_36_0_minutes=below(36.0),
        below_35_5_minutes=below(35.5),
        below_32_0_minutes=below(32.0),
        above_37_5_minutes=int(np.count_nonzero(core_c > 37.5)),  # noqa: PLR2004 - a line
        above_38_0_minutes=int(np.count_nonzero(core_c >= 38.0)),  # noqa: PLR2004 - a line
        skin_c_min=float(skin_c.min()) if len(skin_c) else None,
        skin_c_median=float(np.median(skin_c)) if len(skin_c) else None,
    )


def _longest_run(flags: Flags) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]])))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _night_share(ssc: Flags, begin_utc_s: int, zone: tzinfo) -> float | None:
    total = np.count_nonzero(ssc)
    if not total:
        return None
    # Zones change by quarters of an hour, so one question for each quarter is enough.
    quarter = (begin_utc_s + MINUTE_S * np.arange(len(ssc))) // _QUARTER_S * _QUARTER_S
    starts, place = np.unique(quarter, return_inverse=True)
    hours = np.array([datetime.fromtimestamp(int(s), UTC).astimezone(zone).hour for s in starts])
    night = (hours >= _NIGHT_BEGINS_H) | (hours < _NIGHT_ENDS_H)
    return float(np.count_nonzero(ssc & night[place]) / total)
