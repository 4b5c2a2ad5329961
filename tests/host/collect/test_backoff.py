"""Pauses between the tries of one band: they grow, end somewhere, and concern no other band."""

import math

import pytest

from pouch_host.collect.backoff import Backoff, growing_pause_s, round_pause_s


def failed(backoff, name="P-1", now_s=0.0, *, had_its_turn=False):
    return backoff.note_failed(name, now_s, had_its_turn=had_its_turn)


def test_pause_grows_by_windows_and_is_bounded():
    assert [growing_pause_s(failures) for failures in range(1, 7)] == [0, 90, 210, 450, 930, 930]
    assert growing_pause_s(10_000) == 930


def test_round_pause_is_none_twice_and_then_for_good():
    assert [round_pause_s(failures) for failures in range(1, 5)] == [0, 0, math.inf, math.inf]


def test_band_that_nobody_knows_is_wanted():
    assert Backoff(300).wanted("P-1", 0.0)
    assert Backoff(300).failures("P-1") == 0


@pytest.mark.parametrize(("interval_s", "rest_s"), [(300, 270), (10, 5), (math.inf, math.inf)])
def test_band_that_was_read_rests_until_just_before_its_interval(interval_s, rest_s):
    backoff = Backoff(interval_s)
    assert backoff.note_read("P-1", 1000.0) == rest_s
    assert not backoff.wanted("P-1", 1000.0 + min(rest_s, 1e9) - 0.1)
    assert backoff.wanted("P-1", 1000.0 + rest_s)


def test_band_that_fails_is_wanted_when_its_pause_is_over_and_others_at_any_time():
    backoff = Backoff(300)
    failed(backoff)
    assert backoff.wanted("P-1", 0.0)
    assert failed(backoff, now_s=60.0) == 90
    assert not backoff.wanted("P-1", 149.9)
    assert backoff.wanted("P-1", 150.0)
    assert backoff.wanted("P-2", 60.0)
    assert backoff.failures("P-1") == 2


def test_success_forgets_the_failures():
    backoff = Backoff(300)
    for _ in range(5):
        failed(backoff)
    backoff.note_read("P-1", 0.0)
    assert backoff.failures("P-1") == 0
    assert failed(backoff) == 0


def test_band_that_had_its_turn_rests_like_one_that_was_read_and_then_longer():
    backoff = Backoff(300)
    pauses_s = [failed(backoff, had_its_turn=True) for _ in range(5)]
    assert pauses_s == [270, 270, 270, 450, 930]
