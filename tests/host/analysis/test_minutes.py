from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pouch_host.analysis.minutes import minute_states
from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.samples import join
from pouch_host.analysis.states import KNOWN_STATES, State
from tests.host.analysis.made_samples import QUICK, START_UTC_S, made, take

# What the chain may give up on either side of a gap or a change.
EDGE_MIN = 5

# Adding in another order may round otherwise.
ROUNDING = 1e-9


def of(samples, minutes, **options):
    return minute_states(samples, START_UTC_S, minutes, **({"parameters": QUICK} | options))


@pytest.mark.parametrize("state", KNOWN_STATES)
def test_minutes_inside_one_state_have_it_with_a_probability(state):
    result = of(made([state] * 120), 60, parameters=default_parameters())
    inside = slice(EDGE_MIN, -EDGE_MIN)
    assert set(result.states[inside]) == {state}
    assert (result.probability[inside] > 0.9).all()
    assert ((result.ssc_low[inside] > 0.9) == (state is State.SSC)).all()
    on_infant = state in {State.SSC, State.INFANT_ONLY}
    assert ((result.on_infant_low[inside] > 0.9) == on_infant).all()
    assert (result.covered == 1).all()


def test_minutes_without_samples_are_unknown_and_may_be_contact():
    result = of(join([]), 3)
    assert list(result.states) == [State.UNKNOWN] * 3
    assert np.isnan(result.probability).all()
    assert (result.ssc_high > 0.9).all()
    assert (result.ssc_low < 0.1).all()
    assert (result.covered == 0).all()
    assert result.algorithm_version == QUICK.algorithm_version


def test_minutes_none_asked_gives_none():
    assert len(of(made([State.SSC]), 0)) == 0


def test_minutes_of_samples_in_which_nothing_works_are_unknown():
    # Covered, but no channel says anything: then no state is more than its prior.
    result = of(made([State.UNKNOWN] * 240), 120)
    assert set(result.states) == {State.UNKNOWN}
    assert (result.covered == 1).all()


@pytest.mark.parametrize("face", ["infant", "caregiver"])
def test_minutes_one_thermometer_missing_still_have_their_state(face):
    missing = {f"{face}_temperature_c": np.full(120, np.nan)}
    result = of(made([State.SSC] * 120, **missing), 60)
    assert set(result.states[EDGE_MIN:-EDGE_MIN]) == {State.SSC}


def test_minutes_of_a_hot_car_are_no_contact():
    # Both faces equally hot, both electrodes in the sun's damp cloth: nobody breathes.
    hot = {
        "infant_temperature_c": np.full(240, 45.0),
        "caregiver_temperature_c": np.full(240, 45.0),
        "breath_adult": np.full(240, 36.0),
        "breath_infant": np.full(240, 50.0),
        "activity_mg": np.full(240, 8.0),
    }
    result = of(made([State.SSC] * 240, **hot), 120)
    assert State.SSC not in result.states


def test_minutes_around_a_change_have_one_state_or_the_other_or_are_unknown():
    samples = made([State.SSC] * 120 + [State.INFANT_ONLY] * 120)
    result = of(samples, 120).states
    assert set(result[EDGE_MIN : 60 - EDGE_MIN]) == {State.SSC}
    assert set(result[60 + EDGE_MIN : -EDGE_MIN]) == {State.INFANT_ONLY}
    assert set(result[60 - EDGE_MIN : 60 + EDGE_MIN]) <= {
        State.SSC,
        State.INFANT_ONLY,
        State.UNKNOWN,
    }


def test_minutes_of_a_gap_too_short_for_two_changes_stay_contact():
    keep = np.ones(240, bool)
    keep[60:62] = False
    result = of(take(made([State.SSC] * 240), keep), 120)
    assert set(result.states[EDGE_MIN:-EDGE_MIN]) == {State.SSC}


def test_minutes_of_a_long_gap_are_unknown_whatever_is_around_it():
    keep = np.ones(480, bool)
    keep[200:280] = False
    result = of(take(made([State.SSC] * 480), keep), 240)
    assert set(result.states[100 + EDGE_MIN : 140 - EDGE_MIN]) == {State.UNKNOWN}
    assert (result.ssc_high[100:140] > 0.9).all()


