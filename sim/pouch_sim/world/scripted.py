"""A world by script: seeded days of SSC, cot and band off, felt through simple curves.

It stands where a world of physics can stand later, behind the same `Surroundings`, and knows the
truth that an analysis is measured against.
"""

import bisect
import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import bodies
from .bodies import FEELS, Feel
from .day import DAY_US, INFANT_ONLY, SSC, Stretch, draw_day
from .noise import TimeNoise

_US_PER_S = 1_000_000
_MINUTE_US = 60 * _US_PER_S
_TAU = 2.0 * math.pi
_ROOM_C, _ROOM_SD_C = 25.0, 1.5
# Noise of acceleration is indexed by milliseconds: finer than any sample period.
_NOISE_STEP_US = 1000


@dataclass(frozen=True)
class _Scene:
    """A stretch in the world's own time, with what it starts from and goes to."""

    stretch: Stretch
    feel: Feel
    start_c: tuple[float, float]
    level_c: tuple[float, float]
    gravity_mg: tuple[float, float, float]

    def face_c(self, face: int, now_us: int) -> float:
        """Return the settled part of a face's temperature: 0 infant, 1 caregiver."""
        elapsed_s = (now_us - self.stretch.start_us) / _US_PER_S
        left = math.exp(-elapsed_s / self.feel.settling_s)
        return self.level_c[face] + (self.start_c[face] - self.level_c[face]) * left


