"""The physical world as a set of pure functions of time, and as a plan's checker."""

import random
from dataclasses import replace

import numpy as np
import pytest

from pouch_sim.world.activities import SETTINGS, values
from pouch_sim.world.day import DAY_US, INFANT_ONLY, OFF, SSC
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import ACTIVITIES, Act, Caregiver, Event, Infant, PodBody, Room
from pouch_sim.world.script import STATES
from tests.sim.world.physical_plans import HOUR_S, STEP_US, US_PER_S, act, world

ACTS = (
    act(0, "cot"),
    act(2, "ssc"),
    act(5, "nappy_change"),
    act(5.2, "carried_clothed"),
    act(8, "caregiver_alone"),
    act(10, "table"),
    act(12, "ssc"),
    act(20, "cot"),
)
EVENTS = (Event(3 * 3600.0, "milk_leak"), Event(21 * 3600.0, "wet_nappy"))


def mixed(seed, **parts):
    return world(*ACTS, seed=seed, events=EVENTS, hours=48.0, **parts)


def readings(made, now_us):
    return (
        made.infant_face_temperature_c(now_us),
        made.caregiver_face_temperature_c(now_us),
        made.infant_electrode_pf(now_us),
        made.caregiver_electrode_pf(now_us),
        made.acceleration_mg(now_us, STEP_US, 3).tolist(),
        made.state_at(now_us),
    )


def test_readings_do_not_depend_on_the_order_of_asking(seed):
    draw = random.Random(f"order {seed}")
    times_us = [draw.randrange(2 * DAY_US) for _ in range(40)]
    forward, backward = mixed(seed), mixed(seed)
    first = {now_us: readings(forward, now_us) for now_us in sorted(times_us)}
    second = {now_us: readings(backward, now_us) for now_us in sorted(times_us, reverse=True)}
    assert first == second


def test_bands_and_seeds_differ(seed):
    texts = {
        str(readings(mixed(seed + more, band_index=band), 90 * 60 * US_PER_S))
        for more in (0, 1)
        for band in (0, 1)
    }
    assert len(texts) == 4


def test_vectors_equal_the_single_readings_exactly(seed):
    made = mixed(seed)
    draw = random.Random(f"vectors {seed}")
    # In order, so that only a few hours at a time have to be kept.
    drawn_us = sorted(draw.randrange(2 * DAY_US) for _ in range(200))
    times_us = np.array(drawn_us, dtype=np.int64)
    temperatures_c, electrodes_pf = made.temperatures_c(times_us), made.electrodes_pf(times_us)
    for index, now_us in enumerate(times_us.tolist()):
        assert temperatures_c[index].tolist() == [
            made.infant_face_temperature_c(now_us),
            made.caregiver_face_temperature_c(now_us),
        ]
        assert electrodes_pf[index].tolist() == [
            made.infant_electrode_pf(now_us),
            made.caregiver_electrode_pf(now_us),
        ]


def test_windows_of_motion_join_without_a_seam(seed):
    made = mixed(seed)
    # Across an end of what is worked out at once, and in pieces of odd lengths.
    first_us, count = DAY_US - 200 * US_PER_S, 5000
    whole = made.acceleration_mg(first_us, STEP_US, count)
    pieces, done = [], 0
    draw = random.Random(f"windows {seed}")
    while done < count:
        length = min(draw.randrange(1, 400), count - done)
        pieces.append(made.acceleration_mg(first_us + done * STEP_US, STEP_US, length))
        done += length
    assert np.array_equal(np.concatenate(pieces), whole)


def test_temperatures_run_on_over_midnight_without_a_step(seed):
    made = world(act(0, "cot"), seed=seed, hours=48.0)
    times_us = DAY_US + np.arange(-60, 60, dtype=np.int64) * US_PER_S
    # Noise has an sd of 0.008 C.
    assert np.abs(np.diff(made.temperatures_c(times_us), axis=0)).max() < 0.08


def test_last_act_goes_on_after_the_plans_end(seed):
    made = world(act(0, "cot"), act(1, "ssc"), seed=seed, hours=2.0)
    late_us = DAY_US + 17
    assert made.state_at(late_us) == SSC
    assert 35.5 < made.infant_face_temperature_c(late_us) < 37.5
    assert made.caregiver_electrode_pf(late_us) > 6.0
    assert made.acceleration_mg(late_us, STEP_US, 10).shape == (10, 3)


def test_truth_agrees_with_the_script_in_every_form():
    made = world(act(0, "cot"), act(1, "ssc"), act(1.51, "sun"), act(2, "bath"), hours=3.0)
    assert [STATES[code] for code in made.state[[0, HOUR_S - 1, HOUR_S, 2 * HOUR_S]]] == [
        INFANT_ONLY,
        INFANT_ONLY,
        SSC,
        OFF,
    ]
    assert len(made.state) == len(made.infant_core_c) == len(made.infant_skin_c) == 3 * HOUR_S
    minutes = made.truth_minutes(0, 180)
    assert minutes.count(SSC) == 31
    assert minutes == [made.state_at(60 * US_PER_S * n + 30 * US_PER_S) for n in range(180)]
    ssc_s = 0.51 * HOUR_S
    assert made.ssc_us(0, 3 * HOUR_S * US_PER_S) == round(ssc_s * US_PER_S)
    assert made.ssc_us(0, 5 * DAY_US) == round(ssc_s * US_PER_S)
    assert made.ssc_us(HOUR_S * US_PER_S + 5, HOUR_S * US_PER_S + 12) == 7
    assert (made.truth_states(0, 3 * HOUR_S) == made.state).all()


