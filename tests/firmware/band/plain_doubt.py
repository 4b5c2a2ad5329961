"""Runs in MicroPython: values that a sound sensor would not give."""

from band.doubt import Restless, Still

LIMIT_CS = 180_000
STEP_CS = 3_000


def _stuck(values):
    """Return what a Still says of values that come every half minute."""
    still = Still(LIMIT_CS)
    return [still.take(value, n * STEP_CS) for n, value in enumerate(values)]


def _noisy(values, step=64, turns_max=2):
    restless = Restless(step, turns_max)
    return [restless.take(value) for value in values]


def test_still_value_is_stuck_from_the_limit_on_until_it_changes():
    said = _stuck([5] * 65 + [6] + [5] * 61)
    assert said == [False] * 60 + [True] * 5 + [False] * 61 + [True]


def test_still_without_a_value_begins_anew():
    assert True not in _stuck(([5] * 60 + [None]) * 3)


def test_still_takes_zero_and_pairs_for_values():
    assert _stuck([0] * 61)[-1]
    assert _stuck([(1, 2)] * 61)[-1]
    assert not _stuck([(1, 2)] * 60 + [(1, 3)])[-1]


def test_still_counts_time_and_not_samples():
    still = Still(LIMIT_CS)
    assert not still.take(5, 1_000)
    assert not still.take(5, 180_999)
    assert still.take(5, 181_000)


def test_restless_needs_three_turns_among_eight_values():
    # Each value after the second turns round.
    assert _noisy([0, 100, 0, 100, 0]) == [False] * 4 + [True]
    # A step back in every eight: two turns, ever again.
    rising = [0]
    for n in range(80):
        rising.append(rising[-1] + (100 if n % 8 else -100))
    assert True not in _noisy(rising)


def test_restless_forgets_turns_after_eight_values():
    said = _noisy([0, 100, 0, 100, 0] + [0] * 10)
    assert said[4:] == [True] * 6 + [False] * 5


def test_restless_lets_every_slow_curve_pass():
    for values in (
        [n * 500 for n in range(40)],
        [-n * 500 for n in range(40)],
        # A pod that is put on, and taken off again.
        [3200] * 10 + [3200 + n * 200 for n in range(8)] + [4600 - n * 150 for n in range(9)] * 1,
        [4608 + n % 3 for n in range(60)],
        # To and fro by no more than a step.
        [0, 64] * 30,
    ):
        assert True not in _noisy(values)


def test_restless_counts_both_sides_of_a_turn():
    # A slow rise with steps down that are small, and large steps with small ones back.
    assert True not in _noisy([n // 2 * 200 - n % 2 * 30 for n in range(40)])
    assert _noisy([n // 2 * 20 - n % 2 * 200 for n in range(40)])[-1]


def test_restless_passes_over_what_is_missing():
    assert _noisy([0, None, 100, None, 0, 100, None, 0])[-1]
    assert _noisy([None] * 20) == [False] * 20


def test_restless_finds_noise_of_a_degree_most_of_the_time():
    # A repeated draw of a normal distribution, 1 C wide, 1/128 C each.
    draw = (-31, 98, -157, 22, 203, -88, -12, 141, -196, 64, -105, 9, 178, -240, 53, -67)
    assert sum(_noisy(draw * 20)) > 200
    # The same, as wide as a TMP117's own noise.
    assert True not in _noisy([value // 64 for value in draw * 20])
