"""Runs in MicroPython and in CPython: when a band calls for a cold infant."""

from band.contact import INFANT_ONLY, SSC, UNKNOWN
from band.warmth import WarmthRule
from pouch_protocol import constants as c

COLD, ESCALATED, CLEARED = c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED, c.EVENT_ALERT_CLEARED
MINUTE_S = 60
HOUR_S = 3600


def _c128(temperature_c):
    return round(temperature_c * 128)


class Worn:
    """A rule that is fed, and what it said, with the second at which it did."""

    def __init__(self, interval_s=30):
        self.rule = WarmthRule()
        self.interval_s = interval_s
        self.now_s = 0
        self.said = []

    def feel(self, temperature_c, for_s, state=INFANT_ONLY, touched=True):
        """Give samples for a time; return the events of that time."""
        before = len(self.said)
        c128 = None if temperature_c is None else _c128(temperature_c)
        for _ in range(for_s // self.interval_s):
            self.take(c128, state, touched, self.interval_s)
        return [event for _, event in self.said[before:]]

    def take(self, c128, state, touched, dt_s):
        self.now_s += dt_s
        event = self.rule.update(c128, state, touched, dt_s)
        if event is not None:
            self.said.append((self.now_s, event))


def _alerting(temperature_c=35.0):
    worn = Worn()
    assert worn.feel(temperature_c, HOUR_S // 2) == [COLD]
    return worn


def _settled(state=INFANT_ONLY, for_s=2 * HOUR_S):
    worn = Worn()
    assert worn.feel(36.6, for_s, state) == []
    return worn


def test_cold_infant_is_called_for_when_settled_and_cold_for_ten_minutes_each():
    worn = Worn()
    worn.feel(35.0, 2 * HOUR_S)
    # The first sample begins to settle, the first settled one begins to count.
    assert worn.said[0] == (30 + 600 + 600, COLD)
    assert worn.rule.line_c128 == _c128(35.5)
    assert worn.rule.line_c100 == 3550


def test_event_tells_skin_and_line():
    worn = Worn()
    worn.feel(34.875, 1230)
    assert worn.rule.alerting
    assert (worn.rule.skin_c128, worn.rule.line_c128) == (_c128(34.875), _c128(35.5))


def test_line_of_the_cot_rings_below_and_not_at_it():
    for temperature_c, events in ((35.5, []), (35.5 - 1 / 128, [COLD])):
        worn = Worn()
        assert worn.feel(temperature_c, HOUR_S // 2) == events


def test_line_of_contact_is_higher_after_an_hour_of_it():
    worn = Worn()
    assert worn.feel(35.9, HOUR_S, SSC) == []
    assert worn.feel(35.9, 30 * MINUTE_S, SSC) == [COLD]
    assert worn.rule.line_c100 == 3600
    assert worn.said[0][0] == HOUR_S + 600


def test_normal_infant_is_never_called_for():
    for temperature_c, state in ((36.0, SSC), (36.4, SSC), (35.6, INFANT_ONLY), (36.5, UNKNOWN)):
        assert Worn().feel(temperature_c, 24 * HOUR_S, state) == []


def test_unknown_contact_has_the_line_of_the_cot():
    worn = _settled(SSC)
    assert worn.feel(35.7, 2 * HOUR_S, UNKNOWN) == []
    assert worn.feel(35.4, 2 * HOUR_S, UNKNOWN) != []


def test_nine_minutes_of_cold_are_nothing_however_often():
    worn = _settled()
    for _ in range(50):
        assert worn.feel(35.0, 10 * MINUTE_S) == []
        assert worn.feel(35.6, 30) == []


def test_infant_untouched_is_never_called_for():
    for touched in (False, None):
        assert Worn().feel(25.0, 24 * HOUR_S, UNKNOWN, touched) == []


def test_touch_that_comes_and_goes_never_settles():
    worn = Worn()
    for _ in range(50):
        assert worn.feel(34.0, 9 * MINUTE_S) == []
        assert worn.feel(34.0, 30, touched=False) == []


def test_short_unknown_touch_stops_the_timers_and_does_not_reset_them():
    worn = Worn()
    worn.feel(35.0, 15 * MINUTE_S)
    worn.feel(35.0, 90, UNKNOWN, None)
    worn.feel(35.0, 15 * MINUTE_S)
    # Twenty minutes of touch, a minute and a half unknown, and the sample after that joins on
    # to none.
    assert worn.said == [(30 + 1200 + 90 + 30, COLD)]


def test_long_unknown_touch_begins_anew():
    worn = Worn()
    worn.feel(35.0, 19 * MINUTE_S)
    worn.feel(35.0, 2 * MINUTE_S, UNKNOWN, None)
    assert worn.feel(35.0, 20 * MINUTE_S) == []
    assert worn.feel(35.0, MINUTE_S) == [COLD]


def test_missing_temperature_stops_the_timers_or_begins_anew():
    for missing_s, rest_s in ((90, 150), (2 * MINUTE_S, 600)):
        worn = _settled()
        worn.feel(35.0, 8 * MINUTE_S)
        assert worn.feel(None, missing_s) == []
        assert worn.feel(35.0, rest_s) == []
        assert worn.feel(35.0, MINUTE_S) == [COLD]


def test_gap_between_samples_begins_anew():
    worn = Worn()
    worn.feel(35.0, 19 * MINUTE_S)
    worn.take(_c128(35.0), INFANT_ONLY, True, 601)
    assert worn.feel(35.0, 19 * MINUTE_S) == []
    assert worn.feel(35.0, 2 * MINUTE_S) == [COLD]


def test_longest_interval_works_too():
    worn = Worn(300)
    worn.feel(35.0, HOUR_S)
    assert worn.said[0] == (300 + 600 + 600, COLD)


def test_alert_is_raised_once():
    worn = _alerting()
    assert worn.feel(35.0, 20 * MINUTE_S) == []
    assert worn.rule.is_sounding


def test_half_an_hour_without_recovery_escalates_once():
    worn = _alerting()
    assert worn.feel(35.0, 12 * HOUR_S) == [ESCALATED]
    assert worn.said[1][0] - worn.said[0][0] == 1800
    assert worn.rule.escalated


def test_infant_that_got_warmer_than_the_line_does_not_escalate():
    worn = _alerting()
    assert worn.feel(35.6, 12 * HOUR_S) == []
    assert worn.rule.alerting
    assert worn.feel(35.4, 30) == [ESCALATED]


def test_alert_clears_after_ten_minutes_clear_of_the_line():
    worn = _alerting()
    assert worn.feel(35.69, HOUR_S) == []
    assert worn.feel(35.71, 10 * MINUTE_S) == []
    assert worn.feel(35.71, 30) == [CLEARED]
    assert not worn.rule.alerting
    assert worn.rule.skin_c128 == _c128(35.71)


def test_warmth_with_breaks_does_not_clear():
    worn = _alerting()
    for _ in range(20):
        worn.feel(36.5, 9 * MINUTE_S)
        worn.feel(35.4, 30)
    assert [event for _, event in worn.said] == [COLD, ESCALATED]


def test_change_of_the_line_alone_does_not_clear():
    worn = _settled(SSC)
    assert worn.feel(35.9, 11 * MINUTE_S, SSC) == [COLD]
    assert worn.feel(35.9, 10 * MINUTE_S, INFANT_ONLY) == []
    assert worn.rule.alerting
    # In the cot 35.9 C is fine once it has lasted.
    assert worn.feel(35.9, MINUTE_S, INFANT_ONLY) == [CLEARED]


def test_alert_ends_when_the_band_has_lost_the_infant():
    for temperature_c, touched in ((35.0, False), (35.0, None), (None, True)):
        worn = _alerting()
        assert worn.feel(temperature_c, 9 * MINUTE_S, UNKNOWN, touched) == []
        assert worn.rule.alerting
        assert worn.feel(temperature_c, MINUTE_S, UNKNOWN, touched) == [CLEARED]
        assert worn.rule.skin_c128 == c.TEMPERATURE_MISSING
        assert not worn.rule.is_sounding


def test_alert_does_not_escalate_while_nothing_is_known():
    worn = _alerting()
    for _ in range(20):
        worn.feel(None, 9 * MINUTE_S)
        worn.feel(35.0, 30)
    assert not worn.rule.escalated


def test_acknowledged_alert_is_silent_until_it_escalates():
    worn = _alerting()
    assert worn.rule.acknowledge()
    assert worn.rule.alerting
    assert not worn.rule.is_sounding
    assert not worn.rule.acknowledge()
    assert worn.feel(35.0, 29 * MINUTE_S) == [ESCALATED]
    assert worn.rule.is_sounding


def test_acknowledged_escalation_is_silent_for_four_hours_and_no_longer():
    worn = _alerting()
    worn.feel(35.0, HOUR_S)
    assert worn.rule.acknowledge()
    assert worn.feel(35.0, 4 * HOUR_S - 30) == []
    assert worn.feel(35.0, 30) == [ESCALATED]
    assert worn.rule.is_sounding


def test_acknowledgement_ends_when_the_condition_clears_and_recurs():
    worn = _alerting()
    worn.rule.acknowledge()
    assert worn.feel(36.5, 20 * MINUTE_S) == [CLEARED]
    assert worn.feel(35.0, 20 * MINUTE_S) == [COLD]
    assert worn.rule.is_sounding


def test_nothing_to_acknowledge_is_said_so():
    assert not WarmthRule().acknowledge()


def test_hot_skin_asks_for_a_thermometer_at_once_and_clears():
    worn = _settled()
    assert worn.feel(37.99, 2 * HOUR_S) == []
    assert worn.feel(38.0, 20 * MINUTE_S) == [ESCALATED]
    assert worn.rule.line_c100 == 3800
    assert worn.feel(37.9, HOUR_S) == []
    assert worn.feel(37.7, 20 * MINUTE_S) == [CLEARED]
    assert worn.feel(36.5, HOUR_S) == []
    assert worn.feel(35.0, 20 * MINUTE_S) == [COLD]
    assert worn.rule.line_c100 == 3550


def test_hot_alert_is_about_heat_whatever_contact_does():
    worn = _settled(SSC)
    assert worn.feel(38.5, 20 * MINUTE_S, SSC) == [ESCALATED]
    for _ in range(3):
        assert worn.feel(38.5, 30 * MINUTE_S, INFANT_ONLY) == []
        assert worn.feel(38.5, 90 * MINUTE_S, SSC) == []
    assert worn.rule.line_c100 == 3800


def test_heat_and_cold_do_not_add_up():
    worn = _settled()
    for _ in range(20):
        worn.feel(38.5, 5 * MINUTE_S)
        worn.feel(35.0, 5 * MINUTE_S)
    assert worn.said == []
