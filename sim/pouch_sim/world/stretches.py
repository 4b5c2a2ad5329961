"""Who sleeps, walks, rocks, sucks or handles the band when: yes or no for each second.

A share of an act's time becomes stretches whose length is typical of what they are; shares come
from the settings of the act and from the people, chance from the seed.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .chance import SlowNoise, quantile
from .plan import WorldPlan
from .script import Script

# What is worked out at once: short worlds need not live through a whole day.
BLOCK_S = 21_600

# About half the length of a typical stretch, in seconds (choices): sleep in half hours, a walk for
# a minute, sucking in bouts, a jolt for some seconds.
_PERIODS_S = {
    "infant_asleep": 1500.0,
    "caregiver_asleep": 2400.0,
    "walking": 70.0,
    "rocking": 100.0,
    "feeding": 500.0,
    "handling": 10.0,
    "infant_moves": 8.0,
    "caregiver_moves": 10.0,
    "loose_infant": 150.0,
    "loose_caregiver": 150.0,
    "own_touch": 60.0,
    "self_touch": 240.0,
    "grip_infant": 20.0,
    "grip_caregiver": 20.0,
    "prone": 3000.0,
}
_SLEEPS = ("infant_asleep", "caregiver_asleep")
# Of the time awake by day this share is left at night (a choice).
_AWAKE_AT_NIGHT = 0.35
# Somebody asleep moves this much as often as awake (a choice; the night is quiet, not still).
_MOVES_ASLEEP = 0.25
# Both faces of the band can lie badly or be held, each by itself.
_SETTING_OF = {
    "loose_infant": "loose",
    "loose_caregiver": "loose",
    "grip_infant": "grip",
    "grip_caregiver": "grip",
}


class Stretches:
    """The stretches of one band's world."""

    def __init__(self, plan: WorldPlan, script: Script, seed: int, band_index: int) -> None:
        """Draw nothing yet; a stretch is a function of time, seed and band."""
        self._script = script
        self._noises = {
            name: SlowNoise(period_s, seed, band_index, name)
            for name, period_s in _PERIODS_S.items()
        }
        self._shares = {name: script.column(_SETTING_OF.get(name, name)) for name in _PERIODS_S}
        people = [plan.caregivers[act.caregiver].restlessness for act in plan.acts]
        self._shares["infant_moves"] = np.full(len(plan.acts), plan.infant.restlessness)
        self._shares["caregiver_moves"] = np.array(people)

    def block(self, block_index: int) -> Mapping[str, NDArray[np.bool_]]:
        """Return each kind of stretch for every second of a block and the first of the next.

        Who sleeps does not walk, rock or suck. Sums of what both do at once are left to motion.
        """
        times_s = np.arange(BLOCK_S + 1, dtype=np.float64) + float(block_index * BLOCK_S)
        numbers = self._script.act_numbers(times_s)
        night = self._script.night(times_s)
        on: dict[str, NDArray[np.bool_]] = {}
        for name in _SLEEPS:
            share = self._shares[name]
            tired = np.where(share > 0.0, 1.0 - (1.0 - share) * _AWAKE_AT_NIGHT, 0.0)
            limit = np.where(night, _quantiles(tired)[numbers], _quantiles(share)[numbers])
            on[name] = self._noises[name].at(times_s) < limit
        for name in _PERIODS_S:
            if name not in _SLEEPS:
                share = self._shares[name]
                limit = _quantiles(share)[numbers]
                if name.endswith("_moves"):
                    asleep = on[name.replace("_moves", "_asleep")]
                    limit = np.where(asleep, _quantiles(share * _MOVES_ASLEEP)[numbers], limit)
                on[name] = self._noises[name].at(times_s) < limit
        for name in ("walking", "rocking"):
            on[name] &= ~on["caregiver_asleep"]
        on["feeding"] &= ~on["infant_asleep"]
        return on


def _quantiles(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([quantile(float(share)) for share in shares])
