"""A day as strips to be drawn: one unit of width is one minute, whatever the day's length."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from pouch_host.analysis.days import day_begin_utc_s
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import MINUTE_S, State

SURE = 0.95
"""From this probability on a minute is drawn as sure; below it, known but less so."""

_TICK_H = 3
_S_PER_H = 3600


@dataclass(frozen=True, slots=True)
class Strip:
    """Minutes in a row that look the same.

    Attributes:
        state: "ssc", "infant_only", "caregiver_only", "off" or "unknown".
        sure: known with a probability of `SURE` and more.
        begin_min: minutes since the day began.
        minutes: how many.
    """

    state: str
    sure: bool
    begin_min: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the time axis.

    Attributes:
        at_min: minutes since the day began.
        utc_s: its time, for whoever writes it.
    """

    at_min: int
    utc_s: float


@dataclass(frozen=True, slots=True)
class DayFrame:
    """A local day as an axis.

    Attributes:
        date: which.
        begin_utc_s: its first second.
        minutes: its length: 1440, or 1380 and 1500 where clocks change.
        now_min: minutes until now; None if the day is over or has not begun.
    """

    date: date
    begin_utc_s: int
    minutes: int
    now_min: int | None

    def at_min(self, utc_s: float) -> int:
        """Return where a time lies on the axis, kept within the day."""
        return int(min(max(0, (utc_s - self.begin_utc_s) // MINUTE_S), self.minutes))

    def holds(self, begin_utc_s: float, end_utc_s: float) -> bool:
        """Tell whether anything between two times lies on the day."""
        return begin_utc_s < self.end_utc_s and end_utc_s > self.begin_utc_s

    @property
    def end_utc_s(self) -> int:
        """Return the first second after the day."""
        return self.begin_utc_s + MINUTE_S * self.minutes


def frame_of(day: date, zone: ZoneInfo, now_utc_s: float) -> DayFrame:
    """Return a local day as an axis.

    Args:
        day: which.
        zone: where the ward is.
        now_utc_s: the time now.
    """
    begin_utc_s = day_begin_utc_s(day, zone)
    minutes = (day_begin_utc_s(day + timedelta(days=1), zone) - begin_utc_s) // MINUTE_S
    now_min = int((now_utc_s - begin_utc_s) // MINUTE_S)
    return DayFrame(day, begin_utc_s, minutes, now_min if 0 <= now_min < minutes else None)


def strips_of(analysis: InfantAnalysis, frame: DayFrame) -> list[Strip]:
    """Return the strips of a day; minutes without a band have none.

    Args:
        analysis: of the infant, of this day at least.
        frame: the day.
    """
    minutes = analysis.minutes
    first = (frame.begin_utc_s - minutes.first_utc_s) // MINUTE_S
    part = slice(max(0, first), max(0, first + frame.minutes))
    states, worn = minutes.states[part], analysis.assigned[part]
    sure = np.nan_to_num(minutes.probability[part]) >= SURE
    looks = np.where(worn, states.astype(np.int64) * 2 + sure, -1)
    offset = part.start - first
    return list(_runs(looks, offset))


def _runs(looks: np.ndarray[tuple[int], np.dtype[np.int64]], offset: int) -> Iterator[Strip]:
    if not len(looks):
        return
    edges = [0, *(np.flatnonzero(np.diff(looks)) + 1).tolist(), len(looks)]
    for begin, end in pairwise(edges):
        look = int(looks[begin])
        if look >= 0:
            yield Strip(State(look // 2).word, bool(look % 2), begin + offset, end - begin)


def ticks_of(frame: DayFrame, zone: ZoneInfo) -> list[Tick]:
    """Return a mark for every third hour of the local clock, begin and end included."""
    marks = [Tick(0, frame.begin_utc_s)]
    for at_min in range(1, frame.minutes):
        local = datetime.fromtimestamp(frame.begin_utc_s + MINUTE_S * at_min, zone)
        if local.minute == 0 and local.hour % _TICK_H == 0 and not _repeated(local, zone):
            marks.append(Tick(at_min, frame.begin_utc_s + MINUTE_S * at_min))
    return [*marks, Tick(frame.minutes, frame.end_utc_s)]


def _repeated(local: datetime, zone: ZoneInfo) -> bool:
    """Tell whether an hour of a clock that was set back has been marked before."""
    earlier = datetime.fromtimestamp(local.timestamp() - _S_PER_H, zone)
    return earlier.hour == local.hour
