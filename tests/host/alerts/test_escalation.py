import pytest

from tests.host.alerts.timelines import Infant, kinds, rings


def test_alert_without_recovery_escalates_after_thirty_minutes_and_rings_once_more():
    infant = Infant()
    told = infant.live("ssc 35.9*200")
    assert rings(told) == [(10, "moderate_cold"), (40, "moderate_cold")]
    (escalated,) = (event for event in infant.events if event.kind.value == "escalated")
    assert escalated.action == "measure_axillary"


def test_alert_acknowledged_escalates_all_the_same():
    infant = Infant()
    infant.live("ssc 35.9*12")
    infant.acknowledge()
    assert rings(infant.live("ssc 35.9*40")) == [(40, "moderate_cold")]
    assert not infant.standing[0].is_acknowledged


def test_alert_acknowledged_after_it_escalated_is_silent_until_it_recurs():
    infant = Infant()
    infant.live("ssc 35.9*45")
    infant.acknowledge()
    assert infant.live("ssc 35.9*600") == []
    assert rings(infant.live("ssc 37.0*12, ssc 35.9*12")) == [(667, "moderate_cold")]


def test_alert_of_an_infant_that_warms_by_a_fifth_of_a_degree_waits_another_half_hour():
    infant = Infant()
    told = infant.live("ssc 35.5*20 core_sd_c=0, ssc 35.71*20 core_sd_c=0")
    assert rings(told) == [(10, "moderate_cold")]
    assert infant.live("ssc 35.71*29 core_sd_c=0") == []
    assert rings(infant.live("ssc 35.71*2 core_sd_c=0")) == [(70, "moderate_cold")]


def test_alert_of_an_infant_between_line_and_margin_does_not_escalate():
    infant = Infant()
    infant.live("ssc 35.9*12")
    assert infant.live("ssc 36.1*120") == []


def test_alert_of_heat_recovers_downwards():
    infant = Infant()
    assert rings(infant.live("ssc 38.5*20, ssc 38.2*21")) == [(10, "hot")]
    assert rings(Infant().live("ssc 38.2*20, ssc 38.5*21")) == [(10, "hot"), (40, "hot")]


def test_alert_escalates_by_the_clock_when_data_stops():
    infant = Infant()
    infant.live("ssc 35.9*12")
    assert (40, "moderate_cold") in rings(infant.wait(40))


def test_alert_escalates_when_only_the_face_is_lost():
    infant = Infant()
    infant.live("ssc 35.9*30")
    assert rings(infant.live("ssc -*12")) == [(40, "moderate_cold")]


def test_alert_that_steps_down_has_half_an_hour_again():
    infant = Infant()
    infant.live("ssc 35.4*30")
    assert infant.standing_classes == ["danger_cold"]
    told = infant.live("ssc 35.9*41")
    assert kinds(told) == [
        ("cleared", "danger_cold"),
        ("raised", "moderate_cold"),
        ("escalated", "moderate_cold"),
        ("rang", "moderate_cold"),
    ]
    assert told[-1][0] == 70


@pytest.mark.parametrize("core", ["35.4", "38.2"])
def test_danger_asks_for_care_from_the_start(core):
    infant = Infant()
    infant.live(f"ssc {core}*45")
    actions = [event.action for event in infant.events if event.kind.value == "rang"]
    assert actions == ["seek_care", "seek_care"]
