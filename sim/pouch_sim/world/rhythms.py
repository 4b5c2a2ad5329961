"""Breath, heart, gait, rocking and sucking: amplitude and phase for each second.

Phases are counted in cycles from the world's start: a mean rate times time, and a slow wander
that never grows, so that no time has to be lived through to know the next.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .chance import SlowNoise, quantile
from .plan import WorldPlan
from .script import Script

# How much of each body's breathing reaches the pod: infant, adult. The band lies on the first
# body; what lies behind cloth comes damped (choices; design 9 asks for both in SSC).
_REACH: Mapping[str, tuple[float, float]] = {
    "ssc": (1.0, 1.0),
    "cot": (1.0, 0.0),
    "incubator": (1.0, 0.0),
    "warmer": (1.0, 0.0),
    "nappy_change": (1.0, 0.0),
    "carried_clothed": (1.0, 0.3),
    "held_clothed": (0.25, 1.0),
    "caregiver_alone": (0.0, 1.0),
    "hand": (0.0, 0.1),
}
_NO_REACH = (0.0, 0.0)
# What a chest moves is mostly tilt against gravity (5 mm at 0.27 Hz are 1.5 mg, one degree of tilt
# is 17 mg), so posture and strap decide: sd of the logarithm of an amplitude from act to act, and
# over a quarter of an hour within one (choices).
_ACT_SPREAD, _FIT_SPREAD, _FIT_S = 0.45, 0.35, 900.0
# Depth from breath to breath, awake and asleep, as a share (choices); it changes within 15 s.
_DEPTH_AWAKE, _DEPTH_ASLEEP, _DEPTH_S = 0.35, 0.15, 15.0
# Sleeping breath is shallower (choice).
_SHALLOW = 0.75
# Wander of the phase: cycles, over seconds. 0.6 cycles in 12 s is 10 % of an infant's rate.
_BREATH_WANDER, _BREATH_WANDER_S = 0.6, 12.0
_HEART_WANDER, _HEART_WANDER_S = 0.8, 15.0
_GAIT_WANDER, _GAIT_WANDER_S = 0.5, 10.0
# Periodic breathing of sleeping preterms: pauses of some 7 s in cycles of 18 s, in spells of
# minutes; 5 % of sleep near term, 2 % more per week before (choices from general knowledge).
_PERIODIC_TERM, _PERIODIC_PER_WEEK, _PERIODIC_MAX = 0.05, 0.02, 0.25
_TERM_WEEKS, _PERIODIC_S, _PAUSE_CYCLE_S = 37.0, 300.0, 18.0
# Amplitudes of the heart on the chest, of a step indoors, of rocking and of sucking (choices: a
# ballistocardiogram is of the order of a milli-g, gait of a tenth of a g).
_INFANT_HEART_MG, _ADULT_HEART_MG = 0.7, 0.8
_GAIT_MG, _ROCK_MG, _SUCK_MG = 90.0, 30.0, 2.5
_VIGOUR, _VIGOUR_S = 0.35, 120.0
_SUCK_BURST_S = 12.0
_TAU = 2.0 * math.pi


@dataclass(frozen=True)
class Rates:
    """Mean rates of one world in Hz, and how far through its cycle each began."""

    infant_breath: float
    adult_breath: tuple[float, ...]
    infant_heart: float
    adult_heart: float
    gait: float
    rock: float
    suck: float
    pause_phase: float


class Rhythms:
    """The rhythms of one band's world."""

    def __init__(self, plan: WorldPlan, script: Script, seed: int, band_index: int) -> None:
        """Draw rates within what is usual: gait 1.5 to 2 Hz, hearts 125 to 160 and 62 to 88."""
        draw = random.Random(f"rhythms {seed} {band_index}")
        self._plan = plan
        self._script = script
        self.rates = Rates(
            infant_breath=plan.infant.breath_hz,
            adult_breath=tuple(person.breath_hz for person in plan.caregivers),
            infant_heart=draw.uniform(125.0, 160.0) / 60.0,
            adult_heart=draw.uniform(62.0, 88.0) / 60.0,
            gait=draw.uniform(1.5, 2.0),
            rock=draw.uniform(0.4, 0.75),
            suck=draw.uniform(0.9, 1.2),
            pause_phase=draw.uniform(0.0, 1.0),
        )
        self._slow = {
            name: SlowNoise(period_s, seed, band_index, "rhythm", name)
            for name, period_s in (
                ("depth", _DEPTH_S),
                ("breath", _BREATH_WANDER_S),
                ("heart", _HEART_WANDER_S),
                ("gait", _GAIT_WANDER_S),
                ("vigour", _VIGOUR_S),
                ("fit", _FIT_S),
                ("periodic", _PERIODIC_S),
            )
        }
        self._reach = np.array([_REACH.get(act.activity, _NO_REACH) for act in plan.acts])
        for number, act in enumerate(plan.acts):
            spread = random.Random(f"reach {seed} {band_index} {number}")
            self._reach[number] *= [math.exp(spread.gauss(0.0, _ACT_SPREAD)) for _ in range(2)]
            if act.activity == "ssc":
                self._reach[number, 0] *= script.settings[number]["contact"]
        self._adult_mg = np.array([plan.caregivers[act.caregiver].breath_mg for act in plan.acts])
        self._adult_hz = np.array([plan.caregivers[act.caregiver].breath_hz for act in plan.acts])

    def columns(
        self, times_s: NDArray[np.float64], on: Mapping[str, NDArray[np.bool_]]
    ) -> dict[str, NDArray[np.floating]]:
        """Return amplitudes in milli-g and phases' wander in cycles at each time.

        Args:
            times_s: seconds since the world began.
            on: the stretches at these instants.
        """
        numbers = self._script.act_numbers(times_s)
        depth = self._slow["depth"].vectors(times_s)
        breath = self._slow["breath"].vectors(times_s)
        heart = self._slow["heart"].vectors(times_s)
        gait = self._slow["gait"].vectors(times_s)
        vigour = np.exp(_VIGOUR * self._slow["vigour"].vectors(times_s))
        infant_reach, adult_reach = self._reach[numbers].T
        fit = np.exp(_FIT_SPREAD * self._slow["fit"].vectors(times_s))
        infant_mg = self._plan.infant.breath_mg * infant_reach * fit[:, 0]
        infant_mg *= _depth(depth[:, 0], on["infant_asleep"])
        infant_mg *= self._pauses(times_s, on["infant_asleep"])
        adult_mg = self._adult_mg[numbers] * adult_reach * fit[:, 1]
        adult_mg *= _depth(depth[:, 1], on["caregiver_asleep"])
        bursts = np.clip(0.7 + 2.0 * np.sin(times_s * (_TAU / _SUCK_BURST_S)), 0.0, 1.0)
        # The adult's rate follows the person: its phase is that of the world's first caregiver
        # plus what the other one's rate adds since the act began.
        base_hz = self.rates.adult_breath[0]
        own_hz = self._adult_hz[numbers]
        since_s = times_s - self._script.starts_s[numbers]
        return {
            "infant_breath": infant_mg,
            "adult_breath": adult_mg,
            "infant_heart": _INFANT_HEART_MG * np.minimum(infant_reach, 1.0),
            "adult_heart": _ADULT_HEART_MG * np.minimum(adult_reach, 1.0),
            "gait": _GAIT_MG * on["walking"] * vigour[:, 0],
            "rock": _ROCK_MG * on["rocking"] * vigour[:, 1],
            "suck": _SUCK_MG * on["feeding"] * bursts * vigour[:, 2],
            "infant_breath_phase": _BREATH_WANDER * breath[:, 0],
            "adult_breath_phase": _BREATH_WANDER * breath[:, 1] + (own_hz - base_hz) * since_s,
            "heart_phase": _HEART_WANDER * heart[:, 0],
            "gait_phase": _GAIT_WANDER * gait[:, 0],
            "rock_phase": _GAIT_WANDER * gait[:, 1],
        }

    def _pauses(
        self, times_s: NDArray[np.float64], asleep: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Return 1, or less in the pauses of periodic breathing."""
        early_weeks = max(_TERM_WEEKS - self._plan.infant.gestation_weeks, 0.0)
        share = min(_PERIODIC_TERM + _PERIODIC_PER_WEEK * early_weeks, _PERIODIC_MAX)
        spell = asleep & (self._slow["periodic"].at(times_s) < quantile(share))
        turn = _TAU * (times_s / _PAUSE_CYCLE_S + self.rates.pause_phase)
        return np.where(spell, np.clip(0.5 + 1.5 * np.sin(turn), 0.0, 1.0), 1.0)


def _depth(noise: NDArray[np.float64], asleep: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how deep breaths are against a mean waking one."""
    spread = np.where(asleep, _DEPTH_ASLEEP, _DEPTH_AWAKE)
    return np.where(asleep, _SHALLOW, 1.0) * np.exp(spread * noise)
