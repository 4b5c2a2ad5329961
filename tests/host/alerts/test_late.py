import pytest

from pouch_host.alerts import Observation
from tests.host.alerts.timelines import MIN_S, START_UTC_S, Infant, kinds, rings


def test_late_minutes_annotate_and_never_ring():
    infant = Infant()
    # An hour arrives at once; in its middle the infant was in danger, for long.
    told = infant.late("ssc 36.9*10, ssc 35.4*25, ssc 36.9*25")
    assert kinds(told) == [("annotated", "danger_cold"), ("annotated", "danger_cold")]
    assert [event.reason for event in infant.events] == ["late", "late_end"]
    assert infant.standing == []


def test_late_minutes_are_evidence_for_the_fresh_one_that_is_still_beyond():
    infant = Infant()
    told = infant.late("ssc 36.9*10, ssc 35.4*50")
    assert ("annotated", "danger_cold") in kinds(told)
    # The first fresh minute was received 15 minutes after its time.
    assert rings(told) == [(60, "danger_cold")]
    assert len(rings(told)) == 1


def test_late_minutes_beyond_and_a_fresh_one_between_line_and_margin_do_not_ring():
    infant = Infant()
    assert rings(infant.late("ssc 36.2*40, ssc 36.45*20")) == []
    assert rings(infant.live("ssc 36.2*1")) == [(60, "cold_stress")]


def test_late_minutes_of_two_classes_are_annotated_each_once():
    told = Infant().late("ssc 36.2*22, ssc -*1, ssc 35.9*12, ssc -*1, ssc 35.4*12, ssc 36.9*40")
    assert kinds(told) == [
        ("annotated", "cold_stress"),
        ("annotated", "moderate_cold"),
        ("annotated", "danger_cold"),
        ("annotated", "danger_cold"),
    ]


def test_late_minutes_clear_what_stood():
    infant = Infant()
    infant.live("ssc 35.9*12")
    infant.wait(60)
    infant.minute = 12
    assert ("cleared", "moderate_cold") in kinds(infant.late("ssc 36.9*60"))


@pytest.mark.parametrize(("delay_s", "rung"), [(900, [(25, "moderate_cold")]), (901, [])])
def test_late_begins_after_a_quarter_of_an_hour(delay_s, rung):
    assert rings(Infant().live("ssc 35.9*11", delay_s=delay_s)) == rung


def past(infant, first, count, core_c):
    """Let minutes of the past arrive now; return what they led to."""
    events = []
    for number in range(first, first + count):
        at_s = START_UTC_S + MIN_S * number
        minute = Observation(
            at_s, infant.now_utc_s, "ssc", 1, core_c, temperature_valid=True, core_c=core_c,
            core_sd_c=0.2,
        )  # fmt: skip
        events += infant.engine.observe(minute)
    return [(event.kind.value, event.alert_class.value, event.reason) for event in events]


def test_hole_filled_from_the_past_is_annotated_once_and_changes_nothing():
    infant = Infant()
    infant.live("ssc 36.9*30")
    infant.minute = 90
    infant.live("ssc 36.9*30")
    before = infant.engine.state()
    assert past(infant, 40, 40, 35.4) == [("annotated", "danger_cold", "past")]
    after = infant.engine.state()
    moved = {"late": None, "clock_utc_s": None}
    assert before | moved == after | moved
    assert infant.standing == []


def test_hole_filled_with_warm_minutes_says_nothing():
    infant = Infant()
    infant.live("ssc 36.9*30")
    assert past(infant, 0, 10, 36.9) == []


def test_minute_told_twice_changes_nothing():
    infant = Infant()
    infant.live("ssc 35.9*10")
    assert past(infant, 0, 10, 35.9) == []
    assert rings(infant.live("ssc 35.9*1")) == [(10, "moderate_cold")]


def test_minute_from_the_future_is_refused_and_the_next_ones_count():
    infant = Infant()
    year_s = 365 * 86_400
    assert infant.engine.observe(Observation(START_UTC_S + year_s, START_UTC_S, "ssc")) == []
    assert rings(infant.live("ssc 35.9*11")) == [(10, "moderate_cold")]


@pytest.mark.parametrize("ahead_min", [60, 365 * 1440])
def test_clock_that_was_ahead_and_is_set_back_delays_nothing(ahead_min):
    infant = Infant()
    infant.minute = ahead_min
    infant.live("ssc 36.9*20, ssc 35.9*12")
    infant.minute = 0
    told = infant.wait(15)
    assert ("raised", "stale") in kinds(told)
    # It escalates by the right clock, and a graver class rings after ten right minutes.
    assert rings(infant.live("ssc 35.9*20")) == [(30, "moderate_cold")]
    assert rings(infant.live("ssc 35.4*12")) == [(45, "danger_cold")]


def test_minutes_from_the_future_show_as_a_clock_that_is_not_set():
    infant = Infant()
    assert kinds(infant.live("ssc 35.9*31", delay_s=-121)) == [
        ("raised", "stale"),
        ("raised", "clock_unset"),
    ]
