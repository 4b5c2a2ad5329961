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

from .clusters import cluster_interval, clusters_note
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
    sums = _Sums.of(differences, cluster)
    note = clusters_note(clusters)

    def limit(sign: int) -> Estimate:
        interval = cluster_interval(clusters, lambda chosen: sums.limit(chosen, sign * limits_sd))
        value = bias + sign * limits_sd * sd
        return made(value, interval, method=f"{REPEATED}; infants drawn", note=note)

    return BlandAltman(
        bias=_clustered_mean(differences, cluster, note),
        sd=made(float(differences.std(ddof=1)), method="each day by itself"),
        sd_between=made(float(np.sqrt(var_between)), method=REPEATED),
        sd_within=made(float(np.sqrt(within)), method=REPEATED),
        sd_limits=made(sd, method=REPEATED),
        lower=limit(-1),
        upper=limit(1),
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


@dataclass(frozen=True, eq=False)
class _Sums:
    """What each infant adds to an analysis of variance: so a draw of infants costs no fit."""

    counts: Floats
    sums: Floats
    squares_within: Floats

    @classmethod
    def of(cls, differences: Floats, cluster: npt.NDArray[np.int64]) -> "_Sums":
        counts = np.bincount(cluster).astype(np.float64)
        sums = np.bincount(cluster, differences).astype(np.float64)
        apart = differences - (sums / counts)[cluster]
        within = np.bincount(cluster, apart**2).astype(np.float64)
        return cls(counts, sums, within)

    def mean_squares(self, chosen: npt.NDArray[np.int64]) -> tuple[float, float, float]:
        """Return mean, mean square between and within of some infants."""
        counts, sums = self.counts[chosen], self.sums[chosen]
        mean = sums.sum() / counts.sum()
        between = (counts * (sums / counts - mean) ** 2).sum() / (len(chosen) - 1)
        within = self.squares_within[chosen].sum() / (counts.sum() - len(chosen))
        return float(mean), float(between), float(within)

    def limit(self, chosen: npt.NDArray[np.int64], limits_sd: float) -> float:
        mean, between, within = self.mean_squares(chosen)
        _, sd = variances(between, within, self.counts[chosen])
        return mean + limits_sd * sd


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
