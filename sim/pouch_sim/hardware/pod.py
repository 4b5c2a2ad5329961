"""One band's sealed pod: its four chips on one I2C bus, fed from the band's surroundings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pouch_sim.world.noise import TimeNoise
from pouch_sim.world.surroundings import (
    ALL_CHIPS,
    CAREGIVER_THERMOMETER,
    INFANT_THERMOMETER,
    MOTION,
    TOUCH,
    Surroundings,
)

from .fdc1004 import Fdc1004
from .i2c import FailTransfer, I2cBus
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

# What a chip feels that is out of range, each beyond what the part can measure: a TMP117 ends at
# 150 C, an FDC1004 at 111.9 pF, an LSM6DSOX as the band uses it at 2 g.
_BEYOND_C = 200.0
_BEYOND_PF = 200.0
_BEYOND_MG = 8000.0

_NEVER_US = 1 << 62
# Noise of acceleration is indexed by milliseconds, as the scripted world's.
_NOISE_STEP_US = 1000


@dataclass(frozen=True)
class PodFaults:
    """What is wrong with one pod. The default is a sound one.

    A chip that does not answer is no fault but `Pod(absent=...)`; one that dies later is
    `pod.bus.detach`.

    Attributes:
        stuck_from_us: by chip name, the true time in microseconds from which the chip goes on
            answering but measures what it measured then.
        beyond_from_us: by chip name, the true time in microseconds from which its input is beyond
            what it can measure.
        noise_sd: by chip name, the standard deviation of noise that its input has beside the
            world's own: degrees Celsius, picofarads or thousandths of g.
        noise_seed: seed of that noise.
        clock_error_ppm: by chip name, how much too long everything takes by the chip's clock.
        capdac_error_pf: how uneven the touch chip's offsets are, see `Fdc1004`.
        fail_transfer: disturbance on the bus, see `I2cBus` and `spoil`. Make it a function of its
            arguments and a seed, so that a run can be repeated.
        bus_stuck_us: true times in microseconds from and until which the bus is held low.
    """

    stuck_from_us: Mapping[str, int] = field(default_factory=dict)
    beyond_from_us: Mapping[str, int] = field(default_factory=dict)
    noise_sd: Mapping[str, float] = field(default_factory=dict)
    noise_seed: int = 0
    clock_error_ppm: Mapping[str, int] = field(default_factory=dict)
    capdac_error_pf: Mapping[int, float] = field(default_factory=dict)
    fail_transfer: FailTransfer | None = None
    bus_stuck_us: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse names that no chip has: such a fault would silently not happen."""
        for named in (
            self.stuck_from_us,
            self.beyond_from_us,
            self.noise_sd,
            self.clock_error_ppm,
        ):
            _check_names(named)


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
        self._faults = faults = faults or PodFaults()
        self.absent = frozenset(absent) | surroundings.unmeasured
        self._surroundings = surroundings
        self._motion_noise = TimeNoise("pod", faults.noise_seed, MOTION)
        self._chips: dict[int, Tmp117 | Fdc1004 | Lsm6dsox] = {
            INFANT_THERMOMETER_ADDRESS: self._thermometer(
                INFANT_THERMOMETER,
                "infant-face TMP117",
                surroundings.infant_face_temperature_c,
                powered_us,
            ),
            CAREGIVER_THERMOMETER_ADDRESS: self._thermometer(
                CAREGIVER_THERMOMETER,
                "caregiver-face TMP117",
                surroundings.caregiver_face_temperature_c,
                powered_us,
            ),
            TOUCH_ADDRESS: self._touch_chip(powered_us),
            MOTION_ADDRESS: Lsm6dsox(
                self._acceleration_mg,
                powered_us=powered_us,
                clock_error_ppm=faults.clock_error_ppm.get(MOTION, 0),
            ),
        }
        self.bus = I2cBus(
            {
                _ADDRESSES[name]: self._chips[_ADDRESSES[name]]
                for name in sorted(ALL_CHIPS - self.absent)
            },
            fail_transfer=faults.fail_transfer,
            stuck_us=faults.bus_stuck_us,
        )

    def _thermometer(
        self, chip: str, name: str, read_c: Callable[[int], float], powered_us: int
    ) -> Tmp117:
        return Tmp117(
            self._faulty(chip, chip, read_c, _BEYOND_C),
            name=name,
            powered_us=powered_us,
            clock_error_ppm=self._faults.clock_error_ppm.get(chip, 0),
        )

    def _touch_chip(self, powered_us: int) -> Fdc1004:
        electrodes = {
            _INFANT_CHANNEL: self._surroundings.infant_electrode_pf,
            _CAREGIVER_CHANNEL: self._surroundings.caregiver_electrode_pf,
        }
        faulty = {
            channel: self._faulty(TOUCH, f"{TOUCH} {channel}", read_pf, _BEYOND_PF)
            for channel, read_pf in electrodes.items()
        }

        def electrode_pf(channel: int, now_us: int) -> float:
            # The other two inputs are open.
            return faulty[channel](now_us) if channel in faulty else 0.0

        return Fdc1004(
            electrode_pf,
            powered_us=powered_us,
            clock_error_ppm=self._faults.clock_error_ppm.get(TOUCH, 0),
            capdac_error_pf=self._faults.capdac_error_pf,
        )

    def _faulty(
        self, chip: str, quantity: str, read: Callable[[int], float], beyond: float
    ) -> Callable[[int], float]:
        """Return one quantity as a chip with faults measures it.

        Args:
            chip: its name.
            quantity: tells its noise from any other.
            read: what a sound one measures.
            beyond: what it measures out of range.
        """
        stuck_us = self._faults.stuck_from_us.get(chip, _NEVER_US)
        beyond_us = self._faults.beyond_from_us.get(chip, _NEVER_US)
        noise_sd = self._faults.noise_sd.get(chip, 0.0)
        if (stuck_us, beyond_us, noise_sd) == (_NEVER_US, _NEVER_US, 0.0):
            return read
        noise = TimeNoise("pod", self._faults.noise_seed, quantity)

        def measure(now_us: int) -> float:
            at_us = min(now_us, stuck_us)
            if at_us >= beyond_us:
                return beyond
            return read(at_us) + noise_sd * noise.normal(at_us)

        return measure

    def _acceleration_mg(self, first_us: int, step_us: int, count: int) -> NDArray[np.float64]:
        stuck_us = self._faults.stuck_from_us.get(MOTION, _NEVER_US)
        live_count = min(count, max(0, -(-(stuck_us - first_us) // step_us)))
        if live_count == count:
            return self._live_acceleration_mg(first_us, step_us, count)
        live = self._live_acceleration_mg(first_us, step_us, live_count)
        held = self._live_acceleration_mg(stuck_us, step_us, 1)
        return np.concatenate([live, np.repeat(held, count - live_count, axis=0)])

    def _live_acceleration_mg(
        self, first_us: int, step_us: int, count: int
    ) -> NDArray[np.float64]:
        """Return what an accelerometer that is not stuck feels."""
        felt = self._surroundings.acceleration_mg(first_us, step_us, count)
        times_us = first_us + step_us * np.arange(count, dtype=np.int64)
        noise_sd = self._faults.noise_sd.get(MOTION, 0.0)
        if noise_sd:
            felt = felt + noise_sd * self._motion_noise.normals(times_us // _NOISE_STEP_US)[:, :3]
        beyond_us = self._faults.beyond_from_us.get(MOTION, _NEVER_US)
        if times_us.size and times_us[-1] >= beyond_us:
            felt = np.where(times_us[:, np.newaxis] >= beyond_us, _BEYOND_MG, felt)
        return felt


def _check_names(names: Iterable[str]) -> None:
    unknown = sorted(set(names) - ALL_CHIPS)
    if unknown:
        raise ValueError(f"no chip is called {', '.join(unknown)}; there are {sorted(ALL_CHIPS)}")
