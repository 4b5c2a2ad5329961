"""One sample: start every sensor, wait once, read every sensor. A broken one stops no other."""

from drivers.activity import activity_mg
from drivers.fault import SensorFault
from pouch_protocol import constants as c

# 512 words at 12.5 Hz are 41 s, less if the chip's clock runs fast: drain well before that.
MOTION_DRAIN_MS = 30_000


class Sampler:
    """Reads the pod's sensors into the fields of a sample record."""

    def __init__(self, infant_thermometer, caregiver_thermometer, touch, motion) -> None:
        """Take the drivers; nothing is said on the bus yet.

        Args:
            infant_thermometer: driver of the thermometer on the infant face.
            caregiver_thermometer: driver of the one on the caregiver face.
            touch: driver of the two electrodes.
            motion: driver of the accelerometer.
        """
        self._sensors = {
            c.FLAG_INFANT_THERMOMETER_FAULT: infant_thermometer,
            c.FLAG_CAREGIVER_THERMOMETER_FAULT: caregiver_thermometer,
            c.FLAG_TOUCH_FAULT: touch,
        }
        self._motion = motion
        self._words = bytearray(motion.FIFO_WORDS * motion.WORD_BYTES)
        # What drains since the last sample found: words, and activity times words.
        self._word_count = 0
        self._activity_sum = 0
        self._motion_flags = 0
        # Flags of the sensors whose identity has been seen since their last fault.
        self._known = 0
        self._faults = 0

    def start(self) -> int:
        """Start the conversions.

        Returns:
            How long they take, milliseconds: call `finish` after that.
        """
        self._faults = 0
        wait_ms = 0
        for flag, sensor in self._sensors.items():
            if self._attempt(flag, sensor, sensor.start):
                wait_ms = max(wait_ms, sensor.CONVERSION_MS)
        return wait_ms

    def finish(self, uptime_cs: int) -> dict:
        """Read the results.

        Args:
            uptime_cs: when the conversions were started.

        Returns:
            The fields of a sample record. A sensor that failed has its flag set and its value
            missing.
        """
        infant = self._read(c.FLAG_INFANT_THERMOMETER_FAULT, c.TEMPERATURE_MISSING)
        caregiver = self._read(c.FLAG_CAREGIVER_THERMOMETER_FAULT, c.TEMPERATURE_MISSING)
        touch = self._read(c.FLAG_TOUCH_FAULT, (c.TOUCH_MISSING, c.TOUCH_MISSING))
        self.drain_motion()
        activity = c.BYTE_MISSING
        if self._word_count:
            activity = self._activity_sum // self._word_count
        self._faults |= self._motion_flags
        self._word_count = self._activity_sum = self._motion_flags = 0
        return {
            "flags": self._faults,
            "uptime_cs": uptime_cs,
            "infant_temperature_c128": infant,
            "caregiver_temperature_c128": caregiver,
            "infant_touch_pf512": touch[0],
            "caregiver_touch_pf512": touch[1],
            "activity_mg": activity,
            "breath_adult": c.BYTE_MISSING,
            "breath_infant": c.BYTE_MISSING,
        }

    def drain_motion(self) -> None:
        """Take what the accelerometer collected; due every MOTION_DRAIN_MS between samples."""
        motion = self._motion
        try:
            if not self._known & c.FLAG_MOTION_FAULT:
                # Its FIFO starts now: the first words come with the next drain.
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
            self._motion_flags |= c.FLAG_MOTION_OVERRUN
        self._word_count += word_count
        self._activity_sum += activity_mg(self._words, word_count) * word_count

    def _attempt(self, flag: int, sensor, action) -> bool:
        """Do one thing with a sensor whose identity is known; flag it if that fails."""
        try:
            if not self._known & flag:
                sensor.check()
                self._known |= flag
            action()
        except SensorFault:
            self._faults |= flag
            self._known &= ~flag
            return False
        return True

    def _read(self, flag: int, missing):  # noqa: ANN202
        if self._faults & flag:
            return missing
        try:
            return self._sensors[flag].read()
        except SensorFault:
            self._faults |= flag
            self._known &= ~flag
            return missing
