"""Runs in MicroPython: the watchdog's food, the trial, and what is counted and recorded."""

import gc
import os

from band.health import TRIAL_MS, Health, count_restarts, forget_restarts
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.support.on_band.hand_board import HandClock
from tests.support.on_band.ram_flash import ROOT, PowerCut, RamFlash, mount, power_cycle

FIRST_MS = 120_000
LATE_MS = 60_000
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
SENSORS = (
    "infant_thermometer_faults",
    "caregiver_thermometer_faults",
    "touch_faults",
    "motion_faults",
)
CAUSES = (
    c.RESET_UNKNOWN,
    c.RESET_HARD,
    c.RESET_WATCHDOG,
    c.RESET_DEEP_SLEEP,
    c.RESET_SOFT,
)


class Patient:
    """A Health, and whether it was fed."""

    def __init__(self, interval_s=30, on_trial=False):
        self.clock = HandClock()
        self.start_ms = self.clock.now_ms
        self.meals = 0
        self.health = Health(self.clock, self._eat, interval_s, on_trial)

    def _eat(self):
        self.meals += 1

    def is_fed(self, at_ms):
        """Tell whether it is fed at an uptime."""
        self.clock.now_ms = at_ms
        before = self.meals
        self.health.feed()
        return self.meals > before

    def done(self, flushed=True, heard=True):
        return self.health.cycle_done(flushed, heard)


def _no_faults(**changes):
    return dict(dict.fromkeys(SENSORS, 0), **changes)


def test_first_cycle_has_two_minutes():
    patient = Patient()
    assert patient.is_fed(patient.start_ms)
    assert patient.is_fed(patient.start_ms + FIRST_MS - 1)
    assert not patient.is_fed(patient.start_ms + FIRST_MS)
    assert not patient.is_fed(patient.start_ms + 10 * FIRST_MS)


def test_next_cycle_may_be_a_minute_late_at_every_interval():
    for interval_s in (10, 30, 300):
        patient = Patient(interval_s)
        patient.clock.now_ms = 40_000
        patient.done()
        end_ms = 40_000 + interval_s * 1000 + LATE_MS
        assert patient.is_fed(end_ms - 1)
        assert not patient.is_fed(end_ms)


def test_cycles_in_time_feed_for_ever_and_the_first_that_is_missing_starves():
    patient = Patient()
    for now_ms in range(30_000, 2 * HOUR_MS, 30_000):
        assert patient.is_fed(now_ms)
        patient.done(flushed=False, heard=False)
    assert patient.is_fed(now_ms + 30_000 + LATE_MS - 1)
    assert not patient.is_fed(now_ms + 30_000 + LATE_MS)


def test_wait_that_was_announced_is_fed_until_it_is_late():
    patient = Patient()
    patient.clock.now_ms = 50_000
    patient.health.expect(600_000)
    assert patient.is_fed(650_000 + LATE_MS - 1)
    assert not patient.is_fed(650_000 + LATE_MS)


def test_cycle_after_the_wait_brings_back_the_usual_time():
    patient = Patient()
    patient.health.expect(600_000)
    patient.done()
    assert not patient.is_fed(patient.start_ms + 30_000 + LATE_MS)


def test_trial_that_shows_nothing_starves_though_its_cycles_come():
    for flushed, heard in ((False, False), (True, False), (False, True)):
        patient = Patient(on_trial=True)
        for now_ms in range(30_000, TRIAL_MS, 30_000):
            assert patient.is_fed(now_ms)
            assert not patient.done(flushed, heard)
        assert patient.is_fed(TRIAL_MS - 1)
        assert not patient.is_fed(TRIAL_MS)
        # Too late: the start counts against it.
        patient.health.expect(600_000)
        assert not patient.is_fed(TRIAL_MS + 1)


def test_trial_is_over_once_and_then_feeds_like_any_other():
    patient = Patient(on_trial=True)
    patient.clock.now_ms = 30_000
    assert not patient.done(heard=False)
    patient.clock.now_ms = 60_000
    assert patient.done()
    assert not patient.done()
    for now_ms in range(90_000, 3 * TRIAL_MS, 30_000):
        assert patient.is_fed(now_ms)
        assert not patient.done()


def test_version_that_is_not_on_trial_is_never_told_healthy():
    patient = Patient()
    for _ in range(3):
        assert not patient.done()


