"""How far hours a day agree: bias and limits of agreement.

Bland and Altman, Lancet 1986;i:307, where each infant has one day. With several days of an infant
these are not independent: then the limits are those for multiple observations per individual with
a true value that varies (Bland and Altman, J Biopharm Stat 2007;17:571, section 3): between and
within infants from a one-way analysis of variance, added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .clusters import clusters_note
from .estimate import Estimate, absent, made
from .quiet import quiet

Floats = npt.NDArray[np.float64]

LIMITS_SD = 1.96
"""Standard deviations from the bias to a limit: 95 of 100 differences, if they are normal."""

_CONFIDENCE = 0.95
_PAIRS_MIN = 3

ONE_DAY = "Bland-Altman 1986, each infant once"
REPEATED = "Bland-Altman 2007, several days of an infant, true value varies"
DAYS_ALONE = "Bland-Altman 1986, days of one infant taken as independent"


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """Differences of hours, other minus reference.

    Attributes:
        bias: mean difference, hours.
        sd: standard deviation of the differences, hours, each day by itself.
        sd_between: of infants' own biases, hours; None where there is one day or infant.
        sd_within: of days of an infant, hours; likewise.
        sd_limits: that of the limits, hours.
        lower: lower limit of agreement, hours.
        upper: upper limit, hours.
        slope: by how much the difference grows with each hour of the mean of both: where it does,
            one bias and one pair of limits do not tell all (Bland and Altman 1999, section 3).
        method: which of the papers.
        days: how many pairs.
        infants: of how many infants.
    """

    bias: Estimate
    sd: Estimate
    sd_between: Estimate
    sd_within: Estimate
    sd_limits: Estimate
    lower: Estimate
    upper: Estimate
    slope: Estimate
    method: str
    days: int
    infants: int


def bland_altman(
    infants: Sequence[str], reference: Sequence[float], other: Sequence[float],
    *, limits_sd: float = LIMITS_SD,
) -> BlandAltman:  # fmt: skip
    """Return bias and limits of agreement.

    Args:
        infants: whose each pair is.
        reference: one value of each pair, hours.
        other: the other value.
        limits_sd: standard deviations from the bias to a limit.
    """
    differences = np.asarray(other, np.float64) - np.asarray(reference, np.float64)
    keys, cluster = np.unique(np.asarray(infants, np.str_), return_inverse=True)
    days, clusters = len(differences), len(keys)
    if days < _PAIRS_MIN:
        nothing = absent(f"{days} days: at least {_PAIRS_MIN} are needed")
        return BlandAltman(*[nothing] * 8, method="", days=days, infants=clusters)
    means = (np.asarray(other, np.float64) + np.asarray(reference, np.float64)) / 2
    slope = _slope(differences, means, cluster, clusters)
    if clusters == days:
        return _one_day_each(differences, clusters, limits_sd, slope, ONE_DAY, "")
    if clusters == 1:
        note = "one infant: the interval holds for its days only, as if they were independent"
        return _one_day_each(differences, clusters, limits_sd, slope, DAYS_ALONE, note)
    return _repeated(differences, cluster, clusters, limits_sd, slope)


def _one_day_each(
    differences: Floats,
    clusters: int,
    limits_sd: float,
    slope: Estimate,
    method: str,
    note: str,
) -> BlandAltman:
    from scipy import stats
    from statsmodels.stats.weightstats import DescrStatsW

    # Typed as anything: the stubs take a cached property for what it is made of.
    described: Any = DescrStatsW(differences)
    bias, sd, days = float(described.mean), float(described.std_ddof(1)), len(differences)
    # Bland and Altman 1986: the standard error of a limit is about sqrt(3 / n) SD.
    error = float(np.sqrt(3 / days)) * sd

    def limit(value: float) -> Estimate:
        if error == 0:
            return made(value, (value, value), method=method, note=note)
        interval = stats.t.interval(_CONFIDENCE, days - 1, loc=value, scale=error)
        return made(value, interval, method=method, note=note)

    interval = (bias, bias) if sd == 0 else described.tconfint_mean(1 - _CONFIDENCE)
    nothing = absent("one day of each infant" if clusters > 1 else "one infant")
    return BlandAltman(
        bias=made(bias, interval, method=method, note=note),
        sd=made(sd, method=method),
        sd_between=nothing,
        sd_within=nothing,
        sd_limits=made(sd, method=method),
        lower=limit(bias - limits_sd * sd),
        upper=limit(bias + limits_sd * sd),
        slope=slope,
        method=method,
        days=days,
        infants=clusters,
    )


def _repeated(
    differences: Floats,
    cluster: npt.NDArray[np.int64],
    clusters: int,
    limits_sd: float,
    slope: Estimate,
) -> BlandAltman:
    between, within = mean_squares(differences, cluster)
    counts = np.bincount(cluster)
    bias = float(differences.mean())
    var_between, sd = variances(between, within, counts)
    away, towards = margins(differences, cluster, within, limits_sd)
    note = clusters_note(clusters)
    low, high = bias - limits_sd * sd, bias + limits_sd * sd
    method = f"{REPEATED}; interval: MOVER (Zou 2013)"

    return BlandAltman(
        bias=_clustered_mean(differences, cluster, note),
        sd=made(float(differences.std(ddof=1)), method="each day by itself"),
        sd_between=made(float(np.sqrt(var_between)), method=REPEATED),
        sd_within=made(float(np.sqrt(within)), method=REPEATED),
        sd_limits=made(sd, method=REPEATED),
        lower=made(low, (low - away, low + towards), method=method),
        upper=made(high, (high - towards, high + away), method=method),
        slope=slope,
        method=REPEATED,
        days=len(differences),
        infants=clusters,
    )


def mean_squares(differences: Floats, cluster: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean squares between and within infants, of a one-way analysis of variance."""
    import pandas as pd
    import pingouin

    # Summed by group: fitting a model with a term for each infant takes gigabytes for a study.
    frame = pd.DataFrame({"difference": differences, "infant": cluster})
    with quiet():
        squares: Any = pingouin.anova(frame, dv="difference", between="infant", detailed=True)
    between, within = squares["MS"]
    return float(between), float(within)


