"""Other ways to decide who touches the band, to hold the method against.

    the method with some channels taken away        what each channel is worth
    a threshold on each face                        what a plain rule would do
    DETACH (Vert 2022)                              what wear detection makes of it

Each gets the same samples and gives one `State` a minute. The method without a channel keeps the
parameters of the whole: it is not fitted anew, and so does a little worse than it could. Only the
doubt of whatever lacks a kind of measurement is left out: who says nothing is beaten too easily.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.minutes import minute_states
from pouch_host.analysis.parameters import Doubt, default_parameters
from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import State

from .rivals_detach import worn_states
from .rivals_minutes import states_by_majority

States = npt.NDArray[np.uint8]
Decide = Callable[[Samples, int, int], States]

TOUCH_PF = 5.0
"""Half-way between a bare electrode of the reference pod (about 2 pF) and skin (about 9 pF)."""

SKIN_C_MIN = 28.0
"""Below any trunk skin under cloth; severe hypothermia begins at 32 C in the core."""

SKIN_C_MAX = 42.0
"""Above any fever; a band in the sun or beside a stove passes it."""

_MOTION = ("activity_mg", "breath_adult", "breath_infant")
_TEMPERATURE = ("infant_temperature_c", "caregiver_temperature_c")
_TOUCH = ("infant_touch_pf", "caregiver_touch_pf")


@dataclass(frozen=True, slots=True)
class Rival:
    """One way to decide. Call it with samples, where the first minute begins, and how many.

    Attributes:
        decide: returns the `State` of each minute, shape (minutes,), u1.
        tells: what it looks at and what it may decide, for a line of a table.
    """

    decide: Decide
    tells: str

    def __call__(self, samples: Samples, first_utc_s: int, minutes: int) -> States:
        """Return the `State` of each minute.

        Args:
            samples: by time.
            first_utc_s: where the first minute begins, a whole minute.
            minutes: how many minutes.
        """
        return self.decide(samples, first_utc_s, minutes)


def threshold_states(samples: Samples) -> States:
    """Return the `State` at each sample by a threshold on each face: Pouch's first rule.

    A face is touched from `TOUCH_PF` on. A touched face has to be as warm as living skin, else the
    sample is unknown, as it is where a reading that the rule needs is missing.
    """
    infant = samples.infant_touch_pf >= TOUCH_PF
    caregiver = samples.caregiver_touch_pf >= TOUCH_PF
    states = np.select(
        [infant & caregiver, infant, caregiver],
        [State.SSC, State.INFANT_ONLY, State.CAREGIVER_ONLY],
        State.OFF,
    )
    # A comparison with NaN is false, so each question is put such that false means: in doubt.
    clear = ~np.isnan(samples.infant_touch_pf) & ~np.isnan(samples.caregiver_touch_pf)
    clear &= ~infant | _is_skin(samples.infant_temperature_c)
    clear &= ~caregiver | _is_skin(samples.caregiver_temperature_c)
    return np.where(clear, states, State.UNKNOWN).astype(np.uint8)


def _is_skin(temperature_c: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return (temperature_c >= SKIN_C_MIN) & (temperature_c <= SKIN_C_MAX)


def _method_without(*columns: str) -> Decide:
    """Return the method that never sees some columns of `Samples`."""

    def decide(samples: Samples, first_utc_s: int, minutes: int) -> States:
        unmeasured = np.full(len(samples), np.nan)
        blind = replace(samples, **dict.fromkeys(columns, unmeasured))
        parameters = default_parameters()
        if columns:
            parameters = replace(parameters, doubt=Doubt(0.0, 0.0, 0.0, 0.0, reach_min=0))
        return minute_states(blind, first_utc_s, minutes, parameters=parameters).states

    return decide


def _by_sample(rule: Callable[[Samples], States]) -> Decide:
    """Return a rule for samples as one for minutes: what most of a minute says."""

    def decide(samples: Samples, first_utc_s: int, minutes: int) -> States:
        return states_by_majority(samples, rule(samples), first_utc_s, minutes)

    return decide


RIVALS: Mapping[str, Rival] = {
    "all": Rival(
        _method_without(),
        "the method: touch, both temperatures and motion over time; any state, or unknown",
    ),
    "touch and temperature": Rival(
        _method_without(*_MOTION),
        "the method without motion and breathing; any state, or unknown",
    ),
    "touch only": Rival(
        _method_without(*_MOTION, *_TEMPERATURE),
        "the method with touch of both faces alone; any state, or unknown",
    ),
    "temperature only": Rival(
        _method_without(*_MOTION, *_TOUCH),
        "the method with the temperatures of both faces alone; any state, or unknown",
    ),
    "fixed threshold": Rival(
        _by_sample(threshold_states),
        f"each face touched from {TOUCH_PF:g} pF on if it is {SKIN_C_MIN:g} to {SKIN_C_MAX:g} C "
        "warm; any state, or unknown",
    ),
    "DETACH slope rule": Rival(
        _by_sample(worn_states),
        "wear detection (Vert 2022): infant face's temperature, its slope, and stillness; worn "
        "counts as ssc, else off",
    ),
}
"""By the name that tables print. Only `unknown` abstains."""
