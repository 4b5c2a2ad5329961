"""Runs in MicroPython and CPython: which change is told, once, and when what it says is over."""

from band import contact as states
from band import patterns as p
from band.notices import Notices
from pouch_protocol import constants as c

UNKNOWN, SSC, OFF = states.UNKNOWN, states.SSC, states.OFF
INFANT_ONLY, CAREGIVER_ONLY = states.INFANT_ONLY, states.CAREGIVER_ONLY
WORN = (INFANT_ONLY, CAREGIVER_ONLY)
KNOWN_WITHOUT = (INFANT_ONLY, CAREGIVER_ONLY, OFF)
FAULTS = (
    c.FLAG_INFANT_THERMOMETER_FAULT,
    c.FLAG_CAREGIVER_THERMOMETER_FAULT,
    c.FLAG_TOUCH_FAULT,
    c.FLAG_MOTION_FAULT,
)
# Flags that are no fault of a part.
HARMLESS = (
    c.FLAG_MOTION_OVERRUN
    | c.FLAG_INFANT_TOUCH_RANGE
    | c.FLAG_CAREGIVER_TOUCH_RANGE
    | c.FLAG_WORN_BY_INFANT
)
MISSED_S = 10_800
FAULT_S = 600


class Told:
    """Notices, and what they said since the last look."""

    def __init__(self, flags=0):
        self.log = []
        self.notices = Notices(self)
        self.notices.take(flags, UNKNOWN, (), False, 0)

    def show(self, pattern, eighths=0):
        assert eighths == 0
        self.log.append(("show", pattern))

    def hide(self, pattern):
        self.log.append(("hide", pattern))

    def take(self):
        taken = list(self.log)
        self.log.clear()
        return taken

    def samples(self, state, count=1, flags=0, events=(), reached=False, dt_s=30):
        """Let so many equal samples come; return what was told."""
        for _ in range(count):
            self.notices.take(flags, state, events, reached, dt_s)
        return self.take()


def _show(*patterns):
    return [("show", pattern) for pattern in patterns]


def test_start_says_ready_or_fault():
    assert Told().take() == _show(p.READY)
    assert Told(HARMLESS).take() == _show(p.READY)
    for flag in FAULTS:
        assert Told(flag).take() == _show(p.FAULT)
        assert Told(flag | HARMLESS).take() == _show(p.FAULT)


def test_contact_is_found_and_lost_once_each():
    told = Told()
    told.take()
    for other in KNOWN_WITHOUT:
        assert told.samples(SSC, 10) == _show(p.CONTACT_FOUND)
        assert told.samples(other, 10) == _show(p.CONTACT_LOST)


def test_first_state_that_is_known_is_no_loss():
    for other in KNOWN_WITHOUT:
        told = Told()
        told.take()
        assert told.samples(other, 10) == []


def test_one_without_contact_for_another_is_no_news():
    told = Told()
    told.take()
    for _ in range(3):
        for other in KNOWN_WITHOUT:
            assert told.samples(other) == []


def test_unknown_holds_what_was_known():
    told = Told()
    told.take()
    told.samples(SSC)
    assert told.samples(UNKNOWN, 50) == []
    assert told.samples(SSC) == []
    told.samples(UNKNOWN)
    assert told.samples(OFF) == _show(p.CONTACT_LOST)
    told.samples(UNKNOWN)
    assert told.samples(OFF) == []
    told.samples(UNKNOWN)
    assert told.samples(SSC) == _show(p.CONTACT_FOUND)


