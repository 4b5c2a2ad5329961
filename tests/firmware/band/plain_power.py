"""Runs in MicroPython and CPython: the battery's curve and gauge, and the radio's windows."""

from band import power
from pouch_protocol import constants as c
from tests.support.on_band.hand_board import gaps

HOURS_PER_DAY = 24
# What each plan needs a day by the account of its charge, in steps of 0.1 %.
PLANNED = power._PLANNED_PERMILLE_PER_DAY
PER_DAY = PLANNED[c.PLAN_DEFAULT]
# 12 readings an hour.
READINGS_PER_H = 12


# The charge at each voltage from here on.
_LOWEST_MV = 3_200
_CHARGES = [power.charge_permille(battery_mv) for battery_mv in range(_LOWEST_MV, 4_201)]


def mv_of(permille):
    """Return the lowest voltage at which a cell has so much charge."""
    low, high = 0, len(_CHARGES) - 1
    while low < high:
        middle = (low + high) // 2
        if _CHARGES[middle] >= permille:
            high = middle
        else:
            low = middle + 1
    return _LOWEST_MV + low


def settled(gauge, battery_mv, uptime_h):
    """Let a gauge see one voltage until its smoothed value is that."""
    for _ in range(60):
        gauge.take(battery_mv, uptime_h)
    return gauge


