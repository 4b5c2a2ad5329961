"""How well the minutes of training scenarios come out, by situation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.minutes import minute_states
from pouch_host.analysis.parameters import Parameters
from pouch_host.analysis.states import State

from .training import Labelled


@dataclass(frozen=True)
class Score:
    """How some minutes came out.

    Attributes:
        minutes: how many.
        known: share of them that has a state.
        wrong: share of the known ones that has another state than the truth.
        hours_error: hours of contact found beyond the true ones, as counted.
    """

    minutes: int
    known: float
    wrong: float
    hours_error: float


def states_of(run: Labelled, parameters: Parameters) -> NDArray[np.uint8]:
    """Return the state that the analysis gives to each minute of a run."""
    return minute_states(
        run.samples, run.first_utc_s, len(run.minute_state), parameters=parameters
    ).states


def score(run: Labelled, states: NDArray[np.uint8]) -> Score:
    """Hold some states against the truth."""
    known = states != State.UNKNOWN
    wrong = known & (states != run.minute_state)
    found = np.count_nonzero(states == State.SSC) - np.count_nonzero(run.minute_state == State.SSC)
    return Score(
        minutes=len(states),
        known=float(known.mean()),
        wrong=float(np.count_nonzero(wrong) / max(1, np.count_nonzero(known))),
        hours_error=found / 60,
    )


def by_row(runs: Sequence[Labelled], parameters: Parameters) -> dict[str, list[Score]]:
    """Return the scores of all runs, by the situation that they show."""
    rows: dict[str, list[Score]] = {}
    for run in runs:
        rows.setdefault(run.row, []).append(score(run, states_of(run, parameters)))
    return rows
