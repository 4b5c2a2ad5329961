"""How far hours a day agree: the intraclass correlation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .estimate import Estimate, absent, made
from .quiet import quiet

_TARGETS_MIN = 3
_DECIMALS = 12


def icc(
    targets: Sequence[Any], reference: Sequence[float], other: Sequence[float]
) -> dict[str, Estimate]:
    """Return intraclass correlations of single values, by form: "ICC(A,1)", "ICC(C,1)".

    ICC(A,1) is Shrout and Fleiss' ICC(2,1): absolute agreement, since one source is to stand for
    the other, and hours that one adds have to count. ICC(C,1), their ICC(3,1), leaves a constant
    difference out; where it is larger, that is how much the bias costs.

    Args:
        targets: what each pair is about, each once.
        reference: one value of each pair.
        other: the other.
    """
    return icc_of_raters(targets, {"reference": reference, "other": other})


def icc_of_raters(
    targets: Sequence[Any], ratings: dict[str, Sequence[float]]
) -> dict[str, Estimate]:
    """Return the three forms of one value, for any number of raters."""
    forms = ("ICC(1,1)", "ICC(A,1)", "ICC(C,1)")
    if len(targets) < _TARGETS_MIN:
        return dict.fromkeys(forms, absent(f"{len(targets)} values: {_TARGETS_MIN} are needed"))
    values = np.array(list(ratings.values()), np.float64)
    if np.ptp(values) == 0:
        return dict.fromkeys(forms, absent("all values are the same: there is nothing to tell"))
    import pandas as pd
    import pingouin

    names = np.repeat(list(ratings), len(targets))
    frame = pd.DataFrame(
        {
            "target": np.tile(np.arange(len(targets)), len(ratings)),
            "rater": names,
            "value": values.ravel(),
        }
    )
    # Otherwise the interval comes out rounded to two decimals.
    kept = pingouin.options.get("round.column.CI95")
    pingouin.options["round.column.CI95"] = _DECIMALS
    try:
        with quiet():
            found = pingouin.intraclass_corr(frame, "target", "rater", "value").set_index("Type")
    finally:
        pingouin.options["round.column.CI95"] = kept
    return {
        form: made(float(found.loc[form, "ICC"]), tuple(found.loc[form, "CI95"]), method=form)
        for form in forms
    }
