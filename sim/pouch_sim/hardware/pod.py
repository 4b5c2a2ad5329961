"""One band's sealed pod: its four chips on one I2C bus, fed from the band's surroundings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pouch_sim.world.surroundings import (
    ALL_CHIPS,
    CAREGIVER_THERMOMETER,
    INFANT_THERMOMETER,
    MOTION,
    TOUCH,
    Surroundings,
)

from .fdc1004 import Fdc1004
from .i2c import I2cBus
from .lsm6dsox import Lsm6dsox
from .tmp117 import Tmp117

# As the pod is wired: ADD0 of the TMP117s to ground and to the supply, SA0 of the LSM6DSOX low.
# The FDC1004 has one address only.
INFANT_THERMOMETER_ADDRESS = 0x48
CAREGIVER_THERMOMETER_ADDRESS = 0x49
TOUCH_ADDRESS = 0x50
MOTION_ADDRESS = 0x6A

# Inputs of the FDC1004, counted from 1 as in its data sheet.
_INFANT_CHANNEL = 1
_CAREGIVER_CHANNEL = 2

_ADDRESSES = {
    INFANT_THERMOMETER: INFANT_THERMOMETER_ADDRESS,
    CAREGIVER_THERMOMETER: CAREGIVER_THERMOMETER_ADDRESS,
    TOUCH: TOUCH_ADDRESS,
    MOTION: MOTION_ADDRESS,
}


@dataclass(frozen=True)
class PodFaults:
    """What is wrong with one pod. The default is a sound one.

    Attributes:
        stuck_from_us: by chip name, the true time in microseconds from which the chip goes on
            answering but measures what it measured then.
        fail_transfer: disturbance on the bus, see `I2cBus`. Make it a function of its arguments
            and a seed, so that a run can be repeated.
        motion_clock_error_ppm: how much too long the accelerometer's sample period is.
    """

    stuck_from_us: Mapping[str, int] = field(default_factory=dict)
    fail_transfer: Callable[[int, int], bool] | None = None
    motion_clock_error_ppm: int = 0

    def __post_init__(self) -> None:
        """Refuse names that no chip has: such a fault would silently not happen."""
        _check_names(self.stuck_from_us)


class Pod:
    """The chips of one band.

    Attributes:
        bus: what the band's I2C pins lead to.
        absent: names of the chips that do not answer.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        absent: frozenset[str] | set[str] = frozenset(),
        faults: PodFaults | None = None,
        powered_us: int = 0,
    ) -> None:
        """Build the pod.

        Args:
            surroundings: what the chips measure. A chip that it has no input for is absent too.
            absent: names of chips that were not fitted or have died.
            faults: what else is wrong.
            powered_us: true time in microseconds at which the supply came up.

        Raises:
            ValueError: a name that no chip has.
        """
        _check_names(absent)
        faults = faults or PodFaults()
        self.absent = frozenset(absent) | surroundings.unmeasured
        self._surroundings = surroundings
        self._stuck_from_us = faults.stuck_from_us
        self._chips: dict[int, Tmp117 | Fdc1004 | Lsm6dsox] = {
            INFANT_THERMOMETER_ADDRESS: Tmp117(
                self._held(INFANT_THERMOMETER, surroundings.infant_face_temperature_c),
                name="infant-face TMP117",
                powered_us=powered_us,
            ),
            CAREGIVER_THERMOMETER_ADDRESS: Tmp117(
                self._held(CAREGIVER_THERMOMETER, surroundings.caregiver_face_temperature_c),
                name="caregiver-face TMP117",
                powered_us=powered_us,
            ),
            TOUCH_ADDRESS: Fdc1004(self._electrode_pf, powered_us=powered_us),
            MOTION_ADDRESS: Lsm6dsox(
                self._acceleration_mg,
                powered_us=powered_us,
                clock_error_ppm=faults.motion_clock_error_ppm,
            ),
        }
        self.bus = I2cBus(
            {
                _ADDRESSES[name]: self._chips[_ADDRESSES[name]]
                for name in sorted(ALL_CHIPS - self.absent)
            },
            fail_transfer=faults.fail_transfer,
        )

    def _held(self, name: str, read: Callable[[int], float]) -> Callable[[int], float]:
        stuck_us = self._stuck_from_us.get(name)
        if stuck_us is None:
            return read
        return lambda now_us: read(min(now_us, stuck_us))

    def _acceleration_mg(self, first_us: int, step_us: int, count: int) -> NDArray[np.float64]:
        stuck_us = self._stuck_from_us.get(MOTION)
        if stuck_us is None or first_us + count * step_us <= stuck_us:
            return self._surroundings.acceleration_mg(first_us, step_us, count)
        live_count = max(0, -(-(stuck_us - first_us) // step_us))
        live = self._surroundings.acceleration_mg(first_us, step_us, live_count)
        held = self._surroundings.acceleration_mg(stuck_us, step_us, 1)
        return np.concatenate([live, np.repeat(held, count - live_count, axis=0)])

    def _electrode_pf(self, channel: int, now_us: int) -> float:
        at_us = min(now_us, self._stuck_from_us.get(TOUCH, now_us))
        if channel == _INFANT_CHANNEL:
            return self._surroundings.infant_electrode_pf(at_us)
        if channel == _CAREGIVER_CHANNEL:
            return self._surroundings.caregiver_electrode_pf(at_us)
        # The other two inputs are open.
        return 0.0


def _check_names(names: Iterable[str]) -> None:
    unknown = sorted(set(names) - ALL_CHIPS)
    if unknown:
        raise ValueError(f"no chip is called {', '.join(unknown)}; there are {sorted(ALL_CHIPS)}")
