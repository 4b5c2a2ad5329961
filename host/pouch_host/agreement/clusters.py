"""Intervals for figures of days, slots and minutes that come in clusters: infants.

Days of one infant resemble each other, and neighbouring minutes nearly repeat each other. An
interval that takes each for a new one is far too narrow. So whole infants are drawn, with all that
belongs to them (cluster bootstrap; Field and Welsh 2007), and the interval says what other infants
of this kind would give.
"""

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
"""Percentiles of 2000 draws move by less than a hundredth of the spread from seed to seed."""

FEW_CLUSTERS = 10
"""Below this a bootstrap of clusters is too narrow; the figures say so."""

_SEED = 20_250_409
_CONFIDENCE = 0.95


def cluster_interval(
    clusters: int, statistic: Callable[[npt.NDArray[np.int64]], float]
) -> tuple[float, float] | None:
    """Return a 95 % interval over drawn clusters; None with fewer than two.

    Args:
        clusters: how many there are.
        statistic: of some of them, given by number; one that is drawn twice comes twice. NaN
            where it cannot be worked out.
    """
    if clusters < 2:  # noqa: PLR2004 - one infant says nothing of others
        return None
    from scipy import stats

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # A draw in which nobody had any contact has no kappa; the others speak.
        warnings.simplefilter("ignore")
        drawn = stats.bootstrap(
            (np.arange(clusters),),
            lambda chosen: statistic(np.asarray(chosen, np.int64)),
            vectorized=False,
            method="percentile",
            n_resamples=RESAMPLES,
            rng=np.random.default_rng(_SEED),
        ).bootstrap_distribution
        low, high = np.nanquantile(
            drawn, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2], method="linear"
        )
    return (float(low), float(high)) if np.isfinite([low, high]).all() else None


def clusters_note(clusters: int) -> str:
    """Return what to keep in mind of an interval over so few clusters, "" for nothing."""
    if clusters < 2:  # noqa: PLR2004 - as above
        return "one infant: no interval, its days say nothing of other infants"
    if clusters < FEW_CLUSTERS:
        return f"{clusters} infants: the interval is too narrow"
    return ""
