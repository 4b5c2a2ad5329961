import random

import numpy as np
import pytest

from pouch_sim.world.day import DAY_US, INFANT_ONLY, OFF, SSC
from pouch_sim.world.scripted import ScriptedWorld

SEED = 3
MINUTE_US = 60_000_000
STEP_US = 80_000


def settled_times(world, state, days=20):
    """Middles of minutes that have been in one state for half an hour."""
    minutes = world.truth_minutes(0, days * 1440)
    return [
        n * MINUTE_US + MINUTE_US // 2
        for n in range(30, len(minutes))
        if set(minutes[n - 30 : n + 2]) == {state}
    ]


def readings(world, now_us):
    return (
        world.infant_face_temperature_c(now_us),
        world.caregiver_face_temperature_c(now_us),
        world.infant_electrode_pf(now_us),
        world.caregiver_electrode_pf(now_us),
        world.acceleration_mg(now_us, STEP_US, 3).tolist(),
        world.state_at(now_us),
    )


def test_readings_do_not_depend_on_the_order_of_asking():
    times_us = [random.Random(n).randrange(4 * DAY_US) for n in range(200)]
    forward, backward = ScriptedWorld(SEED, 0), ScriptedWorld(SEED, 0)
    first = {now_us: readings(forward, now_us) for now_us in sorted(times_us)}
    second = {now_us: readings(backward, now_us) for now_us in sorted(times_us, reverse=True)}
    assert first == second


def test_bands_and_seeds_differ():
    texts = {
        str(readings(ScriptedWorld(seed, band), MINUTE_US)) for seed in (1, 2) for band in (0, 1)
    }
    assert len(texts) == 4


@pytest.mark.parametrize(
    ("state", "infant_c", "caregiver_c", "infant_pf", "caregiver_pf"),
    [(SSC, 36.6, 35.2, 9.0, 9.0), (INFANT_ONLY, 36.1, 32.5, 9.0, 2.0)],
)
def test_settled_state_feels_as_it_should(state, infant_c, caregiver_c, infant_pf, caregiver_pf):
    world = ScriptedWorld(SEED, 0)
    for now_us in settled_times(world, state)[::37]:
        assert abs(world.infant_face_temperature_c(now_us) - infant_c) < 0.4
        assert abs(world.caregiver_face_temperature_c(now_us) - caregiver_c) < 0.4
        assert abs(world.infant_electrode_pf(now_us) - infant_pf) < 1.5
        assert abs(world.caregiver_electrode_pf(now_us) - caregiver_pf) < 1.5


def mean_infant_face_c(world, state, days=3):
    times_us = settled_times(world, state, days)[::11]
    return np.mean([world.infant_face_temperature_c(now_us) for now_us in times_us])


def test_babies_settle_between_36_4_and_36_9_in_ssc_and_near_36_1_in_the_cot():
    worlds = [ScriptedWorld(seed, band) for seed in range(10) for band in range(16)]
    ssc_c = np.array([mean_infant_face_c(world, SSC) for world in worlds])
    cot_c = np.array([mean_infant_face_c(world, INFANT_ONLY) for world in worlds])
    # A tenth of a degree more either side: slow swings that three days do not average out.
    assert ssc_c.min() > 36.3
    assert ssc_c.max() < 37.0
    assert abs(ssc_c.mean() - 36.6) < 0.05
    assert 0.1 < ssc_c.std() < 0.2
    cold = cot_c < ssc_c - 0.8
    assert 1 / 16 < cold.mean() < 3 / 16
    assert cot_c[~cold].min() > 35.8
    assert cot_c[~cold].max() < 36.4
    assert abs(cot_c[~cold].mean() - 36.1) < 0.05
    assert abs(cot_c[cold].mean() - 35.5) < 0.15


def test_band_off_goes_to_the_rooms_temperature_and_lies_still():
    world = ScriptedWorld(SEED, 0)
    times_us = settled_times(world, OFF)
    assert times_us
    for now_us in times_us:
        assert 19 < world.infant_face_temperature_c(now_us) < 31
        acceleration = world.acceleration_mg(now_us, STEP_US, 12)
        assert np.ptp(acceleration, axis=0).max() < 20
        assert world.infant_electrode_pf(now_us) < 3


def test_temperature_is_continuous_over_changes_of_state_and_midnight():
    world = ScriptedWorld(SEED, 1)
    times_us = range(0, 3 * DAY_US, 10_000_000)
    for read in (world.infant_face_temperature_c, world.caregiver_face_temperature_c):
        values = np.array([read(now_us) for now_us in times_us])
        assert np.abs(np.diff(values[1:])).max() < 0.6


def test_acceleration_in_pieces_equals_acceleration_at_once_over_a_change_of_state():
    world = ScriptedWorld(SEED, 0)
    minutes = world.truth_minutes(0, 1440)
    change = next(n for n in range(1, 1440) if minutes[n] != minutes[n - 1])
    first_us = (change - 1) * MINUTE_US
    whole = world.acceleration_mg(first_us, STEP_US, 1500)
    pieces = [world.acceleration_mg(first_us + n * STEP_US, STEP_US, 1) for n in range(1500)]
    assert np.array_equal(np.concatenate(pieces), whole)
    assert abs(np.linalg.norm(whole, axis=1).mean() - 1000) < 50


def test_acceleration_of_no_samples_is_empty():
    assert ScriptedWorld(SEED, 0).acceleration_mg(0, STEP_US, 0).shape == (0, 3)


def test_truth_minutes_agree_with_state_at_and_ssc_time():
    world = ScriptedWorld(SEED, 2)
    minutes = world.truth_minutes(DAY_US, 1440)
    assert minutes[100] == world.state_at(DAY_US + 100 * MINUTE_US + MINUTE_US // 2)
    ssc_minutes = world.ssc_us(DAY_US, 2 * DAY_US) / MINUTE_US
    assert abs(minutes.count(SSC) - ssc_minutes) < 10


def test_ssc_time_adds_up_over_any_cut():
    world = ScriptedWorld(SEED, 2)
    whole_us = world.ssc_us(0, DAY_US)
    cut_us = 40_000_000_123
    assert world.ssc_us(0, cut_us) + world.ssc_us(cut_us, DAY_US) == whole_us


def test_time_before_the_start_is_refused():
    with pytest.raises(ValueError, match="starts at 0"):
        ScriptedWorld(SEED, 0).state_at(-1)
