import numpy as np
import pytest

from pouch_sim.world.chance import SlowNoise, quantile

DAY_S = 86_400


def test_slow_noise_is_standard_normal_at_knots_and_between_them(seed):
    noise = SlowNoise(10.0, seed, "test")
    for offset_s in (0.0, 2.5, 5.0):
        drawn = noise.at(np.arange(0.0, 200_000.0, 10.0) + offset_s)
        assert abs(drawn.mean()) < 0.05
        assert abs(drawn.std() - 1.0) < 0.03


def test_slow_noise_changes_little_in_a_hundredth_of_its_period(seed):
    drawn = SlowNoise(100.0, seed, "test").at(np.arange(0.0, 20_000.0))
    assert np.abs(np.diff(drawn)).max() < 0.15


def test_slow_noise_is_the_same_in_any_window_and_its_values_are_independent(seed):
    noise = SlowNoise(30.0, seed, "test")
    times_s = np.arange(0.0, DAY_S, 7.0)
    whole = noise.vectors(times_s)
    assert np.array_equal(noise.vectors(times_s[5000:5100]), whole[5000:5100])
    assert np.array_equal(noise.at(times_s), whole[:, 0])
    assert np.abs(np.corrcoef(whole.T) - np.eye(4)).max() < 0.12


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.9, 1.0])
def test_time_below_the_quantile_is_the_share(share, seed):
    below = SlowNoise(10.0, seed, share).at(np.arange(0.0, 3.0 * DAY_S)) < quantile(share)
    assert abs(below.mean() - share) < 0.01
