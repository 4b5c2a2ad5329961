"""What a pod's chips feel at many instants at once, with the faults of `PodFaults`."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pouch_sim.hardware.pod import PodFaults
from pouch_sim.world.day import DAY_US
from pouch_sim.world.noise import TimeNoise
from pouch_sim.world.surroundings import (
    ALL_CHIPS,
    CAREGIVER_THERMOMETER,
    INFANT_THERMOMETER,
    MOTION,
    TOUCH,
    Surroundings,
)

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

# The same figures and the same noise as in `hardware.pod`, where their reasons stand.
_BEYOND_C = 200.0
_BEYOND_PF = 200.0
_BEYOND_MG = 8000.0
_NEVER_US = 1 << 62
_NOISE_STEP_US = 1000


class Felt:
    """One pod's surroundings as its chips meet them.

    Attributes:
        absent: names of the chips that do not answer.
    """

    def __init__(
        self, world: Surroundings, *, absent: frozenset[str] = frozenset(), faults: PodFaults
    ) -> None:
        """Take world and faults.

        Args:
            world: what surrounds the pod. One that has `temperatures_c` and `electrodes_pf` is
                asked for many instants at once, any other for each.
            absent: names of chips that were not fitted or have died.
            faults: what else is wrong. Disturbances of the bus and chips' own clocks are not
                modelled here: use the true gear for them.

        Raises:
            ValueError: a name that no chip has, or a fault that only the true gear knows.
        """
        unknown = sorted(absent - ALL_CHIPS)
        if unknown:
            raise ValueError(f"no chip is called {', '.join(unknown)}: see {sorted(ALL_CHIPS)}")
        if (
            faults.clock_error_ppm
            or faults.capdac_error_pf
            or faults.fail_transfer is not None
            or faults.bus_stuck_us is not None
        ):
            raise ValueError("the quick gear has no bus and no chip clocks: use the true gear")
        self.absent = absent | world.unmeasured
        self._world = world
        self._faults = faults
        self._motion_noise = TimeNoise("pod", faults.noise_seed, MOTION)

    def temperature_c(self, face: int, times_us: Times) -> Floats:
        """Return degrees Celsius at one face, 0 infant and 1 caregiver, at each true time."""
        chip = (INFANT_THERMOMETER, CAREGIVER_THERMOMETER)[face]
        at_us = self._live(chip, times_us)
        read = getattr(self._world, "temperatures_c", None)
        if read is not None:
            felt = np.asarray(read(at_us))[:, face]
        else:
            one = (
                self._world.infant_face_temperature_c,
                self._world.caregiver_face_temperature_c,
            )[face]
            felt = np.array([one(int(now_us)) for now_us in at_us])
        return self._spoilt(chip, chip, felt, at_us, _BEYOND_C)

    def electrodes_pf(self, times_us: Sequence[Times]) -> list[Floats]:
        """Return picofarads of the infant's and the caregiver's electrode.

        Args:
            times_us: true times at which each of the two is measured, rising, equally many.
        """
        at_us = [self._live(TOUCH, of_face) for of_face in times_us]
        read = getattr(self._world, "electrodes_pf", None)
        if read is not None:
            felt = _day_by_day(read, at_us)
        else:
            ones = (self._world.infant_electrode_pf, self._world.caregiver_electrode_pf)
            felt = [
                np.array([one(int(now_us)) for now_us in of_face])
                for one, of_face in zip(ones, at_us, strict=True)
            ]
        return [
            self._spoilt(TOUCH, f"{TOUCH} {channel}", pf, of_face, _BEYOND_PF)
            for channel, (pf, of_face) in enumerate(zip(felt, at_us, strict=True), start=1)
        ]

    def acceleration_mg(self, first_us: int, step_us: int, count: int) -> Floats:
        """Return thousandths of g (count, 3), see `Surroundings`."""
        stuck_us = self._faults.stuck_from_us.get(MOTION, _NEVER_US)
        live_count = min(count, max(0, -(-(stuck_us - first_us) // step_us)))
        live = self._world.acceleration_mg(first_us, step_us, live_count)
        times_us = first_us + step_us * np.arange(live_count, dtype=np.int64)
        if live_count < count:
            held = self._world.acceleration_mg(stuck_us, step_us, 1)
            live = np.concatenate([live, np.repeat(held, count - live_count, axis=0)])
            held_us = np.full(count - live_count, stuck_us, dtype=np.int64)
            times_us = np.concatenate([times_us, held_us])
        noise_sd = self._faults.noise_sd.get(MOTION, 0.0)
        if noise_sd:
            live = live + noise_sd * self._motion_noise.normals(times_us // _NOISE_STEP_US)[:, :3]
        beyond = times_us >= self._faults.beyond_from_us.get(MOTION, _NEVER_US)
        return np.where(beyond[:, np.newaxis], _BEYOND_MG, live) if beyond.any() else live

    def _live(self, chip: str, times_us: Times) -> Times:
        """Return the times whose values a chip gives: one that is stuck goes on with its last."""
        return np.minimum(times_us, self._faults.stuck_from_us.get(chip, _NEVER_US))

    def _spoilt(
        self, chip: str, quantity: str, felt: Floats, at_us: Times, beyond: float
    ) -> Floats:
        noise_sd = self._faults.noise_sd.get(chip, 0.0)
        if noise_sd:
            noise = TimeNoise("pod", self._faults.noise_seed, quantity)
            felt = felt + noise_sd * noise.normals(at_us)[:, 0]
        is_beyond = at_us >= self._faults.beyond_from_us.get(chip, _NEVER_US)
        return np.where(is_beyond, beyond, felt)


def _day_by_day(
    read: Callable[[Times], NDArray[np.float64]], at_us: Sequence[Times]
) -> list[Floats]:
    """Return column n of what `read` gives for the n-th times, both columns day by day.

    A world keeps a day or two of what it worked out: column after column it would make each day
    twice.
    """
    felt = [np.empty(len(of_face)) for of_face in at_us]
    days = at_us[0] // DAY_US
    edges = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
    for first, last in pairwise(edges):
        for face, of_face in enumerate(at_us):
            felt[face][first:last] = np.asarray(read(of_face[first:last]))[:, face]
    return felt
