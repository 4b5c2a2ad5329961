"""What the accelerometer feels: gravity, two bodies' rhythms, movements, and its own noise.

    per second   posture, amplitudes, wander of phases          drawn a block at a time
    per sample   these between their seconds, sines, jolts      worked out for what is asked

Every number is a function of its instant alone, so windows join without a seam.
"""

import math
import random
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .bodies import GRAVITY_MG, SENSOR_NOISE_MG
from .chance import SlowNoise
from .noise import TimeNoise
from .plan import WorldPlan
from .rhythms import Rhythms
from .script import Script

_US_PER_S = 1_000_000
# Noise of acceleration is indexed by milliseconds: finer than any sample period.
_NOISE_STEP_US = 1000
# Samples worked on at once: the columns of so many stay in a core's cache.
_PIECE = 8192

# How far the pod's outer face is turned from straight up, in degrees: lying on the back, leaning,
# upright (choices).
_TILT_DEG: Mapping[str, tuple[float, float]] = {
    "ssc": (100.0, 160.0),
    "cot": (0.0, 40.0),
    "incubator": (0.0, 30.0),
    "warmer": (0.0, 20.0),
    "nappy_change": (0.0, 30.0),
    "carried_clothed": (50.0, 100.0),
    "held_clothed": (50.0, 120.0),
    "caregiver_alone": (60.0, 110.0),
}
_ANY_TILT = (0.0, 180.0)
_SWAY_DEG, _SWAY_S = 5.0, 400.0
# Breath lifts the pod along its z axis and a little along the others, by posture (choice).
_SIDEWAYS = 0.35
# Overtones: breath in is quicker than out; steps have a left and right and a hard heel (choices).
_BREATH_OVERTONE, _HEART_OVERTONE = 0.25, 0.7
_STRIDE, _GAIT_SECOND, _GAIT_THIRD = 0.2, 0.4, 0.15
# Movement in milli-g, and the spread of its logarithm (choices between 40 and 400 mg of handling
# in the scripted world and the faint movement of a newborn).
_HANDLING_MG, _INFANT_MOVES_MG, _CAREGIVER_MOVES_MG = 110.0, 25.0, 45.0
_VIGOUR, _VIGOUR_S = 0.6, 15.0
# Movement is slow at heart (0.5 s) with some shaking on top (choices).
_JOLT_S, _SHAKE = 0.5, 0.4
# The band is put on, taken off or moved around the start of an act.
_CHANGE_S = 12.0
_TAU = np.float32(2.0 * math.pi)

_COLUMNS = (
    "gravity_x",
    "gravity_y",
    "gravity_z",
    "lift_x",
    "lift_y",
    "lift_z",
    "infant_breath",
    "adult_breath",
    "infant_heart",
    "adult_heart",
    "gait",
    "rock",
    "suck",
    "jolt",
    "infant_breath_phase",
    "adult_breath_phase",
    "heart_phase",
    "gait_phase",
    "rock_phase",
)
_AT = {name: number for number, name in enumerate(_COLUMNS)}


