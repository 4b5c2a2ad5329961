"""A world that repeats a recording: temperatures only, so touch and motion are not fitted."""

import bisect
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pouch_sim.errors import SimulationError

from .recording import Recording, RecordingError, Row
from .surroundings import CAREGIVER_THERMOMETER, MOTION, TOUCH

__all__ = ["Recording", "RecordingError", "Replay"]

_US_PER_S = 1_000_000


class NotRecorded(SimulationError):
    """A chip that should be absent was read. The pod was built without asking `unmeasured`."""


class Replay:
    """The surroundings of a band that lives through a recording; implements `Surroundings`.

    Each row is held from half-way to the row before until half-way to the row after: what the
    band stores at any time is then the nearest reading, never a mixture of two.
    """

    def __init__(self, recording: Recording, start_utc_s: float | None = None) -> None:
        """Lay the recording along true time.

        Args:
            recording: what to repeat. Before its first row and after its last these two hold.
            start_utc_s: Unix seconds of true time 0; the first row's by default.
        """
        start_utc_s = recording.first_utc_s if start_utc_s is None else start_utc_s
        self._rows = recording.rows
        self._has_case = recording.has_case_temperature
        times_us = [round((row.utc_s - start_utc_s) * _US_PER_S) for row in recording.rows]
        # From each of these times on the next row is nearer.
        self._turns_us = [(before + after) // 2 for before, after in pairwise(times_us)]

    @property
    def unmeasured(self) -> frozenset[str]:
        """Touch and motion, and the outer thermometer where it was not recorded."""
        if self._has_case:
            return frozenset({TOUCH, MOTION})
        return frozenset({TOUCH, MOTION, CAREGIVER_THERMOMETER})

    def nearest(self, now_us: int) -> Row:
        """Return the row that holds at a true time in microseconds."""
        return self._rows[bisect.bisect_right(self._turns_us, now_us)]

    def infant_face_temperature_c(self, now_us: int) -> float:
        """Return the recorded skin temperature."""
        return self.nearest(now_us).skin_temperature_c

    def caregiver_face_temperature_c(self, now_us: int) -> float:
        """Return the recorded case temperature.

        Raises:
            NotRecorded: see `unmeasured`.
        """
        case_c = self.nearest(now_us).case_temperature_c
        if case_c is None:
            raise NotRecorded("the recording has no case_temperature_c")
        return case_c

    def infant_electrode_pf(self, now_us: int) -> float:
        """Fail: a recording of temperatures does not know.

        Raises:
            NotRecorded: always.
        """
        raise NotRecorded(f"no electrode was recorded at {now_us} us")

    def caregiver_electrode_pf(self, now_us: int) -> float:
        """Fail, as `infant_electrode_pf`.

        Raises:
            NotRecorded: always.
        """
        raise NotRecorded(f"no electrode was recorded at {now_us} us")

    def acceleration_mg(self, first_us: int, step_us: int, count: int) -> NDArray[np.float64]:
        """Fail, as `infant_electrode_pf`.

        Raises:
            NotRecorded: always.
        """
        raise NotRecorded(
            f"no motion was recorded ({count} samples, {step_us} us apart, from {first_us} us)"
        )
