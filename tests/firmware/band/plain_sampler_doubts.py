"""Runs in MicroPython: a sensor that answers, but not as a sound one would, is flagged too."""

from drivers.fault import BUS
from pouch_protocol import constants as c
from tests.support.on_band.fake_pod import CAREGIVER, INFANT, MOTION, TOUCH, missing, settled


def test_thermometer_that_repeats_itself_for_three_hours_is_a_fault_until_it_changes():
    pod = settled()
    pod.live = False
    pod.motion.spread = 100
    fields = pod.samples(360)
    assert [sample["flags"] for sample in fields[:359]] == [0] * 359
    assert fields[-1]["flags"] == missing(fields[-1]) == INFANT | CAREGIVER
    pod.infant.value += 1
    fields = pod.sample()
    assert fields["flags"] == missing(fields) == CAREGIVER
    assert fields["infant_temperature_c128"] == pod.infant.value
    assert pod.counts()[:2] == (1, 2)


def test_noisy_thermometer_is_a_fault_and_the_other_goes_on():
    pod = settled()
    pod.live = False
    for n in range(12):
        pod.infant.value = 36 * 128 + (200 if n % 2 else -200)
        pod.caregiver.value = 35 * 128 + n
        pod.touch.value = (4608 + n, 1024)
        fields = pod.sample()
        noisy = n >= 3
        assert fields["flags"] == missing(fields) == (INFANT if noisy else 0), n


def test_electrodes_that_repeat_themselves_are_a_fault_only_while_the_pod_moves():
    for spread, flags in ((400, TOUCH), (120, 0)):
        pod = settled()
        pod.motion.spread = spread
        pod.samples(5)
        pod.live = False
        fields = pod.samples(62)
        assert [sample["flags"] for sample in fields[:59]] == [0] * 59
        assert fields[-1]["flags"] == flags
        if flags:
            assert missing(fields[-1]) == TOUCH
    # One sample at rest begins the half hour anew.
    pod = settled()
    pod.live = False
    for _ in range(4):
        pod.motion.spread = 400
        pod.samples(59)
        pod.motion.spread = 0
        assert pod.sample()["flags"] == 0


def test_electrode_out_of_range_for_hours_is_no_fault():
    pod = settled()
    pod.live = False
    pod.touch.value = (None, 1024)
    for n in range(150):
        pod.infant.value = 36 * 128 + n % 2
        pod.caregiver.value = 35 * 128 + n % 2
        assert pod.sample()["flags"] == c.FLAG_INFANT_TOUCH_RANGE


def test_accelerometer_without_its_own_noise_for_half_an_hour_is_a_fault():
    pod = settled()
    pod.motion.spread = 0
    fields = pod.samples(61)
    assert {sample["flags"] for sample in fields[:60]} == {0}
    assert fields[0]["activity_mg"] == 0
    assert fields[-1]["flags"] == missing(fields[-1]) == MOTION
    assert fields[-1]["breath_adult"] == fields[-1]["breath_infant"] == c.BYTE_MISSING
    pod.motion.spread = 100
    assert pod.sample()["flags"] == 0


def test_sensor_that_fails_is_not_stuck():
    pod = settled()
    pod.live = False
    for _ in range(30):
        pod.samples(15)
        pod.infant.broken = pod.touch.broken = {"read": BUS}
        pod.sample()
        pod.infant.broken, pod.touch.broken = {}, {}
        assert pod.sample()["flags"] & (INFANT | TOUCH) == 0
