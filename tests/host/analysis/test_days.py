from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pouch_host.analysis.days import (
    assigned_minutes,
    daily_hours,
    day_begin_utc_s,
    local_date,
)
from pouch_host.analysis.minutes import MinuteStates, State

KARACHI = ZoneInfo("Asia/Karachi")
BERLIN = ZoneInfo("Europe/Berlin")
SANTIAGO = ZoneInfo("America/Santiago")
MINUTES_PER_DAY = 1440


def utc_s(*when, zone=UTC):
    return int(datetime(*when, tzinfo=zone).timestamp())


def days(first_utc_s, states, zone=UTC, assigned=None):
    states = np.array(states, np.uint8)
    minutes = MinuteStates(first_utc_s, states, np.ones(len(states)))
    assigned = np.ones(len(states), bool) if assigned is None else assigned
    return daily_hours(minutes, assigned, zone)


def test_day_full_and_known_has_equal_bounds():
    states = [State.SSC] * 480 + [State.INFANT_ONLY] * 960
    (day,) = days(utc_s(2026, 3, 1), states)
    assert (day.date, day.day_minutes) == (date(2026, 3, 1), MINUTES_PER_DAY)
    assert day.hours_lower == day.hours_upper == 8
    assert day.coverage == 1
    assert day.valid_20h
    assert day.valid_16h
    assert not day.partial


def test_day_unknown_minutes_widen_the_upper_bound_only():
    states = [State.SSC] * 480 + [State.UNKNOWN] * 360 + [State.OFF] * 600
    (day,) = days(utc_s(2026, 3, 1), states)
    assert (day.ssc_minutes, day.unknown_minutes) == (480, 360)
    assert (day.hours_lower, day.hours_upper) == (8, 14)
    assert day.coverage == 0.75
    assert not day.valid_20h
    assert day.valid_16h


@pytest.mark.parametrize(
    ("known_minutes", "valid_20h", "valid_16h"),
    [(1200, True, True), (1199, False, True), (960, False, True), (959, False, False)],
)
def test_day_validity_changes_at_20_and_16_known_hours(known_minutes, valid_20h, valid_16h):
    states = [State.OFF] * known_minutes + [State.UNKNOWN] * (MINUTES_PER_DAY - known_minutes)
    (day,) = days(utc_s(2026, 3, 1), states)
    assert (day.valid_20h, day.valid_16h) == (valid_20h, valid_16h)


def test_days_of_a_ward_east_of_utc_begin_at_its_own_midnight():
    first = utc_s(2026, 3, 1, zone=KARACHI)
    one, two = days(first, [State.SSC] * 60 + [State.OFF] * 1440, KARACHI)
    assert (one.date, one.elapsed_minutes, one.ssc_minutes) == (date(2026, 3, 1), 1440, 60)
    assert (two.date, two.elapsed_minutes, two.partial) == (date(2026, 3, 2), 60, True)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_day_of_a_clock_change_has_its_true_length(day, hours):
    first = utc_s(*day, zone=BERLIN)
    (found,) = days(first, [State.SSC] * (hours * 60), BERLIN)
    assert found.date == date(*day)
    assert found.day_minutes == found.ssc_minutes == hours * 60
    assert found.hours_upper == hours
    assert not found.partial


def test_day_whose_midnight_is_skipped_begins_with_the_change():
    # Santiago goes from 24:00 on Saturday to 01:00 on Sunday.
    begin = day_begin_utc_s(date(2026, 9, 6), SANTIAGO)
    assert local_date(begin, SANTIAGO) == date(2026, 9, 6)
    assert local_date(begin - 1, SANTIAGO) == date(2026, 9, 5)


def test_day_of_admission_is_partial_and_counts_from_admission():
    (day,) = days(utc_s(2026, 3, 1, 18), [State.SSC] * 360)
    assert (day.elapsed_minutes, day.coverage, day.partial) == (360, 1, True)
    assert not day.valid_16h


def test_day_minutes_without_a_band_are_neither_known_nor_unknown():
    assigned = np.zeros(MINUTES_PER_DAY, bool)
    assigned[:600] = True
    (day,) = days(utc_s(2026, 3, 1), [State.UNKNOWN] * MINUTES_PER_DAY, assigned=assigned)
    assert (day.elapsed_minutes, day.unknown_minutes, day.partial) == (600, 600, True)
    assert (day.hours_lower, day.hours_upper, day.coverage) == (0, 10, 0)


def test_day_without_any_band_is_left_out():
    assigned = np.zeros(2 * MINUTES_PER_DAY, bool)
    assigned[MINUTES_PER_DAY:] = True
    found = days(utc_s(2026, 3, 1), [State.OFF] * 2 * MINUTES_PER_DAY, assigned=assigned)
    assert [day.date for day in found] == [date(2026, 3, 2)]


def test_days_of_no_minutes_are_none():
    assert days(utc_s(2026, 3, 1), []) == ()


def test_assigned_minute_belongs_to_the_band_worn_in_its_middle():
    spans = [(60.0, 119.0), (180.0, float("inf"))]
    assert list(assigned_minutes(0, 5, spans)) == [False, True, False, True, True]


def test_assigned_without_assignment_is_never():
    assert not assigned_minutes(0, 5, []).any()