class Motion:
    """The motion of one band's pod."""

    def __init__(self, plan: WorldPlan, script: Script, seed: int, band_index: int) -> None:
        """Draw the pod's posture in each act."""
        self._script = script
        self._rhythms = Rhythms(plan, script, seed, band_index)
        self._noise = TimeNoise(seed, band_index, "motion")
        self._sway = SlowNoise(_SWAY_S, seed, band_index, "sway")
        self._vigour = SlowNoise(_VIGOUR_S, seed, band_index, "vigour")
        self._jolts = SlowNoise(_JOLT_S, seed, band_index, "jolts")
        draws = [
            random.Random(f"posture {seed} {band_index} {number}")
            for number in range(len(plan.acts))
        ]
        self._tilt = np.array(
            [
                math.radians(draw.uniform(*_TILT_DEG.get(act.activity, _ANY_TILT)))
                for draw, act in zip(draws, plan.acts, strict=True)
            ]
        )
        self._turn = np.array([draw.uniform(0.0, 2.0 * math.pi) for draw in draws])
        self._lift = np.array([_lift(draw) for draw in draws])
        reaches = script.where("ssc", "carried_clothed", "held_clothed", "caregiver_alone", "hand")
        self._adult_near = reaches.astype(np.float64)
        self._infant_near = script.where(
            "ssc", "cot", "incubator", "warmer", "nappy_change", "carried_clothed", "held_clothed"
        ).astype(np.float64)
        activities = [act.activity for act in plan.acts]
        changes = [
            start_s
            for start_s, before, after in zip(
                script.starts_s[1:], activities, activities[1:], strict=False
            )
            if before != after
        ]
        self._changes_s = np.array([-math.inf, *changes, math.inf])

    def seconds(
        self, times_s: NDArray[np.float64], on: Mapping[str, NDArray[np.bool_]]
    ) -> NDArray[np.float32]:
        """Return posture, amplitudes and wander of phases at each second, as (seconds, columns).

        Args:
            times_s: whole seconds since the world began.
            on: the stretches at these instants.
        """
        numbers = self._script.act_numbers(times_s)
        columns = self._rhythms.columns(times_s, on)
        worn = (self._infant_near + self._adult_near > 0.0)[numbers]
        sway = self._sway.vectors(times_s) * (math.radians(_SWAY_DEG) * worn)[:, None]
        tilt = self._tilt[numbers] + sway[:, 0]
        turn = self._turn[numbers] + sway[:, 1]
        columns["gravity_x"] = GRAVITY_MG * np.sin(tilt) * np.cos(turn)
        columns["gravity_y"] = GRAVITY_MG * np.sin(tilt) * np.sin(turn)
        columns["gravity_z"] = GRAVITY_MG * np.cos(tilt)
        columns["lift_x"], columns["lift_y"], columns["lift_z"] = self._lift[numbers].T
        vigour = np.exp(_VIGOUR * self._vigour.vectors(times_s))
        near = np.searchsorted(self._changes_s, times_s)
        since_s = np.minimum(self._changes_s[near] - times_s, times_s - self._changes_s[near - 1])
        handled = on["handling"] | (since_s < _CHANGE_S)
        infant = on["infant_moves"] * self._infant_near[numbers]
        adult = on["caregiver_moves"] * self._adult_near[numbers]
        columns["jolt"] = (
            _HANDLING_MG * handled * vigour[:, 0]
            + _INFANT_MOVES_MG * infant * vigour[:, 1]
            + _CAREGIVER_MOVES_MG * adult * vigour[:, 2]
        )
        return np.column_stack([columns[name] for name in _COLUMNS]).astype(np.float32)

    def add(
        self,
        seconds: NDArray[np.float32],
        block_start_us: int,
        times_us: NDArray[np.int64],
        acceleration: NDArray[np.float64],
    ) -> None:
        """Add all motion at some instants of one block, in milli-g, in place.

        Args:
            seconds: of that block, as `seconds` gives them, with the first of the next.
            block_start_us: when it began.
            times_us: instants within it.
            acceleration: array (instants, 3).
        """
        for first in range(0, len(times_us), _PIECE):
            part = slice(first, first + _PIECE)
            self._add_piece(
                seconds, times_us[part] - block_start_us, times_us[part], acceleration[part]
            )

    def _add_piece(
        self,
        seconds: NDArray[np.float32],
        since_us: NDArray[np.int64],
        times_us: NDArray[np.int64],
        acceleration: NDArray[np.float64],
    ) -> None:
        whole = since_us // _US_PER_S
        within = ((since_us - whole * _US_PER_S) / _US_PER_S).astype(np.float32)[:, None]
        before = seconds[whole]
        between = (seconds[whole + 1] - before) * within
        now = (before + between).astype(np.float32, copy=False)
        times_s = times_us / _US_PER_S
        normals = self._noise.normals(times_us // _NOISE_STEP_US)
        # Which act holds does not fade over: its direction is that of the second's start.
        lift = self._waves(now, times_s)[:, None] * before[:, _AT["lift_x"] : _AT["lift_z"] + 1]
        acceleration += now[:, : _AT["gravity_z"] + 1] + lift
        acceleration += normals[:, :3] * SENSOR_NOISE_MG
        self._add_steps(now, times_s, acceleration)
        jolt = now[:, _AT["jolt"]]
        moving = np.flatnonzero(jolt)
        if len(moving):
            slow = self._jolts.vectors(times_s[moving])[:, :3]
            shake = _SHAKE * normals[moving, 3]
            acceleration[moving] += jolt[moving, None] * (slow + shake[:, None])

    def _waves(
        self, now: NDArray[np.float32], times_s: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Return what lifts the pod all the time: breaths, hearts and sucking."""
        rates = self._rhythms.rates
        infant = _angle(rates.infant_breath, times_s, now[:, _AT["infant_breath_phase"]])
        lift = now[:, _AT["infant_breath"]] * _breath(infant)
        if now[:, _AT["adult_breath"]].any():
            adult = _angle(rates.adult_breath[0], times_s, now[:, _AT["adult_breath_phase"]])
            lift += now[:, _AT["adult_breath"]] * _breath(adult)
        for name, rate_hz in (("infant", rates.infant_heart), ("adult", rates.adult_heart)):
            amplitude = now[:, _AT[f"{name}_heart"]]
            if amplitude.any():
                beat = _angle(rate_hz, times_s, now[:, _AT["heart_phase"]])
                lift += amplitude * (np.sin(beat) + np.float32(_HEART_OVERTONE) * np.sin(2 * beat))
        suck = now[:, _AT["suck"]]
        if suck.any():
            lift += suck * np.sin(_angle(rates.suck, times_s, now[:, _AT["infant_breath_phase"]]))
        return lift

    def _add_steps(
        self,
        now: NDArray[np.float32],
        times_s: NDArray[np.float64],
        acceleration: NDArray[np.float64],
    ) -> None:
        """Add walking, felt along the pod's long axis (y), and rocking, felt across it (x)."""
        rates = self._rhythms.rates
        walking = np.flatnonzero(now[:, _AT["gait"]])
        if len(walking):
            gait = now[walking, _AT["gait"]]
            step = _angle(rates.gait, times_s[walking], now[walking, _AT["gait_phase"]])
            stride = _angle(
                rates.gait / 2.0,
                times_s[walking],
                now[walking, _AT["gait_phase"]] * np.float32(0.5),
            )
            up = np.sin(step) + _GAIT_SECOND * np.sin(2 * step) + _GAIT_THIRD * np.sin(3 * step)
            acceleration[walking, 1] += gait * up
            acceleration[walking, 0] += gait * _STRIDE * np.sin(stride)
        rocking = np.flatnonzero(now[:, _AT["rock"]])
        if len(rocking):
            sway = _angle(rates.rock, times_s[rocking], now[rocking, _AT["rock_phase"]])
            acceleration[rocking, 0] += now[rocking, _AT["rock"]] * np.sin(sway)


def _angle(
    rate_hz: float, times_s: NDArray[np.float64], wander: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return radians within one turn, so that single precision is enough for them."""
    cycles = rate_hz * times_s + wander
    return (cycles - np.floor(cycles)).astype(np.float32) * _TAU


def _breath(angle: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.sin(angle) + np.float32(_BREATH_OVERTONE) * np.sin(2 * angle)


def _lift(draw: random.Random) -> tuple[float, float, float]:
    """Return the direction in which a breath moves the pod in one act."""
    side, along = draw.gauss(0.0, _SIDEWAYS), draw.gauss(0.0, _SIDEWAYS)
    length = math.sqrt(1.0 + side * side + along * along)
    return side / length, along / length, 1.0 / length
