"""Each way to decide, on samples whose answer is known by hand."""

import numpy as np
import pytest

from pouch_host.analysis.samples import from_columns
from pouch_host.analysis.states import State
from pouch_sim.commands.rivals import RIVALS, threshold_states
from pouch_sim.commands.rivals_minutes import states_by_majority

# 2026-03-01 00:00 UTC, a whole minute.
START_UTC_S = 1_772_323_200
INTERVAL_S = 30
NAN = float("nan")

# What each state looks like, far from every line: temperatures, touch, movement, breathing.
COLUMNS = (
    "infant_temperature_c",
    "caregiver_temperature_c",
    "infant_touch_pf",
    "caregiver_touch_pf",
    "activity_mg",
    "breath_adult",
    "breath_infant",
)
LOOKS = {
    State.SSC: (36.2, 35.6, 9.0, 9.0, 22, 97, 80),
    State.INFANT_ONLY: (35.9, 33.6, 9.0, 2.2, 16, 38, 84),
    State.CAREGIVER_ONLY: (34.2, 35.1, 2.2, 9.0, 32, 97, 51),
    State.OFF: (24.0, 24.0, 2.1, 2.1, 8, 36, 50),
}
TOUCH = {"infant_touch_pf", "caregiver_touch_pf"}
TEMPERATURE = {"infant_temperature_c", "caregiver_temperature_c"}
MOTION = {"activity_mg", "breath_adult", "breath_infant"}


def times(count):
    return START_UTC_S + INTERVAL_S * (np.arange(count) + 0.5)


def looking_like(*spells):
    """Return samples of states one after the other, each `(state, minutes)`."""
    rows = [LOOKS[state] for state, minutes in spells for _ in range(2 * minutes)]
    values = dict(zip(COLUMNS, np.array(rows, float).T, strict=True))
    return from_columns(times(len(rows)), interval_s=INTERVAL_S, **values)


def changed(samples, names, value):
    kept = {name: getattr(samples, name) for name in COLUMNS if name not in names}
    other = {name: np.full(len(samples), value) for name in names}
    return from_columns(samples.utc_s, interval_s=INTERVAL_S, **kept, **other)


@pytest.mark.parametrize("name", RIVALS)
def test_rival_without_samples_knows_nothing(name):
    states = RIVALS[name](from_columns([], interval_s=INTERVAL_S), START_UTC_S, 5)
    assert states.dtype == np.uint8
    assert states.tolist() == [State.UNKNOWN] * 5


@pytest.mark.parametrize("name", RIVALS)
def test_rival_says_of_contact_and_of_an_empty_table_what_they_are(name):
    samples = looking_like((State.SSC, 90), (State.OFF, 90))
    states = RIVALS[name](samples, START_UTC_S, 180)
    # Temperature alone may doubt contact, and so may touch; the middle of the rest is plain.
    certain = {"all", "touch and temperature", "fixed threshold", "DETACH slope rule"}
    of_contact = {State.SSC} if name in certain else {State.SSC, State.UNKNOWN}
    assert set(states[20:70]) <= of_contact
    assert set(states[110:160]) == {State.OFF}


@pytest.mark.parametrize("name", ["all", "touch and temperature", "fixed threshold"])
@pytest.mark.parametrize("state", [State.INFANT_ONLY, State.CAREGIVER_ONLY])
def test_rival_that_may_tell_one_face_from_both_does(name, state):
    states = RIVALS[name](looking_like((State.SSC, 60), (state, 60)), START_UTC_S, 120)
    assert set(states[10:50]) == {State.SSC}
    assert set(states[70:110]) == {state}


