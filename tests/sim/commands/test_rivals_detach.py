"""DETACH on samples: what its rule says of plain cases, and that little is lost on the way in."""

import numpy as np
import pytest
from nimbaldetach import nimbaldetach

from pouch_host.analysis.samples import from_columns
from pouch_host.analysis.states import State
from pouch_sim.commands.rivals_detach import acceleration_sd_g, worn_states

START_UTC_S = 1_772_323_200
INTERVAL_S = 30
PER_MIN = 60 // INTERVAL_S
STILL_MG, MOVING_MG = 6.0, 40.0
ACCELEROMETER_HZ = 12.5
WINDOW_WORDS = 12


def taken_off_and_put_on(worn_min=60, off_min=120, cold_c=22.0):
    """Return temperatures of a band that cools towards a room for a while, then warms again."""
    skin_c = 36.0
    off = cold_c + (skin_c - cold_c) * np.exp(-np.arange(off_min * PER_MIN) / (8 * PER_MIN))
    on = skin_c + (off[-1] - skin_c) * np.exp(-np.arange(worn_min * PER_MIN) / (5 * PER_MIN))
    return np.concatenate([np.full(worn_min * PER_MIN, skin_c), off, on])


def moving_but(quiet, count):
    activity_mg = np.full(count, MOVING_MG)
    activity_mg[quiet] = STILL_MG
    return activity_mg


def sampled(temperature_c, activity_mg, *, lost=()):
    utc_s = START_UTC_S + INTERVAL_S * (np.arange(len(temperature_c)) + 0.5)
    kept = np.setdiff1d(np.arange(len(utc_s)), lost)
    return from_columns(
        utc_s[kept],
        interval_s=INTERVAL_S,
        infant_temperature_c=np.asarray(temperature_c)[kept],
        activity_mg=np.asarray(activity_mg)[kept],
    )


OFF_PART = slice(60 * PER_MIN, 180 * PER_MIN)


def test_worn_states_band_put_down_is_off_until_it_is_put_on():
    temperature_c = taken_off_and_put_on()
    states = worn_states(sampled(temperature_c, moving_but(OFF_PART, len(temperature_c))))
    off = np.flatnonzero(states == State.OFF)
    assert np.array_equal(off, np.arange(off[0], off[-1] + 1))
    # Within a window of five minutes of the truth at both ends.
    assert abs(off[0] - OFF_PART.start) <= 5 * PER_MIN
    assert abs(off[-1] - OFF_PART.stop) <= 5 * PER_MIN
    assert set(states) == {State.SSC, State.OFF}


def test_worn_states_cooling_band_that_moves_is_worn():
    temperature_c = taken_off_and_put_on()
    states = worn_states(sampled(temperature_c, np.full(len(temperature_c), MOVING_MG)))
    assert set(states) == {State.SSC}


def test_worn_states_still_and_warm_band_is_worn():
    states = worn_states(sampled(np.full(400, 34.0), np.full(400, STILL_MG)))
    assert set(states) == {State.SSC}


def test_worn_states_without_temperature_or_movement_are_unknown():
    temperature_c, activity_mg = np.full(200, 36.0), np.full(200, MOVING_MG)
    temperature_c[50:100] = np.nan
    activity_mg[120:160] = np.nan
    states = worn_states(sampled(temperature_c, activity_mg))
    unknown = np.concatenate([np.arange(50, 100), np.arange(120, 160)])
    assert np.array_equal(np.flatnonzero(states == State.UNKNOWN), unknown)


@pytest.mark.parametrize("count", [0, 1, 10, 19])
def test_worn_states_stretch_of_less_than_ten_minutes_is_unknown(count):
    states = worn_states(sampled(np.full(count, 36.0), np.full(count, MOVING_MG)))
    assert states.tolist() == [State.UNKNOWN] * count


def test_worn_states_short_gap_is_bridged_and_a_long_one_is_not():
    temperature_c = taken_off_and_put_on()
    activity_mg = moving_but(OFF_PART, len(temperature_c))
    whole = worn_states(sampled(temperature_c, activity_mg))
    lost = np.arange(200, 210)
    bridged = worn_states(sampled(temperature_c, activity_mg, lost=lost))
    assert np.count_nonzero(np.delete(whole, lost) != bridged) == 0
    # Cut off within ten minutes after a long gap: nothing is said of these.
    cut = sampled(temperature_c[:260], activity_mg[:260], lost=np.arange(200, 250))
    assert worn_states(cut)[200:].tolist() == [State.UNKNOWN] * 10


def test_worn_states_of_kept_activity_agree_with_the_raw_acceleration(seed):
    # Goal: what the band keeps is enough for the rule. Method: acceleration at the sensor's own
    # rate goes into the package, and the activity that firmware makes of it goes into ours.
    rng = np.random.default_rng(seed)
    temperature_c = taken_off_and_put_on()
    count = len(temperature_c)
    words = int(INTERVAL_S * ACCELEROMETER_HZ)
    sd_mg = np.full(count, 12.0)
    sd_mg[OFF_PART] = 1.5
    axes_mg = rng.normal(0.0, 1.0, (count, words, 3)) * sd_mg[:, np.newaxis, np.newaxis]
    windows = axes_mg[:, : words // WINDOW_WORDS * WINDOW_WORDS].reshape(
        count, -1, WINDOW_WORDS, 3
    )
    activity_mg = np.rint(np.ptp(windows, axis=2).max(axis=2).mean(axis=1))
    x, y, z = axes_mg.reshape(-1, 3).T / 1000
    _, not_worn = nimbaldetach(
        *(x, y, z, temperature_c),
        accel_freq=ACCELEROMETER_HZ,
        temperature_freq=1 / INTERVAL_S,
        std_thresh_mg=5.0,
        low_temperature_cutoff=25.0,
        high_temperature_cutoff=30.0,
        temp_dec_roc=-0.1,
        temp_inc_roc=0.05,
        quiet=True,
    )
    theirs = not_worn.reshape(count, words).mean(axis=1) > 0.5
    ours = worn_states(sampled(temperature_c, activity_mg)) == State.OFF
    assert np.count_nonzero(theirs) > 100 * PER_MIN
    assert np.count_nonzero(ours != theirs) <= 3 * PER_MIN


def test_acceleration_sd_g_of_the_activity_of_noise_is_its_own(seed):
    rng = np.random.default_rng(seed)
    windows_mg = rng.normal(0.0, 7.0, (20_000, WINDOW_WORDS))
    activity_mg = np.ptp(windows_mg, axis=1).mean(keepdims=True)
    assert acceleration_sd_g(activity_mg) == pytest.approx(0.007, rel=0.01)