def test_missed_is_told_once_after_three_hours_and_not_before():
    for state in WORN:
        told = Told()
        told.take()
        assert told.samples(state, MISSED_S // 30 - 1) == []
        assert told.samples(state) == _show(p.CONTACT_MISSED)
        assert told.samples(state, 5_000) == []


def test_contact_ends_what_was_missed_and_it_can_be_missed_again():
    told = Told()
    told.take()
    told.samples(INFANT_ONLY, MISSED_S // 30)
    assert told.samples(SSC) == _show(p.CONTACT_FOUND)
    assert told.samples(CAREGIVER_ONLY) == _show(p.CONTACT_LOST)
    assert told.samples(CAREGIVER_ONLY, MISSED_S // 30 - 2) == []
    assert told.samples(CAREGIVER_ONLY) == _show(p.CONTACT_MISSED)


def test_band_on_a_table_misses_nothing_until_somebody_wears_it():
    told = Told()
    told.take()
    assert told.samples(OFF, 1_000) == []
    assert told.samples(UNKNOWN, 1_000) == []
    assert told.samples(CAREGIVER_ONLY) == _show(p.CONTACT_MISSED)


def test_time_that_is_unknown_counts_as_without_contact():
    told = Told()
    told.take()
    told.samples(SSC)
    assert told.samples(UNKNOWN, MISSED_S // 30) == []
    assert told.samples(INFANT_ONLY) == _show(p.CONTACT_LOST, p.CONTACT_MISSED)


def test_nothing_is_missed_once_the_target_is_reached():
    told = Told()
    told.take()
    assert told.samples(INFANT_ONLY, 1_000, reached=True) == []
    # Yesterday's hours have gone by.
    assert told.samples(INFANT_ONLY, 10) == _show(p.CONTACT_MISSED)


def test_long_pause_counts_whole():
    told = Told()
    told.take()
    assert told.samples(INFANT_ONLY, dt_s=MISSED_S) == _show(p.CONTACT_MISSED)


def test_alert_is_shown_and_both_end_when_it_clears():
    told = Told()
    told.take()
    assert told.samples(SSC, events=(c.EVENT_ALERT_COLD,)) == _show(p.CONTACT_FOUND, p.COLD)
    assert told.samples(SSC, events=(c.EVENT_ALERT_ESCALATED,)) == _show(p.ESCALATED)
    assert told.samples(SSC, events=(c.EVENT_ALERT_CLEARED,)) == [
        ("hide", p.COLD),
        ("hide", p.ESCALATED),
    ]


def test_target_is_shown_with_whatever_else_happened():
    told = Told()
    told.take()
    events = (c.EVENT_ALERT_COLD, c.EVENT_TARGET_REACHED)
    assert told.samples(SSC, events=events) == _show(p.CONTACT_FOUND, p.COLD, p.TARGET_REACHED)


def test_other_events_show_nothing():
    told = Told()
    told.take()
    shown = (
        c.EVENT_ALERT_COLD,
        c.EVENT_ALERT_ESCALATED,
        c.EVENT_ALERT_CLEARED,
        c.EVENT_TARGET_REACHED,
    )
    for event in range(1, 16):
        if event not in shown:
            assert told.samples(OFF, events=(event,)) == [], event


def test_fault_is_told_once_after_ten_minutes_and_ends_when_it_is_gone():
    for flag in FAULTS:
        told = Told()
        told.take()
        assert told.samples(OFF, FAULT_S // 30 - 1, flag) == []
        assert told.samples(OFF, 1, flag) == _show(p.FAULT)
        assert told.samples(OFF, 1_000, flag) == []
        assert told.samples(OFF) == [("hide", p.FAULT)]
        assert told.samples(OFF, 10) == []


def test_fault_of_a_moment_begins_to_count_anew():
    told = Told()
    told.take()
    for _ in range(5):
        assert told.samples(OFF, FAULT_S // 30 - 1, c.FLAG_TOUCH_FAULT) == []
        assert told.samples(OFF) == []


def test_one_fault_after_the_other_counts_as_one():
    told = Told()
    told.take()
    assert told.samples(OFF, 10, c.FLAG_TOUCH_FAULT) == []
    assert told.samples(OFF, 10, c.FLAG_MOTION_FAULT) == _show(p.FAULT)


def test_fault_at_the_start_ends_when_it_is_gone_and_may_come_again():
    told = Told(c.FLAG_MOTION_FAULT)
    told.take()
    assert told.samples(OFF, 1_000, c.FLAG_MOTION_FAULT) == []
    assert told.samples(OFF) == [("hide", p.FAULT)]
    assert told.samples(OFF, FAULT_S // 30, c.FLAG_MOTION_FAULT) == _show(p.FAULT)


def test_what_is_out_of_range_is_no_fault():
    told = Told()
    told.take()
    assert told.samples(OFF, 1_000, HARMLESS) == []
