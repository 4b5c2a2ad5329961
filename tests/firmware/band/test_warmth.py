"""No sequence makes a band call for an infant whom it does not feel, and a fault would be found.

The conditions of an alert are stated here a second time, by looking back from the alert over what
was felt; the rule itself looks at one sample after the other.
"""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from pouch_protocol import constants as c
from tests.support.firmware import load, run_plain
from tests.support.planted import load_planted

contact = load("band.contact")
warmth = load("band.warmth")

SETTLING_S = SUSTAINED_S = 600
PAUSE_S = 120
GAP_S = 600
# The highest line of cold and the line of heat: what is between is no reason for any alert.
COLD_C128, HOT_C128 = 36 * 128, 38 * 128

VALUES = st.one_of(
    st.none(), st.sampled_from((4480, 4480, 4543, 4544, 4600, 4608, 4620, 4700, 4863, 4864, 5000))
)
STATES = st.sampled_from((contact.SSC, contact.INFANT_ONLY, contact.UNKNOWN))
TOUCHED = st.sampled_from((True, True, True, True, None, False))
DT_S = st.sampled_from((30, 30, 30, 30, 300, 0, 600, 601))
# Runs of equal samples: an alert takes twenty minutes of them.
RUN = st.tuples(VALUES, STATES, TOUCHED, DT_S, st.integers(1, 45))
RUNS = st.lists(RUN, max_size=8)
# Which sequence it is does not matter, so none is made smaller.
FIRST_FOUND = settings(max_examples=5000, phases=(Phase.generate,))
RAISED = (c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED)


def _held_s(history, holds, breaks):
    """Return for how long something has held up to the last sample, seconds.

    Time counts between two samples for which it holds. It goes back to the first sample that
    breaks it, to a gap, or to a stretch of two minutes in which nothing is known of it.
    """
    held_s = hole_s = 0
    for sample, after in zip(reversed(history[:-1]), reversed(history[1:]), strict=True):
        dt_s = after[2]
        if dt_s > GAP_S or breaks(sample):
            break
        if holds(sample) and holds(after):
            held_s += dt_s
            continue
        hole_s += dt_s
        if hole_s > PAUSE_S:
            break
        if holds(sample):
            hole_s = 0
    return held_s


def _touched_s(history):
    return _held_s(history, lambda s: s[1] is True, lambda s: s[1] is False)


def _crossed_s(history):
    hot = history[-1][0] >= HOT_C128

    def is_beyond(value):
        return value >= HOT_C128 if hot else value < COLD_C128

    return _held_s(
        history,
        lambda s: s[1] is True and s[0] is not None and is_beyond(s[0]),
        lambda s: s[1] is False or (s[1] is True and s[0] is not None and not is_beyond(s[0])),
    )


def breach(module, runs):
    """Return what is wrong with a rule's alerts over a sequence, None if nothing is."""
    rule = module.WarmthRule()
    history = []
    for value, state, touched, dt_s, count in runs:
        for _ in range(count):
            history.append((value, touched, dt_s))
            was_alerting = rule.alerting
            event = rule.update(value, state, touched, dt_s)
            if event not in RAISED:
                continue
            if touched is not True or value is None:
                return "an alert without a valid value"
            if COLD_C128 <= value < HOT_C128:
                return f"an alert for normal skin: {value}"
            if _touched_s(history) < SETTLING_S:
                return "an alert before the infant face was settled"
            if was_alerting:
                continue
            if _touched_s(history) < SETTLING_S + SUSTAINED_S:
                return "an alert in the first ten minutes after settling"
            if _crossed_s(history) < SUSTAINED_S:
                return "an alert that was not sustained"
    return None


def test_plain_file_passes_in_cpython():
    run_plain("tests.firmware.band.plain_warmth")


@settings(max_examples=300)
@given(RUNS)
def test_no_alert_unless_touched_settled_valid_and_sustained(runs):
    assert breach(warmth, runs) is None


def test_sequences_reach_alerts_at_all():
    # Else the property above would hold for a rule that never says anything.
    for wanted in (*RAISED, c.EVENT_ALERT_CLEARED):
        assert find(RUNS, lambda runs, event=wanted: event in _events(runs), settings=FIRST_FOUND)


def _events(runs):
    rule = warmth.WarmthRule()
    return [
        rule.update(value, state, touched, dt_s)
        for value, state, touched, dt_s, count in runs
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        ("_SETTLING_S = const(600)", "_SETTLING_S = const(0)"),
        ("_SETTLING_S = const(600)", "_SETTLING_S = const(510)"),
        ("_SUSTAINED_S = const(600)", "_SUSTAINED_S = const(500)"),
        ("_LINE_SSC_C128 = const(4608)", "_LINE_SSC_C128 = const(4621)"),
        # Unknown touch taken for touch; a lost one, an unknown one and a gap forgotten.
        ("if infant_touched is None:", "infant_touched = infant_touched != False\n        if 0:"),
        ("if not infant_touched:\n", "if 0:\n"),
        (" or self._unsure_s + dt_s > _PAUSE_S", ""),
        ("if dt_s > _GAP_S:", "if False:"),
        # Missing values forgotten, and warm ones.
        ("if self._blind_s != _NEVER and", "if False and"),
        (
            "            self._crossed_s = _NEVER\n            return None\n        if hot !=",
            "            return None\n        if hot !=",
        ),
    ],
)  # fmt: skip
def test_planted_fault_is_found(sound, faulty):
    planted = load_planted("band.warmth", sound, faulty)
    try:
        runs = find(
            RUNS,
            lambda found: breach(planted, found) is not None,
            settings=FIRST_FOUND,
        )
    except NoSuchExample:
        pytest.fail(f"no sequence shows that this is wrong: {faulty}")
    assert breach(warmth, runs) is None
