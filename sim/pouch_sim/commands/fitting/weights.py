"""How much the channels' evidence is worth: the largest weight at which confident minutes hold.

Samples repeat each other and worlds differ from models, so the sum of log likelihoods promises
more than it can keep. All weights are scaled together; the scale is the largest at which no row of
the training scenarios has more than a share of confident minutes wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
        hours_possible: hours that are unknown.
    """

    minutes: int
    known: float
    wrong: float
    hours_error: float
    hours_possible: float


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
        hours_possible=float(np.count_nonzero(~known)) / 60,
    )


def scaled(parameters: Parameters, scale: float) -> Parameters:
    """Return parameters with all weights times a number."""
    return replace(
        parameters,
        channels={
            name: replace(channel, weight=channel.weight * scale)
            for name, channel in parameters.channels.items()
        },
    )


def by_row(runs: Sequence[Labelled], parameters: Parameters) -> dict[str, list[Score]]:
    """Return the scores of all runs, by the situation that they show."""
    rows: dict[str, list[Score]] = {}
    for run in runs:
        rows.setdefault(run.row, []).append(score(run, states_of(run, parameters)))
    return rows


def worst_wrong(rows: dict[str, list[Score]]) -> tuple[float, str]:
    """Return the largest share of known minutes that is wrong, and in which row."""
    shares = {}
    for row, scores in rows.items():
        known = sum(one.minutes * one.known for one in scores)
        shares[row] = sum(one.minutes * one.known * one.wrong for one in scores) / max(1.0, known)
    row = max(shares, key=lambda name: shares[name])
    return shares[row], row
