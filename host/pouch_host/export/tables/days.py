"""The table of days: derived, after the nurses' answers, and as the band counted them."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from pouch_host.analysis.day_contents import Contents, TemperatureDay
from pouch_host.analysis.days import MINUTES_PER_HOUR, Day, day_begin_utc_s, local_date, local_days
from pouch_host.derive.reviews import ReviewedSession, reviewed_contact
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection
from pouch_host.store.remarks import Verdict

if TYPE_CHECKING:
    import polars as pl

TABLE = table("days")

_CONTENTS = tuple(field.name for field in fields(Contents))
_TEMPERATURES = tuple(field.name for field in fields(TemperatureDay))
_DAY = tuple(
    field.name for field in fields(Day) if field.name not in {"date", "contents", "temperatures"}
)


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the days of each infant, one frame for each.

    Args:
        selection: of the export.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        days = [one for one in look.analysis.days if selection.has_day(one.date)]
        if days:
            yield _frame(selection, look, days)


def _frame(selection: Selection, look: Look, days: list[Day]) -> "pl.DataFrame":
    times = selection.times(look.infant)
    zone = selection.zone
    begins = [day_begin_utc_s(day.date, zone) for day in days]
    ends = [day_begin_utc_s(day.date + timedelta(days=1), zone) for day in days]
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "date": [times.date(day.date) for day in days],
    }
    values |= times.pair("begin", begins) | times.pair("end", ends)
    infant = look.infant
    for name in ("age_days", "postmenstrual_days"):
        told = getattr(infant, name) if selection.tells_births else _nothing
        values[name] = [told(day.date) for day in days]
    values |= {name: [getattr(day, name) for day in days] for name in _DAY}
    values |= {name: [getattr(day.contents, name) for day in days] for name in _CONTENTS}
    values |= {name: [getattr(day.temperatures, name) for day in days] for name in _TEMPERATURES}
    return frame_of(TABLE, values | _reviewed(selection, look, days) | _by_band(look, days))


def _nothing(_day: date) -> None:
    """Stand for an age that is not told."""


def _reviewed(selection: Selection, look: Look, days: list[Day]) -> dict[str, Any]:
    """Return the columns of what nurses said."""
    minutes = look.analysis.minutes
    zone = selection.zone
    contact = reviewed_contact(minutes, look.sessions) & look.analysis.assigned
    hours = {
        day: int(np.count_nonzero(contact[part])) / MINUTES_PER_HOUR
        for day, _, part in local_days(minutes.first_utc_s, len(minutes), zone)
    }
    answered: dict[Any, list[ReviewedSession]] = {}
    touched = set()
    for one in look.sessions:
        if one.review is None:
            continue
        day = local_date(one.begin_utc_s, zone)
        answered.setdefault(day, []).append(one)
        touched |= _days_touched(one, zone)

    def count(day: Day, *verdicts: Verdict) -> int:
        found = answered.get(day.date, [])
        return sum(one.review is not None and one.review.verdict in verdicts for one in found)

    return {
        "review_status": ["reviewed" if day.date in touched else "no_review" for day in days],
        "reviewed_hours": [hours[day.date] if day.date in touched else None for day in days],
        "confirmed_session_count": [
            count(day, Verdict.CONFIRMED, Verdict.CORRECTED) for day in days
        ],
        "rejected_session_count": [count(day, Verdict.REJECTED) for day in days],
        "observed_session_count": [count(day, Verdict.MISSED) for day in days],
    }


def _days_touched(one: ReviewedSession, zone: Any) -> set[Any]:
    """Return the local dates of which an answer says something."""
    spans = [one.span_utc_s]
    if one.session is not None:
        spans.append((one.session.begin_utc_s, one.session.end_utc_s))
    found = set()
    for span in spans:
        if span is not None:
            day, last = local_date(span[0], zone), local_date(max(span[0], span[1] - 1), zone)
            while day <= last:
                found.add(day)
                day += timedelta(days=1)
    return found


def _by_band(look: Look, days: list[Day]) -> dict[str, Any]:
    """Return the columns of what the bands counted themselves."""
    bands = {one.date: one for one in look.band_days}
    found = [bands[day.date] for day in days]
    counted = [one.covered_minutes > 0 for one in found]
    return {
        "band_status": ["counted" if known else "not_counted" for known in counted],
        "band_hours": [
            one.hours if known else None for one, known in zip(found, counted, strict=True)
        ],
        "band_compared_hours": [
            one.host_hours_lower if known else None
            for one, known in zip(found, counted, strict=True)
        ],
        "band_covered_minutes": [one.covered_minutes for one in found],
        "band_alert_count": [one.alerts for one in found],
    }
