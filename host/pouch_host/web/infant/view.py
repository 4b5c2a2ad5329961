"""All that the page of one infant shows of one local day and of the days before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pouch_host.analysis.days import Day, local_date, local_days
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import MINUTE_S
from pouch_host.derive import infant_analysis, target_h
from pouch_host.derive.reviews import ReviewedSession, reviewed_contact, reviewed_sessions
from pouch_host.store import Infant, Store
from pouch_host.store.handovers import Handover
from pouch_host.store.remarks import Remark, RemarkKind

from .timeline import DayFrame, Strip, Tick, frame_of, strips_of, ticks_of

DAYS_SHOWN = 28
"""As many as fit a phone's screen as bars, and the longest stay that a report folds."""

_MINUTES_PER_HOUR = 60
_DAY_H = 24


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of the list.

    Attributes:
        day: what the machine says.
        reviewed_hours: hours of contact with the nurses' answers; None where nobody answered.
        reasons: why the hours were few, the newest first.
    """

    day: Day
    reviewed_hours: float | None
    reasons: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the trend, in a drawing of 24 units' height with hours growing upwards.

    Attributes:
        date: which day.
        x: its place, one unit a day; days without a band leave a gap.
        hours: confirmed hours.
        lower: hours at least.
        upper: hours at most.
        target_met: "yes", "no" or "cannot_say".
    """

    date: date
    x: int
    hours: float
    lower: float
    upper: float
    target_met: str


@dataclass(frozen=True, eq=False)
class InfantView:
    """What the page shows.

    Attributes:
        infant: whose page it is.
        target_h: hours of contact a day that it is to have.
        analysis: all that was derived.
        frame: the day that is shown.
        strips: its states.
        ticks: its clock.
        sessions: those on that day, with the nurses' answers.
        line: that day in the list; None if the infant had no band on it.
        lines: the last days, the newest first.
        bars: the same days as a trend, the oldest first.
        remarks: notes and reasons of the last days, the newest first.
        handovers: to whom it was given, in order.
        earlier: the day before that has a band, or None.
        later: the next one likewise.
    """

    infant: Infant
    target_h: float
    analysis: InfantAnalysis
    frame: DayFrame
    strips: tuple[Strip, ...]
    ticks: tuple[Tick, ...]
    sessions: tuple[ReviewedSession, ...]
    line: DayLine | None
    lines: tuple[DayLine, ...]
    bars: tuple[Bar, ...]
    remarks: tuple[Remark, ...]
    handovers: tuple[Handover, ...]
    earlier: date | None
    later: date | None

    @property
    def ends(self) -> tuple[Remark, ...]:
        """Return why contact ended on the day that is shown."""
        return tuple(
            one
            for one in self.remarks
            if one.kind is RemarkKind.SESSION_END
            and one.utc_s is not None
            and self._on_day(one.utc_s)
        )

    @property
    def handed_over(self) -> tuple[Handover, ...]:
        """Return the handovers of the day that is shown."""
        return tuple(one for one in self.handovers if self._on_day(one.utc_s))

    def with_whom(self, utc_s: float) -> Handover | None:
        """Return the newest handover before a moment, as staff noted it; None without one."""
        earlier = [one for one in self.handovers if one.utc_s <= utc_s]
        return earlier[-1] if earlier else None

    def _on_day(self, utc_s: float) -> bool:
        return self.frame.begin_utc_s <= utc_s < self.frame.end_utc_s


def view_of(store: Store, infant: Infant, now_utc_s: float, day: date | None = None) -> InfantView:
    """Return what the page of an infant shows.

    Args:
        store: where the records are.
        infant: whose page it is.
        now_utc_s: minutes that are not over by then do not count.
        day: which local day; today, or the last one with a band, if None.

    Raises:
        StoreError: the store cannot be read.
    """
    zone = store.zone
    analysis = infant_analysis(store, now_utc_s, infant.code)
    dates = [one.date for one in analysis.days]
    shown = day or (dates[-1] if dates else local_date(now_utc_s, zone))
    frame = frame_of(shown, zone, now_utc_s)
    reviewed = reviewed_sessions(analysis.sessions, store.remarks.reviews(infant.infant_id))
    remarks = tuple(store.remarks.remarks(infant.infant_id))
    lines = _lines(analysis, reviewed, remarks, store.zone)
    return InfantView(
        infant=infant,
        target_h=target_h(infant),
        analysis=analysis,
        frame=frame,
        strips=tuple(strips_of(analysis, frame)),
        ticks=tuple(ticks_of(frame, zone)),
        sessions=tuple(one for one in reviewed if _lies_on(one, frame)),
        line=next((one for one in lines if one.day.date == shown), None),
        lines=lines[:DAYS_SHOWN],
        bars=_bars([one.day for one in reversed(lines[:DAYS_SHOWN])]),
        remarks=remarks,
        handovers=tuple(store.handovers.of_infant(infant.code)),
        earlier=max((one for one in dates if one < shown), default=None),
        later=min((one for one in dates if one > shown), default=None),
    )


def day_lines(store: Store, infant: Infant, analysis: InfantAnalysis) -> tuple[DayLine, ...]:
    """Return an infant's days with the nurses' answers beside them, newest first.

    Args:
        store: where the answers are.
        infant: whose days.
        analysis: of the infant.

    Raises:
        StoreError: the store cannot be read.
    """
    reviewed = reviewed_sessions(analysis.sessions, store.remarks.reviews(infant.infant_id))
    return _lines(analysis, reviewed, store.remarks.remarks(infant.infant_id), store.zone)


def _lies_on(one: ReviewedSession, frame: DayFrame) -> bool:
    spans = [one.span_utc_s]
    if one.session is not None:
        spans.append((one.session.begin_utc_s, one.session.end_utc_s))
    return any(span is not None and frame.holds(*span) for span in spans)


def _lines(
    analysis: InfantAnalysis,
    reviewed: Sequence[ReviewedSession],
    remarks: Sequence[Remark],
    zone: ZoneInfo,
) -> tuple[DayLine, ...]:
    minutes = analysis.minutes
    contact = reviewed_contact(minutes, reviewed)
    parts = {day: part for day, _, part in local_days(minutes.first_utc_s, len(minutes), zone)}
    answered = {
        local_date(edge_utc_s, zone)
        for one in reviewed
        if one.review is not None
        for edge_utc_s in _edges(one)
    }
    lines = []
    for day in reversed(analysis.days):
        hours = None
        if day.date in answered:
            hours = int(contact[parts[day.date]].sum()) / _MINUTES_PER_HOUR
        reasons = tuple(
            one for one in remarks if one.kind is RemarkKind.LOW_HOURS and one.date == day.date
        )
        lines.append(DayLine(day, hours, reasons))
    return tuple(lines)


def _edges(one: ReviewedSession) -> list[int]:
    """Return first and last seconds of a session, as the machine and as the nurse has it."""
    spans = [one.span_utc_s]
    if one.session is not None:
        spans.append((one.session.begin_utc_s, one.session.end_utc_s))
    return [edge for span in spans if span for edge in (span[0], span[1] - MINUTE_S)]


def _bars(days: Sequence[Day]) -> tuple[Bar, ...]:
    if not days:
        return ()
    first = days[0].date
    return tuple(
        Bar(
            date=day.date,
            x=(day.date - first).days,
            hours=min(_DAY_H, day.hours),
            lower=min(_DAY_H, day.hours_lower),
            upper=min(_DAY_H, day.hours_upper),
            target_met=day.target_met,
        )
        for day in days
    )
