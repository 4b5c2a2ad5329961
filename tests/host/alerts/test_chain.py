import dataclasses

from pouch_host.alerts import RULES
from tests.host.alerts.timelines import Infant, kinds, rings

# A core that falls by 0.36 C an hour, beyond the line of cold stress from the start.
FALLING = ", ".join(f"ssc {36.29 - 0.006 * minute:.3f}" for minute in range(56))


def falling(infant):
    """Let an infant fall through three lines; each rings once."""
    return rings(infant.live("ssc 36.2*22, ssc 35.9*12, ssc 35.4*12"))


def test_graver_class_replaces_the_milder_one_and_rings():
    infant = Infant()
    assert falling(infant) == [(20, "cold_stress"), (32, "moderate_cold"), (44, "danger_cold")]
    assert infant.standing_classes == ["danger_cold"]


def test_milder_class_shows_again_silently_when_the_graver_one_clears():
    infant = Infant()
    falling(infant)
    assert kinds(infant.live("ssc 35.9*12")) == [("cleared", "danger_cold")]
    assert infant.standing_classes == ["moderate_cold"]
    assert kinds(infant.live("ssc 36.25*12")) == [("cleared", "moderate_cold")]
    assert infant.standing_classes == ["cold_stress"]


def test_fall_through_all_lines_at_once_rings_once_also_on_the_way_up():
    infant = Infant()
    assert rings(infant.live("ssc 35.4*12")) == [(10, "danger_cold")]
    assert rings(infant.live("ssc 35.9*12, ssc 36.25*12, ssc 37.0*12")) == []
    assert infant.standing == []


def test_graver_class_that_recurs_rings_again():
    infant = Infant()
    falling(infant)
    infant.live("ssc 35.9*12")
    assert rings(infant.live("ssc 35.4*12")) == [(68, "danger_cold")]


def test_acknowledgement_silences_the_class_and_not_the_graver_one():
    infant = Infant()
    infant.live("ssc 36.2*22")
    assert kinds(infant.acknowledge()) == [("acknowledged", "cold_stress")]
    assert rings(infant.live("ssc 35.9*12")) == [(32, "moderate_cold")]
    assert not infant.standing[0].is_acknowledged


def test_acknowledgement_of_a_milder_class_holds_while_a_graver_one_comes_and_goes():
    infant = Infant()
    infant.live("ssc 36.2*22")
    infant.acknowledge()
    infant.live("ssc 35.9*12, ssc 36.25*12")
    (alert,) = infant.standing
    assert alert.alert_class.value == "cold_stress"
    assert alert.acknowledged_by == "nurse 7"


def test_acknowledgement_of_a_graver_class_passes_to_the_milder_one_that_follows():
    infant = Infant()
    infant.live("ssc 35.4*12")
    infant.acknowledge()
    infant.live("ssc 35.9*12")
    (alert,) = infant.standing
    assert (alert.alert_class.value, alert.is_acknowledged) == ("moderate_cold", True)


def test_acknowledgement_ends_when_the_condition_clears_and_recurs():
    infant = Infant()
    infant.live("ssc 35.9*12")
    infant.acknowledge()
    assert rings(infant.live("ssc 35.9*10, ssc 37.0*12, ssc 35.9*12")) == [(44, "moderate_cold")]


def test_acknowledgement_twice_tells_once():
    infant = Infant()
    infant.live("ssc 35.9*12")
    infant.acknowledge()
    assert infant.acknowledge() == []


def test_milder_class_that_is_only_shown_does_not_ring_for_a_graver_one_that_was_muted():
    infant = Infant()
    infant.mute("cold_stress", 120)
    told = infant.live(f"{FALLING}, ssc 36.65*11")
    assert kinds(told) == [
        ("raised", "cold_stress"),
        ("escalated", "cold_stress"),
        ("cleared", "cold_stress"),
        ("raised", "cooling"),
    ]
    assert infant.standing_classes == ["cooling"]


def test_milder_class_that_does_not_escalate_takes_over_no_escalation():
    infant = Infant()
    assert rings(infant.live(FALLING)) == [(20, "cold_stress"), (50, "cold_stress")]
    assert infant.standing[0].escalated
    assert rings(infant.live("ssc 36.65*11")) == []
    (alert,) = infant.standing
    assert (alert.alert_class.value, alert.escalated) == ("cooling", False)


def test_milder_class_rings_after_a_graver_one_that_is_only_shown():
    hot = dataclasses.replace(RULES["hot"], quiet_s=None, escalate_s=None)
    rules = {**RULES, "hot": hot}
    assert rings(Infant(rules=rules).live("ssc 38.2*12, ssc 37.75*12")) == [(22, "warm")]
    seen = Infant(rules=rules)
    seen.live("ssc 38.2*12")
    seen.acknowledge()
    assert rings(seen.live("ssc 37.75*12")) == []


def test_alerts_stand_gravest_first():
    infant = Infant()
    infant.live("ssc 35.4*12 battery_mv=3400")
    assert infant.standing_classes == ["danger_cold", "battery_low"]
