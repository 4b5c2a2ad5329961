import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.analysis.clock_fit import BootTimes, fit_boot, fit_boots

START_UTC_S = 1_772_323_200.0
HOUR_S = 3600.0
DAY_S = 86_400.0
YEAR_S = 365 * DAY_S


def hourly(hours):
    return np.arange(hours) * HOUR_S


def boot(anchor_uptime_s, anchor_utc_s, first_uptime_s=0.0, last_uptime_s=10 * HOUR_S):
    return BootTimes(
        np.array(anchor_uptime_s, float),
        np.array(anchor_utc_s, float),
        first_uptime_s,
        last_uptime_s,
    )


def test_fit_no_anchor_gives_no_time():
    clock = fit_boot([], [])
    assert not clock.anchored
    assert np.isnan(clock.utc_s([0, 30])).all()


def test_fit_one_anchor_goes_on_at_rate_one():
    clock = fit_boot([100], [START_UTC_S])
    assert clock.anchored
    assert list(clock.utc_s([0, 100, 1000])) == [START_UTC_S + s for s in (-100, 0, 900)]
    assert math.isnan(clock.residual_s)


@pytest.mark.parametrize("rate", [0.96, 0.99998, 1.0, 1.00002, 1.04])
def test_fit_steady_drift_is_followed_within_and_beyond_the_anchors(rate):
    uptime_s = hourly(25)
    clock = fit_boot(uptime_s, START_UTC_S + rate * uptime_s)
    asked_s = np.array([-2 * HOUR_S, 0, 1234.5, DAY_S, 2 * DAY_S])
    assert clock.utc_s(asked_s) == pytest.approx(START_UTC_S + rate * asked_s, abs=1e-3)
    assert clock.residual_s == pytest.approx(0, abs=1e-3)
    assert clock.rejected_count == 0


def test_fit_rate_that_changes_is_followed_piece_by_piece():
    uptime_s = hourly(25)
    utc_s = START_UTC_S + uptime_s + 40 * np.sin(uptime_s / DAY_S * 2 * np.pi)
    clock = fit_boot(uptime_s, utc_s)
    assert clock.utc_s(uptime_s) == pytest.approx(utc_s, abs=1e-6)
    assert 0 < clock.residual_s < 3


def test_fit_rate_beyond_what_an_oscillator_can_do_is_limited():
    # Within the error that honest anchors may have a rate of 8 percent can be told.
    clock = fit_boot([0, 100], [START_UTC_S, START_UTC_S + 108])
    assert clock.rate_after == pytest.approx(1.05)
    assert clock.rate_before == pytest.approx(1.05)


@pytest.mark.parametrize("wrong", [0, 7, 23, 24])
@pytest.mark.parametrize("error_s", [YEAR_S, -YEAR_S, 2 * HOUR_S, -60 * 30])
def test_fit_one_wrong_anchor_among_many_is_left_out(wrong, error_s):
    uptime_s = hourly(25)
    utc_s = START_UTC_S + 1.00002 * uptime_s
    told_s = utc_s.copy()
    told_s[wrong] += error_s
    clock = fit_boot(uptime_s, told_s)
    assert clock.rejected_count == 1
    assert clock.utc_s(uptime_s) == pytest.approx(utc_s, abs=0.5)


def test_fit_host_a_year_wrong_for_some_hours_is_left_out():
    uptime_s = hourly(25)
    told_s = START_UTC_S + uptime_s
    told_s[5:14] -= YEAR_S
    clock = fit_boot(uptime_s, told_s)
    assert clock.rejected_count == 9
    assert clock.utc_s(uptime_s) == pytest.approx(START_UTC_S + uptime_s)


def test_fit_two_contradicting_anchors_keeps_the_later():
    clock = fit_boot([0, HOUR_S], [START_UTC_S - YEAR_S, START_UTC_S])
    assert clock.utc_s([HOUR_S]) == START_UTC_S
    assert clock.rejected_count == 1


def test_fit_anchors_seconds_apart_do_not_tilt_the_line():
    uptime_s = [0, HOUR_S, HOUR_S + 1]
    clock = fit_boot(uptime_s, [START_UTC_S, START_UTC_S + HOUR_S, START_UTC_S + HOUR_S + 2.5])
    day_later = clock.utc_s([HOUR_S + DAY_S])[0]
    assert day_later == pytest.approx(START_UTC_S + HOUR_S + DAY_S, abs=1)


@given(
    st.lists(st.floats(1, 20_000), min_size=1, max_size=30),
    st.floats(-0.049, 0.049),
    st.lists(st.floats(-0.5, 0.5), min_size=30, max_size=30),
)
def test_fit_any_honest_anchors_time_never_runs_backwards(steps_s, drift, jitter_s):
    uptime_s = np.cumsum(steps_s)
    told_s = START_UTC_S + (1 + drift) * uptime_s + jitter_s[: len(steps_s)]
    clock = fit_boot(uptime_s, told_s)
    assert clock.rejected_count == 0
    asked_s = np.linspace(-HOUR_S, uptime_s[-1] + HOUR_S, 200)
    utc_s = clock.utc_s(asked_s)
    assert (np.diff(utc_s) > 0).all()


def test_fit_boots_no_anchor_is_bounded_by_its_neighbours():
    clocks = fit_boots(
        [
            boot([0], [START_UTC_S]),
            boot([], []),
            boot([HOUR_S], [START_UTC_S + 20 * HOUR_S], first_uptime_s=60),
        ]
    )
    assert [clock.anchored for clock in clocks] == [True, False, True]
    assert clocks[1].earliest_utc_s == START_UTC_S + 10 * HOUR_S
    assert clocks[1].latest_utc_s == START_UTC_S + 19 * HOUR_S + 60


def test_fit_boots_none_anchored_is_unbounded():
    (clock,) = fit_boots([boot([], [])])
    assert (clock.earliest_utc_s, clock.latest_utc_s) == (-math.inf, math.inf)


def test_fit_boots_of_no_boot_is_empty():
    assert fit_boots([]) == []


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_fit_boots_one_against_the_order_of_the_others_counts_as_not_anchored(wrong):
    # A boot with one anchor cannot contradict itself: only its neighbours tell that it is wrong.
    utc_s = [START_UTC_S + day * DAY_S for day in range(3)]
    utc_s[wrong] += YEAR_S if wrong < 2 else -YEAR_S
    boots = [boot([0, HOUR_S], [told_s, told_s + HOUR_S]) for told_s in utc_s]
    boots[wrong] = boot([0], [utc_s[wrong]])
    clocks = fit_boots(boots)
    assert [clock.anchored for clock in clocks] == [place != wrong for place in range(3)]
    assert clocks[wrong].rejected_count == 1
