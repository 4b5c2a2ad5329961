import pytest

from pouch_host.alerts import RULES, AlertClass
from tests.host.alerts.timelines import Infant, kinds, rings

WARM_FIRST = "ssc 37.0*20, "

# Doubt is 0.2 C: COLD and WARM need all of it beyond their lines, DANGER_COLD takes half of it.
# COLD has to last for 20 minutes, the others for 10.
LINES = [
    ("36.31", []),
    ("36.29", [(40, "cold_stress")]),
    ("36.01", [(40, "cold_stress")]),
    ("35.99", [(30, "moderate_cold")]),
    ("35.61", [(30, "moderate_cold")]),
    ("35.59", [(30, "danger_cold")]),
    ("32.0", [(30, "danger_cold")]),
    ("31.99", [(30, "severe_cold")]),
    ("37.69", []),
    ("37.71", [(30, "warm")]),
    ("37.99", [(30, "warm")]),
    ("38.0", [(30, "hot")]),
]


@pytest.mark.parametrize(("core", "rung"), LINES, ids=[core for core, _ in LINES])
def test_core_beyond_a_line_rings_for_the_gravest_class_when_it_has_lasted(core, rung):
    assert rings(Infant().live(f"{WARM_FIRST}ssc {core}*22")) == rung


@pytest.mark.parametrize(("core", "rung"), [row for row in LINES if row[1]], ids=str)
def test_core_beyond_a_line_for_a_minute_less_is_silent(core, rung):
    lasting = rung[0][0] - 20
    told = Infant().live(f"{WARM_FIRST}ssc {core}*{lasting}, ssc 37.0*30")
    # A core that steps down is a fall, which may show.
    assert {name for _, _, name in told} <= {"cooling"}
    assert rings(told) == []


def test_core_doubt_grows_cold_stress_waits_and_danger_comes_earlier():
    doubtful = "core_sd_c=0.45"
    assert rings(Infant().live(f"ssc 36.2*60 {doubtful}")) == []
    assert rings(Infant().live(f"ssc 36.2*22 {doubtful}, ssc 36.2*22")) == [(42, "cold_stress")]
    assert rings(Infant().live(f"ssc 35.7*12 {doubtful}")) == [(10, "danger_cold")]


def test_core_doubt_without_bound_brings_danger_no_nearer_than_half_way_to_the_milder_line():
    assert rings(Infant().live("ssc 35.76*12 core_sd_c=3")) == [(10, "moderate_cold")]
    assert rings(Infant().live("ssc 35.74*12 core_sd_c=3")) == [(10, "danger_cold")]


@pytest.mark.parametrize("state", ["infant_only", "ssc"])
def test_core_of_a_face_on_the_infant_counts(state):
    assert rings(Infant().live(f"{state} 35.9*12")) == [(10, "moderate_cold")]


@pytest.mark.parametrize("state", ["caregiver_only", "off", "unknown"])
def test_core_of_a_face_that_is_not_known_to_touch_the_infant_never_counts(state):
    infant = Infant()
    infant.live(f"{state} 34.0*60 temperature_valid=1")
    assert not any(RULES[alert.alert_class].family.is_physiological for alert in infant.standing)


def test_core_that_has_not_settled_never_counts():
    assert Infant().live("ssc 34.0*60 temperature_valid=0") == []


def test_alert_clears_after_ten_minutes_clear_of_the_line():
    infant = Infant()
    infant.live("ssc 35.9*12")
    # 36.1 C is between the line and its margin: nothing is known to be better.
    assert infant.live("ssc 36.1*12") == []
    # 36.25 C is clear of moderate cold, not of cold stress: the milder one shows, silently.
    assert kinds(infant.live("ssc 36.25*12")) == [
        ("cleared", "moderate_cold"),
        ("raised", "cold_stress"),
    ]
    assert infant.live("ssc 36.6*10") == []
    assert kinds(infant.live("ssc 36.6*1")) == [("cleared", "cold_stress")]
    assert infant.standing == []


def test_alert_about_to_clear_begins_anew_when_it_crosses_again():
    infant = Infant()
    infant.live("ssc 35.9*12")
    assert infant.live("ssc 37.0*9, ssc 35.9*1, ssc 37.0*10") == []
    assert infant.standing_classes == ["moderate_cold"]


def test_alert_that_cleared_and_recurs_rings_again():
    infant = Infant()
    infant.live("ssc 35.9*12, ssc 37.0*12")
    assert rings(infant.live("ssc 35.9*12")) == [(34, "moderate_cold")]


def test_heat_and_cold_are_two_chains():
    infant = Infant()
    assert rings(infant.live("ssc 38.2*12, ssc 35.9*12")) == [(10, "hot"), (22, "moderate_cold")]


def test_event_carries_what_led_to_it_and_what_to_do():
    infant = Infant()
    infant.live("ssc 35.4*12")
    (rang,) = (event for event in infant.events if event.kind.value == "rang")
    assert rang.alert_class is AlertClass.DANGER_COLD
    assert rang.action == "seek_care"
    assert rang.values["core_c"] == 35.4
    assert rang.values["skin_c"] == pytest.approx(35.2)
    assert rang.values["state"] == "ssc"
    assert rang.plain()["alert_class"] == "danger_cold"