def test_record_is_due_at_first_and_once_a_day():
    patient = Patient()
    due_ms = []
    for now_ms in range(30_000, 3 * DAY_MS, HOUR_MS):
        patient.clock.now_ms = now_ms
        if patient.health.take(_no_faults(), 0, 4) is not None:
            due_ms.append(now_ms)
    assert due_ms == [30_000, 30_000 + DAY_MS, 30_000 + 2 * DAY_MS]


def test_record_is_due_at_once_when_something_failed():
    for name in SENSORS:
        patient = Patient()
        patient.health.take(_no_faults(), 0, 0)
        patient.clock.now_ms += HOUR_MS
        assert patient.health.take(_no_faults(), 0, 0) is None
        assert patient.health.take(_no_faults(**{name: 1}), 0, 0)[name] == 1
    assert patient.health.take(_no_faults(), 2, 0)["flash_faults"] == 2


def test_record_of_a_fault_puts_the_daily_one_off():
    patient = Patient()
    patient.health.take(_no_faults(), 0, 0)
    patient.clock.now_ms += DAY_MS - HOUR_MS
    assert patient.health.take(_no_faults(touch_faults=1), 0, 0) is not None
    patient.clock.now_ms += 2 * HOUR_MS
    assert patient.health.take(_no_faults(), 0, 0) is None


def test_fields_are_those_of_a_health_record():
    patient = Patient()
    fields = patient.health.take(_no_faults(motion_faults=255), 1_000, 255)
    fields["flags"] = fields["uptime_cs"] = 0
    assert fields["flash_faults"] == 255
    record = records.encode(c.KIND_HEALTH, fields, 7, 1)
    decoded = records.decode(record, 7, 1)
    assert decoded["motion_faults"] == decoded["restarts"] == 255
    assert decoded["free_heap_min_bytes"] == fields["free_heap_min_bytes"]


def test_least_free_heap_is_that_since_the_last_record():
    patient = Patient()
    patient.health.take(_no_faults(), 0, 0)
    held = bytearray(200_000)
    patient.done()
    least = patient.health.free_heap_min_bytes
    del held
    gc.collect()
    patient.done()
    assert patient.health.free_heap_min_bytes == least <= gc.mem_free() - 150_000
    assert patient.health.take(_no_faults(touch_faults=1), 0, 0)["free_heap_min_bytes"] == least
    gc.collect()
    patient.done()
    assert patient.health.free_heap_min_bytes > least


def _fresh():
    mount(RamFlash(), format_it=True)


def test_restarts_are_counted_for_every_cause_but_power():
    _fresh()
    assert count_restarts(ROOT, c.RESET_POWER_ON) == 0
    for number, cause in enumerate(CAUSES):
        assert count_restarts(ROOT, cause) == number + 1
        power_cycle()
        assert count_restarts(ROOT, c.RESET_POWER_ON) == number + 1


def test_power_on_writes_nothing():
    _fresh()
    count_restarts(ROOT, c.RESET_POWER_ON)
    assert os.listdir(ROOT) == []


def test_restarts_count_in_a_byte():
    _fresh()
    counts = [count_restarts(ROOT, c.RESET_WATCHDOG) for _ in range(257)]
    assert counts[254:] == [255, 0, 1]


def test_restarts_after_a_reset_to_the_factory_begin_at_zero():
    _fresh()
    count_restarts(ROOT, c.RESET_SOFT)
    forget_restarts(ROOT)
    forget_restarts(ROOT)
    assert count_restarts(ROOT, c.RESET_POWER_ON) == 0


def test_damaged_counter_is_no_reason_not_to_start():
    _fresh()
    with open(ROOT + "/restarts", "wb"):
        pass
    assert count_restarts(ROOT, c.RESET_POWER_ON) == 0
    os.remove(ROOT + "/restarts")
    os.mkdir(ROOT + "/restarts")
    assert count_restarts(ROOT, c.RESET_WATCHDOG) == 1


def test_counter_survives_a_power_cut_at_every_flash_operation():
    cut_at = 0
    while True:
        _fresh()
        for _ in range(5):
            count_restarts(ROOT, c.RESET_WATCHDOG)
        flash = power_cycle()
        cut_at += 1
        flash.cut_at = flash.operations + cut_at
        try:
            count_restarts(ROOT, c.RESET_WATCHDOG)
        except PowerCut:
            power_cycle().cut_at = 0
            assert count_restarts(ROOT, c.RESET_POWER_ON) in (5, 6), cut_at
            continue
        break
    # So small a file is written with its folder, in one operation.
    assert cut_at >= 2
