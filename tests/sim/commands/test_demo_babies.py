"""The babies of the demonstration: the same for the same seed, one of them truly cold."""

import numpy as np
import pytest

from pouch_sim.commands.demo_babies import babies
from pouch_sim.world.day import INFANT_ONLY

DAY_S = 86_400
MINUTE_US = 60_000_000


def core_c(baby, days):
    """Return a baby's true core temperature, one for each five minutes."""
    times_us = np.arange(0, days * 1440, 5, dtype=np.int64) * MINUTE_US
    return baby.world._heat_c(0, times_us)


@pytest.fixture(scope="module")
def ward():
    return babies(7, 4, 2)


def test_same_seed_gives_the_same_babies_and_another_one_others(ward):
    def known(found):
        return [(one.code, one.weight_g, one.gestation_days, one.world.plan) for one in found]

    assert known(babies(7, 4, 2)) == known(ward)
    assert known(babies(8, 4, 2)) != known(ward)


def test_more_babies_leave_the_first_as_they_were(ward):
    assert [one.world.plan for one in babies(7, 2, 2)] == [one.world.plan for one in ward[:2]]


def test_babies_are_small_and_have_what_an_admission_asks_for(ward):
    assert [one.code for one in ward] == ["bed-1", "bed-2", "bed-3", "bed-4"]
    for one in ward:
        assert 600 < one.weight_g <= 2500
        assert 26 * 7 <= one.gestation_days <= 41 * 7
    # Of the last one nobody knows when it was born, so that this is seen too.
    assert [one.age_days is None for one in ward] == [False, False, False, True]
    assert all(1 <= one.age_days <= 21 for one in ward[:3])


def test_second_baby_is_cold_in_its_cot_and_the_others_are_not(ward):
    # Goal: the demonstration shows a true alert, and not four of them.
    cold_share = [float(np.mean(core_c(one, 2) < 36.0)) for one in ward]
    assert cold_share[1] > 0.2
    assert all(share < 0.05 for share in (cold_share[0], *cold_share[2:]))


def test_second_baby_stays_alive_and_is_warm_again_on_somebodys_chest(ward):
    warmth = core_c(ward[1], 2)
    assert warmth.min() > 31.0
    assert warmth.max() > 36.5


def test_days_come_again_when_the_week_is_over():
    (baby,) = babies(7, 1, 20)
    assert baby.world.plan.length_s >= (20 + 30) * DAY_S
    day = baby.world.truth_states(0, DAY_S)
    assert (baby.world.truth_states(7 * DAY_S, DAY_S) == day).all()
    assert (baby.world.truth_states(21 * DAY_S, DAY_S) == day).all()
    assert baby.world.state_at(0) in {INFANT_ONLY, "ssc", "off", "caregiver_only"}
    assert len(set(day.tolist())) > 1
