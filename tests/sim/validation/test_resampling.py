import numpy as np
import pytest

from pouch_sim.validation.agreement import confusion, kappa
from pouch_sim.validation.resampling import figure, interval95, kappas, ratios


def _mean_of(values):
    return lambda weights: ratios(weights, values, [1] * len(values))


def test_interval_of_a_mean_is_near_the_one_of_the_normal_distribution():
    values = np.random.default_rng(3).normal(10.0, 2.0, 400)
    low, high = interval95(_mean_of(values), len(values))
    reach = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    assert low == pytest.approx(values.mean() - reach, abs=0.03)
    assert high == pytest.approx(values.mean() + reach, abs=0.03)


def test_interval_of_the_same_runs_is_the_same_twice():
    values = [1.0, 5.0, 2.0, 9.0]
    assert interval95(_mean_of(values), 4) == interval95(_mean_of(values), 4)


def test_interval_of_fewer_than_two_runs_is_none():
    assert interval95(_mean_of([1.0]), 1) is None


def test_figure_counts_each_run_once():
    assert figure(_mean_of([1.0, 2.0, 6.0]), 3) == pytest.approx(3.0)


def test_ratio_of_nothing_has_neither_figure_nor_interval():
    nothing = lambda weights: ratios(weights, [1.0, 2.0], [0.0, 0.0])  # noqa: E731
    assert figure(nothing, 2) is None
    assert interval95(nothing, 2) is None


def test_kappas_of_summed_tables_are_those_of_the_library():
    chance = np.random.default_rng(4)
    tables = [
        confusion(chance.integers(1, 5, 90).astype("u1"), chance.integers(0, 5, 90).astype("u1"))
        for _ in range(3)
    ]
    weights = np.array([[1.0, 1.0, 1.0], [2.0, 0.0, 1.0]])
    summed = [tables[0] + tables[1] + tables[2], 2 * tables[0] + tables[2]]
    assert kappas(weights, tables) == pytest.approx([kappa(one) for one in summed])


def test_kappas_where_chance_always_agrees_have_no_value():
    table = np.zeros((5, 5), np.int64)
    table[1, 1] = 7
    assert np.isnan(kappas(np.ones((1, 1)), [table])).all()
