import numpy as np
import pytest

from pouch_host.agreement.told import bridged, told_after_reviews, told_by_band, told_by_log
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.minutes import MinuteStates
from pouch_host.analysis.sessions import ssc_sessions
from pouch_host.analysis.states import State
from pouch_host.derive.reviews import reviewed_sessions
from pouch_host.store.remarks import Review, Verdict
from tests.host.agreement.made_told import DAY_MIN, START_UTC_S, at, episode, grid, look, slot


def test_diary_says_nothing_of_a_day_without_a_row():
    found = told_by_log([episode(60, 120)], grid(days=2))
    assert found.share[:DAY_MIN].sum() == 60
    assert not np.isnan(found.share[:DAY_MIN]).any()
    assert np.isnan(found.share[DAY_MIN:]).all()


def test_episode_over_midnight_says_of_the_next_day_only_itself():
    found = told_by_log([episode(1400, 1500)], grid(days=2))
    assert (found.share[1400:1500] == 1).all()
    assert np.isnan(found.share[1500:]).all()


def test_row_that_says_no_makes_a_day_without_contact():
    found = told_by_log([episode(0, DAY_MIN, contact=False)], grid())
    assert (found.share == 0).all()
    assert found.episodes == ()


def test_slots_say_nothing_of_time_between_them():
    found = told_by_log([slot(0, 120), slot(240, 30)], grid())
    assert (found.share[:120] == 1).all()
    assert np.isnan(found.share[120:240]).all()
    assert found.share[240:360] == pytest.approx(0.25)
    assert np.isnan(found.share[360:]).all()
    # Most of the first was contact, and only a quarter of the second.
    assert found.episodes == ((at(0), at(120)),)
    assert found.units == ((at(0), at(120)), (at(240), at(360)))


def test_looks_are_kept_as_moments():
    found = told_by_log([look(0, contact=True), look(120, contact=False)], grid())
    assert found.looks == ((at(0), True), (at(120), False))


def test_bridged_joins_what_a_session_would():
    assert bridged([(at(64), at(90)), (at(0), at(60)), (at(95), at(100))]) == (
        (at(0), at(90)),
        (at(95), at(100)),
    )


def analysis(contact, unknown=(), days=1):
    states = np.full(days * DAY_MIN, State.OFF, np.uint8)
    states[slice(*contact)] = State.SSC
    if unknown:
        states[slice(*unknown)] = State.UNKNOWN
    empty = np.zeros(len(states))
    minutes = MinuteStates(START_UTC_S, states, empty, empty, empty, empty, empty, "made")
    assigned = np.ones(len(states), np.bool_)
    assigned[-60:] = False
    return InfantAnalysis(minutes, assigned, None, ssc_sessions(minutes, assigned), ())


def test_band_never_says_contact_of_what_it_does_not_know():
    found = told_by_band(analysis((100, 200), unknown=(300, 400)), grid())
    assert np.nansum(found.share) == 100
    assert np.isnan(found.share[300:400]).all()
    # Without a band.
    assert np.isnan(found.share[-60:]).all()
    assert found.episodes == ((at(100), at(200)),)


def test_reviews_count_on_days_on_which_somebody_answered():
    of_band = analysis((100, 200), days=2)
    review = Review(1, None, None, None, Verdict.MISSED, at(600), at(660), "Amina", at(700))
    found = told_after_reviews(of_band, reviewed_sessions(of_band.sessions, [review]), grid(2))
    assert np.nansum(found.share) == 160
    assert np.isnan(found.share[DAY_MIN:]).all()


def test_rejected_session_is_no_contact_after_reviews():
    of_band = analysis((100, 200))
    review = Review(1, at(100), at(200), {}, Verdict.REJECTED, None, None, "Amina", at(700))
    found = told_after_reviews(of_band, reviewed_sessions(of_band.sessions, [review]), grid())
    assert (found.share[100:200] == 0).all()
    assert found.episodes == ()


def test_confirmed_session_keeps_what_the_band_does_not_know():
    of_band = analysis((100, 200), unknown=(150, 153))
    review = Review(1, at(100), at(200), {}, Verdict.CONFIRMED, None, None, "Amina", at(700))
    found = told_after_reviews(of_band, reviewed_sessions(of_band.sessions, [review]), grid())
    assert np.isnan(found.share[150:153]).all()
    assert np.nansum(found.share[100:200]) == 97


def test_what_lies_outside_the_period_says_nothing_of_it():
    period = grid(days=1)
    found = told_by_log([episode(-60, 30), episode(DAY_MIN + 60, DAY_MIN + 90)], period)
    assert (found.share[:30] == 1).all()
    assert np.isnan(found.share[30:]).all()
    looked = told_by_log([look(-60, contact=True), look(DAY_MIN, contact=True)], period)
    assert looked.looks == ()
