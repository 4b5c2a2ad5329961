import numpy as np

from pouch_sim.world.plan import Infant, PodBody, Room, WorldPlan
from pouch_sim.world.script import Script
from tests.sim.world.physical_plans import CAREGIVERS, HOUR_S, act

ACTS = (act(0, "caregiver_alone"), act(1, "ssc"), act(2, "cot"), act(3, "table"), act(4, "ssc"))


def script(*acts, start_hour=0.0):
    return Script(WorldPlan(Infant(), CAREGIVERS, Room(), PodBody(), acts, start_hour=start_hour))


def seconds(*hours, after_s=0.0):
    return np.array(hours) * HOUR_S + after_s


def test_act_begins_in_its_first_second_and_the_last_one_never_ends():
    made = script(*ACTS)
    assert made.act_numbers(seconds(1, 1, 99, after_s=-1.0)).tolist() == [0, 0, 4]
    assert made.act_numbers(seconds(0, 1, 2, 3, 4)).tolist() == [0, 1, 2, 3, 4]


def test_transfer_follows_a_change_of_place_only():
    made = script(*ACTS)
    # To the chest, to the cot, and from cot to cot when only the band comes off.
    assert made.transfer(seconds(0, 1, 2, 3, 4, after_s=30.0)).tolist() == [
        False,
        True,
        True,
        False,
        True,
    ]
    assert not made.transfer(seconds(1, 2, 4, after_s=91.0)).any()


def test_clothes_open_shortly_before_ssc_only():
    made = script(*ACTS)
    assert made.opened(seconds(1, 4, after_s=-60.0)).all()
    assert not made.opened(seconds(1, 4, after_s=-200.0)).any()
    assert not made.opened(seconds(2, 3, after_s=-60.0)).any()
    assert not made.opened(seconds(1.5, 4.5)).any()


def test_night_is_22_to_6_by_the_local_hour():
    made = script(*ACTS, start_hour=20.0)
    assert made.night(seconds(0, 1.99, 2, 9.99, 10, 24)).tolist() == [
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def test_ssc_between_two_times_is_counted_to_the_microsecond():
    made = script(*ACTS)
    hour_us = HOUR_S * 1_000_000
    assert made.ssc_us(0, 4 * hour_us) == hour_us
    assert made.ssc_us(hour_us - 1, hour_us + 1) == 1
    assert made.ssc_us(2 * hour_us - 1, 5 * hour_us) == hour_us + 1
    assert made.ssc_us(5 * hour_us, 5 * hour_us) == 0
