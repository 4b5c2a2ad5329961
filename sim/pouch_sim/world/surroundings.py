"""The seam between a world and the chips that measure it.

A world is a set of pure functions of true time: asked twice, or out of order, it gives the same
numbers. That keeps a run repeatable whatever the firmware does.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# Names of a pod's chips, wherever one is left out or made to fail.
INFANT_THERMOMETER = "infant_thermometer"
CAREGIVER_THERMOMETER = "caregiver_thermometer"
TOUCH = "touch"
MOTION = "motion"
ALL_CHIPS = frozenset({INFANT_THERMOMETER, CAREGIVER_THERMOMETER, TOUCH, MOTION})


class Surroundings(Protocol):
    """Everything that one pod can feel."""

    @property
    def unmeasured(self) -> frozenset[str]:
        """Names of chips for which this world has no input; their methods are never called."""
        ...

    def infant_face_temperature_c(self, now_us: int) -> float:
        """Return degrees Celsius at the thermometer of the infant face.

        Args:
            now_us: true time in microseconds since the simulation began.
        """
        ...

    def caregiver_face_temperature_c(self, now_us: int) -> float:
        """Return degrees Celsius at the thermometer of the caregiver face, as above."""
        ...

    def infant_electrode_pf(self, now_us: int) -> float:
        """Return picofarads between the infant face's electrode and ground, as above."""
        ...

    def caregiver_electrode_pf(self, now_us: int) -> float:
        """Return picofarads between the caregiver face's electrode and ground, as above."""
        ...

    def acceleration_mg(self, first_us: int, step_us: int, count: int) -> NDArray[np.float64]:
        """Return what the accelerometer feels, gravity and sensor noise included.

        Args:
            first_us: true time of the first sample in microseconds.
            step_us: microseconds between samples.
            count: number of samples.

        Returns:
            Array (count, 3) of thousandths of g along the pod's x, y and z.
        """
        ...
