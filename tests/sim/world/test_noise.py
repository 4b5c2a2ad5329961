import numpy as np

from pouch_sim.world.noise import TimeNoise


def test_noise_is_a_function_of_its_labels_and_the_index():
    again = TimeNoise(1, 2, "motion")
    assert TimeNoise(1, 2, "motion").word(5) == again.word(5)
    others = [TimeNoise(1, 2, "motion"), TimeNoise(1, 3, "motion"), TimeNoise(12, "motion")]
    assert len({noise.word(5) for noise in others}) == 3


def test_word_is_the_same_on_every_machine():
    assert TimeNoise("pinned").word(1_000_000) == 0x7071B5189630D84F


def test_uniform_lies_in_its_interval_and_fills_it():
    noise = TimeNoise("u")
    values = np.array([noise.uniform(n) for n in range(20_000)])
    assert values.min() >= 0
    assert values.max() < 1
    assert abs(values.mean() - 0.5) < 0.01


def test_normals_are_standard_and_independent():
    values = TimeNoise("n").normals(np.arange(50_000, dtype=np.int64))
    assert values.shape == (50_000, 4)
    assert np.allclose(values.mean(axis=0), 0, atol=0.02)
    assert np.allclose(np.cov(values.T), np.eye(4), atol=0.02)


def test_normals_do_not_depend_on_how_they_are_asked_for():
    noise = TimeNoise("n")
    whole = noise.normals(np.arange(100, dtype=np.int64))
    parts = [noise.normals(np.arange(n, n + 10, dtype=np.int64)) for n in range(90, -1, -10)]
    assert np.array_equal(np.concatenate(parts[::-1]), whole)


def test_normal_equals_the_first_of_normals():
    noise = TimeNoise("n")
    assert noise.normal(77) == noise.normals(np.array([77]))[0, 0]
