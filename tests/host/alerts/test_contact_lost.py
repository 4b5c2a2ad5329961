import pytest

from tests.host.alerts.timelines import Infant, kinds, rings

HELD = "ssc 36.9*20 outer_c=35, "


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("infant_only 36.9*50 outer_c=32.9", True),
        ("infant_only 36.9*50 outer_c=33.1", False),
        ("infant_only -*50 outer_c=30", True),
        ("off -*50 outer_c=24.9", True),
        ("off -*50 outer_c=25.1", False),
        ("unknown -*50 outer_c=24", True),
        ("unknown -*50 outer_c=32", False),
        # The outer face lies on the caregiver, and the band does not know where the infant is.
        ("caregiver_only -*50 outer_c=20", False),
        ("infant_only 36.9*50", False),
        ("ssc 36.9*50 outer_c=20", False),
    ],
)
def test_contact_lost_in_the_cold_is_shown_then_rings(after, told):
    infant = Infant()
    rung = [row for row in rings(infant.live(HELD + after)) if row[1] == "contact_lost_cold"]
    assert rung == ([(50, "contact_lost_cold")] if told else [])
    raised = [event.utc_s for event in infant.events if event.kind.value == "raised"]
    if told:
        assert infant.events[0].kind.value == "raised"
        assert raised[0] == infant.events[0].utc_s


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
    assert infant.live("caregiver_only -*20 outer_c=34") == []
    assert kinds(infant.live("caregiver_only -*1 outer_c=34")) == [
        ("cleared", "contact_lost_cold")
    ]


def test_contact_lost_escalates_since_only_a_thermometer_knows():
    infant = Infant()
    infant.live(HELD + "infant_only 36.9*65 outer_c=30")
    last = infant.events[-1]
    assert (last.kind.value, last.action) == ("rang", "measure_axillary")
    assert last.reason == "escalated"


def test_contact_lost_leaves_the_core_its_own_alert():
    infant = Infant()
    infant.live(HELD + "infant_only 35.9*20 outer_c=30")
    assert infant.standing_classes == ["moderate_cold", "contact_lost_cold"]
