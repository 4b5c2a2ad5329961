"""Bands that are on the air for a second now and then, and how long whoever wants them waits."""

from itertools import pairwise

import pytest

from pouch_protocol import constants as c
from tests.e2e.whole_path import HOUR_S, WholePath

BAND_ID = 0x1000
# The plans of firmware/band/power.py, seconds.
PERIOD_S = 60
SLOW_PERIOD_S = 1200
LISTEN_S = 65
# Sampling, the start of the radio, connecting, and the records of an hour.
PULL_S_MAX = 5


def steps(pulls):
    """Return the seconds from each pull of a band to the next."""
    times_s = [time_s for time_s, _ in pulls]
    return [after - before for before, after in pairwise(times_s)]


def test_one_band_is_read_within_a_minute_and_the_round_ends_a_minute_later(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    path.add_band()
    waits_s = []

    async def scenario():
        for wait_s in (1007, 1013, 1019, 1031, 1039):
            await path.wait(wait_s)
            began_s = path.simulation.loop.time()
            outcome = await path.round()
            assert [result.missing_count for result in outcome.pulls] == [0]
            waits_s.append(path.simulation.loop.time() - began_s)

    path.run(scenario())
    assert min(waits_s) >= LISTEN_S
    assert max(waits_s) <= PERIOD_S + PULL_S_MAX + LISTEN_S
    # Windows and rounds have nothing to do with each other.
    assert max(waits_s) - min(waits_s) > 10


def test_twelve_bands_are_read_in_one_round_of_a_few_minutes(tmp_path, seed):
    path = WholePath(tmp_path, seed)
    for _ in range(12):
        path.add_band()

    async def scenario():
        await path.wait(HOUR_S)
        began_s = path.simulation.loop.time()
        outcome = await path.round()
        return outcome, path.simulation.loop.time() - began_s

    outcome, took_s = path.run(scenario())
    assert outcome.failures == []
    assert sorted(result.band_id for result in outcome.pulls) == [
        BAND_ID + index for index in range(12)
    ]
    # Their windows are a second and a bit apart here: some fall into the pull of another band.
    assert took_s <= 4 * PERIOD_S + LISTEN_S


@pytest.mark.parametrize(("interval_s", "expected_s"), [(300, 300), (60, 60), (10, 60)])
def test_collector_that_listens_all_the_time_pulls_a_band_as_often_as_asked(
    tmp_path, seed, interval_s, expected_s
):
    path = WholePath(tmp_path, seed)
    path.add_band(drift_ppm=20.0)
    pulls = path.run(path.listen(HOUR_S, interval_s))
    assert len(pulls) >= HOUR_S / expected_s - 1
    assert steps(pulls) == pytest.approx([expected_s] * (len(pulls) - 1), abs=2)
    assert [outcome.failures for outcome in path.rounds] == [[]] * len(path.rounds)
    assert sorted(path.stored(BAND_ID)) == list(range(len(path.stored(BAND_ID))))


def test_collector_that_listens_all_the_time_pulls_a_band_of_the_slow_plan_in_each_window(
    tmp_path, seed
):
    path = WholePath(tmp_path, seed)
    path.add_band()
    path.add_band(radio_plan=c.PLAN_SLOW)
    pulls = path.run(path.listen(3 * HOUR_S, 300))
    slow = [(time_s, result) for time_s, result in pulls if result.band_id == BAND_ID + 1]
    assert len(slow) >= 8
    assert steps(slow) == pytest.approx([SLOW_PERIOD_S] * (len(slow) - 1), abs=2)
    stored = path.stored(BAND_ID + 1)
    assert sorted(stored) == list(range(len(stored)))
    assert len(stored) >= (3 * HOUR_S - SLOW_PERIOD_S) / 30


def test_a_round_alone_hears_a_band_of_the_slow_plan_by_chance_only(tmp_path, seed):
    # Why `pouch collect` listens all the time, and the band has a button.
    path = WholePath(tmp_path, seed)
    path.add_band(radio_plan=c.PLAN_SLOW)

    async def scenario():
        await path.wait(HOUR_S + SLOW_PERIOD_S / 2)
        began_s = path.simulation.loop.time()
        outcome = await path.round()
        return outcome, path.simulation.loop.time() - began_s

    outcome, took_s = path.run(scenario())
    assert (outcome.pulls, outcome.failures) == ([], [])
    assert took_s == pytest.approx(LISTEN_S, abs=0.5)
