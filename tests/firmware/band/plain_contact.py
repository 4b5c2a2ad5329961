"""Runs in MicroPython and in CPython: what is contact while it happens."""

from band import contact
from band.contact import CAREGIVER_ONLY, INFANT_ONLY, OFF, SSC, UNKNOWN, ContactRule
from pouch_protocol import constants as c

BOTH, INFANT, CAREGIVER, NEITHER = (True, True), (True, False), (False, True), (False, False)
SKIN_C128 = 36 * 128


def _fields(infant_c128=SKIN_C128, caregiver_c128=SKIN_C128, adult=255, infant=255):
    return {
        "infant_temperature_c128": infant_c128,
        "caregiver_temperature_c128": caregiver_c128,
        "breath_adult": adult,
        "breath_infant": infant,
    }


class Worn:
    """A rule that is fed, and what it counted."""

    def __init__(self, interval_s=30, **options):
        self.rule = ContactRule(interval_s, **options)
        self.interval_s = interval_s
        self.contact_s = 0
        self.unknown_s = 0
        self.total_s = 0

    def feel(self, touched, for_s, dt_s=None, **fields):
        """Give samples for a time; return the last state."""
        state = None
        for _ in range(for_s // self.interval_s):
            state = self.take(touched, self.interval_s if dt_s is None else dt_s, **fields)
        return state

    def take(self, touched, dt_s, **fields):
        state = self.rule.update(_fields(**fields), touched, dt_s)
        assert state == self.rule.state
        self.contact_s += self.rule.contact_s
        self.unknown_s += self.rule.unknown_s
        self.total_s += dt_s
        return state


def _in_contact(for_s=600, **options):
    worn = Worn(**options)
    worn.take(BOTH, 0)
    assert worn.feel(BOTH, for_s) == SSC
    return worn


def test_states_are_found_after_one_minute_and_not_before():
    for touched, state in (
        (BOTH, SSC),
        (INFANT, INFANT_ONLY),
        (CAREGIVER, CAREGIVER_ONLY),
        (NEITHER, OFF),
    ):
        worn = Worn()
        assert worn.take(touched, 0) == UNKNOWN
        assert worn.take(touched, 30) == UNKNOWN
        assert worn.take(touched, 30) == state


def test_contact_counts_from_its_first_sample_on():
    worn = Worn()
    worn.take(INFANT, 0)
    worn.feel(INFANT, 600)
    assert worn.contact_s == 0
    worn.feel(BOTH, 60)
    assert (worn.rule.state, worn.contact_s) == (INFANT_ONLY, 0)
    worn.feel(BOTH, 30)
    assert (worn.rule.state, worn.contact_s) == (SSC, 90)
    worn.feel(BOTH, 3600)
    assert worn.contact_s == 3690


def test_short_touch_of_both_faces_counts_nothing():
    worn = Worn()
    worn.take(INFANT, 0)
    for _ in range(50):
        worn.feel(BOTH, 60)
        assert worn.feel(INFANT, 90) != SSC
    assert worn.contact_s == 0
    assert worn.unknown_s == 0


def test_contact_is_left_after_two_minutes_and_none_of_them_counts():
    worn = _in_contact()
    assert worn.contact_s == 600
    assert worn.feel(INFANT, 120) == SSC
    assert worn.feel(INFANT, 30) == INFANT_ONLY
    assert worn.contact_s == 600


def test_slip_is_not_shown_and_not_counted():
    worn = _in_contact()
    for slip in (INFANT, CAREGIVER, NEITHER):
        assert worn.feel(slip, 90) == SSC
        assert worn.feel(BOTH, 30) == SSC
    assert worn.contact_s == 600 + 3 * 30


def test_ever_other_states_do_not_hold_contact_up():
    worn = _in_contact()
    for _ in range(3):
        worn.feel(INFANT, 30)
        worn.feel(CAREGIVER, 30)
    assert worn.rule.state == UNKNOWN
    assert worn.contact_s == 600


def test_unknown_touch_is_shown_after_a_minute_and_never_counts():
    for touched in ((None, None), (None, True), (True, None), (None, False), (False, None)):
        worn = _in_contact()
        assert worn.feel(touched, 60) == SSC
        assert worn.feel(touched, 30) == UNKNOWN
        assert (worn.contact_s, worn.unknown_s) == (600, 90)
        worn.feel(touched, 3600)
        assert (worn.contact_s, worn.unknown_s) == (600, 3690)


def test_known_and_unknown_in_turn_count_only_what_is_known():
    worn = _in_contact()
    for _ in range(60):
        worn.feel(BOTH, 30)
        worn.feel((True, None), 30)
    assert worn.contact_s == 600 + 60 * 30
    assert worn.unknown_s == 60 * 30


def test_touched_face_that_is_no_skin_is_unknown():
    for fields in (
        {"infant_c128": 28 * 128 - 1},
        {"infant_c128": 42 * 128 + 1},
        {"infant_c128": c.TEMPERATURE_MISSING},
        {"caregiver_c128": 28 * 128 - 1},
        {"caregiver_c128": 42 * 128 + 1},
        {"caregiver_c128": c.TEMPERATURE_MISSING},
    ):
        worn = Worn()
        worn.take(BOTH, 0, **fields)
        assert worn.feel(BOTH, 600, **fields) == UNKNOWN
        assert (worn.contact_s, worn.unknown_s) == (0, 600)
    for c128 in (28 * 128, 42 * 128):
        worn = Worn()
        assert worn.feel(BOTH, 600, infant_c128=c128, caregiver_c128=c128) == SSC


def test_face_that_is_not_touched_may_have_any_temperature():
    for c128 in (c.TEMPERATURE_MISSING, 0, 50 * 128):
        assert Worn().feel(INFANT, 600, caregiver_c128=c128) == INFANT_ONLY
        assert Worn().feel(CAREGIVER, 600, infant_c128=c128) == CAREGIVER_ONLY
        assert Worn().feel(NEITHER, 600, infant_c128=c128, caregiver_c128=c128) == OFF


def test_gap_is_unknown_and_begins_anew():
    worn = _in_contact()
    assert worn.take(BOTH, 60) == SSC
    assert worn.contact_s == 660
    assert worn.take(BOTH, 61) == UNKNOWN
    assert (worn.contact_s, worn.unknown_s) == (660, 61)
    assert worn.take(BOTH, 30) == UNKNOWN
    assert worn.take(BOTH, 30) == SSC
    assert worn.contact_s == 720


def test_every_interval_finds_contact_and_leaves_it():
    for interval_s in (10, 30, 60, 300):
        worn = Worn(interval_s)
        worn.take(BOTH, 0)
        worn.feel(BOTH, 3600)
        assert worn.contact_s == 3600
        worn.feel(NEITHER, 3600)
        assert worn.rule.state == OFF
        assert worn.contact_s == 3600


def test_breath_is_ignored_until_it_is_required():
    worn = Worn()
    worn.take(BOTH, 0)
    assert worn.feel(BOTH, 600, adult=0, infant=0) == SSC


def test_required_breath_of_two_bodies_makes_contact_and_one_is_unknown():
    for adult, infant, state in (
        (53, 67, SSC),
        (254, 254, SSC),
        (52, 67, UNKNOWN),
        (53, 66, UNKNOWN),
        (0, 0, UNKNOWN),
        # Where it cannot be measured, touch decides alone.
        (c.BYTE_MISSING, 0, SSC),
        (0, c.BYTE_MISSING, SSC),
    ):
        worn = Worn(breath_required=True)
        worn.take(BOTH, 0)
        assert worn.feel(BOTH, 600, adult=adult, infant=infant) == state
        assert Worn(breath_required=True).feel(INFANT, 600, adult=0, infant=0) == INFANT_ONLY


def test_states_are_told_apart_by_whoever_reads_them():
    states = {contact.UNKNOWN, contact.SSC, contact.INFANT_ONLY, contact.CAREGIVER_ONLY}
    assert len(states | {contact.OFF}) == 5
