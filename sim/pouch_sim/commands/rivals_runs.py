"""Hands the samples of a simulated run to each other way to decide."""

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.days import assigned_minutes
from pouch_host.derive.inputs import samples_of, span_utc_s
from pouch_host.store import Store
from pouch_sim.validation.agreement import confusion
from pouch_sim.validation.scored import RivalScore

from .rivals import RIVALS
from .rivals_score import confirmed_error_h
from .run_files import Truth

Indices = npt.NDArray[np.intp]


def score_rivals(
    store: Store, infant: str, truth: Truth, days: list[Indices]
) -> dict[str, RivalScore]:
    """Return what each rival makes of one run.

    Minutes count as for the method: those in which the infant had a band.

    Args:
        store: where the records are.
        infant: its code.
        truth: of the run.
        days: which minutes of the truth make each of its days.

    Raises:
        StoreError: the store cannot be read.
    """
    given = store.assignments(infant)
    samples = samples_of(store, given, -np.inf, np.inf)
    spans = [span_utc_s(one) for one in given]
    counted = assigned_minutes(truth.first_utc_s, len(truth.state), spans)
    scores = {}
    for name, rival in RIVALS.items():
        said = rival(samples, truth.first_utc_s, len(truth.state))
        scores[name] = RivalScore(
            confusion(truth.state[counted], said[counted]),
            np.array([confirmed_error_h(truth.state[day], said[day]) for day in days]),
        )
    return scores
