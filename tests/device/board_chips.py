"""The pod's chips, on a board: who they are, and two samples without a fault."""

import time

from band.sampler import Sampler
from drivers.breathing import Breathing
from drivers.fdc1004 import Fdc1004
from drivers.lsm6dsox import Lsm6dsox
from drivers.tmp117 import Tmp117
from pouch_protocol import constants as c
from tests.support.on_band.device import this_board

INFANT_ADDRESS, CAREGIVER_ADDRESS = 0x48, 0x49
# A table in a cold room, a band under a warmer.
C128_MIN, C128_MAX = 0, 50 * 128
# Two words of the accelerometer at 12.5 Hz, and some.
MOTION_MS = 250


def test_infant_thermometer_answers():
    Tmp117(this_board().i2c, INFANT_ADDRESS).check()


def test_caregiver_thermometer_answers():
    Tmp117(this_board().i2c, CAREGIVER_ADDRESS).check()


def test_touch_converter_answers():
    Fdc1004(this_board().i2c).check()


def test_accelerometer_answers():
    Lsm6dsox(this_board().i2c).check()


def test_two_samples_have_no_fault():
    i2c = this_board().i2c
    sampler = Sampler(
        Tmp117(i2c, INFANT_ADDRESS),
        Tmp117(i2c, CAREGIVER_ADDRESS),
        Fdc1004(i2c),
        Lsm6dsox(i2c),
        Breathing(),
    )
    for number in range(2):
        wait_ms = sampler.start()
        while wait_ms:
            time.sleep_ms(wait_ms)
            wait_ms = sampler.settle()
        fields = sampler.finish(100 * number)
        print("sample:", fields)
        assert fields["flags"] == 0, "flags 0x%04x" % fields["flags"]
        for name in ("infant_temperature_c128", "caregiver_temperature_c128"):
            assert C128_MIN <= fields[name] <= C128_MAX, name
        for name in ("infant_touch_pf512", "caregiver_touch_pf512"):
            assert fields[name] != c.TOUCH_MISSING, name
        # Its FIFO was started by the first sample, so the second has its first words.
        assert (fields["activity_mg"] == c.BYTE_MISSING) == (number == 0)
        time.sleep_ms(MOTION_MS)