def variances(between: float, within: float, counts: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the variance of infants' biases, and the standard deviation for the limits.

    Args:
        between: mean square between infants.
        within: mean square within.
        counts: days of each infant.
    """
    # Infants with unequal numbers of days: the divisor of Bland and Altman 2007.
    total = counts.sum()
    divisor = (total**2 - (counts**2).sum()) / ((len(counts) - 1) * total)
    # Below 0 is the chance of few infants; then they do not differ.
    of_infants = max(0.0, (between - within) / divisor)
    return of_infants, float(np.sqrt(of_infants + within))


def margins(
    differences: Floats,
    cluster: npt.NDArray[np.int64],
    within: float,
    limits_sd: float = LIMITS_SD,
) -> tuple[float, float]:
    """Return how far the interval of a limit reaches from it: away from the bias, and towards it.

    MOVER, for a true value that varies: Zou, Stat Methods Med Res 2013;22:630. Drawing infants
    instead covers a limit 74 times in 100 with five infants and 87 with twenty; this one 95 times.

    Args:
        differences: of days.
        cluster: number of the infant of each.
        within: mean square within infants.
        limits_sd: standard deviations from the bias to a limit.
    """
    from scipy import stats

    counts = np.bincount(cluster)
    infants = len(counts)
    of_means = float((np.bincount(cluster, differences) / counts).var(ddof=1))
    # The harmonic mean of the days of an infant.
    of_days = (1 - float((1 / counts).mean())) * within
    total = of_means + of_days

    def apart(chance: float) -> float:
        free = np.array([infants - 1, len(differences) - infants])
        return float(np.hypot(*((free / stats.chi2.ppf(chance, free) - 1) * (of_means, of_days))))

    alpha = 1 - _CONFIDENCE
    largest, smallest = total + apart(alpha / 2), total - apart(1 - alpha / 2)
    of_bias = stats.norm.ppf(1 - alpha / 2) * np.sqrt(of_means / infants)
    away, towards = np.sqrt(largest) - np.sqrt(total), np.sqrt(total) - np.sqrt(smallest)
    return (
        float(np.hypot(of_bias, limits_sd * away)),
        float(np.hypot(of_bias, limits_sd * towards)),
    )


def _clustered_mean(differences: Floats, cluster: npt.NDArray[np.int64], note: str) -> Estimate:
    from statsmodels.regression.linear_model import OLS

    with quiet():
        fitted = OLS(differences, np.ones(len(differences))).fit(
            cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True
        )
        low, high = fitted.conf_int(1 - _CONFIDENCE)[0]
    return made(
        float(fitted.params[0]),
        (float(low), float(high)),
        method="mean of days; interval by cluster-robust error, t of infants - 1",
        note=note,
    )


def _slope(
    differences: Floats, means: Floats, cluster: npt.NDArray[np.int64], clusters: int
) -> Estimate:
    from statsmodels.regression.linear_model import OLS

    if np.ptp(means) == 0:
        return absent("the mean of both is the same on all days")
    model = OLS(differences, np.column_stack([np.ones(len(means)), means]))
    if clusters == 1:
        return made(float(model.fit().params[1]), method="least squares", note=clusters_note(1))
    with quiet():
        fitted = model.fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)
        low, high = fitted.conf_int(1 - _CONFIDENCE)[1]
    return made(
        float(fitted.params[1]),
        (float(low), float(high)),
        method="least squares; interval by cluster-robust error, t of infants - 1",
        note=clusters_note(clusters),
    )
