from tests.host.alerts.timelines import Infant, kinds, rings

# Five minutes masked, the face lost for a while, ten minutes of settling.
BREAK = "ssc -*5, off -*{0}, ssc -*10"


def test_break_of_under_five_minutes_holds_what_was_counted():
    infant = Infant()
    assert infant.live("ssc 35.9*8, " + BREAK.format(4)) == []
    # Seven of ten minutes were counted before, the step over the break counts for nothing.
    assert rings(infant.live("ssc 35.9*4")) == [(30, "moderate_cold")]


def test_break_of_longer_than_the_hold_drops_what_was_counted():
    infant = Infant()
    infant.live("ssc 35.9*8, " + BREAK.format(5))
    assert rings(infant.live("ssc 35.9*12")) == [(38, "moderate_cold")]


def test_one_missing_minute_counts_as_lived_through():
    infant = Infant()
    assert rings(infant.live("ssc 35.9*5, ssc -*1, ssc 35.9*6")) == [(10, "moderate_cold")]


def test_alert_is_held_over_a_break_of_under_five_minutes():
    infant = Infant()
    infant.live("ssc 35.9*12")
    assert infant.live(BREAK.format(4)) == []
    assert infant.standing_classes == ["moderate_cold"]


def test_alert_ends_unseen_when_the_face_is_lost_for_longer_than_the_hold():
    infant = Infant()
    infant.live("ssc 35.9*12")
    assert infant.live("caregiver_only -*20") == []
    assert kinds(infant.live("caregiver_only -*1")) == [("cleared", "moderate_cold")]
    assert infant.events[-1].reason == "unseen"


def test_alert_about_to_clear_does_not_clear_by_a_break():
    infant = Infant()
    infant.live("ssc 35.9*12, ssc 37.0*8, off -*4, ssc -*10")
    assert infant.standing_classes == ["moderate_cold"]


def test_alert_stands_while_data_is_stale_and_ends_unseen_after_four_hours():
    infant = Infant()
    infant.live("ssc 35.9*12")
    told = infant.wait(240)
    assert ("cleared", "moderate_cold") not in kinds(told)
    assert infant.standing_classes == ["moderate_cold", "stale"]
    assert kinds(infant.wait(15)) == [("cleared", "moderate_cold")]
    assert infant.standing_classes == ["stale"]


def test_alert_unseen_that_recurs_rings_again():
    infant = Infant()
    infant.live("ssc 35.9*12, off -*25, ssc -*10")
    assert rings(infant.live("ssc 35.9*12")) == [(57, "moderate_cold")]
