from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.analysis.days import (
    TARGET_H,
    assigned_minutes,
    daily_hours,
    day_begin_utc_s,
    local_date,
)
from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.states import State
from tests.host.analysis.made_samples import made_minutes

KARACHI = ZoneInfo("Asia/Karachi")
BERLIN = ZoneInfo("Europe/Berlin")
SANTIAGO = ZoneInfo("America/Santiago")
MINUTES_PER_DAY = 1440
BOUNDS = default_parameters().day_bounds

# Zones whose days have 23, 24 and 25 hours, one whose midnight may be skipped, and odd offsets.
ZONES = [KARACHI, BERLIN, SANTIAGO, *map(ZoneInfo, ("Asia/Kathmandu", "Australia/Lord_Howe"))]


def utc_s(*when, zone=UTC):
    return int(datetime(*when, tzinfo=zone).timestamp())


def days(first_utc_s, states, zone=UTC, assigned=None, **options):
    minutes = made_minutes(states, first_utc_s=first_utc_s)
    assigned = np.ones(len(minutes), bool) if assigned is None else assigned
    return daily_hours(minutes, assigned, zone, **options)


def allowance_h(day, edges):
    """Return how far a bound may lie from the minutes: edges, a share of the day, and a bit."""
    share = BOUNDS.share * day.elapsed_minutes
    return (share + BOUNDS.edge_min * edges) / 60 + BOUNDS.hours + 1e-9


def test_day_full_and_known_has_narrow_bounds_around_its_hours():
    states = [State.SSC] * 480 + [State.INFANT_ONLY] * 960
    (day,) = days(utc_s(2026, 3, 1), states)
    assert (day.date, day.day_minutes) == (date(2026, 3, 1), MINUTES_PER_DAY)
    assert day.hours == 8
    assert 8 - allowance_h(day, 2) <= day.hours_lower < 8 < day.hours_upper
    assert day.hours_upper <= 8 + allowance_h(day, 2)
    assert (day.infant_only_minutes, day.off_minutes, day.unknown_minutes) == (960, 0, 0)
    assert day.coverage == 1
    assert day.valid_20h
    assert day.valid_16h
    assert not day.partial


def test_day_unknown_minutes_widen_the_upper_bound_only():
    known = [State.SSC] * 480 + [State.OFF] * 960
    partly = [State.SSC] * 480 + [State.UNKNOWN] * 360 + [State.OFF] * 600
    (whole,), (day,) = (days(utc_s(2026, 3, 1), states) for states in (known, partly))
    assert (day.ssc_minutes, day.unknown_minutes) == (480, 360)
    assert day.hours == whole.hours
    assert day.hours_lower == whole.hours_lower
    assert day.hours_upper == pytest.approx(14, abs=allowance_h(day, 2))
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


@pytest.mark.parametrize(
    ("ssc", "unknown", "met"),
    [(600, 0, "yes"), (300, 0, "no"), (480, 0, "cannot_say"), (300, 300, "cannot_say")],
)
def test_day_target_is_met_or_missed_only_beyond_the_bounds(ssc, unknown, met):
    rest = MINUTES_PER_DAY - ssc - unknown
    states = [State.SSC] * ssc + [State.UNKNOWN] * unknown + [State.OFF] * rest
    (day,) = days(utc_s(2026, 3, 1), states)
    assert (day.target_h, day.target_met) == (TARGET_H, met)


def test_day_that_is_not_over_has_not_missed_its_own_target():
    (day,) = days(utc_s(2026, 3, 1), [State.OFF] * 600, target_h=2.0)
    assert (day.target_h, day.target_met) == (2.0, "cannot_say")


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
    assert found.hours == found.hours_upper == hours
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
    assert (day.hours, day.hours_lower, day.hours_upper, day.coverage) == (0, 0, 10, 0)


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


