"""One sample: start every sensor, wait, read every sensor. A broken one stops no other.

start  --> wait --> settle --> (wait --> settle) ... --> finish
"""

from micropython import const

from drivers.activity import activity_mg
from drivers.fault import SensorFault
from pouch_protocol import constants as c

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
# Even a thermometer on a table changes its last bit, 8 mC, within minutes.
_STUCK_CS = const(180_000)


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
        # Last value of each thermometer, and since when it has been the same.
        self._same = [(c.TEMPERATURE_MISSING, 0), (c.TEMPERATURE_MISSING, 0)]

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
            The fields of a sample record. A sensor that failed has its flag set and its value
            missing, and so has an electrode outside what the converter can measure.
        """
        if not self._electrodes_read:
            self._read_electrodes()
        infant_pf512, caregiver_pf512 = self._touched()
        infant_c128 = self._temperature(0, uptime_cs)
        caregiver_c128 = self._temperature(1, uptime_cs)
        self.drain_motion()
        activity = c.BYTE_MISSING
        if self._word_count:
            activity = self._activity_sum // self._word_count
        flags = self._flags | self._motion_flags
        self._word_count = self._activity_sum = self._motion_flags = 0
        breath_adult, breath_infant = self._breathing.take()
        for index, flag in enumerate(_FAULT_FLAGS):
            if flags & flag:
                self._count_fault(index)
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

        Each counts the samples in which a sensor gave no value for its own fault, and for a
        thermometer one more per half hour in which its value never changed; 255 is 255 or more.
        """
        counts = {field: self._fault_counts[index] for index, field in enumerate(_FAULT_FIELDS)}
        self._fault_counts = [0, 0, 0, 0]
        return counts

    def _read_electrodes(self) -> None:
        self._touch.moved = False
        self._electrodes = self._read(c.FLAG_TOUCH_FAULT, (None, None))
        self._electrodes_read = True

    def _count_fault(self, index: int) -> None:
        self._fault_counts[index] = min(self._fault_counts[index] + 1, _FAULTS_MAX)

    def _touched(self) -> tuple:
        """Return both electrodes as recorded, with a flag for each that is out of range."""
        infant, caregiver = self._electrodes
        if not self._flags & c.FLAG_TOUCH_FAULT:
            if infant is None:
                self._flags |= c.FLAG_INFANT_TOUCH_RANGE
            if caregiver is None:
                self._flags |= c.FLAG_CAREGIVER_TOUCH_RANGE
        return (
            c.TOUCH_MISSING if infant is None else infant,
            c.TOUCH_MISSING if caregiver is None else caregiver,
        )

    def _temperature(self, index: int, uptime_cs: int) -> int:
        """Return a thermometer's value; count it as faulty when it has been the same for long."""
        value = self._read(_THERMOMETERS[index], c.TEMPERATURE_MISSING)
        last, since_cs = self._same[index]
        if value != last or value == c.TEMPERATURE_MISSING:
            self._same[index] = (value, uptime_cs)
        elif uptime_cs - since_cs >= _STUCK_CS:
            self._same[index] = (value, uptime_cs)
            self._count_fault(index)
        return value

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
