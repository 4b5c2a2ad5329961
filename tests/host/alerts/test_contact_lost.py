import dataclasses

import pytest

from pouch_host.alerts import RULES
from tests.host.alerts.timelines import Infant, kinds, rings

HELD = "ssc 36.9*20 outer_c=35, "

# A site that wants to be called after half an hour: then only a thermometer knows.
CALLED = {
    **RULES,
    "contact_lost_cold": dataclasses.replace(
        RULES["contact_lost_cold"], escalate_s=1800, late_action="measure_axillary"
    ),
}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("infant_only 36.9*80 outer_c=32.9", True),
        ("infant_only 36.9*80 outer_c=33.1", False),
        ("infant_only -*80 outer_c=30", True),
        ("off -*80 outer_c=24.9", True),
        ("off -*80 outer_c=25.1", False),
        ("unknown -*80 outer_c=24", True),
        ("unknown -*80 outer_c=32", False),
        # The outer face lies on the caregiver, and the band does not know where the infant is.
        ("caregiver_only -*80 outer_c=20", False),
        ("infant_only 36.9*80", False),
        ("ssc 36.9*80 outer_c=20", False),
    ],
)
def test_contact_lost_in_the_cold_is_shown_and_neither_escalates_nor_rings(after, told):
    events = Infant().live(HELD + after)
    lost = [(minute, kind) for minute, kind, name in events if name == "contact_lost_cold"]
    assert lost == ([(35, "raised")] if told else [])


def test_contact_lost_is_shown_at_fifteen_minutes():
    infant = Infant()
    assert infant.live(HELD + "infant_only 36.9*15 outer_c=30") == []
    assert kinds(infant.live("infant_only 36.9*1 outer_c=30")) == [("raised", "contact_lost_cold")]


def test_contact_that_never_was_cannot_be_lost():
    assert Infant().live("infant_only 36.9*100 outer_c=30") == []
    assert Infant().live("ssc 36.9*9 outer_c=35, infant_only 36.9*100 outer_c=30") == []


def test_contact_of_more_than_four_hours_ago_is_not_lost_any_more():
    infant = Infant()
    assert infant.live(HELD + "infant_only 36.9*241 outer_c=35") == []
    assert infant.live("infant_only 36.9*60 outer_c=30") == []


def test_contact_lost_clears_with_contact():
    infant = Infant()
    infant.live(HELD + "infant_only 36.9*31 outer_c=30")
    assert kinds(infant.live("ssc 36.9*11 outer_c=32")) == [("cleared", "contact_lost_cold")]


def test_contact_lost_clears_when_the_infant_is_covered():
    infant = Infant()
    infant.live(HELD + "infant_only 36.9*31 outer_c=30")
    assert infant.live("infant_only 36.9*20 outer_c=33.5") == []
    assert kinds(infant.live("infant_only 36.9*11 outer_c=34")) == [
        ("cleared", "contact_lost_cold")
    ]


def test_contact_lost_is_held_while_the_caregiver_alone_is_touched_and_then_ends():
    infant = Infant()
    infant.live(HELD + "infant_only 36.9*31 outer_c=30")
    assert infant.standing_classes == ["contact_lost_cold"]
    assert infant.live("caregiver_only -*20 outer_c=34") == []
    assert kinds(infant.live("caregiver_only -*1 outer_c=34")) == [
        ("cleared", "contact_lost_cold")
    ]


def test_contact_lost_for_hours_asks_once_on_the_board_for_contact():
    infant = Infant()
    infant.live(HELD + "infant_only 36.9*300 outer_c=30")
    (raised,) = infant.events
    assert (raised.kind.value, raised.action) == ("raised", "skin_to_skin_and_cap")
    assert infant.standing_classes == ["contact_lost_cold"]
    assert not infant.standing[0].escalated


def test_contact_lost_acknowledged_or_muted_is_as_silent_afterwards():
    infant = Infant()
    infant.live(HELD + "infant_only 36.9*20 outer_c=30")
    infant.acknowledge()
    infant.mute("contact_lost_cold", 20)
    told = infant.live("infant_only 36.9*120 outer_c=30")
    assert kinds(told) == [("unmuted", "contact_lost_cold")]


def test_contact_lost_leaves_the_ring_to_the_core_that_falls():
    infant = Infant()
    told = infant.live(HELD + "infant_only 36.9*30 outer_c=30, infant_only 36.2*21 outer_c=30")
    assert rings(told) == [(70, "cold_stress")]
    assert set(infant.standing_classes) == {"cold_stress", "contact_lost_cold"}


def test_class_that_is_only_shown_escalates_and_rings_where_a_site_says_so():
    infant = Infant(rules=CALLED)
    infant.live(HELD + "infant_only 36.9*300 outer_c=30")
    raised, escalated, rang = infant.events
    assert (raised.kind.value, raised.action) == ("raised", "skin_to_skin_and_cap")
    assert (escalated.kind.value, escalated.action) == ("escalated", "measure_axillary")
    assert (rang.kind.value, rang.action) == ("rang", "measure_axillary")
    assert rang.reason == "escalated"


def test_class_that_is_only_shown_and_unknown_for_long_escalates_before_it_ends():
    infant = Infant(rules=CALLED)
    infant.live(HELD + "infant_only 36.9*31 outer_c=30")
    assert infant.live("caregiver_only -*14 outer_c=34") == []
    # What is not known is no recovery: half an hour is over at 65 minutes.
    assert kinds(infant.live("caregiver_only -*6 outer_c=34")) == [
        ("escalated", "contact_lost_cold"),
        ("rang", "contact_lost_cold"),
    ]


def test_class_that_is_only_shown_and_nearly_ends_has_half_an_hour_again():
    infant = Infant(rules=CALLED)
    # Covered somewhat at the time of the look: between the line and its margin.
    told = infant.live(HELD + "infant_only 36.9*40 outer_c=30, infant_only 36.9*10 outer_c=33.5")
    assert rings(told) == []
    assert rings(infant.live("infant_only 36.9*40 outer_c=30")) == [(95, "contact_lost_cold")]


def test_class_that_is_only_shown_rings_when_it_escalates_though_it_was_acknowledged():
    infant = Infant(rules=CALLED)
    infant.live(HELD + "infant_only 36.9*20 outer_c=30")
    infant.acknowledge()
    told = rings(infant.live("infant_only 36.9*60 outer_c=30"))
    assert told == [(65, "contact_lost_cold")]


def test_class_that_is_only_shown_and_muted_while_it_escalates_rings_once_after_the_mute():
    infant = Infant(rules=CALLED)
    infant.live(HELD + "infant_only 36.9*20 outer_c=30")
    infant.mute("contact_lost_cold", 40)
    told = rings(infant.live("infant_only 36.9*90 outer_c=30"))
    assert told == [(80, "contact_lost_cold")]


def test_contact_lost_leaves_the_core_its_own_alert():
    infant = Infant()
    infant.live(HELD + "infant_only 35.9*20 outer_c=30")
    assert infant.standing_classes == ["moderate_cold", "contact_lost_cold"]
