"""What holds for counted contact whatever the band feels, and that a fault would be found."""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from pouch_protocol import constants as c
from tests.support.firmware import load, run_plain
from tests.support.planted import load_planted

contact = load("band.contact")

INTERVAL_S = 30
GAP_S = 60
SKIN_C128 = 36 * 128

TOUCHED = st.tuples(*[st.sampled_from((True, True, False, None))] * 2)
C128 = st.sampled_from((SKIN_C128, SKIN_C128, SKIN_C128, 25 * 128, c.TEMPERATURE_MISSING))
DT_S = st.sampled_from((INTERVAL_S, INTERVAL_S, INTERVAL_S, 0, 29, 31, 60, 61, 4000))
# Runs of equal samples: single ones alone would hardly ever last long enough for anything.
RUN = st.tuples(TOUCHED, C128, C128, DT_S, st.integers(1, 12))
RUNS = st.lists(RUN, max_size=12)
# Which sequence it is does not matter, so none is made smaller.
FIRST_FOUND = settings(max_examples=3000, phases=(Phase.generate,))


def breach(module, runs):
    """Return what is wrong with a rule's counting over a sequence, None if nothing is."""
    rule = module.ContactRule(INTERVAL_S)
    in_contact_s = counted_s = 0
    for touched, infant_c128, caregiver_c128, dt_s, count in runs:
        fields = {
            "infant_temperature_c128": infant_c128,
            "caregiver_temperature_c128": caregiver_c128,
            "breath_adult": c.BYTE_MISSING,
            "breath_infant": c.BYTE_MISSING,
        }
        seen = touched == (True, True) and infant_c128 == caregiver_c128 == SKIN_C128
        unknown = None in touched or dt_s > GAP_S
        for _ in range(count):
            rule.update(fields, touched, dt_s)
            if seen and dt_s <= GAP_S:
                in_contact_s += dt_s
            elif rule.contact_s:
                return f"{rule.contact_s} s counted for a sample that shows no contact"
            counted_s += rule.contact_s
            if counted_s > in_contact_s:
                return f"{counted_s} s counted, {in_contact_s} s seen"
            if unknown and rule.unknown_s != dt_s:
                return f"{dt_s} s of which nothing is known counted as known"
    return None


def test_plain_file_passes_in_cpython():
    run_plain("tests.firmware.band.plain_contact")


@given(RUNS)
def test_only_seen_contact_counts_and_unknown_never_does(runs):
    assert breach(contact, runs) is None


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        (
            "if None in touched or",
            "touched = tuple(face is not False for face in touched)\n        if",
        ),
        ("if self._seen != SSC:", "if SSC not in (self._seen, self.state):"),
        ("if dt_s > self._gap_s:", "if False:"),
        ("_SKIN_C128_MIN = const(3584)", "_SKIN_C128_MIN = const(-32768)"),
    ],
)
def test_planted_fault_is_found(sound, faulty):
    planted = load_planted("band.contact", sound, faulty)
    try:
        runs = find(RUNS, lambda found: breach(planted, found) is not None, settings=FIRST_FOUND)
    except NoSuchExample:
        pytest.fail(f"no sequence shows that this is wrong: {faulty}")
    assert breach(contact, runs) is None