# Any hours of any year, in stretches of any state; quarters of an hour, since zones know no less.
moments = st.integers(utc_s(2024, 1, 1) // 900, utc_s(2028, 1, 1) // 900).map(lambda q: 900 * q)
stretches = st.lists(
    st.tuples(st.sampled_from(list(State)), st.integers(1, 900)), min_size=1, max_size=12
)


def lived(parts):
    return [state for state, count in parts for _ in range(count)]


@given(moments, stretches, st.sampled_from(ZONES))
def test_days_of_any_zone_share_out_every_minute_once(first_utc_s, parts, zone):
    # Goal: 23 and 25 hour days, a skipped midnight and odd offsets lose and double nothing.
    states = lived(parts)
    found = days(first_utc_s, states, zone)
    assert sum(day.elapsed_minutes for day in found) == len(states)
    assert sum(day.ssc_minutes for day in found) == states.count(State.SSC)
    assert sum(day.unknown_minutes for day in found) == states.count(State.UNKNOWN)
    for day in found:
        assert day.elapsed_minutes <= day.day_minutes
        assert day.partial == (day.elapsed_minutes < day.day_minutes)
        assert day_begin_utc_s(day.date + timedelta(days=1), zone) - day_begin_utc_s(
            day.date, zone
        ) == pytest.approx(60 * day.day_minutes)
        assert 0 <= day.hours_lower <= day.hours <= day.hours_upper <= day.elapsed_minutes / 60
    dates = [day.date for day in found]
    assert dates == [dates[0] + timedelta(days=n) for n in range(len(dates))]


@given(moments, stretches, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_days_of_a_ward_whose_zone_changes_are_cut_anew_and_lose_nothing(
    first_utc_s, parts, before, after
):
    states = lived(parts)
    old, new = (days(first_utc_s, states, zone) for zone in (before, after))
    for column in ("elapsed_minutes", "ssc_minutes", "unknown_minutes", "off_minutes"):
        totals = [sum(getattr(day, column) for day in found) for found in (old, new)]
        assert totals[0] == totals[1], column


@given(moments, stretches, st.sampled_from(ZONES), st.data())
def test_days_of_admission_and_discharge_count_what_lies_between(first_utc_s, parts, zone, data):
    # Goal: the band's time is the infant's time. Method: any stay within the minutes.
    states = lived(parts)
    first = data.draw(st.integers(0, len(states)))
    last = data.draw(st.integers(first, len(states)))
    assigned = np.zeros(len(states), bool)
    assigned[first:last] = True
    found = days(first_utc_s, states, zone, assigned=assigned)
    assert sum(day.elapsed_minutes for day in found) == last - first
    assert sum(day.ssc_minutes for day in found) == states[first:last].count(State.SSC)
    for day in found:
        assert day.elapsed_minutes > 0
        assert day.partial == (day.elapsed_minutes < day.day_minutes)


@given(moments, st.integers(1, 3000), st.sampled_from(ZONES))
def test_days_of_which_nothing_is_known_may_have_been_all_or_nothing(first_utc_s, count, zone):
    for day in days(first_utc_s, [State.UNKNOWN] * count, zone):
        assert (day.hours, day.hours_lower, day.coverage) == (0, 0, 0)
        assert day.hours_upper == pytest.approx(day.elapsed_minutes / 60)
        assert day.target_met in {"cannot_say", "no"}
        assert day.target_met == "cannot_say" or day.hours_upper < day.target_h


@given(moments, stretches, st.sampled_from(ZONES), st.data())
def test_days_less_known_only_widens_their_bounds(first_utc_s, parts, zone, data):
    # Goal: lost data never moves an hour. Method: make any minutes unknown.
    states = np.array(lived(parts))
    lost = data.draw(
        st.lists(st.tuples(st.integers(0, len(states)), st.integers(1, 200)), max_size=5)
    )
    fewer = states.copy()
    for first, count in lost:
        fewer[first : first + count] = State.UNKNOWN
    whole, part = (days(first_utc_s, found, zone) for found in (states, fewer))
    for one, other in zip(whole, part, strict=True):
        assert other.hours <= one.hours
        assert other.hours_lower <= one.hours_lower
        assert other.hours_upper >= one.hours_upper
        assert other.coverage <= one.coverage
        assert other.target_met in {one.target_met, "cannot_say"}
