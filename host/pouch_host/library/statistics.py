"""Agreement of anybody's figures, with the statistics of `pouch agree`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pouch_host.agreement import correlation, hours_statistics, table_statistics
from pouch_host.agreement.estimate import Estimate
from pouch_host.agreement.hours_statistics import BlandAltman
from pouch_host.agreement.table_statistics import Yes
from pouch_host.errors import InputError

from .needs import STATISTICS, need


def bland_altman(
    infants: Sequence[str], reference: npt.ArrayLike, other: npt.ArrayLike
) -> BlandAltman:
    """Return bias and limits of agreement of pairs, other minus reference.

    Where an infant has several pairs, limits are those for repeated measurements, and intervals
    are clustered by infant (docs/AGREEMENT.md).

    Args:
        infants: whose each pair is.
        reference: one value of each pair, such as hours a day.
        other: the other value.

    Raises:
        InputError: there is not one value for each, one is NaN, or a package is not installed.

    Example:
        >>> import pouch_host as pouch
        >>> found = pouch.bland_altman(list("aabbcc"), [4, 5, 8, 9, 2, 3], [5, 6, 9, 9, 2, 4])
        >>> round(found.bias.value, 2), found.days, found.infants
        (0.67, 6, 3)
    """
    need(*STATISTICS)
    one, two = _pair(len(infants), reference, other)
    return hours_statistics.bland_altman(list(infants), one.tolist(), two.tolist())


def icc(
    targets: Sequence[Any], reference: npt.ArrayLike, other: npt.ArrayLike
) -> dict[str, Estimate]:
    """Return intraclass correlations of single values, by form.

    "ICC(A,1)" is of absolute agreement; "ICC(C,1)" leaves a constant difference out.

    Args:
        targets: what each pair is about, each once, such as infants.
        reference: one value of each pair.
        other: the other value.

    Raises:
        InputError: as for `bland_altman`, or a target comes twice.

    Example:
        >>> import pouch_host as pouch
        >>> found = pouch.icc(list("abcdef"), [9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2])
        >>> round(found["ICC(C,1)"].value, 2) > round(found["ICC(A,1)"].value, 2)
        True
    """
    need(*STATISTICS)
    if len(set(targets)) < len(targets):
        raise InputError("a target comes twice: take infants' means, or (infant, date) as target")
    one, two = _pair(len(targets), reference, other)
    return correlation.icc(list(targets), one.tolist(), two.tolist())


def contact_agreement(
    infants: Sequence[str], reference: npt.ArrayLike, other: npt.ArrayLike
) -> Yes:
    """Return kappa, sensitivity, specificity and agreement of contact, such as of minutes.

    Leave out what either does not know before. Intervals are over drawn infants.

    Args:
        infants: whose each unit is.
        reference: whether it is contact, true or false.
        other: likewise.

    Raises:
        InputError: as for `bland_altman`, or a value is neither true nor false.

    Example:
        >>> import pouch_host as pouch
        >>> found = pouch.contact_agreement(list("aaab"), [1, 1, 0, 0], [1, 0, 0, 0])
        >>> found.table, found.agreement.value
        (((2, 0), (1, 1)), 0.75)
    """
    need(*STATISTICS)
    one, two = _pair(len(infants), reference, other)
    if not np.isin([one, two], (0.0, 1.0)).all():
        raise InputError("contact has to be true or false: leave out what is not known")
    names, places = np.unique(np.asarray(infants, np.str_), return_inverse=True)
    kinds = 4 * places + (2 * one + two).astype(np.int64)
    counts = np.bincount(kinds, minlength=4 * len(names)).reshape(-1, 2, 2)
    return table_statistics.yes_no(list(counts))


def _pair(
    count: int, reference: npt.ArrayLike, other: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    one, two = np.asarray(reference, np.float64), np.asarray(other, np.float64)
    if one.shape != (count,) or two.shape != (count,):
        raise InputError(f"{count} names need as many values of both; got {one.shape} {two.shape}")
    if np.isnan(one).any() or np.isnan(two).any():
        raise InputError("a value is NaN: leave out what is not known, it counts for neither")
    return one, two
