import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.analysis import ALGORITHM_VERSION
from pouch_host.analysis.minutes import State, minute_states, sample_states
from pouch_host.analysis.samples import join
from tests.host.analysis.made_samples import START_UTC_S, made

known = st.sampled_from([State.OFF, State.CAREGIVER_ONLY, State.INFANT_ONLY, State.SSC])


def states_of(samples, minutes):
    return [State(s) for s in minute_states(samples, START_UTC_S, minutes).states]


def take(samples, keep):
    return type(samples)(**{name: value[keep] for name, value in vars(samples).items()})


@pytest.mark.parametrize("state", list(State))
def test_sample_each_touch_pattern_has_its_state(state):
    assert list(sample_states(made([state]))) == [state]


@pytest.mark.parametrize("temperature_c", [27.9, 42.1, np.nan])
@pytest.mark.parametrize("face", ["infant", "caregiver"])
def test_sample_touched_by_what_is_not_skin_is_unknown(face, temperature_c):
    column = {f"{face}_temperature_c": np.array([temperature_c])}
    assert list(sample_states(made([State.SSC], **column))) == [State.UNKNOWN]


def test_sample_free_face_needs_no_thermometer():
    column = {"caregiver_temperature_c": np.array([np.nan])}
    assert list(sample_states(made([State.INFANT_ONLY], **column))) == [State.INFANT_ONLY]


@pytest.mark.parametrize("face", ["infant", "caregiver"])
def test_sample_one_electrode_missing_is_unknown_and_not_guessed(face):
    column = {f"{face}_touch_pf": np.array([np.nan])}
    assert list(sample_states(made([State.SSC], **column))) == [State.UNKNOWN]


def test_minutes_without_samples_are_unknown():
    result = minute_states(join([]), START_UTC_S, 3)
    assert list(result.states) == [State.UNKNOWN] * 3
    assert np.isnan(result.probability).all()
    assert result.algorithm_version == ALGORITHM_VERSION


def test_minutes_none_asked_gives_none():
    assert len(minute_states(made([State.SSC]), START_UTC_S, 0).states) == 0


def test_minutes_inside_one_state_have_it_and_those_at_its_edges_are_unknown():
    # Samples at 15 s, 45 s, ...: what was before the first and after the last is not known.
    result = minute_states(made([State.SSC] * 8), START_UTC_S, 5)
    assert list(result.states) == [
        State.UNKNOWN,
        State.SSC,
        State.SSC,
        State.UNKNOWN,
        State.UNKNOWN,
    ]
    assert result.probability[1] == 1.0
    assert np.isnan(result.probability[0])


def test_minutes_in_which_the_state_changes_are_unknown():
    samples = made([State.SSC] * 8 + [State.OFF] * 8)
    u, on, off = State.UNKNOWN, State.SSC, State.OFF
    # Between the samples at 225 s and 255 s it changes: in the fourth minute or in the fifth.
    assert states_of(samples, 8) == [u, on, on, u, u, off, off, u]


def test_confirmed_minutes_never_exceed_the_truth_wherever_the_change_lies():
    # Goal: the lower bound is one. Method: contact from t1 to t2, sampled every 30 s, for many
    # t1 and t2 against the grid of minutes.
    for first_s in range(0, 120, 7):
        for length_s in (61, 100, 600, 607, 629):
            times_s = np.arange(0, 1200, 30)
            on = (times_s >= first_s) & (times_s < first_s + length_s)
            samples = made(
                [State.SSC if one else State.OFF for one in on], start_utc_s=START_UTC_S - 15
            )
            minutes = minute_states(samples, START_UTC_S, 20).states
            confirmed_s = 60 * int((minutes == State.SSC).sum())
            unknown_s = 60 * int((minutes == State.UNKNOWN).sum())
            assert confirmed_s <= length_s <= confirmed_s + unknown_s, (first_s, length_s)


@pytest.mark.parametrize("interval_s", [10, 30, 60, 90, 300])
def test_minutes_any_interval_covers_the_same_time(interval_s):
    samples = made([State.SSC] * (3600 // interval_s), interval_s=interval_s)
    edge = -(-interval_s // 2 // 60) if interval_s > 120 else 1
    states = states_of(samples, 62)
    assert set(states[edge : 60 - edge]) == {State.SSC}
    assert set(states[60:]) == {State.UNKNOWN}


def test_minutes_boots_that_overlap_are_not_counted_twice():
    # Two clocks off by 10 s: together the samples speak for half of the minute, and no more.
    one = made([State.SSC], interval_s=20)
    other = made([State.SSC], interval_s=20, start_utc_s=START_UTC_S + 10)
    assert states_of(join([one, other]), 1) == [State.UNKNOWN]


def test_minutes_before_the_first_sample_are_unknown():
    samples = made([State.OFF] * 4, start_utc_s=START_UTC_S + 60)
    assert states_of(samples, 2) == [State.UNKNOWN] * 2
    samples = made([State.OFF] * 6, start_utc_s=START_UTC_S + 60)
    assert states_of(samples, 4) == [State.UNKNOWN, State.UNKNOWN, State.OFF, State.UNKNOWN]


@given(
    st.lists(known, min_size=1, max_size=60),
    st.sampled_from([10, 20, 30, 45, 120]),
    st.data(),
)
def test_minutes_fewer_samples_only_turn_known_into_unknown(states, interval_s, data):
    # Goal: lost data widens the bounds of a day and moves nothing. Method: take any samples away.
    samples = made(states, interval_s=interval_s)
    kept = data.draw(st.lists(st.booleans(), min_size=len(states), max_size=len(states)))
    minutes = len(states) * interval_s // 60 + 1
    whole = minute_states(samples, START_UTC_S, minutes).states
    part = minute_states(take(samples, np.array(kept)), START_UTC_S, minutes).states
    assert ((part == whole) | (part == State.UNKNOWN)).all()
