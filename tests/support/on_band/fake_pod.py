"""A pod of fake chips for the sampler. They break when told to.

The fakes refuse what the chips' drivers are not made for: a read without a start, a sensor whose
identity nobody asked for, an accelerometer that was not set up. That is a ValueError, which no
sampler catches.
"""

from band.sampler import Sampler
from drivers.fault import BUS, SensorFault
from pouch_protocol import constants as c

WORD_BYTES = 7
ONE_G = 16_393
INFANT, CAREGIVER, TOUCH, MOTION = (
    c.FLAG_INFANT_THERMOMETER_FAULT,
    c.FLAG_CAREGIVER_THERMOMETER_FAULT,
    c.FLAG_TOUCH_FAULT,
    c.FLAG_MOTION_FAULT,
)
COUNTS = (
    "infant_thermometer_faults",
    "caregiver_thermometer_faults",
    "touch_faults",
    "motion_faults",
)


class Chip:
    """A chip that is checked before it is used, and breaks when told to.

    Attributes:
        broken: by name of a method, the code of the fault that it raises.
        broken_from: by name of a method, the number of the call that fails, counted from 1.
        calls: names of the methods that were called.
    """

    def __init__(self):
        self.broken = {}
        self.broken_from = {}
        self.calls = []
        self.checked = False

    def check(self):
        self.called("check")
        self.checked = True

    def called(self, name):
        self.calls.append(name)
        if name in self.broken or self.calls.count(name) == self.broken_from.get(name):
            self.checked = False
            raise SensorFault(self.broken.get(name, BUS))
        if name != "check" and not self.checked:
            raise ValueError(name + " of a chip that nobody knows")


class Converter(Chip):
    """A chip that is started and read."""

    CONVERSION_MS = 148

    def __init__(self, value):
        super().__init__()
        self.value = value
        self.started = False

    def start(self):
        self.called("start")
        self.started = True

    def read(self):
        if not self.started:
            raise ValueError("read without a start")
        self.started = False
        self.called("read")
        return self.value


class Touch(Converter):
    """Two electrodes with windows: an electrode out of its window is None until it has moved."""

    CONVERSION_MS = 25
    MOVES_MAX = 4

    def __init__(self, value):
        super().__init__(value)
        self.moved = False
        # How many times the value is still out of the window.
        self.windows_away = 0

    def read(self):
        self.moved = False
        value = super().read()
        if self.windows_away:
            self.windows_away -= 1
            self.moved = True
            return None, value[1]
        return value


class Motion(Chip):
    """An accelerometer whose words come with each drain; it forgets its set-up when it breaks."""

    FIFO_WORDS = 512
    WORD_BYTES = WORD_BYTES

    def __init__(self):
        super().__init__()
        self.overrun = False
        self.configured = False
        # Peak-to-peak counts and number of the words that the next drains find.
        self.spread = 400
        self.waiting = 375
        self.lost = False

    def configure(self):
        self.called("configure")
        self.configured = True

    def drain(self, buffer):
        if not self.configured:
            raise ValueError("drain of an accelerometer that was not set up")
        self.overrun = False
        try:
            self.called("drain")
        except SensorFault:
            self.configured = False
            raise
        if len(buffer) < self.FIFO_WORDS * WORD_BYTES:
            raise ValueError("a buffer for less than the FIFO")
        self.overrun = self.lost
        for n in range(self.waiting):
            z = ONE_G + (self.spread if n % 12 == 5 else 0)
            word = (0x10, 0, 0, 0, 0, z & 0xFF, z >> 8)
            buffer[n * WORD_BYTES : (n + 1) * WORD_BYTES] = bytes(word)
        return self.waiting


class Breathing:
    """Says what it was fed and whether it was reset since."""

    def __init__(self):
        self.log = []

    def reset(self):
        self.log.append("reset")

    def feed(self, words, word_count):
        assert words[0] == 0x10 or not word_count
        self.log.append(word_count)

    def take(self):
        fed = sum(n for n in self.log if n != "reset")
        self.log.append("take")
        self.log = []
        return (60, 70) if fed >= 128 else (c.BYTE_MISSING, c.BYTE_MISSING)


class Pod:
    """A sampler and its chips; `sample` is one interval of half a minute."""

    def __init__(self):
        self.infant = Converter(36 * 128)
        self.caregiver = Converter(35 * 128)
        self.touch = Touch((4608, 1024))
        self.motion = Motion()
        self.breathing = Breathing()
        self.chips = {
            INFANT: self.infant,
            CAREGIVER: self.caregiver,
            TOUCH: self.touch,
            MOTION: self.motion,
        }
        self.sampler = Sampler(
            self.infant, self.caregiver, self.touch, self.motion, self.breathing
        )
        self.uptime_cs = 0
        self.waits_ms = []
        self.live = True

    def sample(self):
        """Take one sample as the band does; return its fields."""
        self.uptime_cs += 3_000
        if self.live:
            # What measures never stands still.
            flicker = self.uptime_cs // 3_000 % 2
            self.infant.value = 36 * 128 + flicker
            self.caregiver.value = 35 * 128 + flicker
            self.touch.value = (4608 + flicker, 1024)
        self.waits_ms = []
        wait_ms = self.sampler.start()
        while wait_ms:
            self.waits_ms.append(wait_ms)
            wait_ms = self.sampler.settle()
        return self.sampler.finish(self.uptime_cs)

    def samples(self, count):
        return [self.sample() for _ in range(count)]

    def counts(self):
        counts = self.sampler.take_fault_counts()
        return tuple(counts[name] for name in COUNTS)


def settled():
    """Return a pod whose accelerometer has collected for an interval."""
    pod = Pod()
    pod.sample()
    for chip in pod.chips.values():
        chip.calls = []
    return pod


def missing(fields):
    """Return the flags of the sensors whose values are missing."""
    flags = 0
    if fields["infant_temperature_c128"] == c.TEMPERATURE_MISSING:
        flags |= INFANT
    if fields["caregiver_temperature_c128"] == c.TEMPERATURE_MISSING:
        flags |= CAREGIVER
    if fields["infant_touch_pf512"] == fields["caregiver_touch_pf512"] == c.TOUCH_MISSING:
        flags |= TOUCH
    if fields["activity_mg"] == c.BYTE_MISSING:
        flags |= MOTION
    return flags
