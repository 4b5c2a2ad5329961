from itertools import pairwise

import pytest

from pouch_sim.world.day import CAREGIVER_ONLY, DAY_US, INFANT_ONLY, OFF, SSC, draw_day

HOUR_US = 3_600_000_000
DAYS = [(seed, band, day) for seed in range(4) for band in range(5) for day in range(10)]


@pytest.mark.parametrize("worn_by_infant", [True, False])
def test_stretches_cover_the_day_without_gap_and_change_state(worn_by_infant):
    for which in DAYS:
        stretches = draw_day(*which, worn_by_infant=worn_by_infant)
        assert stretches[0].start_us == 0
        assert stretches[-1].end_us == DAY_US
        for before, after in pairwise(stretches):
            assert before.end_us == after.start_us, which
            assert before.state != after.state, which
        assert all(stretch.end_us > stretch.start_us for stretch in stretches), which


def test_hours_of_ssc_lie_between_four_and_sixteen_and_vary():
    hours = []
    for which in DAYS:
        ssc = [s.end_us - s.start_us for s in draw_day(*which) if s.state == SSC]
        hours.append(sum(ssc) / HOUR_US)
        assert min(ssc) >= 0.3 * HOUR_US, which
    assert min(hours) >= 3.99
    assert max(hours) <= 16.01
    assert min(hours) < 6
    assert max(hours) > 12
    assert 7 < sum(hours) / len(hours) < 11


def test_rest_is_spent_with_whoever_wears_the_band():
    states = {s.state for which in DAYS for s in draw_day(*which)}
    assert states == {SSC, INFANT_ONLY, OFF}
    states = {s.state for which in DAYS for s in draw_day(*which, worn_by_infant=False)}
    assert states == {SSC, CAREGIVER_ONLY, OFF}


def test_day_is_the_same_for_the_same_seed_and_differs_otherwise():
    assert draw_day(1, 2, 3) == draw_day(1, 2, 3)
    assert len({tuple(draw_day(*which)) for which in DAYS}) == len(DAYS)
