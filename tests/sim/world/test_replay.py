import pytest

from pouch_sim.world.recording import Row
from pouch_sim.world.replay import NotRecorded, Recording, Replay

SECOND_US = 1_000_000


def recording(*temperatures_c, case_c=None, step_s=60):
    return Recording([Row(1000.0 + n * step_s, t, case_c) for n, t in enumerate(temperatures_c)])


@pytest.mark.parametrize(
    ("now_s", "temperature_c"),
    [(0, 35.0), (29.9, 35.0), (30, 36.0), (60, 36.0), (89.9, 36.0), (90, 37.0), (720, 37.0)],
)
def test_nearest_row_holds_half_a_step_either_side(now_s, temperature_c):
    world = Replay(recording(35.0, 36.0, 37.0))
    assert world.infant_face_temperature_c(round(now_s * SECOND_US)) == temperature_c


def test_start_moves_the_recording_along_true_time():
    world = Replay(recording(35.0, 36.0), start_utc_s=900.0)
    assert world.infant_face_temperature_c(0) == 35.0
    assert world.infant_face_temperature_c(129 * SECOND_US) == 35.0
    assert world.infant_face_temperature_c(130 * SECOND_US) == 36.0


def test_gap_in_the_recording_is_split_in_its_middle():
    rows = [Row(0.0, 35.0, None), Row(60.0, 36.0, None), Row(660.0, 37.0, None)]
    world = Replay(Recording(rows))
    assert world.infant_face_temperature_c(359 * SECOND_US) == 36.0
    assert world.infant_face_temperature_c(361 * SECOND_US) == 37.0


def test_far_from_all_rows_the_last_bit_changes_every_half_hour():
    # Goal: a band does not take the held value of a long gap for a broken thermometer.
    times_s = (0, 60, 120, 86_400)
    rows = [Row(time_s, 35.0 + n, 30.0) for n, time_s in enumerate(times_s)]
    world = Replay(Recording(rows))
    for now_s in range(0, 100_000, 60):
        near = min(abs(now_s - time_s) for time_s in times_s) <= 600
        sway_c = 0.0 if near else (now_s // 1800 % 2) / 128
        now_us = now_s * SECOND_US
        row = world.nearest(now_us)
        assert world.infant_face_temperature_c(now_us) == row.skin_temperature_c + sway_c
        assert world.caregiver_face_temperature_c(now_us) == 30.0 + sway_c


def test_case_temperature_feeds_the_caregiver_face():
    world = Replay(recording(35.0, 36.0, case_c=30.5))
    assert world.caregiver_face_temperature_c(0) == 30.5
    assert world.unmeasured == {"touch", "motion"}


def test_what_was_not_recorded_is_unmeasured_and_fails():
    world = Replay(recording(35.0, 36.0))
    assert world.unmeasured == {"touch", "motion", "caregiver_thermometer"}
    for ask in (
        lambda: world.caregiver_face_temperature_c(0),
        lambda: world.infant_electrode_pf(0),
        lambda: world.caregiver_electrode_pf(0),
        lambda: world.acceleration_mg(0, 1, 1),
    ):
        with pytest.raises(NotRecorded):
            ask()
