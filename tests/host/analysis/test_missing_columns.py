"""What is said where whole columns are missing: less, and nothing wrong with confidence."""

import numpy as np
import pytest

from pouch_host.analysis.minutes import minute_states
from pouch_host.analysis.samples import join
from pouch_host.analysis.states import KNOWN_STATES, State
from tests.host.analysis.made_samples import INTERVAL_S, QUICK, START_UTC_S, made, take

TOUCH = ("infant_touch_pf", "caregiver_touch_pf")
TEMPERATURE = ("infant_temperature_c", "caregiver_temperature_c")
BREATHING = ("breath_adult", "breath_infant")
MOTION = ("activity_mg", *BREATHING)

# Columns that are missing, and the least share of plain minutes that is known all the same.
SUBSETS = {
    "nothing": ((), 0.9),
    "motion": (MOTION, 0.6),
    "breathing": (BREATHING, 0.6),
    "temperatures": (TEMPERATURE, 0.6),
    "caregiver touch": (TOUCH[1:], 0.4),
    "infant touch": (TOUCH[:1], 0.0),
    "touch": (TOUCH, 0.0),
    "outer face": ((TOUCH[1], TEMPERATURE[1]), 0.0),
    "inner face": ((TOUCH[0], TEMPERATURE[0]), 0.0),
    "all but touch": ((*MOTION, *TEMPERATURE), 0.0),
    "all but temperatures": ((*MOTION, *TOUCH), 0.0),
    "all but motion": ((*TOUCH, *TEMPERATURE), 0.0),
}
SPELL = 120
MINUTES = SPELL * INTERVAL_S // 60
# What the chain may give up, or find out late, on either side of a change.
EDGE_MIN = 5


def without(samples, columns):
    """Return samples of a file that lacks some columns."""
    unmeasured = np.full(len(samples), np.nan)
    return type(samples)(**(vars(samples) | dict.fromkeys(columns, unmeasured)))


def spells(**columns):
    """Return an hour of each state, one after the other, and the true state of each minute."""
    samples = made([state for state in KNOWN_STATES for _ in range(SPELL)], **columns)
    return samples, np.repeat(KNOWN_STATES, MINUTES)


@pytest.mark.parametrize("name", SUBSETS)
def test_minutes_without_columns_are_right_or_unknown(name):
    columns, known_min = SUBSETS[name]
    samples, truth = spells()
    said = minute_states(
        without(samples, columns), START_UTC_S, len(truth), parameters=QUICK
    ).states
    inside = np.arange(len(truth)) % MINUTES
    inside = (inside >= EDGE_MIN) & (inside < MINUTES - EDGE_MIN)
    known = said[inside] != State.UNKNOWN
    assert (said[inside] == truth[inside])[known].all()
    assert known.mean() >= known_min


@pytest.mark.parametrize("name", ["all but touch", "all but temperatures", "all but motion"])
def test_minutes_of_one_kind_alone_know_nothing_and_exclude_nothing(name):
    samples, truth = spells()
    result = minute_states(
        without(samples, SUBSETS[name][0]), START_UTC_S, len(truth), parameters=QUICK
    )
    assert set(result.states) == {State.UNKNOWN}
    assert (result.ssc_high > 1 - QUICK.probability_min).all()


def test_minutes_of_a_damp_blanket_are_no_contact_where_breathing_was_not_measured():
    # Goal: what only breathing tells apart is not said without it. Method: a cot whose blanket
    # touches the outer face like skin.
    count = 2 * SPELL
    damp = made([State.INFANT_ONLY] * count, caregiver_touch_pf=np.full(count, 8.5))
    whole = minute_states(damp, START_UTC_S, 2 * MINUTES, parameters=QUICK).states
    assert set(whole[EDGE_MIN:-EDGE_MIN]) == {State.INFANT_ONLY}
    for name in ("motion", "breathing", "all but touch"):
        blind = without(damp, SUBSETS[name][0])
        said = minute_states(blind, START_UTC_S, 2 * MINUTES, parameters=QUICK).states
        assert State.SSC not in said, name


def test_minutes_near_a_failed_sensor_doubt_more_and_never_less_with_fewer_records():
    # Goal: taking away the records that lack a kind must not bring certainty back.
    samples, truth = spells()
    middle = np.arange(len(samples)) % SPELL >= SPELL // 2
    failed = without(take(samples, middle), MOTION)
    mixed = join([take(samples, ~middle), failed])
    part = minute_states(mixed, START_UTC_S, len(truth), parameters=QUICK)
    fewer = minute_states(take(samples, ~middle), START_UTC_S, len(truth), parameters=QUICK)
    assert ((fewer.states == part.states) | (fewer.states == State.UNKNOWN)).all()
    assert (fewer.ssc_low <= part.ssc_low).all()
    assert (fewer.ssc_high >= part.ssc_high).all()
