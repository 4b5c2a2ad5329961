"""Who touches the band in each minute: a first, simple rule, to be replaced as a whole.

The rule looks at one channel and uses a second only to doubt it:

1. A face is touched when its electrode reads at least `TOUCH_PF`.
2. A touched face must be as warm as living skin under cloth, else the sample is unknown: wet
   cloth and a hand's warmth on the table also raise the capacitance.
3. Both faces touched is ssc; one of them infant_only or caregiver_only; none off.
4. A missing or faulty reading that the rule needs makes the sample unknown.
5. Between two neighbouring samples of the same state that state is known. Between two of different
   states the change can lie anywhere, and so it can in a gap: that time is unknown.
6. A minute has the state that covers all of it. Without such a state it is unknown.

What it gets wrong: a cloth that is wet and warm, the caregiver's own skin on both faces, a room at
skin temperature. It does not look at motion, nor at the minutes around.

Because of 5 and 6, the confirmed minutes of a day cannot exceed the true ones by rounding, and
taking records away can turn a known minute into an unknown one, but never into another state: the
bounds of a day can only widen.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from . import ALGORITHM_VERSION
from .samples import Samples

Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.uint8]

TOUCH_PF = 5.0
"""Half-way between a bare electrode of the reference pod (about 2 pF) and skin (about 9 pF)."""

SKIN_C_MIN = 28.0
"""Below any trunk skin under cloth; severe hypothermia begins at 32 C in the core."""

SKIN_C_MAX = 42.0
"""Above any fever; a band in the sun or beside a stove passes it."""

MINUTE_S = 60

# Sums of Unix times in double precision are good to a microsecond.
_ROUNDING_S = 1e-3


class State(IntEnum):
    """What is known of a minute, or of one sample."""

    UNKNOWN = 0
    OFF = 1
    CAREGIVER_ONLY = 2
    INFANT_ONLY = 3
    SSC = 4

    @property
    def word(self) -> str:
        """Return the name that screens and exports use."""
        return self.name.lower()


@dataclass(frozen=True, eq=False)
class MinuteStates:
    """One state for each whole minute.

    Attributes:
        first_utc_s: where the first minute begins.
        states: a `State` for each minute.
        probability: how sure the state is, 0 to 1; NaN where unknown. Crude: this rule has no
            notion of doubt and says 1 for every minute that it knows.
        algorithm_version: the method.
    """

    first_utc_s: int
    states: States
    probability: Floats
    algorithm_version: str = ALGORITHM_VERSION


def sample_states(samples: Samples) -> States:
    """Return the `State` at each sample, by rules 1 to 4."""
    infant_touched = samples.infant_touch_pf >= TOUCH_PF
    caregiver_touched = samples.caregiver_touch_pf >= TOUCH_PF
    # A comparison with NaN is false, so each question is put such that false means: in doubt.
    measured = ~np.isnan(samples.infant_touch_pf) & ~np.isnan(samples.caregiver_touch_pf)
    infant_plausible = ~infant_touched | _is_skin(samples.infant_temperature_c)
    caregiver_plausible = ~caregiver_touched | _is_skin(samples.caregiver_temperature_c)
    states = np.full(len(samples), State.OFF, np.uint8)
    states[caregiver_touched] = State.CAREGIVER_ONLY
    states[infant_touched] = State.INFANT_ONLY
    states[infant_touched & caregiver_touched] = State.SSC
    states[~(measured & infant_plausible & caregiver_plausible)] = State.UNKNOWN
    return states


def minute_states(samples: Samples, first_utc_s: int, minutes: int) -> MinuteStates:
    """Return the state of each minute.

    Args:
        samples: by time; taken every 10 to 300 s.
        first_utc_s: where the first minute begins.
        minutes: how many minutes.
    """
    of_sample = sample_states(samples)
    begin, end = _between_equals(samples, of_sample, *_disjoint(samples))
    edges = first_utc_s + MINUTE_S * np.arange(minutes + 1, dtype=np.float64)
    states = np.full(minutes, State.UNKNOWN, np.uint8)
    probability = np.full(minutes, np.nan)
    for state in State:
        if state is State.UNKNOWN:
            continue
        chosen = of_sample == state
        claimed = _covered_s(begin[chosen], end[chosen], edges) >= MINUTE_S - _ROUNDING_S
        states[claimed] = state
        probability[claimed] = 1.0
    return MinuteStates(first_utc_s, states, probability)


def _is_skin(temperature_c: Floats) -> npt.NDArray[np.bool_]:
    return (temperature_c >= SKIN_C_MIN) & (temperature_c <= SKIN_C_MAX)


def _disjoint(samples: Samples) -> tuple[Floats, Floats]:
    """Return what each sample speaks for, without what an earlier one speaks for already.

    Two boots may overlap by the error of their clocks.
    """
    reached = np.maximum.accumulate(samples.end_utc_s)
    begin = samples.begin_utc_s.copy()
    begin[1:] = np.maximum(begin[1:], reached[:-1])
    return begin, np.maximum(samples.end_utc_s, begin)


def _between_equals(
    samples: Samples, states: States, begin: Floats, end: Floats
) -> tuple[Floats, Floats]:
    """Return what each sample speaks for, cut back to it where no equal neighbour follows.

    The state may have changed anywhere on the way to a sample of another state or into a gap.
    """
    same = (states[:-1] == states[1:]) & (begin[1:] <= end[:-1] + _ROUNDING_S)
    begin, end = begin.copy(), end.copy()
    end[:-1][~same] = np.minimum(end[:-1], samples.utc_s[:-1])[~same]
    begin[1:][~same] = np.maximum(begin[1:], samples.utc_s[1:])[~same]
    end[-1:] = np.minimum(end[-1:], samples.utc_s[-1:])
    begin[:1] = np.maximum(begin[:1], samples.utc_s[:1])
    return begin, np.maximum(begin, end)


def _covered_s(begin: Floats, end: Floats, edges: Floats) -> Floats:
    """Return for how many seconds of each cell disjoint, rising intervals cover it."""
    if not len(begin):
        return np.zeros(len(edges) - 1)
    corners = np.stack([begin, end], axis=1).ravel()
    covered = np.stack([np.zeros_like(begin), end - begin], axis=1).ravel().cumsum()
    return np.diff(np.interp(edges, corners, covered))
