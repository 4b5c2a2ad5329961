"""A world of physics: one infant, its caregivers, a room and a pod, lived through by a script.

    WorldPlan -> Script -> Stretches -> Climate -> HeatBalance     temperatures, truth
                              |            |
                              |         Moisture, Contacts -> Electrodes
                              +-> Motion

Everything is worked out six hours at a time and kept; heat has to be lived through from the start,
the rest is made again when it is asked for again.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .bodies import THERMOMETER_NOISE_C
from .climate import Climate
from .contacts import Contacts
from .covers import mass_j_per_k
from .electrodes import Electrodes
from .heat import STEP_S, HeatBalance
from .limits import check
from .moisture import Moisture
from .motion import Motion
from .noise import TimeNoise
from .plan import WorldPlan
from .script import STATES, Script
from .stretches import BLOCK_S, Stretches
from .thermoregulation import Regulation

_US_PER_S = 1_000_000
_BLOCK_US = BLOCK_S * _US_PER_S
_MINUTE_S = 60
# Blocks of seconds kept: a reader moves forward and now and then looks back.
_BLOCKS_KEPT = 5
# Columns of the heat balance's blocks.
_CORE, _SKIN, _INFANT_FACE, _CAREGIVER_FACE = 0, 1, 3, 4
_T = TypeVar("_T")


class PhysicalWorld:
    """The surroundings of one band; implements `Surroundings`. Time starts at 0.

    After `plan.length_s` the last act goes on, so that what still asks gets an answer.
    """

    def __init__(self, plan: WorldPlan, seed: int, band_index: int = 0) -> None:
        """Draw what the plan leaves open: contacts, postures, stretches, noise.

        Args:
            plan: people, room, pod and script.
            seed: seed of the simulation.
            band_index: which band of it.

        Raises:
            ValueError: the plan cannot be lived through, see `limits` and `Script`.
        """
        check(plan)
        self.plan = plan
        self._script = Script(plan)
        self._stretches = Stretches(plan, self._script, seed, band_index)
        contacts = Contacts(self._script, seed, band_index)
        touched = tuple(
            [contact.touches_skin for contact in contacts.faces[face]] for face in range(2)
        )
        moisture = Moisture(plan, self._script, (touched[0], touched[1]))
        self._climate = Climate(plan, self._script, contacts, moisture, seed, band_index)
        regulation = Regulation(plan.infant, plan.room.humidity, seed, band_index)
        self._balance = HeatBalance(regulation, plan.pod, mass_j_per_k(plan.infant))
        self._electrodes = Electrodes(plan.pod, self._script, contacts, moisture, seed, band_index)
        self._motion = Motion(plan, self._script, seed, band_index)
        self._thermometer_noise = [
            TimeNoise(seed, band_index, "thermometer", face) for face in range(2)
        ]
        self._electrode_noise = [
            TimeNoise(seed, band_index, "electrode", face) for face in range(2)
        ]
        # Whole blocks from 0 on, each with the first step of the next one.
        self._heat_blocks: list[NDArray[np.float64]] = []
        self._stretch_blocks: dict[int, Mapping[str, NDArray[np.bool_]]] = {}
        self._electrode_blocks: dict[int, list[tuple[NDArray[np.float64], ...]]] = {}
        self._motion_blocks: dict[int, NDArray[np.float32]] = {}

    @property
    def unmeasured(self) -> frozenset[str]:
        """No chip lacks an input here."""
        return frozenset()

    def state_at(self, now_us: int) -> str:
        """Return the true state, one of the names in `day`."""
        _check_time(now_us)
        return STATES[int(self._script.state_codes(np.array([now_us / _US_PER_S]))[0])]

    def truth_states(self, first_s: int, count: int) -> NDArray[np.uint8]:
        """Return the true state of each second, as an index of `script.STATES`.

        Args:
            first_s: the first second.
            count: how many.
        """
        _check_time(first_s)
        return self._script.state_codes(first_s + np.arange(count, dtype=np.float64))

    def truth_minutes(self, first_us: int, minutes: int) -> list[str]:
        """Return the true state in the middle of each minute.

        Args:
            first_us: true time at which the first minute starts.
            minutes: how many.
        """
        _check_time(first_us)
        middle_s = first_us / _US_PER_S + _MINUTE_S * (np.arange(minutes, dtype=np.float64) + 0.5)
        return [STATES[code] for code in self._script.state_codes(middle_s)]

    def ssc_us(self, first_us: int, end_us: int) -> int:
        """Return the true time in SSC between two times, in microseconds."""
        return self._script.ssc_us(first_us, end_us)

    @cached_property
    def state(self) -> NDArray[np.uint8]:
        """The true state of each second of the plan, as an index of `script.STATES`."""
        return self.truth_states(0, self.plan.length_s)

    @cached_property
    def infant_core_c(self) -> NDArray[np.float64]:
        """The infant's true core temperature in each second of the plan, in C."""
        return self._body_c(_CORE)

    @cached_property
    def infant_skin_c(self) -> NDArray[np.float64]:
        """The infant's true chest skin temperature in each second of the plan, in C."""
        return self._body_c(_SKIN)

    def temperatures_c(self, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what both thermometers feel, as (count, 2): infant face, caregiver face.

        Args:
            times_us: true times in microseconds since the simulation began, in any order.
        """
        return np.column_stack([self._face_c(face, times_us) for face in range(2)])

    def electrodes_pf(self, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return both electrodes' picofarads, as (count, 2), as `temperatures_c`."""
        return np.column_stack([self._electrode_pf(face, times_us) for face in range(2)])

    def infant_face_temperature_c(self, now_us: int) -> float:
        """See `Surroundings`."""
        return float(self._face_c(0, np.array([now_us], dtype=np.int64))[0])

    def caregiver_face_temperature_c(self, now_us: int) -> float:
        """See `Surroundings`."""
        return float(self._face_c(1, np.array([now_us], dtype=np.int64))[0])

    def infant_electrode_pf(self, now_us: int) -> float:
        """See `Surroundings`."""
        return float(self._electrode_pf(0, np.array([now_us], dtype=np.int64))[0])

    def caregiver_electrode_pf(self, now_us: int) -> float:
        """See `Surroundings`."""
        return float(self._electrode_pf(1, np.array([now_us], dtype=np.int64))[0])

    def acceleration_mg(self, first_us: int, step_us: int, count: int) -> NDArray[np.float64]:
        """See `Surroundings`."""
        times_us = first_us + step_us * np.arange(count, dtype=np.int64)
        acceleration = np.zeros((count, 3))
        for block_index, part in _blocks(times_us):
            seconds = self._motion_block(block_index)
            added = np.zeros((len(times_us[part]), 3))
            self._motion.add(seconds, block_index * _BLOCK_US, times_us[part], added)
            acceleration[part] = added
        return acceleration

    def _face_c(self, face: int, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
        column = (_INFANT_FACE, _CAREGIVER_FACE)[face]
        noise = self._thermometer_noise[face].normals(times_us)[:, 0]
        return self._heat_c(column, times_us) + THERMOMETER_NOISE_C * noise

    def _electrode_pf(self, face: int, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
        noise = self._electrode_noise[face].normals(times_us)[:, 0]
        result = np.empty(len(times_us))
        for block_index, part in _blocks(times_us):
            level_pf, noise_pf = self._electrode_block(block_index)[face]
            second = (times_us[part] - block_index * _BLOCK_US) // _US_PER_S
            result[part] = level_pf[second] + noise_pf[second] * noise[part]
        return result

    def _heat_c(self, column: int, times_us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return one column of the heat balance, between its steps along straight lines."""
        result = np.empty(len(times_us))
        for block_index, part in _blocks(times_us):
            steps = self._heat_block(block_index)[:, column]
            position = (times_us[part] - block_index * _BLOCK_US) / (STEP_S * _US_PER_S)
            step = position.astype(np.int64)
            result[part] = steps[step] + (steps[step + 1] - steps[step]) * (position - step)
        return result

    def _body_c(self, column: int) -> NDArray[np.float64]:
        times_us = np.arange(self.plan.length_s, dtype=np.int64) * _US_PER_S
        return self._heat_c(column, times_us)

    def _heat_block(self, block_index: int) -> NDArray[np.float64]:
        """Return a block of the heat balance; those before it are lived through first."""
        while len(self._heat_blocks) <= block_index:
            number = len(self._heat_blocks)
            on = {name: flags[:-1:STEP_S] for name, flags in self._stretch_block(number).items()}
            times_s = np.arange(0, BLOCK_S, STEP_S, dtype=np.float64) + float(number * BLOCK_S)
            seen = self._balance.run(self._climate.row(times_s, on))
            self._heat_blocks.append(np.vstack([seen, self._balance.now()]))
        return self._heat_blocks[block_index]

    def _stretch_block(self, block_index: int) -> Mapping[str, NDArray[np.bool_]]:
        return _kept(self._stretch_blocks, block_index, self._stretches.block)

    def _electrode_block(self, block_index: int) -> list[tuple[NDArray[np.float64], ...]]:
        def make(number: int) -> list[tuple[NDArray[np.float64], ...]]:
            on, times_s = self._stretch_block(number), _seconds(number)
            return [self._electrodes.levels(face, times_s, on) for face in range(2)]

        return _kept(self._electrode_blocks, block_index, make)

    def _motion_block(self, block_index: int) -> NDArray[np.float32]:
        def make(number: int) -> NDArray[np.float32]:
            return self._motion.seconds(_seconds(number), self._stretch_block(number))

        return _kept(self._motion_blocks, block_index, make)


def _check_time(when: int) -> None:
    if when < 0:
        raise ValueError(f"the world starts at 0, asked for {when}")


def _seconds(block_index: int) -> NDArray[np.float64]:
    return np.arange(BLOCK_S + 1, dtype=np.float64) + float(block_index * BLOCK_S)


def _blocks(times_us: NDArray[np.int64]) -> list[tuple[int, slice | NDArray[np.int64]]]:
    """Return the blocks that some instants lie in, and which of the instants lie in each."""
    if not len(times_us):
        return []
    first_us, last_us = int(times_us.min()), int(times_us.max())
    _check_time(first_us)
    if first_us // _BLOCK_US == last_us // _BLOCK_US:
        return [(first_us // _BLOCK_US, slice(None))]
    blocks = times_us // _BLOCK_US
    return [
        (int(block_index), np.flatnonzero(blocks == block_index))
        for block_index in np.unique(blocks)
    ]


def _kept(blocks: dict[int, _T], block_index: int, make: Callable[[int], _T]) -> _T:
    """Return a block from the few that are kept, or make it and let the oldest one go."""
    if block_index not in blocks:
        while len(blocks) >= _BLOCKS_KEPT:
            del blocks[next(iter(blocks))]
        blocks[block_index] = make(block_index)
    return blocks[block_index]
