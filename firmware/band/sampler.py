"""One sample: start every sensor, wait once, read every sensor. A broken one stops no other."""

from drivers.activity import activity_mg
from drivers.fault import SensorFault
from pouch_protocol import constants as c

# 30 s at the LSM6DSOX's 12.5 Hz are 375 words; 1.3 times that covers its +-10 % clock.
_MOTION_WORDS_MAX = 512


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
        self._words = bytearray(_MOTION_WORDS_MAX * motion.WORD_BYTES)
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
        activity = self._read_activity()
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

    def _read_activity(self) -> int:
        motion = self._motion
        was_known = self._known & c.FLAG_MOTION_FAULT
        if not was_known:
            # The FIFO starts with this sample: its first words come with the next one.
            self._attempt(c.FLAG_MOTION_FAULT, motion, motion.configure)
            return c.BYTE_MISSING
        try:
            word_count = motion.drain(self._words)
        except SensorFault:
            self._faults |= c.FLAG_MOTION_FAULT
            self._known &= ~c.FLAG_MOTION_FAULT
            return c.BYTE_MISSING
        if motion.overrun:
            self._faults |= c.FLAG_MOTION_OVERRUN
        return activity_mg(self._words, word_count)
