import pytest

from pouch_sim.validation.hours import DayPair, bland_altman, hours


def _day(true_h, said_h, lower_h=None, upper_h=None, **changes):
    usual = {
        "scenario": "made",
        "date": "2026-03-01",
        "elapsed_minutes": 1440,
        "true_h": true_h,
        "hours": said_h,
        "hours_lower": said_h if lower_h is None else lower_h,
        "hours_upper": said_h if upper_h is None else upper_h,
        "coverage": 1.0,
    }
    return DayPair(**(usual | changes))


def test_errors_are_estimate_minus_truth_over_days():
    found = hours([_day(10.0, 9.0), _day(4.0, 5.0), _day(8.0, 6.0)])
    assert found["days"] == 3
    assert found["bias_h_per_day"] == pytest.approx(-2 / 3)
    assert found["mae_h_per_day"] == pytest.approx(4 / 3)
    assert found["mape_percent"] == pytest.approx((10 + 25 + 25) / 3)


def test_day_without_contact_has_no_percent_error():
    found = hours([_day(0.0, 0.5), _day(5.0, 4.0)])
    assert found["mape_percent"] == pytest.approx(20.0)
    assert hours([_day(0.0, 0.5)])["mape_percent"] is None


def test_day_with_little_contact_has_no_percent_error():
    found = hours([_day(0.9, 0.1), _day(5.0, 4.0)])
    assert found["mape_percent"] == pytest.approx(20.0)
    # Of two days of 24 h 1.8 h are wrong.
    assert found["error_percent_of_day"] == pytest.approx(100 * 1.8 / 48)


def test_day_of_which_little_counts_weighs_little():
    found = hours([_day(10.0, 9.0), _day(1.0, 2.0, elapsed_minutes=144)])
    assert found["mae_h_per_day"] == pytest.approx(2.0 / 1.1)
    assert found["bias_h_per_day"] == pytest.approx(0.0)


def test_days_that_are_hardly_known_are_left_out_of_the_second_percent_error():
    found = hours([_day(5.0, 4.0), _day(10.0, 5.0, coverage=0.6)])
    assert found["mape_percent"] == pytest.approx(35.0)
    assert found["mape_full_coverage_percent"] == pytest.approx(20.0)
    assert found["full_coverage_days"] == 1
    assert found["mae_full_coverage_h_per_day"] == pytest.approx(1.0)
    assert found["error_percent_of_day_full_coverage"] == pytest.approx(100 / 24)


def test_bounds_hold_at_their_edges():
    days = [_day(5.0, 5.0, 5.0, 6.0), _day(6.0, 5.0, 5.0, 6.0), _day(6.1, 5.0, 5.0, 6.0)]
    found = hours(days)
    assert found["bounds_coverage"] == pytest.approx(2 / 3)
    low, high = found["bounds_coverage_ci95"]
    # Wilson, 2 of 3.
    assert (low, high) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))
    assert found["bounds_width_h"] == pytest.approx(1.0)


def test_eight_hours_are_decided_by_the_estimate():
    days = [_day(8.0, 8.2), _day(9.0, 7.9), _day(7.9, 8.1), _day(2.0, 2.0), _day(3.0, 3.5)]
    found = hours(days)
    assert (found["eight_hour_days"], found["under_eight_hour_days"]) == (2, 3)
    assert found["eight_hour_sensitivity"] == pytest.approx(1 / 2)
    assert found["eight_hour_specificity"] == pytest.approx(2 / 3)


def test_answers_of_the_analysis_are_counted_apart():
    days = [
        _day(9.0, 8.5, target_met="cannot_say"),
        _day(9.0, 9.0, target_met="yes"),
        _day(3.0, 3.0, target_met="no"),
        _day(7.0, 8.5, target_met="yes"),
    ]
    found = hours(days)
    assert found["eight_hour_cannot_say_share"] == pytest.approx(1 / 4)
    assert found["eight_hour_wrong_share_of_said"] == pytest.approx(1 / 3)


def test_day_of_less_than_eight_hours_decides_nothing():
    found = hours([_day(2.0, 2.0, elapsed_minutes=479)])
    assert found["eight_hour_specificity"] is None
    assert found["days"] == 1


def test_no_day_gives_none_everywhere_but_in_counts():
    found = hours([])
    counts = {
        "days", "full_coverage_days", "eight_hour_days", "under_eight_hour_days",
    }  # fmt: skip
    assert {name for name, value in found.items() if value is not None} == counts


def test_limits_of_agreement_are_those_of_bland_and_altman():
    # Differences 1, 2 and 3: mean 2, deviation 1, Student's t of two degrees 4.3027.
    found = bland_altman([_day(5.0, 6.0), _day(5.0, 7.0), _day(5.0, 8.0)])
    assert found["bias_h"] == pytest.approx(2.0)
    assert found["bias_ci95_h"] == pytest.approx([2 - 2.4841, 2 + 2.4841], abs=1e-3)
    assert found["lower_limit_h"] == pytest.approx(0.04, abs=1e-3)
    assert found["upper_limit_h"] == pytest.approx(3.96, abs=1e-3)
    assert found["upper_limit_ci95_h"] == pytest.approx([3.96 - 4.3027, 3.96 + 4.3027], abs=1e-3)


def test_limits_of_two_days_are_none():
    assert bland_altman([_day(5.0, 6.0), _day(5.0, 7.0)]) is None
