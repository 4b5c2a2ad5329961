"""Battery and health: days left, the stop in time, the watchdog's food."""

from band import power
from band.health import TRIAL_MS, Health
from pouch_protocol import constants as c
from tests.support.on_band.device import HandClock

NO_FAULTS = {"touch_faults": 0}


def test_charge_of_a_resting_cell():
    at = [(4300, 1000), (4200, 1000), (3840, 500), (3855, 550), (3270, 0), (3000, 0)]
    for battery_mv, permille in at:
        assert power.charge_permille(battery_mv) == permille, battery_mv


def test_days_left_follow_the_pace():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    assert gauge.days_left == power.DAYS_UNKNOWN
    gauge.take(4200, 0)
    planned = gauge.days_left
    assert 5 <= planned <= 10
    # 30 % in a day: the pace counts, not the plan.
    for _ in range(30):
        gauge.take(3950, 24)
    assert gauge.battery_mv in range(3950, 3955)
    assert gauge.days_left == 2
    assert gauge.is_low


def test_stop_comes_before_the_chip_fails():
    gauge = power.Gauge(c.PLAN_SLOW)
    gauge.take(3_600, 0)
    assert not gauge.must_stop
    for _ in range(30):
        gauge.take(3_390, 1)
    assert gauge.must_stop


def test_window_of_the_radio_comes_by_plan():
    plan = power.Plan(c.PLAN_DEFAULT)
    dues = [at_ms for at_ms in range(0, 600_000, 30_000) if plan.due(at_ms)]
    assert dues == list(range(0, 600_000, plan.period_ms))


def test_watchdog_starves_when_cycles_stop():
    clock = HandClock()
    fed = []
    health = Health(clock, lambda: fed.append(clock.now_ms), 30, False)
    for now_ms in (0, 30_000, 60_000):
        clock.now_ms = now_ms
        assert not health.cycle_done(True, True)
        health.feed()
    clock.now_ms = 149_000
    health.feed()
    clock.now_ms = 151_000
    health.feed()
    assert fed == [0, 30_000, 60_000, 149_000]
    assert health.free_heap_min_bytes > 0


def test_trial_that_is_not_confirmed_starves():
    clock = HandClock()
    fed = []
    health = Health(clock, lambda: fed.append(clock.now_ms), 30, True)
    clock.now_ms = TRIAL_MS - 30_000
    assert not health.cycle_done(True, False)
    health.feed()
    clock.now_ms = TRIAL_MS
    health.feed()
    assert fed == [TRIAL_MS - 30_000]


def test_health_record_is_due_at_a_fault_and_once_a_day():
    clock = HandClock()
    health = Health(clock, lambda: None, 30, False)
    assert health.take(NO_FAULTS, 0, 0) is not None
    clock.now_ms = 3_600_000
    assert health.take(NO_FAULTS, 0, 0) is None
    fields = health.take({"touch_faults": 3}, 1, 7)
    assert (fields["touch_faults"], fields["flash_faults"], fields["restarts"]) == (3, 1, 7)
    clock.now_ms += 86_400_000
    assert health.take(NO_FAULTS, 0, 0)["flash_faults"] == 0