@pytest.mark.parametrize("interval_s", [10, 30, 60, 90, 300])
def test_minutes_any_interval_gives_the_same_states(interval_s):
    samples = made([State.SSC] * (7200 // interval_s), interval_s=interval_s)
    result = of(samples, 122)
    edge = EDGE_MIN + interval_s // 60
    assert set(result.states[edge : 120 - edge]) == {State.SSC}
    assert list(result.covered[120:]) == [0, 0]


def test_minutes_boots_that_overlap_are_not_counted_twice():
    # Two clocks off by 10 s: together the samples speak for half of the minute, and no more.
    one = made([State.SSC], interval_s=20)
    other = made([State.SSC], interval_s=20, start_utc_s=START_UTC_S + 10)
    assert of(join([one, other]), 1).covered[0] == pytest.approx(0.5)


def test_minutes_do_not_depend_on_which_minutes_are_asked_for():
    # Goal: blocks can be kept and joined. Method: the same minutes, alone and among others, with
    # the samples that have a say in them and with all.
    states = [State.SSC, State.INFANT_ONLY, State.UNKNOWN, State.OFF] * 180
    samples = made(np.repeat(states, 2).tolist())
    whole = of(samples, 720)
    begin_utc_s = START_UTC_S + 240 * 60
    near = samples.between(begin_utc_s - 60 * 60, begin_utc_s + 180 * 60)
    for part in (samples, near):
        found = minute_states(part, begin_utc_s, 120, parameters=QUICK)
        for name in ("states", "ssc_low", "ssc_high", "on_infant_low", "covered"):
            expected = getattr(whole, name)[240:360]
            np.testing.assert_allclose(getattr(found, name), expected, atol=1e-6, err_msg=name)


gaps = st.lists(st.tuples(st.integers(0, 240), st.integers(1, 60)), max_size=6)
acts = st.lists(st.tuples(st.sampled_from(list(State)), st.integers(1, 80)), min_size=1)


@settings(max_examples=40)
@given(acts, st.sampled_from([20, 30, 45, 120]), gaps, st.data())
def test_minutes_fewer_samples_only_turn_known_into_unknown(lived, interval_s, lost, data):
    # Goal: lost data widens what is possible and moves nothing. Method: take gaps and single
    # samples away, and compare every minute.
    states = [state for state, count in lived for _ in range(count)][:240]
    samples = made(states, interval_s=interval_s)
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(states), max_size=len(states))))
    for first, count in lost:
        keep[first : first + count] = False
    minutes = len(states) * interval_s // 60 + 1
    whole, part = of(samples, minutes), of(take(samples, keep), minutes)
    assert ((part.states == whole.states) | (part.states == State.UNKNOWN)).all()
    assert (part.ssc_low <= whole.ssc_low + ROUNDING).all()
    assert (part.ssc_high >= whole.ssc_high - ROUNDING).all()
    assert (part.on_infant_low <= whole.on_infant_low + ROUNDING).all()
    assert (part.covered <= whole.covered + ROUNDING).all()


@settings(max_examples=40)
@given(acts, st.data())
def test_minutes_fewer_channels_never_leave_the_states_undecidable(lived, data):
    # A sensor that fails leaves probabilities that are probabilities.
    states = [state for state, count in lived for _ in range(count)][:240]
    name = data.draw(st.sampled_from(["infant_touch_pf", "breath_adult", "activity_mg"]))
    result = of(made(states, **{name: np.full(len(states), np.nan)}), len(states) // 2 + 1)
    assert (result.ssc_low >= 0).all()
    assert (result.ssc_high <= 1 + ROUNDING).all()
    assert (result.ssc_low <= result.ssc_high + ROUNDING).all()
    known = result.states != State.UNKNOWN
    assert (result.probability[known] >= QUICK.probability_min).all()


def test_minutes_a_stricter_decision_knows_less():
    samples = made([State.SSC] * 120 + [State.INFANT_ONLY] * 120)
    strict = of(samples, 120, parameters=replace(QUICK, probability_min=0.99)).states
    usual = of(samples, 120).states
    assert ((strict == usual) | (strict == State.UNKNOWN)).all()