@pytest.mark.parametrize(
    ("name", "unseen"),
    [
        ("touch and temperature", MOTION),
        ("touch only", MOTION | TEMPERATURE),
        ("temperature only", MOTION | TOUCH),
    ],
)
def test_method_without_channels_does_not_look_at_them(name, unseen):
    samples = looking_like((State.INFANT_ONLY, 60), (State.OFF, 60))
    states = RIVALS[name](samples, START_UTC_S, 120)
    for value in (NAN, 9.0, 36.0, 97.0):
        other = changed(samples, unseen, value)
        assert np.array_equal(RIVALS[name](other, START_UTC_S, 120), states), value
    nothing_else = changed(samples, set(COLUMNS) - unseen, NAN)
    assert set(RIVALS[name](nothing_else, START_UTC_S, 120)) == {State.UNKNOWN}


def test_motion_decides_where_a_damp_blanket_is_as_warm_as_skin():
    # Both faces touched and equally warm: only whose breathing is there can tell.
    alike = changed(looking_like((State.SSC, 120)), {"caregiver_touch_pf"}, 7.5)
    cot = changed(changed(alike, {"breath_adult"}, 38.0), {"activity_mg"}, 16.0)
    told = {name: set(RIVALS[name](cot, START_UTC_S, 120)[30:90]) for name in RIVALS}
    assert told["all"] == {State.INFANT_ONLY}
    assert State.INFANT_ONLY not in told["touch and temperature"]
    assert told["fixed threshold"] == told["DETACH slope rule"] == {State.SSC}


@pytest.mark.parametrize(
    ("infant_pf", "caregiver_pf", "infant_c", "caregiver_c", "state"),
    [
        (5.0, 5.0, 36.0, 35.0, State.SSC),
        (5.0, 4.9, 36.0, 20.0, State.INFANT_ONLY),
        (4.9, 5.0, 20.0, 36.0, State.CAREGIVER_ONLY),
        (4.9, 4.9, 20.0, 50.0, State.OFF),
        (9.0, 9.0, 28.0, 42.0, State.SSC),
        (9.0, 9.0, 27.9, 36.0, State.UNKNOWN),
        (9.0, 9.0, 36.0, 42.1, State.UNKNOWN),
        (9.0, 2.0, NAN, 36.0, State.UNKNOWN),
        (9.0, 2.0, 36.0, NAN, State.INFANT_ONLY),
        (NAN, 9.0, 36.0, 36.0, State.UNKNOWN),
        (9.0, NAN, 36.0, 36.0, State.UNKNOWN),
    ],
)
def test_threshold_states_at_and_beside_its_lines(
    infant_pf, caregiver_pf, infant_c, caregiver_c, state
):
    samples = from_columns(
        times(1),
        interval_s=INTERVAL_S,
        infant_touch_pf=[infant_pf],
        caregiver_touch_pf=[caregiver_pf],
        infant_temperature_c=[infant_c],
        caregiver_temperature_c=[caregiver_c],
    )
    assert threshold_states(samples).tolist() == [state]


def test_states_by_majority_half_a_minute_is_not_enough():
    s, o, u = State.SSC, State.OFF, State.UNKNOWN
    # Samples each 20 s: three a minute.
    utc_s = START_UTC_S + 20 * (np.arange(12) + 0.5)
    samples = from_columns(utc_s, interval_s=20)
    of_sample = np.array([s, s, o, o, o, s, s, u, o, u, u, s], np.uint8)
    assert states_by_majority(samples, of_sample, START_UTC_S, 5).tolist() == [s, o, u, u, u]
    half = from_columns(times(4), interval_s=INTERVAL_S)
    states = states_by_majority(half, np.array([s, o, s, s], np.uint8), START_UTC_S, 2)
    assert states.tolist() == [u, s]


def test_states_by_majority_lost_sample_leaves_its_time_to_nobody():
    utc_s = np.delete(times(6), [2, 3])
    samples = from_columns(utc_s, interval_s=INTERVAL_S)
    states = states_by_majority(samples, np.full(4, State.SSC, np.uint8), START_UTC_S - 60, 5)
    assert states.tolist() == [State.UNKNOWN, State.SSC, State.UNKNOWN, State.SSC, State.UNKNOWN]
