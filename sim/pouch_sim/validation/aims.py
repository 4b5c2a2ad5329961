"""What the method has to reach on scenarios that it never saw, and whether it does.

Each aim stands here once, with its number; tests, tables and documents take it from here. They are
those of section 6 and 7 of the design, fixed before there was a method:

    per minute         kappa of known minutes; no situation in which confident minutes are wrong
    per day            bias, error where all is known, truth within the stated bounds
    alerts             false ones on ordinary days
    other ways         the whole method is better than each part of it and than each plain rule
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from .agreement import contact_or_not
from .hours import FULL_COVERAGE, PERCENT_TRUE_H_MIN
from .resampling import Floats, figure, interval95, kappas, ratios
from .scored import MIXED, Scored

WHOLE_METHOD = "all"
"""What the whole method is called among the other ways to decide."""

# Wrong minutes come in stretches, a missed change of state or a nap of the infant; as many minutes
# of them are taken for one event where the chance of a situation's share is asked for.
_STRETCH_MIN = 15


@dataclass(frozen=True)
class Found:
    """What an aim asks for, as it came out.

    Attributes:
        value: the figure; None where nothing could be counted.
        ci95: its 95 % interval; None where there is none.
        where: the worst situation or rival, where the aim is about the worst.
    """

    value: float | None
    ci95: tuple[float, float] | None = None
    where: str = ""


@dataclass(frozen=True)
class Aim:
    """One figure and what it has to be.

    Attributes:
        key: its name.
        words: what it is, for a person.
        low: the least that it may be; None if it may be anything.
        high: the most that it may be, likewise.
        of: works it out.
    """

    key: str
    words: str
    low: float | None
    high: float | None
    of: Callable[[Sequence[Scored]], Found]

    @property
    def limit_text(self) -> str:
        """Return what it has to be, for a table."""
        if self.low is None:
            return f"<= {self.high:g}"
        if self.high is None:
            return f">= {self.low:g}"
        return f"{self.low:g} to {self.high:g}"

    def holds(self, value: float | None) -> bool | None:
        """Return whether a value is within the limits; None of no value."""
        if value is None:
            return None
        return (self.low is None or value >= self.low) and (
            self.high is None or value <= self.high
        )


@dataclass(frozen=True)
class Verdict:
    """An aim and what was found.

    Attributes:
        aim: which.
        found: the figure.
    """

    aim: Aim
    found: Found

    @property
    def is_met(self) -> bool | None:
        """Whether the figure is within the limits; None if there is no figure."""
        return self.aim.holds(self.found.value)

    @property
    def is_refuted(self) -> bool:
        """Whether chance is no excuse: the whole 95 % interval lies outside the limits."""
        if self.is_met is not False:
            return False
        if self.found.ci95 is None:
            return True
        low, high = self.found.ci95
        too_low = self.aim.low is not None and high < self.aim.low
        return too_low or (self.aim.high is not None and low > self.aim.high)


def verdicts(runs: Sequence[Scored]) -> list[Verdict]:
    """Return each aim with what was found; those about rivals only where there are some."""
    return [
        Verdict(aim, aim.of(runs))
        for aim in AIMS
        if aim not in _OF_RIVALS or any(run.rivals for run in runs)
    ]


def _by_runs(runs: Sequence[Scored], statistic: Callable[[Floats], Floats]) -> Found:
    if not runs:
        return Found(None)
    return Found(figure(statistic, len(runs)), interval95(statistic, len(runs)))


def _kappa(runs: Sequence[Scored]) -> Found:
    return _by_runs(runs, lambda weights: kappas(weights, [run.table[1:, 1:] for run in runs]))


def _bias_h(runs: Sequence[Scored]) -> Found:
    sums = [sum(day.error_h for day in run.days) for run in runs]
    return _by_runs(runs, lambda weights: ratios(weights, sums, _days_elapsed(runs)))


def _days_elapsed(runs: Sequence[Scored]) -> list[float]:
    return [sum(day.elapsed_days for day in run.days) for run in runs]


def _full_coverage_percent(runs: Sequence[Scored]) -> Found:
    percents = [
        [
            100 * abs(day.error_h) / day.true_h
            for day in run.days
            if day.coverage >= FULL_COVERAGE and day.true_h >= PERCENT_TRUE_H_MIN
        ]
        for run in runs
    ]
    sums, counts = [sum(one) for one in percents], [len(one) for one in percents]
    return _by_runs(runs, lambda weights: ratios(weights, sums, counts))


def _in_bounds(runs: Sequence[Scored]) -> Found:
    inside = [sum(day.in_bounds for day in run.days) for run in runs]
    counts = [len(run.days) for run in runs]
    return _by_runs(runs, lambda weights: ratios(weights, inside, counts))


def _worst_wrong_share(runs: Sequence[Scored]) -> Found:
    of_situation: defaultdict[str, list[Scored]] = defaultdict(list)
    for run in runs:
        of_situation[run.situation].append(run)
    shares = []
    for name, those in of_situation.items():
        known = np.sum([run.table[1:, 1:] for run in those], axis=0)
        if known.sum():
            shares.append(((known.sum() - np.trace(known)) / known.sum(), known.sum(), name))
    if not shares:
        return Found(None)
    share, minutes, name = max(shares)
    return Found(float(share), _stretches_ci95(float(share), int(minutes)), name)


def _stretches_ci95(share: float, minutes: int) -> tuple[float, float]:
    """Return Garwood's interval of a share whose minutes come in stretches.

    References: Garwood 1936, doi 10.1093/biomet/28.3-4.437.
    """
    stretches = share * minutes / _STRETCH_MIN
    low = stats.chi2.ppf(0.025, 2 * stretches) / 2 if stretches else 0.0
    high = stats.chi2.ppf(0.975, 2 * stretches + 2) / 2
    return float(low * _STRETCH_MIN / minutes), float(min(1.0, high * _STRETCH_MIN / minutes))


def _false_alerts_per_day(runs: Sequence[Scored]) -> Found:
    mixed = [run for run in runs if run.row == MIXED and run.alarms.told]
    false = [sum(run.alarms.false.values()) for run in mixed]
    baby_days = [run.alarms.baby_days for run in mixed]
    return _by_runs(mixed, lambda weights: ratios(weights, false, baby_days))


def _kappa_beyond_rivals(runs: Sequence[Scored]) -> Found:
    """Return by how much kappa of contact is above that of the best rival, all minutes counted.

    Unknown counts as wrong: else whoever speaks only of easy minutes is the best.
    """

    def of(name: str, weights: Floats) -> Floats:
        return kappas(weights, [contact_or_not(run.rivals[name].table) for run in runs])

    return _smallest_gain(
        runs, lambda name, weights: of(WHOLE_METHOD, weights) - of(name, weights)
    )


def _mae_below_rivals(runs: Sequence[Scored]) -> Found:
    """Return by how many hours a day the error is below that of the best rival."""

    def of(name: str, weights: Floats) -> Floats:
        sums = [float(np.abs(run.rivals[name].errors_h).sum()) for run in runs]
        return ratios(weights, sums, _days_elapsed(runs))

    return _smallest_gain(
        runs, lambda name, weights: of(name, weights) - of(WHOLE_METHOD, weights)
    )


def _smallest_gain(runs: Sequence[Scored], gain: Callable[[str, Floats], Floats]) -> Found:
    compared = [run for run in runs if run.rivals]
    names = [name for name in compared[0].rivals if name != WHOLE_METHOD] if compared else []
    if len(compared) < len(runs) or not names:
        return Found(None)
    found = {
        name: _by_runs(runs, lambda weights, name=name: gain(name, weights)) for name in names
    }
    known = {name: one for name, one in found.items() if one.value is not None}
    if not known:
        return Found(None)
    worst = min(known, key=lambda name: known[name].value or 0.0)
    return Found(known[worst].value, known[worst].ci95, worst)


_OF_RIVALS = (
    Aim("kappa_beyond_rivals", "kappa of contact above the best other way", 0.0, None,
        _kappa_beyond_rivals),
    Aim("mae_below_rivals_h", "error below the best other way's, h/day", 0.0, None,
        _mae_below_rivals),
)  # fmt: skip
AIMS = (
    Aim("kappa", "Cohen's kappa of known minutes", 0.8, None, _kappa),
    Aim("bias_h_per_day", "bias, h/day", -0.25, 0.25, _bias_h),
    Aim("error_percent_full_coverage", "mean error of fully known days, % of true hours", None,
        5.0, _full_coverage_percent),
    Aim("bounds_coverage", "share of days with the truth inside the bounds", 0.95, None,
        _in_bounds),
    Aim("wrong_share_worst_row", "share of confident minutes wrong, worst situation", None, 0.02,
        _worst_wrong_share),
    Aim("false_alerts_per_baby_day", "false physiological alerts per baby-day, mixed days", None,
        0.2, _false_alerts_per_day),
    *_OF_RIVALS,
)  # fmt: skip
"""In the order in which they are told."""
