"""From the states of samples to those of minutes, for rules that know nothing of time."""

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import KNOWN_STATES, MINUTE_S, State

States = npt.NDArray[np.uint8]


def states_by_majority(
    samples: Samples, of_sample: States, first_utc_s: int, minutes: int
) -> States:
    """Return for each minute the state that samples give to more than half of it, else unknown.

    Time that no sample speaks for, and samples that are unknown, count for no state.

    Args:
        samples: by time.
        of_sample: the `State` at each of them.
        first_utc_s: where the first minute begins, a whole minute.
        minutes: how many minutes.

    Returns:
        Shape (minutes,).
    """
    states = np.full(minutes, State.UNKNOWN, np.uint8)
    if not len(samples):
        return states
    # Two boots may overlap by the error of their clocks: the earlier sample keeps what it had.
    reached = np.maximum.accumulate(samples.end_utc_s)
    begin = np.concatenate([samples.begin_utc_s[:1], reached[:-1]]).clip(samples.begin_utc_s)
    corners = np.stack([begin, np.maximum(begin, samples.end_utc_s)], axis=1)
    edges = first_utc_s + MINUTE_S * np.arange(minutes + 1, dtype=np.float64)
    for state in KNOWN_STATES:
        seconds = np.diff(corners, axis=1) * (of_sample == state)[:, np.newaxis]
        spent = np.concatenate([np.zeros_like(seconds), seconds], axis=1).ravel().cumsum()
        in_minute = np.diff(np.interp(edges, corners.ravel(), spent))
        states[in_minute > MINUTE_S / 2] = state
    return states
