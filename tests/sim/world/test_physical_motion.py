"""What the accelerometer feels in each activity, read as a spectrum of the chip's own samples."""

import numpy as np
import pytest

from pouch_sim.world.plan import Infant
from tests.sim.world.physical_plans import act, band_mg, motion_mg, world

SEEDS = range(1, 4)
GRAVITY_MG = 1000.0
# Without movement, so that breathing stands alone.
STILL = {"walking": 0.0, "rocking": 0.0}
ADULT_HZ, INFANT_HZ = (0.2, 0.4), (0.65, 1.0)


def quiet_mg(made, band_hz):
    """Return the median over windows of 10 s, as the band's own measure is spared by jolts."""
    windows = np.split(motion_mg(made, 2.0, 30.0), 180)
    return float(np.median([band_mg(window, *band_hz) for window in windows]))


def test_gravity_stays_one_g_in_any_posture():
    made = world(act(0, "cot"))
    acceleration = motion_mg(made, 2.0, 30.0)
    length_mg = np.linalg.norm(acceleration, axis=1)
    assert abs(np.median(length_mg) - GRAVITY_MG) < 10.0


@pytest.mark.parametrize(
    ("activity", "infant", "adult"),
    [
        ("ssc", True, True),
        ("cot", True, False),
        ("incubator", True, False),
        ("caregiver_alone", False, True),
        ("table", False, False),
        ("sun", False, False),
    ],
)
def test_breaths_of_those_who_carry_the_band_are_felt(activity, infant, adult):
    settings = STILL if activity in ("ssc", "caregiver_alone") else {}
    breaths = {"infant": [], "adult": []}
    for seed in SEEDS:
        made = world(act(0, activity, **settings), seed=seed)
        breaths["infant"].append(quiet_mg(made, INFANT_HZ))
        breaths["adult"].append(quiet_mg(made, ADULT_HZ))
    # The chip's own noise is 1.8 mg over 6.25 Hz, three axes: 0.7 mg in either band.
    for who, felt in (("infant", infant), ("adult", adult)):
        level_mg = np.median(breaths[who])
        assert level_mg > 1.8 if felt else level_mg < 1.2, (who, breaths)


def test_table_is_still_but_for_the_chips_noise():
    spread_mg = motion_mg(world(act(0, "table")), 2.0, 5.0).std(axis=0)
    assert np.abs(spread_mg - 1.8).max() < 0.15


def test_walking_shows_a_gait_of_one_and_a_half_to_two_hertz_that_leaks_into_the_infants_band():
    made = world(act(0, "caregiver_alone", walking=1.0, caregiver_asleep=0.0))
    windows = motion_mg(made, 2.0, 10.0)
    step_mg = band_mg(windows, 1.4, 2.1)
    assert step_mg > 40.0
    assert band_mg(windows, 2.8, 4.2) > 10.0
    still = world(act(0, "caregiver_alone", walking=0.0, rocking=0.0))
    assert band_mg(windows, *INFANT_HZ) > 3.0 * quiet_mg(still, INFANT_HZ)


def test_rocking_swings_the_band_below_one_hertz():
    made = world(act(0, "carried_clothed", rocking=1.0, walking=0.0, caregiver_asleep=0.0))
    assert band_mg(motion_mg(made, 2.0, 10.0), 0.35, 0.8) > 12.0


def test_night_has_less_movement_than_day():
    def moving(start_hour):
        made = world(act(0, "ssc"), start_hour=start_hour, hours=6.0)
        windows = np.split(motion_mg(made, 0.5, 300.0), 300)
        return np.mean([np.ptp(window, axis=0).max() > 60.0 for window in windows])

    assert moving(23.0) < 0.75 * moving(10.0)


def test_act_begins_with_a_jolt():
    made = world(
        act(0, "cot", handling=0.0), act(2, "ssc", **STILL), infant=Infant(restlessness=0.0)
    )
    jolt = motion_mg(made, 2.0 - 5.0 / 3600.0, 0.2)
    assert np.ptp(jolt, axis=0).max() > 80.0


def test_sleeping_preterm_pauses_its_breath_more_than_a_term_infant():
    def share_paused(weeks):
        infant = Infant(gestation_weeks=weeks, restlessness=0.0)
        made = world(
            act(0, "cot", infant_asleep=1.0, handling=0.0),
            infant=infant,
            hours=8.0,
            start_hour=22.0,
        )
        windows = np.split(motion_mg(made, 1.0, 400.0), 7500)
        # Windows of 3 s: a pause of 7 s holds at least one.
        lift_mg = np.array([np.ptp(window[:, 2]) for window in windows])
        return np.mean(lift_mg < 0.75 * np.median(lift_mg))

    assert share_paused(28.0) > share_paused(41.0) + 0.02
