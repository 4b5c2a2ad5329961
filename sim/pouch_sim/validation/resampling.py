"""Confidence by resampling whole runs: minutes and days of one infant are no independent samples.

A statistic takes weights, shape (draws, runs): how often each run counts in each draw. The first
draw counts every run once and gives the figure itself.

References: Davison and Hinkley 1997, Bootstrap Methods and their Application, 3.8 (clusters).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .agreement import Counts

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

_DRAWS = 2000
_PERCENTILES = (2.5, 97.5)
# Any fixed number: the same runs have to give the same intervals.
_SEED = 1


def interval95(statistic: Statistic, runs: int) -> tuple[float, float] | None:
    """Return the percentile interval of a statistic; None of fewer than two runs.

    Draws in which it has no value are left out.
    """
    if runs < 2:  # noqa: PLR2004 - one run cannot tell how runs differ
        return None
    chances = np.full(runs, 1 / runs)
    weights = np.random.default_rng(_SEED).multinomial(runs, chances, _DRAWS).astype(np.float64)
    values = statistic(weights)
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(high)


def figure(statistic: Statistic, runs: int) -> float | None:
    """Return the statistic of all runs, each counted once; None where it has no value."""
    value = float(statistic(np.ones((1, runs)))[0])
    return None if np.isnan(value) else value


def ratios(weights: Floats, parts: Sequence[float], wholes: Sequence[float]) -> Floats:
    """Return the sum of the parts in the sum of the wholes for each draw; NaN of nothing."""
    part, whole = weights @ np.asarray(parts, float), weights @ np.asarray(wholes, float)
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def kappas(weights: Floats, tables: Sequence[Counts]) -> Floats:
    """Return Cohen's kappa of the summed tables for each draw; NaN where chance always agrees.

    Args:
        weights: shape (draws, runs).
        tables: one square table for each run, rows what happened.
    """
    summed = np.tensordot(weights, np.asarray(tables, np.float64), axes=1)
    total = summed.sum(axis=(1, 2))
    agreed = np.trace(summed, axis1=1, axis2=2) * total
    by_chance = (summed.sum(axis=1) * summed.sum(axis=2)).sum(axis=1)
    span = total * total - by_chance
    return np.divide(agreed - by_chance, span, out=np.full(len(total), np.nan), where=span > 0)
