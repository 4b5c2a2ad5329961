"""Hours of contact per day: bias, error, bounds, the 8 h decision, limits of agreement."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .agreement import share

EIGHT_H = 8.0
"""The least that WHO asks for a day, and what programmes count (domain knowledge 5.1)."""

FULL_COVERAGE = 0.99
"""A day counts as fully known from this coverage on: at most 14 minutes are unknown."""

PERCENT_TRUE_H_MIN = 1.0
"""Days with less true contact have no error in percent: three minutes of ten are no 30 %."""

# Of a normal distribution, two-sided 95 %.
_LIMITS_SD = float(stats.norm.ppf(0.975))
_CONFIDENCE = 0.95
# A minute of truth is the state in its middle, so sums are off by floating point at most.
_ROUNDING_H = 1e-9
_MINUTES_PER_H = 60.0
_MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True, slots=True)
class DayPair:
    """One infant's local day, as it was and as the analysis says.

    Attributes:
        scenario: of which run.
        date: local date, ISO 8601.
        elapsed_minutes: minutes of it that count.
        true_h: hours of contact in them.
        hours: the estimate.
        hours_lower: at least, by the analysis.
        hours_upper: at most.
        coverage: known part of those minutes, 0 to 1.
        target_met: yes, no or cannot_say, by the analysis, for 8 h; empty if it does not say.
    """

    scenario: str
    date: str
    elapsed_minutes: int
    true_h: float
    hours: float
    hours_lower: float
    hours_upper: float
    coverage: float
    target_met: str = ""

    @property
    def error_h(self) -> float:
        """Estimate minus truth."""
        return self.hours - self.true_h

    @property
    def elapsed_days(self) -> float:
        """Return how much of 24 hours counts."""
        return self.elapsed_minutes / _MINUTES_PER_DAY

    @property
    def in_bounds(self) -> bool:
        """Whether the true hours lie within the bounds."""
        return self.hours_lower - _ROUNDING_H <= self.true_h <= self.hours_upper + _ROUNDING_H


def hours(days: Sequence[DayPair]) -> dict[str, Any]:
    """Return the figures of some days, ready for JSON.

    Bias and mean absolute error are per 24 hours that count, so that a day of which two hours
    count weighs a twelfth of a whole one. `mape_percent` is in percent of the true hours, over
    days with `PERCENT_TRUE_H_MIN` of them or more; `error_percent_of_day` in percent of the time
    that counts, contact or not.
    The same of fully known days, from `FULL_COVERAGE` on, have `full_coverage` in their names.
    """
    inside = sum(day.in_bounds for day in days)
    full = [day for day in days if day.coverage >= FULL_COVERAGE]
    return {
        "days": len(days),
        "bias_h_per_day": _per_day(days, [day.error_h for day in days]),
        "mae_h_per_day": _per_day(days, [abs(day.error_h) for day in days]),
        "mape_percent": _percent_error(days),
        "error_percent_of_day": _percent_of_day(days),
        "full_coverage_days": len(full),
        "mae_full_coverage_h_per_day": _per_day(full, [abs(day.error_h) for day in full]),
        "mape_full_coverage_percent": _percent_error(full),
        "error_percent_of_day_full_coverage": _percent_of_day(full),
        "bounds_coverage": share(inside, len(days)),
        "bounds_coverage_ci95": _wilson(inside, len(days)),
        "bounds_width_h": _mean(np.array([day.hours_upper - day.hours_lower for day in days])),
        **_eight_hours(days),
    }


def bland_altman(days: Sequence[DayPair]) -> dict[str, Any] | None:
    """Return bias and limits of agreement with their 95 % confidence; None below three days.

    The limits are the mean difference and 1.96 standard deviations to either side. Their
    intervals use Student's t with the variances of Bland and Altman: s^2 / n of the mean and
    about 3 s^2 / n of a limit. Days of one infant are taken for independent, so the intervals are
    too narrow where infants differ.

    References: Bland and Altman 1986, doi 10.1016/S0140-6736(86)90837-8.
    """
    count = len(days)
    if count < 3:  # noqa: PLR2004 - two differences have no spread to speak of
        return None
    errors_h = np.array([day.error_h for day in days])
    bias_h, sd_h = float(errors_h.mean()), float(errors_h.std(ddof=1))
    t = float(stats.t.ppf((1 + _CONFIDENCE) / 2, count - 1))
    of_mean_h, of_limit_h = t * sd_h / math.sqrt(count), t * sd_h * math.sqrt(3 / count)
    lower_h, upper_h = bias_h - _LIMITS_SD * sd_h, bias_h + _LIMITS_SD * sd_h
    return {
        "days": count,
        "bias_h": bias_h,
        "bias_ci95_h": [bias_h - of_mean_h, bias_h + of_mean_h],
        "sd_h": sd_h,
        "lower_limit_h": lower_h,
        "lower_limit_ci95_h": [lower_h - of_limit_h, lower_h + of_limit_h],
        "upper_limit_h": upper_h,
        "upper_limit_ci95_h": [upper_h - of_limit_h, upper_h + of_limit_h],
    }


def _eight_hours(days: Sequence[DayPair]) -> dict[str, Any]:
    """Return how well the estimate decides whether a day had eight hours.

    Days of which less than eight hours count are left out: their answer is known beforehand.
    """
    open_days = [day for day in days if day.elapsed_minutes >= EIGHT_H * _MINUTES_PER_H]
    full = [day for day in open_days if day.true_h >= EIGHT_H - _ROUNDING_H]
    short = [day for day in open_days if day.true_h < EIGHT_H - _ROUNDING_H]
    full_found = sum(day.hours >= EIGHT_H - _ROUNDING_H for day in full)
    short_found = sum(day.hours < EIGHT_H - _ROUNDING_H for day in short)
    said = [day for day in open_days if day.target_met in {"yes", "no"}]
    wrong = [day for day in said if (day.target_met == "yes") != (day in full)]
    told = [day for day in open_days if day.target_met]
    return {
        "eight_hour_days": len(full),
        "under_eight_hour_days": len(short),
        "eight_hour_sensitivity": share(full_found, len(full)),
        "eight_hour_specificity": share(short_found, len(short)),
        "eight_hour_cannot_say_share": share(len(told) - len(said), len(told)),
        "eight_hour_wrong_share_of_said": share(len(wrong), len(said)),
    }


def _per_day(days: Sequence[DayPair], hours: Sequence[float]) -> float | None:
    return share(sum(hours), sum(day.elapsed_days for day in days))


def _percent_error(days: Sequence[DayPair]) -> float | None:
    return _mean(
        np.array(
            [
                100 * abs(day.error_h) / day.true_h
                for day in days
                if day.true_h >= PERCENT_TRUE_H_MIN
            ]
        )
    )


def _percent_of_day(days: Sequence[DayPair]) -> float | None:
    hours = sum(day.elapsed_minutes for day in days) / _MINUTES_PER_H
    return share(100 * sum(abs(day.error_h) for day in days), hours)


def _mean(values: np.ndarray[Any, Any]) -> float | None:
    return float(values.mean()) if len(values) else None


def _wilson(count: int, total: int) -> list[float] | None:
    """Return the Wilson 95 % interval of a share; None of nothing."""
    if not total:
        return None
    interval = stats.binomtest(count, total).proportion_ci(_CONFIDENCE, method="wilson")
    return [float(interval.low), float(interval.high)]
