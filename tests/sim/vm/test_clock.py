import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_sim.clock import Crystal, TrueTime

YEAR_US = 365 * 86_400 * 1_000_000


@given(
    drift_ppm=st.floats(-100_000, 100_000),
    boot_us=st.integers(0, YEAR_US),
    start_us=st.integers(0, 1 << 41),
    elapsed_us=st.integers(0, YEAR_US),
)
def test_true_time_is_the_first_at_which_the_crystal_shows_it(
    drift_ppm, boot_us, start_us, elapsed_us
):
    # Goal: a band never wakes before the time it asked for, nor a microsecond late.
    crystal = Crystal(drift_ppm, start_us)
    crystal.boot(boot_us)
    local_us = start_us + elapsed_us

    true_us = crystal.true_us(local_us)

    assert crystal.local_us(true_us) >= local_us
    assert true_us == boot_us or crystal.local_us(true_us - 1) < local_us


def test_crystal_starts_over_at_each_boot():
    crystal = Crystal(100.0, 5)
    crystal.boot(10_000_000)
    assert crystal.local_us(11_000_000) == 1_000_105
    crystal.boot(20_000_000)
    assert crystal.local_us(20_000_000) == 5


@pytest.mark.parametrize("drift_ppm", [1e6, -1e6])
def test_crystal_that_stands_still_is_refused(drift_ppm):
    with pytest.raises(ValueError, match="cannot be off"):
        Crystal(drift_ppm)


def test_true_time_is_start_and_elapsed():
    time = TrueTime(lambda: 1_500_000, 1_767_225_600)

    assert (time.now_us, time.utc_us) == (1_500_000, 1_767_225_601_500_000)
    assert time.utc_s == 1_767_225_601.5