class ScriptedWorld:
    """The surroundings of one band; implements `Surroundings`. Time starts at 0, with a day."""

    def __init__(self, seed: int, band_index: int, *, worn_by_infant: bool = True) -> None:
        """Draw the baby.

        Args:
            seed: seed of the simulation.
            band_index: which band of it.
            worn_by_infant: who keeps the band outside SSC, see `draw_day`.
        """
        self._seed = seed
        self._band_index = band_index
        self._worn_by_infant = worn_by_infant
        baby = random.Random(f"baby {seed} {band_index}")
        self._room_c = baby.gauss(_ROOM_C, _ROOM_SD_C)
        self._offset_c = (_baby_offset_c(baby), _baby_offset_c(baby))
        self._wander_phase = (baby.uniform(0.0, _TAU), baby.uniform(0.0, _TAU))
        # Drawn last, so that it leaves the rest of the baby as it is.
        cold = baby.random() < bodies.COLD_BABY_SHARE
        self._cot_offset_c = -bodies.COLD_BABY_C if cold else 0.0
        self._thermometer_noise = tuple(
            TimeNoise(seed, band_index, "thermometer", face) for face in range(2)
        )
        self._electrode_noise = tuple(
            TimeNoise(seed, band_index, "electrode", face) for face in range(2)
        )
        self._motion_noise = TimeNoise(seed, band_index, "motion")
        self._movement_noise = TimeNoise(seed, band_index, "movement")
        # Scenes of the days drawn so far, always whole days from 0 on, and their starts.
        self._scenes: list[_Scene] = []
        self._starts_us: list[int] = []

    @property
    def unmeasured(self) -> frozenset[str]:
        """No chip lacks an input here."""
        return frozenset()

    def state_at(self, now_us: int) -> str:
        """Return the true state, one of the names in `day`."""
        return self._scene(now_us).stretch.state

    def truth_minutes(self, first_us: int, minutes: int) -> list[str]:
        """Return the true state in the middle of each minute.

        Args:
            first_us: true time at which the first minute starts.
            minutes: how many.
        """
        middle_us = first_us + _MINUTE_US // 2
        return [self.state_at(middle_us + number * _MINUTE_US) for number in range(minutes)]

    def ssc_us(self, first_us: int, end_us: int) -> int:
        """Return the true time in SSC between two times, in microseconds."""
        total_us = 0
        at_us = first_us
        while at_us < end_us:
            stretch = self._scene(at_us).stretch
            until_us = min(stretch.end_us, end_us)
            if stretch.state == SSC:
                total_us += until_us - at_us
            at_us = until_us
        return total_us

    def infant_face_temperature_c(self, now_us: int) -> float:
        """See `Surroundings`."""
        return self._face_c(0, now_us)

    def caregiver_face_temperature_c(self, now_us: int) -> float:
        """See `Surroundings`."""
        return self._face_c(1, now_us)

    def infant_electrode_pf(self, now_us: int) -> float:
        """See `Surroundings`."""
        return self._electrode_pf(0, now_us, self._scene(now_us).feel.infant_touch)

    def caregiver_electrode_pf(self, now_us: int) -> float:
        """See `Surroundings`."""
        return self._electrode_pf(1, now_us, self._scene(now_us).feel.caregiver_touch)

    def acceleration_mg(self, first_us: int, step_us: int, count: int) -> NDArray[np.float64]:
        """See `Surroundings`."""
        times_us = first_us + step_us * np.arange(count, dtype=np.int64)
        normals = self._motion_noise.normals(times_us // _NOISE_STEP_US)
        acceleration = normals[:, :3] * bodies.SENSOR_NOISE_MG
        done = 0
        while done < count:
            scene = self._scene(int(times_us[done]))
            left_us = scene.stretch.end_us - int(times_us[done])
            until = min(count, done + -(-left_us // step_us))
            part = slice(done, until)
            self._add_motion(scene, times_us[part], normals[part, 3], acceleration[part])
            done = until
        return acceleration

    def _add_motion(
        self,
        scene: _Scene,
        times_us: NDArray[np.int64],
        normals: NDArray[np.float64],
        acceleration: NDArray[np.float64],
    ) -> None:
        """Add gravity, breathing and movement of one scene in place."""
        feel = scene.feel
        acceleration += scene.gravity_mg
        times_s = times_us / _US_PER_S
        # Breathing lifts the pod along one axis; the chest turns a little with it.
        if feel.infant_breath_mg:
            breath = np.sin(times_s * (_TAU * bodies.INFANT_BREATH_HZ))
            acceleration[:, 2] += feel.infant_breath_mg * breath
        if feel.adult_breath_mg:
            breath = np.sin(times_s * (_TAU * bodies.ADULT_BREATH_HZ))
            acceleration[:, 2] += feel.adult_breath_mg * breath
        if feel.movement_share:
            first_slot = int(times_us[0]) // bodies.MOVEMENT_SLOT_US
            last_slot = int(times_us[-1]) // bodies.MOVEMENT_SLOT_US
            amplitudes = np.array(
                [
                    self._movement_mg(slot, feel.movement_share)
                    for slot in range(first_slot, last_slot + 1)
                ]
            )
            if amplitudes.any():
                slots = times_us // bodies.MOVEMENT_SLOT_US - first_slot
                acceleration[:, 0] += amplitudes[slots] * normals

    def _movement_mg(self, slot: int, share: float) -> float:
        """Return the amplitude of movement in one slot, mostly none."""
        drawn = self._movement_noise.uniform(slot)
        if drawn >= share:
            return 0.0
        span_mg = bodies.MOVEMENT_MG_MAX - bodies.MOVEMENT_MG_MIN
        return bodies.MOVEMENT_MG_MIN + span_mg * drawn / share

    def _face_c(self, face: int, now_us: int) -> float:
        turn = now_us / _US_PER_S / bodies.WANDER_PERIOD_S * _TAU + self._wander_phase[face]
        noise_c = self._thermometer_noise[face].normal(now_us) * bodies.THERMOMETER_NOISE_C
        settled_c = self._scene(now_us).face_c(face, now_us)
        return settled_c + bodies.WANDER_C * math.sin(turn) + noise_c

    def _electrode_pf(self, face: int, now_us: int, touched: bool) -> float:
        normal = self._electrode_noise[face].normal(now_us)
        if touched:
            return bodies.TOUCHED_PF + bodies.TOUCHED_NOISE_PF * normal
        return bodies.DRY_PF + bodies.DRY_NOISE_PF * normal

    def _scene(self, now_us: int) -> _Scene:
        if now_us < 0:
            raise ValueError(f"the world starts at 0, asked for {now_us} us")
        while not self._scenes or now_us >= self._scenes[-1].stretch.end_us:
            self._draw_next_day()
        return self._scenes[bisect.bisect_right(self._starts_us, now_us) - 1]

    def _draw_next_day(self) -> None:
        """Add the scenes of the next day; each starts from where the last one ended.

        Days are always drawn in order from day 0, so that the first question asked does not
        decide what the world is like.
        """
        day_start_us = self._scenes[-1].stretch.end_us if self._scenes else 0
        day_index = day_start_us // DAY_US
        draw = random.Random(f"postures {self._seed} {self._band_index} {day_index}")
        for part in draw_day(
            self._seed, self._band_index, day_index, worn_by_infant=self._worn_by_infant
        ):
            stretch = Stretch(day_start_us + part.start_us, day_start_us + part.end_us, part.state)
            feel = FEELS[part.state]
            start_c = (self._room_c, self._room_c)
            if self._scenes:
                last = self._scenes[-1]
                start_c = (last.face_c(0, stretch.start_us), last.face_c(1, stretch.start_us))
            level_c = (
                self._level_c(feel.infant_face_c, 0, part.state),
                self._level_c(feel.caregiver_face_c, 1, part.state),
            )
            scene = _Scene(stretch, feel, start_c, level_c, _posture_mg(draw))
            self._scenes.append(scene)
            self._starts_us.append(stretch.start_us)

    def _level_c(self, skin_c: float | None, face: int, state: str) -> float:
        if skin_c is None:
            return self._room_c
        cot_offset_c = self._cot_offset_c if state == INFANT_ONLY else 0.0
        return skin_c + self._offset_c[face] + cot_offset_c


def _baby_offset_c(draw: random.Random) -> float:
    """Return how much one face of a baby differs from the usual one."""
    offset_c = draw.gauss(0.0, bodies.BABY_SD_C)
    return min(max(offset_c, -bodies.BABY_SPREAD_C_MAX), bodies.BABY_SPREAD_C_MAX)


def _posture_mg(draw: random.Random) -> tuple[float, float, float]:
    """Return gravity in a random posture of the pod."""
    height = draw.uniform(-1.0, 1.0)
    turn = draw.uniform(0.0, _TAU)
    flat = math.sqrt(1.0 - height * height)
    return (
        bodies.GRAVITY_MG * flat * math.cos(turn),
        bodies.GRAVITY_MG * flat * math.sin(turn),
        bodies.GRAVITY_MG * height,
    )
