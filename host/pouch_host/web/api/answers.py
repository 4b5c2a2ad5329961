"""Turns what the ward knows into what the API answers with."""

import datetime as dt
from dataclasses import asdict
from typing import overload

import numpy as np
import numpy.typing as npt

from pouch_host.alerts import Priority
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import State
from pouch_host.derive.reviews import ReviewedSession
from pouch_host.store import Infant
from pouch_host.store.alert_log import EventRow
from pouch_host.ward import InfantNow, LastLook, WardBoard
from pouch_host.web.infant.view import DayLine

from . import models

_OF_DAY = (
    "date", "day_minutes", "elapsed_minutes", "ssc_minutes", "infant_only_minutes",
    "caregiver_only_minutes", "off_minutes", "unknown_minutes", "hours", "hours_lower",
    "hours_upper", "bounds_coverage", "coverage", "target_h", "target_met", "valid_20h",
    "valid_16h", "partial", "algorithm_version",
)  # fmt: skip
_DIGITS = 3


@overload
def utc(utc_s: float) -> dt.datetime: ...
@overload
def utc(utc_s: None) -> None: ...
@overload
def utc(utc_s: float | None) -> dt.datetime | None: ...
def utc(utc_s: float | None) -> dt.datetime | None:
    """Return seconds as a time that is written with "Z"."""
    return None if utc_s is None else dt.datetime.fromtimestamp(utc_s, dt.UTC)


def board(now: WardBoard, look: LastLook) -> models.Board:
    """Return the board."""
    return models.Board(
        looked=utc(look.looked_utc_s),
        watch=look.state.value,
        waiting=now.waiting,
        reading=now.reading,
        failure=now.failure,
        infants=[_infant_now(one) for one in now.infants],
    )


def infant(one: Infant, target_h: float) -> models.Infant:
    """Return an infant."""
    return models.Infant(
        code=one.code,
        weight_g=one.weight_g,
        gestation_days=one.gestation_days,
        born=one.born_on,
        target_h=target_h,
        admitted=utc(one.admitted_utc_s),
        discharged=utc(one.discharged_utc_s),
    )


def day(line: DayLine) -> models.Day:
    """Return a day with the nurses' answers beside it."""
    return models.Day(
        **{name: getattr(line.day, name) for name in _OF_DAY},
        reviewed_hours=line.reviewed_hours,
        contents=asdict(line.day.contents),
        temperatures=asdict(line.day.temperatures),
    )


def session(one: ReviewedSession) -> models.Session:
    """Return a session with the newest answer to it."""
    found, review = one.session, one.review
    return models.Session(
        begin=utc(found.begin_utc_s) if found else None,
        end=utc(found.end_utc_s) if found else None,
        ssc_minutes=found.ssc_minutes if found else None,
        unknown_minutes=found.unknown_minutes if found else None,
        other_minutes=found.other_minutes if found else None,
        provider=found.provider if found else None,  # pyright: ignore[reportArgumentType]
        provider_probability=found.provider_probability if found else None,
        review=models.Review(
            verdict=review.verdict.value,
            said_begin=utc(review.said_begin_utc_s),
            said_end=utc(review.said_end_utc_s),
            who=review.who,
            when=utc(review.when_utc_s),
        )
        if review
        else None,
        changed_since_review=one.changed,
    )


def minutes(analysis: InfantAnalysis) -> models.Minutes:
    """Return minutes, column by column."""
    states, found = analysis.minutes, analysis.temperatures
    worn = analysis.assigned
    return models.Minutes(
        begin=utc(states.first_utc_s),
        state=[
            State(int(state)).word if has_band else None  # pyright: ignore[reportArgumentType]
            for state, has_band in zip(states.states, worn, strict=True)
        ],
        probability=_column(states.probability, worn),
        chest_skin_c=_column(found.skin_c, worn),
        chest_skin_valid=(found.valid & worn).tolist(),
        core_c=_column(found.core_c, worn),
        core_sd_c=_column(found.core_sd_c, worn),
        algorithm_version=states.algorithm_version,
    )


def event(one: EventRow) -> models.Event:
    """Return one thing that happened to an alert."""
    return models.Event(
        kind=one.kind,
        alert_class=one.alert_class,
        alert_id=one.alert_id,
        at=utc(one.utc_s),
        told=utc(one.told_utc_s),
        action=one.action,
        reason=one.reason,
        who=one.who,
        target=one.target,
        values=dict(one.values),
    )


def _column(values: npt.NDArray[np.float64], worn: npt.NDArray[np.bool_]) -> list[float | None]:
    return [
        round(float(value), _DIGITS) if has_band and not np.isnan(value) else None
        for value, has_band in zip(values, worn, strict=True)
    ]


def _infant_now(one: InfantNow) -> models.InfantNow:
    row = one.row
    return models.InfantNow(
        code=row.infant_code,
        band=row.band_label,
        state=row.state,  # pyright: ignore[reportArgumentType]
        stale=one.stale,
        ssc_hours=row.ssc_hours,
        ssc_hours_lower=row.ssc_hours_lower,
        ssc_hours_upper=row.ssc_hours_upper,
        target_h=row.target_h,
        coverage=row.coverage,
        chest_skin_c=row.temperature_c,
        chest_skin_valid=row.temperature_valid,
        chest_skin_at=utc(row.temperature_utc_s),
        core_c=row.core_c,
        core_sd_c=row.core_sd_c,
        newest_record_at=utc(row.last_record_utc_s),
        battery_mv=row.battery_mv,
        alerts=[
            models.Alert(
                alert_id=alert.alert_id,
                alert_class=alert.alert_class,
                family=alert.family,
                priority=Priority(alert.priority).name.lower(),  # pyright: ignore[reportArgumentType]
                action=alert.action,
                raised=utc(alert.raised_utc_s),
                ringing=alert.ringing,
                escalated=alert.escalated,
                acknowledged_by=alert.acknowledged_by or None,
                acknowledged=utc(alert.acknowledged_utc_s),
            )
            for alert in one.alerts
        ],
    )
