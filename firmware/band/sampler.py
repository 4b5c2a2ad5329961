"""One sample: start every sensor, wait, read every sensor. A broken one stops no other.

start  --> wait --> settle --> (wait --> settle) ... --> finish
"""

from micropython import const

from drivers.activity import activity_mg
from drivers.fault import SensorFault
from pouch_protocol import constants as c

from .doubt import Restless, Still

# 512 words at 12.5 Hz are 41 s, less if the chip's clock runs fast: drain well before that.
MOTION_DRAIN_MS = const(30_000)

_THERMOMETERS = (c.FLAG_INFANT_THERMOMETER_FAULT, c.FLAG_CAREGIVER_THERMOMETER_FAULT)
_FAULT_FLAGS = _THERMOMETERS + (c.FLAG_TOUCH_FAULT, c.FLAG_MOTION_FAULT)
# Fields of a health record, in the order of those flags.
_FAULT_FIELDS = (
    "infant_thermometer_faults",
    "caregiver_thermometer_faults",
    "touch_faults",
    "motion_faults",
)
_FAULTS_MAX = const(255)

# A thermometer's noise is about its step of 8 mC: even on a table it changes within minutes. Three
# hours, because a replayed recording may be coarser, see `doubt`.
_THERMOMETER_STILL_CS = const(1_080_000)
# Half a degree to and fro; three turns among eight values are noise.
_TURN_C128 = const(64)
_TURNS_MAX = const(2)
# Electrodes of a pod that moves do not stay the same to 2 fF, one part in a thousand. At rest they
# may, in a drawer for days: so half an hour counts only while the pod moves. The accelerometer's
# own noise is 7 mg by `activity`, and 8 at most; breathing is 12 and more.
_TOUCH_STILL_CS = const(180_000)
_MOVING_MG = const(10)
# An accelerometer that measures has noise: no sample of it is without activity.
_MOTION_STILL_CS = const(180_000)


