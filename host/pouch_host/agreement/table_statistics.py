"""How far yes and no agree: kappa, sensitivity, specificity, share of agreement.

                other: none   contact
reference none      a           b         specificity  a / (a + b)
          contact   c           d         sensitivity  d / (c + d)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .clusters import cluster_interval, clusters_note
from .estimate import Estimate, absent, made

Counts = npt.NDArray[np.int64]

_ALPHA = 0.05
DRAWN = "; interval: infants drawn"


@dataclass(frozen=True, slots=True)
class Yes:
    """Agreement of yes and no over some units.

    Attributes:
        count: how many units.
        infants: of how many infants.
        table: counts, as above: ((a, b), (c, d)).
        agreement: share of units on which both say the same; interval over drawn infants.
        agreement_wilson: the same, interval as if each unit were independent.
        kappa: Cohen's.
        sensitivity: share of the reference's contact that the other has.
        specificity: share of the reference's none that the other has.
    """

    count: int
    infants: int
    table: tuple[tuple[int, int], tuple[int, int]]
    agreement: Estimate
    agreement_wilson: Estimate
    kappa: Estimate
    sensitivity: Estimate
    specificity: Estimate


def yes_no(tables: Sequence[Counts]) -> Yes:
    """Return the agreement of some infants.

    Args:
        tables: counts of each infant, shape (2, 2); infants without any do not count.
    """
    filled = [table for table in tables if table.sum()]
    stack = np.array(filled, np.int64).reshape(-1, 2, 2)
    total = stack.sum(axis=0)
    count = int(total.sum())

    def drawn(of_table: Callable[[Counts], float], method: str, empty: str) -> Estimate:
        value = of_table(total)
        if not np.isfinite(value):
            return absent(empty, method)
        interval = cluster_interval(len(stack), lambda chosen: of_table(stack[chosen].sum(axis=0)))
        return made(value, interval, method=method + DRAWN, note=clusters_note(len(stack)))

    nothing = "nothing is known to both"
    return Yes(
        count=count,
        infants=len(stack),
        table=(
            (int(total[0, 0]), int(total[0, 1])),
            (int(total[1, 0]), int(total[1, 1])),
        ),
        agreement=drawn(
            lambda one: _share(one[0, 0] + one[1, 1], one.sum()), "share of units", nothing
        ),
        agreement_wilson=proportion(int(total[0, 0] + total[1, 1]), count, nothing),
        kappa=drawn(
            kappa,
            "Cohen's kappa (statsmodels)",
            "both sources say the same of everything: kappa is not defined" if count else nothing,
        ),
        sensitivity=drawn(
            lambda one: _share(one[1, 1], one[1].sum()),
            "share of the reference's contact",
            "the reference has no contact" if count else nothing,
        ),
        specificity=drawn(
            lambda one: _share(one[0, 0], one[0].sum()),
            "share of the reference's none",
            "the reference has nothing but contact" if count else nothing,
        ),
    )


def kappa(table: Counts) -> float:
    """Return Cohen's kappa; NaN where both say one and the same of everything."""
    from statsmodels.stats.inter_rater import cohens_kappa

    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if not table.sum() or (np.count_nonzero(rows) == 1 and np.array_equal(rows, columns)):
        return float("nan")
    found: Any = cohens_kappa(table, return_results=False)
    return float(found)


def proportion(count: int, of: int, empty: str) -> Estimate:
    """Return a share with Wilson's interval, as if its units were independent."""
    from statsmodels.stats.proportion import proportion_confint

    if not of:
        return absent(empty, "share of units")
    interval: Any = proportion_confint(count, of, alpha=_ALPHA, method="wilson")
    low, high = interval
    return made(
        count / of, (float(low), float(high)), method="share; interval: Wilson, units independent"
    )


def share_drawn(counts: Counts, of: Counts, empty: str) -> Estimate:
    """Return a share over infants, with an interval over drawn infants.

    Args:
        counts: of each infant.
        of: of how many of each.
        empty: what to say if there are none at all.
    """
    if not of.sum():
        return absent(empty, "share")
    interval = cluster_interval(
        len(of), lambda chosen: _share(counts[chosen].sum(), of[chosen].sum())
    )
    value = _share(counts.sum(), of.sum())
    return made(value, interval, method="share" + DRAWN, note=clusters_note(len(of)))


def _share(count: float, of: float) -> float:
    return float(count) / float(of) if of else float("nan")
