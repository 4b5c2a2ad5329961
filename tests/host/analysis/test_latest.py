import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pouch_host.analysis.latest import latest
from pouch_host.analysis.samples import join
from pouch_host.analysis.states import State
from pouch_host.analysis.temperature import LEAVING_MIN, SETTLING_MIN
from tests.host.analysis.made_samples import INTERVAL_S, QUICK, START_UTC_S, made

PER_MIN = 60 // INTERVAL_S

# Minutes that the chain may give up at the beginning and at the end of contact.
EDGE_MIN = 4


def of(samples):
    return latest(samples, parameters=QUICK)


def test_latest_of_nothing_is_unknown():
    newest = of(join([]))
    assert newest.state is State.UNKNOWN
    assert newest.utc_s is None
    assert newest.temperature_c is None
    assert newest.core_c is None
    assert not newest.temperature_valid
    assert newest.algorithm_version == QUICK.algorithm_version


@given(st.sampled_from(list(State)), st.integers(0, 100_000))
@settings(max_examples=20)
def test_latest_of_one_record_has_its_time_and_no_valid_temperature(state, later_s):
    # One record is no proof of anything: before and after it could have been anything.
    newest = of(made([state], start_utc_s=START_UTC_S + later_s))
    assert newest.utc_s == START_UTC_S + later_s + INTERVAL_S / 2
    assert newest.state in {state, State.UNKNOWN}
    assert not newest.temperature_valid
    assert newest.core_c is None


def test_latest_in_contact_has_a_state_a_settled_temperature_and_a_core():
    newest = of(made([State.SSC] * 60 * PER_MIN))
    assert newest.state is State.SSC
    assert newest.temperature_c == pytest.approx(36.2)
    assert newest.temperature_valid
    assert newest.core_c is not None
    assert 36.2 < newest.core_c < 37.2
    assert newest.core_sd_c is not None
    assert newest.utc_s is not None
    assert newest.temperature_utc_s is not None
    assert newest.utc_s - newest.temperature_utc_s <= 60 * (LEAVING_MIN + EDGE_MIN)


@pytest.mark.parametrize("state", [State.SSC, State.INFANT_ONLY])
def test_temperature_is_valid_once_it_has_settled_and_not_before(state):
    early = of(made([state] * SETTLING_MIN * PER_MIN))
    assert not early.temperature_valid
    late = of(made([state] * (SETTLING_MIN + LEAVING_MIN + 2 * EDGE_MIN) * PER_MIN))
    assert late.temperature_valid


@pytest.mark.parametrize("state", [State.OFF, State.CAREGIVER_ONLY, State.UNKNOWN])
def test_temperature_off_the_infant_is_never_valid(state):
    assert not of(made([state] * 90 * PER_MIN)).temperature_valid


def test_latest_off_the_infant_keeps_the_last_valid_reading_with_its_time():
    states = [State.SSC] * 60 * PER_MIN + [State.OFF] * 15 * PER_MIN
    newest = of(made(states))
    assert newest.state is State.OFF
    assert newest.temperature_c == pytest.approx(36.2)
    assert newest.temperature_valid
    assert newest.utc_s is not None
    assert newest.temperature_utc_s is not None
    age_min = (newest.utc_s - newest.temperature_utc_s) / 60
    assert 15 + LEAVING_MIN - 1 <= age_min <= 15 + LEAVING_MIN + EDGE_MIN


def test_latest_off_for_more_than_an_hour_gives_a_reading_that_is_not_valid():
    newest = of(made([State.SSC] * 60 * PER_MIN + [State.OFF] * 75 * PER_MIN))
    assert newest.temperature_c == pytest.approx(26.0)
    assert not newest.temperature_valid
    assert newest.core_c is None


def test_latest_thermometer_failing_has_no_temperature():
    states = [State.SSC] * 60 * PER_MIN
    newest = of(made(states, infant_temperature_c=np.full(len(states), np.nan)))
    assert newest.temperature_c is None
    assert newest.temperature_utc_s is None
    assert not newest.temperature_valid


def test_latest_flags_are_those_of_the_newest_sample():
    flags = np.array([1, 2, 4], np.uint16)
    assert of(made([State.OFF] * 3, flags=flags)).flags == 4
