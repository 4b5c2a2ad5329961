"""What stands on a page: the days that were asked for, each with its minutes, and key figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from pouch_host.analysis.days import Day, day_begin_utc_s, local_date
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.sessions import Session
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.errors import InputError

DAYS_MAX = 28
"""More rows cannot be read on a sheet of A4."""

_MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Run:
    """Minutes in a row with one state.

    Attributes:
        state: which.
        begin_h: elapsed hours since the day began.
        hours: how long.
    """

    state: State
    begin_h: float
    hours: float


@dataclass(frozen=True, slots=True)
class Row:
    """One local day on the page.

    Attributes:
        date: which.
        begin_utc_s: when it begins.
        end_utc_s: when the next one begins.
        day: what was derived of it; None if the infant had no band on it.
        runs: states of the minutes with a band, by time.
    """

    date: date
    begin_utc_s: int
    end_utc_s: int
    day: Day | None
    runs: tuple[Run, ...]

    @property
    def hours(self) -> float:
        """Return the length of the day: 24, or 23 or 25 where clocks change."""
        return (self.end_utc_s - self.begin_utc_s) / MINUTE_S / _MINUTES_PER_HOUR


@dataclass(frozen=True, eq=False)
class Report:
    """All that a page shows.

    Attributes:
        infant_code: whose; never a name.
        zone: where the ward is.
        now_utc_s: up to when minutes count.
        rows: the days, one after the other without a gap.
        analysis: what was derived of the infant, from which the minutes are taken.
        software_version: of this program.
    """

    infant_code: str
    zone: ZoneInfo
    now_utc_s: float
    rows: tuple[Row, ...]
    analysis: InfantAnalysis
    software_version: str

    @property
    def days(self) -> tuple[Day, ...]:
        """Return the days on which the infant had a band."""
        return tuple(row.day for row in self.rows if row.day is not None)

    @property
    def minutes(self) -> slice:
        """Return which of the analysis's minutes are on the page."""
        if not self.rows:
            return slice(0, 0)
        return _minutes_between(self.analysis, self.rows[0].begin_utc_s, self.rows[-1].end_utc_s)

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Return the sessions that lie on the page, in whole or in part."""
        if not self.rows:
            return ()
        begin_utc_s, end_utc_s = self.rows[0].begin_utc_s, self.rows[-1].end_utc_s
        return tuple(one for one in self.analysis.sessions if one.overlaps(begin_utc_s, end_utc_s))


def make_report(
    analysis: InfantAnalysis,
    infant_code: str,
    zone: ZoneInfo,
    now_utc_s: float,
    *,
    first: date | None = None,
    last: date | None = None,
    software_version: str,
) -> Report:
    """Return what a page shows.

    Without dates these are the last days with a band, as many as a page holds.

    Args:
        analysis: all that was derived of the infant.
        infant_code: its code.
        zone: where the ward is.
        now_utc_s: up to when minutes count.
        first: the first day.
        last: the last day.
        software_version: of this program.

    Raises:
        InputError: the dates are the wrong way round, or too many for a page.
    """
    dates = [day.date for day in analysis.days]
    if last is None:
        last = max(dates, default=first or local_date(now_utc_s, zone))
    if first is None:
        earliest = min((day for day in dates if day <= last), default=last)
        first = max(earliest, last - timedelta(days=DAYS_MAX - 1))
    if first > last:
        raise InputError(f"--from {first} is after {last}, the last day: correct --from or --to")
    count = (last - first).days + 1
    if count > DAYS_MAX:
        raise InputError(
            f"--from {first} to {last} are {count} days: a page holds {DAYS_MAX}; "
            "make one for each four weeks"
        )
    wanted = [first + timedelta(days=number) for number in range(count)]
    of_date = {day.date: day for day in analysis.days}
    rows = tuple(_row(analysis, day, zone, of_date.get(day)) for day in wanted)
    return Report(infant_code, zone, now_utc_s, rows, analysis, software_version)


def key_figures(report: Report) -> list[str]:
    """Return the sentences that stand above the page's figures.

    Args:
        report: what the page shows.
    """
    days = report.days
    if not days:
        return ["The infant had no band on these days."]
    whole = [day for day in days if not day.partial]
    text = f"{_days(len(days))} with a band, {len(whole) or 'none'} of them whole."
    if whole:
        mean, lower, upper = (
            float(np.mean([getattr(day, name) for day in whole]))
            for name in ("hours", "hours_lower", "hours_upper")
        )
        text += (
            f" On whole days {mean:.1f} h of contact on average, at least {lower:.1f}, "
            f"at most {upper:.1f}."
        )
    elapsed = sum(day.elapsed_minutes for day in days)
    unknown = sum(day.unknown_minutes for day in days)
    valid = sum(day.temperatures.valid_minutes for day in days)
    met = [day.target_met for day in days]
    targets = (
        f"Target met on {_days(met.count('yes'))}, missed on {met.count('no')}, cannot say on "
        f"{met.count('cannot_say')}."
    )
    coverage = (
        f"Coverage: {100 * (elapsed - unknown) // elapsed} % of "
        f"{elapsed / _MINUTES_PER_HOUR:.0f} h with a band are known; chest skin is valid in "
        f"{valid / _MINUTES_PER_HOUR:.0f} h."
    )
    return [text, f"{targets} {coverage}"]


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _row(analysis: InfantAnalysis, day: date, zone: ZoneInfo, derived: Day | None) -> Row:
    begin_utc_s = day_begin_utc_s(day, zone)
    end_utc_s = day_begin_utc_s(day + timedelta(days=1), zone)
    part = _minutes_between(analysis, begin_utc_s, end_utc_s)
    return Row(day, begin_utc_s, end_utc_s, derived, tuple(_runs(analysis, part, begin_utc_s)))


def _minutes_between(analysis: InfantAnalysis, begin_utc_s: int, end_utc_s: int) -> slice:
    first_utc_s, count = analysis.minutes.first_utc_s, len(analysis.minutes)
    first, last = ((at - first_utc_s) // MINUTE_S for at in (begin_utc_s, end_utc_s))
    return slice(min(max(first, 0), count), min(max(last, 0), count))


def _runs(analysis: InfantAnalysis, part: slice, begin_utc_s: int) -> Iterator[Run]:
    assigned = analysis.assigned[part]
    states = np.where(assigned, analysis.minutes.states[part].astype(int), -1)
    if not len(states):
        return
    offset = (analysis.minutes.first_utc_s - begin_utc_s) // MINUTE_S + part.start
    edges = [0, *(np.flatnonzero(np.diff(states)) + 1).tolist(), len(states)]
    for first, last in pairwise(edges):
        if states[first] >= 0:
            yield Run(
                State(int(states[first])),
                (offset + first) / _MINUTES_PER_HOUR,
                (last - first) / _MINUTES_PER_HOUR,
            )
