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

# A band takes a thermometer for broken that gives the very same value for hours, since none on a
# body does. So where no row is near, every half hour the last bit (a TMP117's) is another one.
_SWAY_C = 1 / 128
_SWAY_US = 1_800 * _US_PER_S
# Nearer than this to a row its value is exact. A row's own sample is at most half a step away.
_EXACT_US_MIN = 600 * _US_PER_S


class NotRecorded(SimulationError):
    """A chip that should be absent was read. The pod was built without asking `unmeasured`."""


class Replay:
    """The surroundings of a band that lives through a recording; implements `Surroundings`.

    Each row is held from half-way to the row before until half-way to the row after: what the
    band stores at any time is then the nearest reading, never a mixture of two. Far from all rows
    it sways by one step of the sensor.
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
        self._exact_us = max(_EXACT_US_MIN, round(recording.step_s * _US_PER_S))
        self._times_us = times_us = [
            round((row.utc_s - start_utc_s) * _US_PER_S) for row in recording.rows
        ]
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
        return self.nearest(now_us).skin_temperature_c + self._sway_c(now_us)

    def caregiver_face_temperature_c(self, now_us: int) -> float:
        """Return the recorded case temperature.

        Raises:
            NotRecorded: see `unmeasured`.
        """
        case_c = self.nearest(now_us).case_temperature_c
        if case_c is None:
            raise NotRecorded("the recording has no case_temperature_c")
        return case_c + self._sway_c(now_us)

    def _sway_c(self, now_us: int) -> float:
        row_us = self._times_us[bisect.bisect_right(self._turns_us, now_us)]
        if abs(now_us - row_us) <= self._exact_us:
            return 0.0
        return _SWAY_C * (now_us // _SWAY_US % 2)

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