def discharged(gauge, permille, hours, until, per_day, from_h=0):
    """Let a cell go down at a pace; return the charge and the hour at which it ends."""
    hour = from_h
    while permille > until and hours > 0:
        for _ in range(READINGS_PER_H):
            gauge.take(mv_of(permille), hour)
        permille = max(0, permille - max(1, per_day // HOURS_PER_DAY))
        hour += 1
        hours -= 1
    return permille, hour


def test_curve_has_the_ends_and_the_points_of_its_table():
    points = {
        5_000: 1000,
        4_200: 1000,
        4_199: 998,
        4_110: 900,
        4_020: 800,
        3_950: 700,
        3_870: 600,
        3_840: 500,
        3_800: 400,
        3_770: 300,
        3_730: 200,
        3_690: 100,
        3_610: 50,
        3_270: 0,
        3_269: 0,
        0: 0,
    }
    for battery_mv, permille in points.items():
        assert power.charge_permille(battery_mv) == permille, battery_mv


def test_curve_never_falls_with_the_voltage():
    last = 0
    for battery_mv in range(3_000, 4_300):
        permille = power.charge_permille(battery_mv)
        assert last <= permille <= 1000
        # One millivolt is at most half a percent: no step in it.
        assert permille - last <= 5
        last = permille


def test_gauge_without_a_reading_knows_nothing_and_stops_nothing():
    for plan in PLANNED:
        gauge = power.Gauge(plan)
        assert gauge.days_left == power.DAYS_UNKNOWN
        assert gauge.battery_mv == 0
        assert not gauge.is_low
        assert not gauge.must_stop


def test_first_reading_counts_whole_and_a_later_one_a_quarter():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    gauge.take(4_000, 0)
    assert gauge.battery_mv == 4_000
    gauge.take(3_800, 0)
    assert gauge.battery_mv == 3_950
    gauge.take(4_000, 0)
    assert gauge.battery_mv == 3_963


def test_one_bad_reading_stops_nothing():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    gauge.take(3_900, 0)
    for bad_mv in (2_500, 3_900, 3_900, 3_900, 3_900, 3_900, 3_900, 2_500):
        gauge.take(bad_mv, 1)
        assert not gauge.must_stop


def test_full_cell_lasts_as_the_plan_says_until_the_pace_is_known():
    for plan, per_day in PLANNED.items():
        gauge = settled(power.Gauge(plan), 4_200, 0)
        # 1.9 % are below the voltage at which the band stops.
        assert gauge.days_left == (1000 - 19) // per_day


def test_pace_is_measured_once_a_tenth_and_a_day_are_gone():
    gauge = settled(power.Gauge(c.PLAN_DEFAULT), 4_200, 0)
    settled(gauge, mv_of(905), 48)
    assert gauge.days_left == (905 - 19) // PER_DAY
    # 10 % in two days.
    settled(gauge, mv_of(900), 48)
    assert gauge.days_left == (900 - 19) // 50


def test_what_a_cell_loses_at_once_is_no_pace():
    for hours in (0, 1, 23):
        gauge = settled(power.Gauge(c.PLAN_DEFAULT), 4_200, 7)
        settled(gauge, 3_840, 7 + hours)
        assert gauge.days_left == (500 - 19) // PER_DAY
        assert not gauge.is_low
    settled(gauge, 3_840, 7 + 24)
    assert gauge.days_left == 0


def test_days_left_have_an_end_that_is_not_unknown():
    gauge = settled(power.Gauge(c.PLAN_SLOW), 4_200, 0)
    settled(gauge, mv_of(900), 100_000)
    assert gauge.days_left == 254 < power.DAYS_UNKNOWN


def test_pace_is_measured_anew_after_every_charge():
    # A band that once went slowly must not promise that pace for ever.
    gauge = power.Gauge(c.PLAN_DEFAULT)
    permille, hour = discharged(gauge, 1000, 400, 300, per_day=48)
    assert permille <= 300
    for _ in range(3):
        settled(gauge, 4_200, hour)
        assert gauge.days_left == 981 // PER_DAY
        permille, hour = discharged(gauge, 1000, 400, 500, per_day=240, from_h=hour)
        assert 1 <= gauge.days_left <= 2


def test_charge_up_to_where_it_was_is_seen_however_small():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    hour = 0
    for _ in range(20):
        settled(gauge, 4_200, hour)
        _, hour = discharged(gauge, 1000, 400, 940, per_day=120, from_h=hour)
    settled(gauge, 4_200, hour)
    _, hour = discharged(gauge, 1000, 400, 600, per_day=240, from_h=hour)
    assert gauge.days_left == (600 - 19) // 240


def test_partial_charge_is_seen_too():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    _, hour = discharged(gauge, 900, 400, 200, per_day=240)
    # 40 % are less than it had at first, and yet a charger was there.
    settled(gauge, mv_of(600), hour)
    assert gauge.days_left == (600 - 19) // PER_DAY


def test_low_begins_two_days_before_the_end():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    low_at = []
    permille = 1000
    for hour in range(24 * 12):
        gauge.take(mv_of(permille), hour)
        if gauge.is_low and not low_at:
            low_at.append(permille)
        permille = max(100, permille - 5)
    # 12 % a day, measured: less than three days are left.
    assert 300 <= low_at[0] <= 400


def test_low_by_voltage_whatever_the_pace_was():
    gauge = settled(power.Gauge(c.PLAN_SLOW), 4_200, 0)
    settled(gauge, mv_of(800), 20_000)
    assert gauge.days_left > 200
    settled(gauge, 3_501, 20_001)
    assert gauge.battery_mv == 3_501
    settled(gauge, 3_500, 20_001)
    assert gauge.is_low


def test_low_does_not_flicker_at_its_line():
    gauge = power.Gauge(c.PLAN_DEFAULT)
    changes = 0
    was_low = False
    line_mv = mv_of(3 * 125 + 19)
    for reading in range(400):
        gauge.take(line_mv + (6 if reading % 3 else -9), reading // 12)
        changes += gauge.is_low != was_low
        was_low = gauge.is_low
    assert changes == 1


def test_charger_ends_low():
    for full in (450, 700, 1000):
        gauge = settled(power.Gauge(c.PLAN_DEFAULT), mv_of(200), 0)
        assert gauge.is_low
        settled(gauge, mv_of(full), 2)
        assert not gauge.is_low, full
        settled(gauge, mv_of(150), 90)
        assert gauge.is_low


def test_stop_is_at_its_line_and_not_above():
    gauge = settled(power.Gauge(c.PLAN_DEFAULT), power.STOP_MV + 1, 0)
    assert not gauge.must_stop
    settled(gauge, power.STOP_MV, 0)
    assert gauge.must_stop
    # And it is low as well, with no day left.
    assert gauge.is_low
    assert gauge.days_left == 0


def test_battery_that_cannot_be_read_stops_nothing_and_is_low():
    for broken_mv in (0, 3, power.BROKEN_MV):
        gauge = settled(power.Gauge(c.PLAN_DEFAULT), broken_mv, 0)
        assert not gauge.must_stop, broken_mv
        assert gauge.is_low
        assert gauge.days_left == 0


def test_charged_begins_with_the_next_reading():
    gauge = settled(power.Gauge(c.PLAN_DEFAULT), 3_380, 50)
    gauge.charged()
    gauge.take(4_150, 51)
    assert gauge.battery_mv == 4_150
    assert not gauge.must_stop
    assert not gauge.is_low
    assert gauge.days_left == (power.charge_permille(4_150) - 19) // PER_DAY


def windows(plan, interval_s, hours=6, late_ms=(0,)):
    """Return when a plan opens windows; samples take a while, each another one."""
    opened = []
    for number in range(hours * 3_600 // interval_s):
        now_ms = number * interval_s * 1_000 + late_ms[number % len(late_ms)]
        if plan.due(now_ms):
            opened.append(now_ms)
    return opened


def test_windows_keep_their_period_at_every_interval_that_fits():
    for number, period_s in ((c.PLAN_DEFAULT, 60), (c.PLAN_SLOW, 1_200)):
        for interval_s in (10, 15, 20, 30, 60, 120, 200, 300):
            if period_s % interval_s and interval_s < period_s:
                continue
            step_ms = max(period_s, interval_s) * 1_000
            opened = windows(power.Plan(number), interval_s)
            assert opened == list(range(0, 6 * 3_600_000, step_ms)), (period_s, interval_s)


def test_windows_keep_their_period_though_samples_take_their_time():
    opened = windows(power.Plan(c.PLAN_SLOW), 30, late_ms=(180, 1_400, 650, 190, 3_100))
    assert 1_195_000 < min(gaps(opened)) <= max(gaps(opened)) < 1_205_000


def test_window_is_told_once():
    plan = power.Plan(c.PLAN_DEFAULT)
    assert plan.due(0)
    assert not plan.due(0)
    assert not plan.due(1)
    assert plan.window_ms == 1_000


def test_window_that_was_missed_for_long_comes_once():
    plan = power.Plan(c.PLAN_DEFAULT)
    assert plan.due(0)
    assert plan.due(10_000_000)
    assert not plan.due(10_030_000)
    assert plan.due(10_060_000)
