import pytest

from pouch_host.alerts import FLAG_CLOCK_UNSET
from pouch_protocol import constants as c
from tests.host.alerts.timelines import Infant, kinds, rings


def test_stale_is_shown_within_two_intervals_and_rings_at_half_an_hour():
    infant = Infant()
    infant.live("ssc 36.9*20")
    told = infant.wait(40)
    # The last minute was 19, two intervals of five minutes are over after 29.
    assert told == [(30, "raised", "stale"), (50, "rang", "stale")]


def test_stale_follows_the_interval_of_the_site():
    infant = Infant(stale_after_s=120)
    infant.live("ssc 36.9*20")
    assert infant.wait(5) == [(22, "raised", "stale")]


def test_stale_clears_with_the_next_fresh_minute():
    infant = Infant()
    infant.live("ssc 36.9*20")
    infant.wait(15)
    assert kinds(infant.live("ssc 36.9*1")) == [("cleared", "stale")]


def test_stale_is_told_of_an_infant_that_was_never_seen():
    assert Infant().wait(12) == [(11, "raised", "stale")]


def test_stale_is_not_ended_by_late_minutes():
    infant = Infant()
    infant.live("ssc 36.9*20")
    infant.wait(30)
    infant.minute -= 30
    assert rings(infant.live("ssc 36.9*5", delay_s=1800)) == [(50, "stale")]
    assert infant.standing_classes == ["stale"]


@pytest.mark.parametrize("wait_min", [0, 3, 4])
def test_pull_every_five_minutes_is_never_stale(wait_min):
    infant = Infant()
    for _ in range(20):
        infant.late("ssc 36.9*5")
        infant.minute += wait_min
        assert infant.engine.tick(infant.now_utc_s) == []
        infant.minute -= wait_min


def test_band_off_is_shown_after_half_an_hour_and_never_rings():
    infant = Infant()
    told = infant.live("ssc 36.9*5, off -*200 outer_c=30")
    assert told == [(35, "raised", "band_off")]
    assert kinds(infant.live("caregiver_only -*6")) == [("cleared", "band_off")]


def test_state_unknown_for_an_hour_is_shown_and_never_rings():
    infant = Infant()
    told = infant.live("unknown -*60")
    assert told == []
    assert infant.live("unknown -*100") == [(60, "raised", "state_unknown")]
    assert kinds(infant.live("ssc -*6")) == [("cleared", "state_unknown")]


@pytest.mark.parametrize(
    "flag",
    [
        c.FLAG_INFANT_THERMOMETER_FAULT,
        c.FLAG_CAREGIVER_THERMOMETER_FAULT,
        c.FLAG_TOUCH_FAULT,
        c.FLAG_MOTION_FAULT,
    ],
)
def test_sensor_fault_of_ten_minutes_rings(flag):
    infant = Infant()
    assert infant.live(f"ssc -*10 flags={flag}") == []
    assert rings(infant.live(f"ssc -*1 flags={flag}")) == [(10, "sensor_fault")]
    assert kinds(infant.live("ssc -*11")) == [("cleared", "sensor_fault")]


@pytest.mark.parametrize("flag", [c.FLAG_INFANT_TOUCH_RANGE, c.FLAG_WORN_BY_INFANT])
def test_sensor_out_of_range_is_no_fault(flag):
    assert Infant().live(f"ssc -*60 flags={flag}") == []


def test_battery_low_rings_at_once_and_clears_only_by_a_charger():
    infant = Infant()
    assert rings(infant.live("ssc 36.9*1 battery_mv=3510, ssc 36.9*59")) == []
    assert rings(infant.live("ssc 36.9*1 battery_mv=3500")) == [(60, "battery_low")]
    assert infant.live("ssc 36.9*300, ssc 36.9*1 battery_mv=3590, ssc 36.9*60") == []
    assert kinds(infant.live("ssc 36.9*1 battery_mv=3600")) == [("cleared", "battery_low")]


def test_battery_of_a_broken_divider_is_not_low():
    assert Infant().live("ssc 36.9*10 battery_mv=1900") == []


def test_clock_unset_for_half_an_hour_is_shown_and_never_rings():
    infant = Infant()
    told = infant.live(f"ssc 36.9*100 flags={FLAG_CLOCK_UNSET}")
    assert told == [(30, "raised", "clock_unset")]
    assert kinds(infant.live("ssc 36.9*1")) == [("cleared", "clock_unset")]


def test_clock_unset_minutes_never_ring():
    infant = Infant()
    told = infant.live(f"ssc 35.4*20 flags={FLAG_CLOCK_UNSET}")
    assert kinds(told) == [("annotated", "danger_cold")]
    # As soon as the time is known, what still stands rings.
    assert rings(infant.live("ssc 35.4*1")) == [(20, "danger_cold")]


def test_technical_alert_is_not_escalated():
    infant = Infant()
    told = infant.live(f"ssc -*300 flags={c.FLAG_TOUCH_FAULT}")
    assert kinds(told) == [("raised", "sensor_fault"), ("rang", "sensor_fault")]
