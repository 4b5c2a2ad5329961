import numpy as np
import pytest

from pouch_host.analysis.latest import latest, temperature_valid
from pouch_host.analysis.minutes import State
from pouch_host.analysis.samples import join
from tests.host.analysis.made_samples import INTERVAL_S, START_UTC_S, made

SETTLING = 20
LEAVING = 10


def test_latest_of_nothing_is_unknown():
    newest = latest(join([]))
    assert newest.state is State.UNKNOWN
    assert newest.utc_s is None
    assert newest.temperature_c is None
    assert not newest.temperature_valid


def test_latest_one_record_has_a_state_and_a_temperature_not_yet_valid():
    newest = latest(made([State.SSC]))
    assert newest.state is State.SSC
    assert newest.utc_s == START_UTC_S + INTERVAL_S / 2
    assert newest.temperature_c == 36.2
    assert not newest.temperature_valid


@pytest.mark.parametrize("state", [State.SSC, State.INFANT_ONLY])
def test_temperature_settles_ten_minutes_after_contact(state):
    valid = temperature_valid(made([state] * 30))
    assert list(valid) == [False] * SETTLING + [True] * 10


@pytest.mark.parametrize("state", [State.OFF, State.CAREGIVER_ONLY, State.UNKNOWN])
def test_temperature_off_the_infant_is_never_valid(state):
    assert not temperature_valid(made([state] * 60)).any()


def test_temperature_of_the_last_minutes_of_contact_is_not_valid():
    valid = temperature_valid(made([State.SSC] * 40 + [State.OFF] * 5))
    assert list(np.flatnonzero(valid)) == list(range(SETTLING, 40 - LEAVING + 1))


def test_temperature_settles_again_after_contact_was_lost():
    valid = temperature_valid(made([State.SSC] * 40 + [State.OFF] + [State.SSC] * 25))
    assert list(np.flatnonzero(valid)[-5:]) == list(range(41 + SETTLING, 66))


def test_temperature_settles_again_after_a_long_gap_and_not_after_a_short_one():
    first = made([State.SSC] * 30)
    short_gap = made([State.SSC] * 5, start_utc_s=START_UTC_S + 35 * INTERVAL_S)
    assert temperature_valid(join([first, short_gap]))[-5:].all()
    long_gap = made([State.SSC] * 5, start_utc_s=START_UTC_S + 3600)
    assert not temperature_valid(join([first, long_gap]))[-5:].any()


def test_latest_in_contact_gives_the_newest_reading():
    rising = np.linspace(35, 36.5, 30)
    newest = latest(made([State.SSC] * 30, infant_temperature_c=rising))
    assert newest.temperature_c == 36.5
    assert newest.temperature_utc_s == newest.utc_s
    assert newest.temperature_valid


def test_latest_off_the_infant_keeps_the_last_valid_reading_with_its_time():
    falling = np.concatenate([np.full(40, 36.4), np.full(20, 25.0)])
    newest = latest(made([State.SSC] * 40 + [State.OFF] * 20, infant_temperature_c=falling))
    assert newest.state is State.OFF
    assert newest.temperature_c == 36.4
    assert newest.temperature_valid
    assert newest.temperature_utc_s == START_UTC_S + (40 - LEAVING + 0.5) * INTERVAL_S


def test_latest_off_for_more_than_an_hour_gives_a_reading_that_is_not_valid():
    states = [State.SSC] * 40 + [State.OFF] * 130
    cold = np.concatenate([np.full(40, 36.4), np.full(130, 25.0)])
    newest = latest(made(states, infant_temperature_c=cold))
    assert newest.temperature_c == 25.0
    assert not newest.temperature_valid


def test_latest_thermometer_failing_has_no_temperature():
    newest = latest(made([State.OFF] * 3, infant_temperature_c=np.full(3, np.nan)))
    assert newest.temperature_c is None
    assert newest.temperature_utc_s is None
