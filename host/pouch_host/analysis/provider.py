"""Whose chest was it: a guess from how warm the caregiver face settled, mostly unknown.

A mother's chest is about 1 C warmer than a father's or another woman's from her second day on. So
an infant's sessions fall into two groups if more than one person gave them. What is usual is the
warmer group; a session clearly below it was somebody else's. With few sessions, or in a room
that warms any chest, nobody can tell: the provider is unknown.

Sessions that a nurse has confirmed with a name are better than this, always.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .minutes import MinuteStates
from .parameters import Parameters, default_parameters
from .sessions import Session
from .states import MINUTE_S, State
from .temperature import SETTLING_MIN, MinuteTemperatures

_SETTLED_MIN = 3 * SETTLING_MIN
_UPPER_QUARTILE = 75


def with_providers(
    sessions: Sequence[Session],
    minutes: MinuteStates,
    temperatures: MinuteTemperatures,
    *,
    parameters: Parameters | None = None,
) -> tuple[Session, ...]:
    """Return one infant's sessions with a provider each.

    Args:
        sessions: of one infant, by time.
        minutes: states of the same time.
        temperatures: likewise.
        parameters: other ones than those that came with this version.
    """
    rule = (parameters or default_parameters()).provider
    settled_c = np.array([_settled_c(one, minutes, temperatures) for one in sessions])
    known = ~np.isnan(settled_c)
    if np.count_nonzero(known) < rule.sessions_min:
        return tuple(sessions)
    usual_c = float(np.percentile(settled_c[known], _UPPER_QUARTILE))
    named = []
    for one, chest_c in zip(sessions, settled_c, strict=True):
        if np.isnan(chest_c):
            named.append(one)
            continue
        # Two normal distributions of the same spread: the log odds are linear.
        middle_c = usual_c - rule.cooler_c / 2
        log_odds = (chest_c - middle_c) * rule.cooler_c / rule.sd_c**2
        log_odds += float(np.log(rule.mother_prior / (1 - rule.mother_prior)))
        mother = float(1 / (1 + np.exp(-log_odds)))
        if max(mother, 1 - mother) < rule.probability_min:
            named.append(one)
        else:
            word = "mother" if mother >= rule.probability_min else "other"
            named.append(replace(one, provider=word, provider_probability=max(mother, 1 - mother)))
    return tuple(named)


def _settled_c(session: Session, minutes: MinuteStates, temperatures: MinuteTemperatures) -> float:
    """Return the median of the caregiver face once it has settled, NaN for a short session."""
    first = (session.begin_utc_s - minutes.first_utc_s) // MINUTE_S + _SETTLED_MIN
    last = (session.end_utc_s - minutes.first_utc_s) // MINUTE_S
    part = slice(max(first, 0), max(last, 0))
    outer_c = temperatures.outer_c[part][minutes.states[part] == State.SSC]
    outer_c = outer_c[~np.isnan(outer_c)]
    return float(np.median(outer_c)) if len(outer_c) >= SETTLING_MIN else float("nan")