class Sampler:
    """Reads the pod's sensors into the fields of a sample record."""

    def __init__(
        self, infant_thermometer, caregiver_thermometer, touch, motion, breathing
    ) -> None:
        """Take the drivers; nothing is said on the bus yet.

        Args:
            infant_thermometer: driver of the thermometer on the infant face.
            caregiver_thermometer: driver of the one on the caregiver face.
            touch: driver of the two electrodes.
            motion: driver of the accelerometer.
            breathing: takes the accelerometer's words.
        """
        self._sensors = {
            c.FLAG_INFANT_THERMOMETER_FAULT: infant_thermometer,
            c.FLAG_CAREGIVER_THERMOMETER_FAULT: caregiver_thermometer,
            c.FLAG_TOUCH_FAULT: touch,
        }
        self._touch = touch
        # The electrodes' values, whether they are this sample's, and how often to read again.
        self._electrodes = (None, None)
        self._electrodes_read = False
        self._moves_left = 0
        self._motion = motion
        self._breathing = breathing
        self._words = bytearray(motion.FIFO_WORDS * motion.WORD_BYTES)
        # What drains since the last sample found: words, and activity times words.
        self._word_count = 0
        self._activity_sum = 0
        self._motion_flags = 0
        # Flags of the sensors whose identity has been seen since their last fault.
        self._known = 0
        self._flags = 0
        # Samples with a fault, by the order of _FAULT_FLAGS.
        self._fault_counts = [0, 0, 0, 0]
        # Doubts about what a chip says although it answers.
        self._thermometers_still = [Still(_THERMOMETER_STILL_CS), Still(_THERMOMETER_STILL_CS)]
        self._thermometers_restless = [Restless(_TURN_C128, _TURNS_MAX) for _ in range(2)]
        self._touch_still = Still(_TOUCH_STILL_CS)
        self._motion_still = Still(_MOTION_STILL_CS)

    def start(self) -> int:
        """Start the conversions.

        Returns:
            How long they take, milliseconds: call `settle` after that.
        """
        self._flags = 0
        self._electrodes_read = False
        self._moves_left = self._touch.MOVES_MAX
        wait_ms = 0
        for flag, sensor in self._sensors.items():
            if self._attempt(flag, sensor, sensor.start):
                wait_ms = max(wait_ms, sensor.CONVERSION_MS)
        return wait_ms

    def settle(self) -> int:
        """Read the electrodes; where one has left its window, measure again in the next one.

        Returns:
            0: call `finish`. Else how long the new measurement takes, milliseconds: call `settle`
            once more after that. At most four times in a row, which is rare: an electrode was
            soaked, or dried.
        """
        self._read_electrodes()
        if not self._touch.moved or not self._moves_left:
            return 0
        self._moves_left -= 1
        if self._attempt(c.FLAG_TOUCH_FAULT, self._touch, self._touch.start):
            return self._touch.CONVERSION_MS
        return 0

    def finish(self, uptime_cs: int) -> dict:
        """Read the other results.

        Args:
            uptime_cs: when the conversions were started.

        Returns:
            The fields of a sample record. A sensor that failed, or whose values a sound one would
            not give, has its flag set and its value missing; an electrode outside what the
            converter can measure has its own.
        """
        if not self._electrodes_read:
            self._read_electrodes()
        infant_c128 = self._temperature(0, uptime_cs)
        caregiver_c128 = self._temperature(1, uptime_cs)
        activity, breath_adult, breath_infant = self._movement(uptime_cs)
        infant_pf512, caregiver_pf512 = self._touched(activity, uptime_cs)
        flags = self._flags
        for index, flag in enumerate(_FAULT_FLAGS):
            if flags & flag:
                self._fault_counts[index] = min(self._fault_counts[index] + 1, _FAULTS_MAX)
        return {
            "flags": flags,
            "uptime_cs": uptime_cs,
            "infant_temperature_c128": infant_c128,
            "caregiver_temperature_c128": caregiver_c128,
            "infant_touch_pf512": infant_pf512,
            "caregiver_touch_pf512": caregiver_pf512,
            "activity_mg": activity,
            "breath_adult": breath_adult,
            "breath_infant": breath_infant,
        }

    def drain_motion(self) -> None:
        """Take what the accelerometer collected; due every MOTION_DRAIN_MS between samples."""
        motion = self._motion
        try:
            if not self._known & c.FLAG_MOTION_FAULT:
                # Its FIFO starts now: the first words come with the next drain.
                self._breathing.reset()
                motion.check()
                motion.configure()
                self._known |= c.FLAG_MOTION_FAULT
                return
            word_count = motion.drain(self._words)
        except SensorFault:
            self._motion_flags |= c.FLAG_MOTION_FAULT
            self._known &= ~c.FLAG_MOTION_FAULT
            return
        if motion.overrun:
            # The words do not join on to the last ones.
            self._motion_flags |= c.FLAG_MOTION_OVERRUN
            self._breathing.reset()
        self._word_count += word_count
        self._activity_sum += activity_mg(self._words, word_count) * word_count
        self._breathing.feed(self._words, word_count)

    def take_fault_counts(self) -> dict:
        """Return the fields of a health record about sensors, and count anew.

        Each counts the samples with a sensor's fault flag; 255 is 255 or more.
        """
        counts = {field: self._fault_counts[index] for index, field in enumerate(_FAULT_FIELDS)}
        self._fault_counts = [0, 0, 0, 0]
        return counts

    def _read_electrodes(self) -> None:
        self._touch.moved = False
        self._electrodes = self._read(c.FLAG_TOUCH_FAULT, (None, None))
        self._electrodes_read = True

    def _temperature(self, index: int, uptime_cs: int) -> int:
        flag = _THERMOMETERS[index]
        c128 = self._read(flag, c.TEMPERATURE_MISSING)
        measured = None if self._flags & flag else c128
        stuck = self._thermometers_still[index].take(measured, uptime_cs)
        noisy = self._thermometers_restless[index].take(measured)
        if stuck or noisy:
            self._flags |= flag
            return c.TEMPERATURE_MISSING
        return c128

    def _movement(self, uptime_cs: int) -> tuple:
        """Return activity and both breathing bands since the last sample."""
        self.drain_motion()
        activity = c.BYTE_MISSING
        if self._word_count:
            activity = self._activity_sum // self._word_count
        self._flags |= self._motion_flags
        self._word_count = self._activity_sum = self._motion_flags = 0
        breath_adult, breath_infant = self._breathing.take()
        if self._motion_still.take(None if activity else 0, uptime_cs):
            self._flags |= c.FLAG_MOTION_FAULT
            return c.BYTE_MISSING, c.BYTE_MISSING, c.BYTE_MISSING
        return activity, breath_adult, breath_infant

    def _touched(self, activity: int, uptime_cs: int) -> tuple:
        """Return both electrodes as recorded, with a flag for each that is out of range."""
        infant, caregiver = electrodes = self._electrodes
        moving = _MOVING_MG <= activity != c.BYTE_MISSING
        if self._touch_still.take(
            electrodes if moving and None not in electrodes else None, uptime_cs
        ):
            self._flags |= c.FLAG_TOUCH_FAULT
        if self._flags & c.FLAG_TOUCH_FAULT:
            return c.TOUCH_MISSING, c.TOUCH_MISSING
        if infant is None:
            self._flags |= c.FLAG_INFANT_TOUCH_RANGE
        if caregiver is None:
            self._flags |= c.FLAG_CAREGIVER_TOUCH_RANGE
        return (
            c.TOUCH_MISSING if infant is None else infant,
            c.TOUCH_MISSING if caregiver is None else caregiver,
        )

    def _attempt(self, flag: int, sensor, action) -> bool:
        """Do one thing with a sensor whose identity is known; flag it if that fails."""
        try:
            if not self._known & flag:
                sensor.check()
                self._known |= flag
            action()
        except SensorFault:
            self._flags |= flag
            self._known &= ~flag
            return False
        return True

    def _read(self, flag: int, missing):  # noqa: ANN202
        if self._flags & flag:
            return missing
        try:
            return self._sensors[flag].read()
        except SensorFault:
            self._flags |= flag
            self._known &= ~flag
            return missing
