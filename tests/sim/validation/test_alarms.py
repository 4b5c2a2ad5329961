"""Two hours drawn minute by minute, at 1,000 minutes of Unix time."""

import numpy as np
import pytest

from pouch_sim.validation.agreement import STATES
from pouch_sim.validation.alarms import Alarms, RungAlert, score

FIRST_UTC_S = 60_000
MINUTES = 120


def _at(minute):
    return FIRST_UTC_S + 60 * minute


def _core(*cold, usual_c=37.0):
    """Return the core of each minute; each of `cold` is first, end and temperature."""
    core_c = np.full(MINUTES, usual_c)
    for first, end, at_c in cold:
        core_c[first:end] = at_c
    return core_c


def _alert(minute, end=None, *, is_hot=False, line_c=36.5, name="cold_stress"):
    return RungAlert(_at(minute), None if end is None else _at(end), name, is_hot, line_c)


def _score(core_c, alerts, state="ssc"):
    states = np.full(MINUTES, STATES[state], np.uint8)
    return score(FIRST_UTC_S, states, core_c, MINUTES, alerts).figures()


def test_alert_within_an_event_catches_it_and_its_delay_is_from_the_start():
    found = _score(_core((40, 60, 36.2)), [_alert(52, 70)])
    assert found["alert_events"] == 1
    assert found["alert_sensitivity"] == 1.0
    assert found["alert_delay_min"] == 12.0
    assert found["false_alerts_per_baby_day"] == 0.0
    assert found["baby_days"] == pytest.approx(120 / 1440)


@pytest.mark.parametrize(
    ("alert", "caught", "delay_min"),
    [
        (_alert(39, 41), 1.0, 0.0),  # Stands already when it begins.
        (_alert(39, 40), 0.0, None),  # Ended just before.
        (_alert(90, 95), 1.0, 50.0),  # In the last minute of grace.
        (_alert(91, 95), 0.0, None),
        (_alert(10, None), 1.0, 0.0),  # Never cleared.
        (_alert(45, 50, is_hot=True, line_c=37.5), 0.0, None),
    ],
)
def test_alert_counts_from_the_start_of_an_event_until_half_an_hour_after_it(
    alert, caught, delay_min
):
    found = _score(_core((40, 60, 36.2)), [alert])
    assert found["alert_sensitivity"] == caught
    assert found["alert_delay_min"] == delay_min


def test_nine_minutes_are_no_event_and_ten_are():
    assert _score(_core((40, 49, 36.2)), [])["alert_events"] == 0
    assert _score(_core((40, 50, 36.2)), [])["alert_events"] == 1


@pytest.mark.parametrize(
    ("state", "events"), [("ssc", 1), ("infant_only", 1), ("caregiver_only", 0), ("off", 0)]
)
def test_event_needs_the_band_on_the_infant(state, events):
    assert _score(_core((40, 60, 36.2)), [], state)["alert_events"] == events


def test_event_at_the_end_of_the_truth_counts():
    assert _score(_core((110, 120, 36.2)), [])["alert_events"] == 1


def test_lines_are_counted_apart_and_a_milder_alert_is_told_from_the_lines_own():
    core_c = _core((20, 40, 35.8), (80, 100, 36.3))
    found = _score(core_c, [_alert(30, 41), _alert(85, 101)])["alerts_by_line"]
    assert found["36.5"]["events"] == 2
    assert found["36.5"]["sensitivity"] == found["36.5"]["sensitivity_own_line"] == 1.0
    assert found["36.0"] == {
        "events": 1,
        "sensitivity": 1.0,
        "sensitivity_own_line": 0.0,
        "delay_min": 10.0,
    }


@pytest.mark.parametrize(("minute", "false"), [(29, 1), (30, 0), (45, 0), (89, 0), (90, 1)])
def test_ring_is_true_from_ten_minutes_before_to_half_an_hour_after_the_cold(minute, false):
    # Cold from 40 until 59, the last minute of it.
    found = _score(_core((40, 60, 36.55)), [_alert(minute, minute + 1)])
    assert found["alerts_by_class"]["cold_stress"] == {"rung": 1, "false": false}


def test_hot_ring_is_held_against_warmth():
    hot = _alert(45, 50, is_hot=True, line_c=37.5, name="warm")
    assert _score(_core((40, 60, 37.45)), [hot])["alerts_by_class"]["warm"]["false"] == 0
    assert _score(_core((40, 60, 36.2)), [hot])["alerts_by_class"]["warm"]["false"] == 1


def test_false_alerts_are_per_day_with_a_band():
    found = _score(_core(), [_alert(10, 20), _alert(50, 60)])
    assert found["false_alerts_per_baby_day"] == pytest.approx(2 / (120 / 1440))
    assert found["alert_sensitivity"] is None


def test_without_an_engine_nothing_is_scored_but_events_are_counted():
    found = _score(_core((40, 60, 36.2)), None)
    assert found["alert_events"] == 1
    assert found["alert_sensitivity"] is None
    assert found["false_alerts_per_baby_day"] is None
    assert found["alerts_by_line"]["36.5"]["sensitivity"] is None


def test_runs_are_added_up():
    both = Alarms()
    for core_c, alerts in (
        (_core((40, 60, 36.2)), [_alert(50, 70)]),
        (_core((40, 60, 36.2)), [_alert(5, 6, name="cooling")]),
    ):
        states = np.full(MINUTES, STATES["ssc"], np.uint8)
        both.add(score(FIRST_UTC_S, states, core_c, MINUTES, alerts))
    found = both.figures()
    assert (found["alert_events"], found["alert_sensitivity"]) == (2, 0.5)
    assert found["alerts_by_class"] == {
        "cold_stress": {"rung": 1, "false": 0},
        "cooling": {"rung": 1, "false": 1},
    }
    assert found["false_alerts_per_baby_day"] == pytest.approx(1 / (240 / 1440))


def test_core_minutes_are_counted_where_there_is_an_estimate():
    core_c = np.full(MINUTES, 36.8)
    core_c[:10] = 36.3
    said_c = np.full(MINUTES, np.nan)
    said_c[:8] = 36.4
    said_c[8:12] = 36.6
    said_c[12:14] = 36.45
    states = np.full(MINUTES, STATES["ssc"], np.uint8)
    of_line = score(FIRST_UTC_S, states, core_c, MINUTES, [], said_c).figures()["core_by_line"]
    # Ten minutes are below, eight of them said to be; of four above, two are said to be below.
    assert of_line["36.5"] == {
        "minutes": 14,
        "minutes_below": 10,
        "sensitivity": 0.8,
        "specificity": 0.5,
    }
    assert of_line["36.0"]["sensitivity"] is None
    assert of_line["36.0"]["specificity"] == 1.0