def test_last_act_in_ssc_counts_as_long_as_asked():
    made = world(act(0, "cot"), act(1, "ssc"), hours=2.0)
    assert made.ssc_us(0, 30 * HOUR_S * US_PER_S) == 29 * HOUR_S * US_PER_S


def test_touch_comes_and_goes_within_two_samples():
    made = world(act(0, "cot"), act(1, "ssc"), act(2, "cot"), hours=3.0)
    seconds = np.array([-30, -2, 2, 30], dtype=np.int64)
    on_pf = made.electrodes_pf((HOUR_S + seconds) * US_PER_S)[:, 1]
    off_pf = made.electrodes_pf((2 * HOUR_S + seconds) * US_PER_S)[:, 1]
    assert (on_pf[:2] < 3.5).all()
    assert (on_pf[2:] > 5.0).all()
    assert (off_pf[:2] > 5.0).all()
    # What sweat gathered in an hour dries for a while longer.
    assert (off_pf[2:] < 4.5).all()


def test_sweat_gathers_under_contact_and_dries_after_it():
    # Means of ten minutes, so that the wander of touch does not hide it.
    def mean_pf(made, from_h):
        seconds = np.arange(round(from_h * HOUR_S), round((from_h + 0.17) * HOUR_S), 5)
        return made.electrodes_pf(seconds.astype(np.int64) * US_PER_S)[:, 1].mean()

    gains, left = [], []
    for seed in range(10):
        made = world(
            act(0, "cot"), act(1, "ssc", loose=0.0), act(4, "cot", own_touch=0.0), seed=seed
        )
        gains.append(mean_pf(made, 3.8) - mean_pf(made, 1.02))
        left.append(mean_pf(made, 4.0) - mean_pf(made, 6.0))
    assert 0.5 < np.mean(gains) < 2.0
    assert 0.1 < np.mean(left) < 1.0


def test_stretches_fill_the_share_that_they_are_given():
    shares = []
    for seed in range(8):
        made = world(act(0, "caregiver_alone", self_touch=0.3), seed=seed, hours=24.0)
        times_us = np.arange(0, 86_400, 60, dtype=np.int64) * US_PER_S
        shares.append((made.electrodes_pf(times_us)[:, 0] > 5.0).mean())
    assert abs(np.mean(shares) - 0.3) < 0.05


def test_every_activity_has_settings_that_it_lives_through_at_both_ends():
    assert set(SETTINGS) == set(ACTIVITIES)
    for activity, table in SETTINGS.items():
        for side in ("low", "high"):
            settings = {name: getattr(setting, side) for name, setting in table.items()}
            made = world(Act(0.0, "cot"), Act(600.0, activity, 0, settings), hours=2.0)
            times_us = np.arange(0, 7200, 60, dtype=np.int64) * US_PER_S
            temperatures_c = made.temperatures_c(times_us)
            assert ((temperatures_c > 10.0) & (temperatures_c < 70.0)).all(), (activity, side)
            assert np.isfinite(made.electrodes_pf(times_us)).all()
            assert np.isfinite(made.acceleration_mg(600 * US_PER_S, STEP_US, 5000)).all()
            assert ((made.infant_core_c > 28.0) & (made.infant_core_c < 41.0)).all(), activity


def test_defaults_lie_in_their_ranges():
    for activity, table in SETTINGS.items():
        for name, setting in table.items():
            assert setting.low <= setting.default <= setting.high, (activity, name)
        assert values(Act(0.0, activity)) == {n: s.default for n, s in table.items()}


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ((), "must begin with an act at 0 s"),
        ((act(1, "cot"),), "must begin with an act at 0 s"),
        ((act(0, "cot"), act(2, "ssc"), act(2, "cot")), "act 2 must start after"),
        ((act(0, "nap"),), "act 0: no activity 'nap'; known are ssc, cot"),
        ((act(0, "cot"), act(1, "ssc", 2)), "act 1 names caregiver 2, the plan has 2"),
        ((act(0, "ssc", self_touch=0.5),), "act 0: ssc takes no setting 'self_touch'; it takes"),
        ((act(0, "cot", cover_tog=20.0),), "cot: cover_tog is 20.0, must be 0.0 to 15.0 tog"),
    ],
)
def test_script_that_does_not_hold_together_is_refused(acts, said):
    with pytest.raises(ValueError, match=said):
        world(*acts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"infant": Infant(weight_kg=0.1)}, "infant: weight_kg is 0.1, must be 0.4 to 6.0"),
        ({"caregivers": ()}, "no caregiver"),
        ({"caregivers": (Caregiver(), Caregiver(skin_c=50.0))}, "caregiver 1: skin_c is 50.0"),
        ({"room": Room(humidity=50.0)}, "room: humidity is 50.0, must be 0.0 to 1.0"),
        ({"pod": PodBody(face_mass_g=0.1)}, "pod: face_mass_g is 0.1"),
        ({"events": (Event(0.0, "rain"),)}, "event 0 is 'rain'; known are wet_nappy"),
        ({"events": (Event(0.0, "oil", amount=2.0),)}, "event 0 needs an amount"),
        ({"length_s": 0}, "length_s is 0"),
    ],
)
def test_plan_beyond_what_the_physics_lives_through_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        PhysicalWorld(replace(world(act(0, "cot")).plan, **change), 1)


def test_time_before_the_world_is_refused():
    made = world(act(0, "cot"))
    with pytest.raises(ValueError, match="starts at 0"):
        made.infant_face_temperature_c(-1)
    with pytest.raises(ValueError, match="starts at 0"):
        made.state_at(-1)
