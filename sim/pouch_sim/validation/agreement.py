"""Agreement per minute: Cohen's kappa, sensitivity and specificity of each state.

Rows of a table are what happened, columns what the analysis says; both are numbered 0 unknown,
1 off, 2 caregiver_only, 3 infant_only, 4 ssc. Nothing that happened is unknown.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

Counts = NDArray[np.int64]
States = NDArray[np.uint8]

STATES: Mapping[str, int] = {"off": 1, "caregiver_only": 2, "infant_only": 3, "ssc": 4}
SIZE = 1 + len(STATES)

_CONTACT = np.zeros((3, SIZE), np.int64)
_CONTACT[0, 0] = _CONTACT[2, STATES["ssc"]] = 1
_CONTACT[1] = 1 - _CONTACT[0] - _CONTACT[2]


def confusion(true_states: States, states: States) -> Counts:
    """Return how often each state was said of each true one, shape (SIZE, SIZE).

    Raises:
        ValueError: the two differ in length.
    """
    if len(true_states) != len(states):
        raise ValueError(f"{len(true_states)} true minutes and {len(states)} of the analysis")
    pairs = true_states.astype(np.int64) * SIZE + states
    return np.bincount(pairs, minlength=SIZE * SIZE).reshape(SIZE, SIZE)


def share(part: float, whole: float) -> float | None:
    """Return part of a whole, None if the whole is nothing."""
    return float(part / whole) if whole else None


def kappa(table: Counts) -> float | None:
    """Return Cohen's kappa; None where chance alone would always agree, or without minutes.

    References: Cohen 1960, doi 10.1177/001316446002000104.
    """
    total = int(table.sum())
    by_chance = int((table.sum(axis=0) * table.sum(axis=1)).sum())
    if by_chance == total * total:
        return None
    true, said = np.indices(table.shape)
    return float(cohen_kappa_score(true.ravel(), said.ravel(), sample_weight=table.ravel()))


def contact_or_not(table: Counts) -> Counts:
    """Return minutes by whether they were contact and by what was said of it, shape (3, 3).

    Rows and columns are unknown, no contact, contact. Nothing that happened is unknown: with that
    column an unknown minute counts as one in which the two do not agree.
    """
    return _CONTACT @ table @ _CONTACT.T


def agreement(table: Counts) -> dict[str, Any]:
    """Return the figures of one table, ready for JSON.

    `kappa` counts the minutes of which the state is known; `kappa_with_unknown` counts all, and
    takes unknown for a state of its own, which is always wrong. `confident_wrong_share` is of all
    minutes, `wrong_share_of_known` of the known ones.
    """
    minutes, known = int(table.sum()), int(table[:, 1:].sum())
    wrong = known - int(np.trace(table[1:, 1:]))
    return {
        "minutes": minutes,
        "known_share": share(known, minutes),
        "kappa": kappa(table[1:, 1:]),
        "kappa_with_unknown": kappa(table),
        "confident_wrong_share": share(wrong, minutes),
        "wrong_share_of_known": share(wrong, known),
        "per_state": {name: _of_state(table, index) for name, index in STATES.items()},
    }


def _of_state(table: Counts, index: int) -> dict[str, Any]:
    """Return the figures of one state.

    Sensitivity and specificity are over known minutes. `confident_wrong_share` is the share of
    all minutes of this true state for which another state was said, with confidence.
    """
    known = table[1:, 1:]
    true_known = int(table[index, 1:].sum())
    right = int(table[index, index])
    said = int(known[:, index - 1].sum())
    others = int(known.sum()) - true_known
    true_minutes = int(table[index].sum())
    return {
        "true_minutes": true_minutes,
        "known_share": share(true_known, true_minutes),
        "sensitivity": share(right, true_known),
        "specificity": share(others - (said - right), others),
        "confident_wrong_share": share(true_known - right, true_minutes),
    }
