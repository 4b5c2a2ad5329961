from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.analysis.minutes import MinuteStates
from pouch_host.analysis.sessions import GAP_MIN, ssc_sessions
from pouch_host.analysis.states import State

FIRST_UTC_S = 1_772_323_200
LETTERS = {
    "S": State.SSC,
    "i": State.INFANT_ONLY,
    "c": State.CAREGIVER_ONLY,
    "o": State.OFF,
    "?": State.UNKNOWN,
}


def minutes_of(text):
    """Return one minute for each letter; a figure after a letter repeats it."""
    states = np.array([LETTERS[letter] for letter in text], np.uint8)
    sure = np.where(states == State.UNKNOWN, np.nan, 1.0)
    ssc = (states == State.SSC).astype(float)
    return MinuteStates(
        FIRST_UTC_S,
        states,
        sure,
        ssc_low=ssc,
        ssc_high=np.where(states == State.UNKNOWN, 1.0, ssc),
        on_infant_low=np.isin(states, [State.SSC, State.INFANT_ONLY]).astype(float),
        covered=(states != State.UNKNOWN).astype(float),
        algorithm_version="test",
    )


def sessions_of(text, assigned=None):
    minutes = minutes_of(text)
    return ssc_sessions(minutes, np.ones(len(minutes), bool) if assigned is None else assigned)


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", []),
        ("iiii", []),
        ("iSSSi", [3]),
        ("S" * 3 + "i" * 4 + "S" * 3, [10]),
        ("S" * 3 + "i" * 5 + "S" * 3, [3, 3]),
        ("S" * 3 + "?" * 4 + "S" * 3, [10]),
        ("S" * 3 + "?" * 5 + "S" * 3, [3, 3]),
        ("S", [1]),
    ],
)
def test_sessions_gaps_under_five_minutes_are_bridged(text, lengths):
    assert [session.minutes for session in sessions_of(text)] == lengths


def test_session_tells_what_it_bridged_and_whether_its_ends_are_known():
    (session,) = sessions_of("iSS?iSS?")
    assert session.begin_utc_s == FIRST_UTC_S + 60
    assert session.end_utc_s == FIRST_UTC_S + 7 * 60
    assert (session.ssc_minutes, session.unknown_minutes, session.other_minutes) == (4, 1, 1)
    assert session.begin_known
    assert not session.end_known


def test_session_of_an_hour_is_long_and_one_of_59_minutes_is_not():
    assert [one.is_long for one in sessions_of("S" * 60 + "i" * 9 + "S" * 59)] == [True, False]


def test_sessions_end_with_the_assignment():
    assigned = np.array([True] * 3 + [False] * 7)
    (session,) = sessions_of("S" * 10, assigned)
    assert session.minutes == 3


@given(st.text("Si?", max_size=120))
def test_sessions_hold_all_contact_once_and_are_apart(text):
    sessions = sessions_of(text)
    assert sum(one.ssc_minutes for one in sessions) == text.count("S")
    for one in sessions:
        assert one.ssc_minutes + one.unknown_minutes + one.other_minutes == one.minutes
    for one, after in pairwise(sessions):
        assert after.begin_utc_s - one.end_utc_s >= 60 * GAP_MIN
