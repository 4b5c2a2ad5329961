"""The heat balance against published rates, gaps and time constants of newborns and pods."""

import numpy as np
import pytest

from pouch_sim.world.plan import Infant, PodBody, Room
from tests.sim.world.physical_plans import (
    HOUR_S,
    TERM,
    act,
    faces_c,
    still_room,
    world,
)

SEEDS = range(1, 4)
MINUTE_S = 60
SMALL = Infant(weight_kg=1.5, gestation_weeks=33.0)


def test_core_minus_chest_skin_is_two_tenths_in_ssc_and_seven_in_a_cot_at_23_c():
    # 27 term newborns on days 1 and 2 (Fransson 2005): 0.2 with the mother, 0.7 in the cot. What
    # covered them there is not known: 2.5 tog here.
    def gap_c(*acts):
        gaps = []
        for seed in SEEDS:
            made = world(*acts, seed=seed, infant=TERM, room=still_room(23.0))
            gaps.append(np.median((made.infant_core_c - made.infant_skin_c)[3 * HOUR_S :]))
        return np.mean(gaps)

    assert abs(gap_c(act(0, "ssc", cover_tog=3.0)) - 0.2) < 0.1
    assert abs(gap_c(act(0, "cot", cover_tog=2.5)) - 0.7) < 0.1


@pytest.mark.parametrize(
    ("room_c", "low", "high"), [(30, 0.02, 0.05), (25, 0.08, 0.13), (20, 0.13, 0.20)]
)
def test_uncovered_infant_of_1500_g_cools_at_the_published_rate(room_c, low, high):
    #   0    5 min                    25 min
    #   |    | slope of core and skin |
    # The published rate is at rest; up to a third less with metabolism that answers.
    for seed in SEEDS:
        made = world(
            act(0, "cot", cover_tog=0.0, cap_tog=0.0),
            seed=seed,
            infant=Infant(weight_kg=1.5, gestation_weeks=28.0),
            room=still_room(room_c),
            hours=1.0,
        )
        body_c = 0.92 * made.infant_core_c + 0.08 * made.infant_skin_c
        rate = (body_c[5 * MINUTE_S] - body_c[25 * MINUTE_S]) / 20.0
        assert low * 2.0 / 3.0 < rate < high


@pytest.mark.parametrize(("tog", "low", "high"), [(0.0, 65.0, 95.0), (2.0, 200.0, 235.0)])
def test_infant_without_metabolism_cools_with_the_published_time_constant(tog, low, high):
    # Published: bare 70 to 80 min, under 2 tog 200 to 230, from surface losses alone. Tissue in
    # series makes the bare one slower. Air of full humidity keeps evaporation out.
    dead = Infant(weight_kg=1.5, metabolic_w_per_kg=0.0)
    made = world(
        act(0, "cot", cover_tog=tog, cap_tog=tog),
        infant=dead,
        room=still_room(25.0, humidity=1.0),
        hours=2.0,
    )
    above_c = made.infant_core_c - 25.0
    constant_min = 60.0 / np.log(above_c[20 * MINUTE_S] / above_c[80 * MINUTE_S])
    assert low < constant_min < high


def test_contact_loss_takes_half_an_hour_or_more_to_cost_half_a_degree():
    # Published for a baby removed from SSC into a blanket of 2 tog: 30 to 60 min.
    made = world(act(0, "ssc"), act(2, "cot", cover_tog=2.0, cap_tog=0.0), room=still_room(24.0))
    since = made.infant_core_c[2 * HOUR_S :]
    crossed_min = np.argmax(since < since[0] - 0.5) / MINUTE_S
    assert 30.0 < crossed_min < 75.0


def test_ssc_warms_a_cool_term_newborn_by_some_seven_tenths_in_an_hour():
    # Karlsson 1996: 36.3 to 37.0 rectal, +0.7 +- 0.4, in an hour.
    cool = Infant(weight_kg=3.3, gestation_weeks=40.0, age_days=0.1, start_core_c=36.3)
    for seed in SEEDS:
        made = world(
            act(0, "ssc", cover_tog=5.0), seed=seed, infant=cool, room=still_room(23.0), hours=2.0
        )
        gain_c = made.infant_core_c[HOUR_S] - made.infant_core_c[0]
        assert 0.3 < gain_c < 1.1


def test_transfer_dips_the_skin_and_leaves_the_core():
    made = world(act(0, "ssc"), act(2, "cot"))
    start = 2 * HOUR_S
    skin_c, core_c = made.infant_skin_c, made.infant_core_c
    assert skin_c[start] - skin_c[start : start + 15 * MINUTE_S].min() > 0.3
    assert core_c[start] - core_c[start : start + 15 * MINUTE_S].min() < 0.15


def test_bath_cools_a_wet_infant_faster_than_a_dry_bare_one():
    def lost_c(activity, **settings):
        made = world(act(0, "ssc"), act(1, activity, **settings), hours=2.0, infant=SMALL)
        return made.infant_core_c[HOUR_S] - made.infant_core_c[HOUR_S + 15 * MINUTE_S]

    wet_c = lost_c("bath", water_share=0.0)
    # Wet at birth it is some 0.1 C a minute of the core.
    assert 0.8 < wet_c < 2.5
    assert wet_c > 1.3 * lost_c("cot", cover_tog=0.0, cap_tog=0.0)


def test_small_preterm_defends_its_core_worse_than_a_term_infant():
    def core_c(infant):
        made = world(act(0, "cot", cover_tog=2.0), infant=infant, room=still_room(20.0), hours=4.0)
        return made.infant_core_c[-1]

    assert core_c(TERM) > 36.3
    assert core_c(Infant(weight_kg=1.0, gestation_weeks=28.0)) < 35.5


def test_fever_is_defended_as_a_higher_set_point():
    # Under cover enough that its metabolism can keep it up.
    hot = Infant(core_set_c=38.6, start_core_c=36.9)
    made = world(act(0, "cot", cover_tog=5.0), infant=hot, room=still_room(28.0))
    assert 38.0 < made.infant_core_c[-1] < 38.8


def test_well_infant_in_ordinary_care_stays_between_36_4_and_37_5():
    for seed in SEEDS:
        made = world(
            act(0, "cot"), act(3, "ssc"), act(6, "nappy_change"), act(6.1, "cot"), seed=seed
        )
        assert made.infant_core_c.min() > 36.4
        assert made.infant_core_c.max() < 37.5


@pytest.mark.parametrize(
    ("mass_g", "skin_s", "air_s"), [(1, 50, 125), (3, 150, 375), (6, 300, 750)]
)
def test_pod_settles_with_the_time_constants_of_its_mass(mass_g, skin_s, air_s):
    # On skin the other face pulls along, so that the pod as a whole is slower; a pod of very good
    # insulation shows one face by itself.
    pod = PodBody(face_mass_g=mass_g, resistance_m2k_per_w=0.5)

    def constant_s(made, face, start_h, end_c):
        course_c = faces_c(made, start_h, start_h + 1.0, step_s=1)[:, face]
        way = (course_c - course_c[0]) / (end_c - course_c[0])
        return int(np.argmax(way > 0.632))

    off = world(act(0, "hot_car", air_c=45.0), act(1, "table"), pod=pod)
    assert abs(constant_s(off, 0, 1.0, 25.0) / air_s - 1.0) < 0.1
    on = world(act(0, "table"), act(1, "ssc"), pod=pod)
    settled_c = faces_c(on, 1.9, 2.0)[:, 1].mean()
    # Contacts differ by 15 % from act to act, and the skin itself still moves.
    assert abs(constant_s(on, 1, 1.0, settled_c) / skin_s - 1.0) < 0.45


def test_insulation_between_the_faces_decides_their_difference():
    def difference_c(resistance):
        made = world(act(0, "cot"), pod=PodBody(resistance_m2k_per_w=resistance))
        both = faces_c(made, 3.0, 4.0)
        return (both[:, 0] - both[:, 1]).mean()

    # dT = q R: 0.015 is silicone, 0.06 foam, four times as much but for the heat that it keeps.
    assert 2.8 < difference_c(0.06) / difference_c(0.015) < 4.0


def test_room_follows_the_hour_and_the_season():
    room = Room(
        mean_c=24.0, day_swing_c=3.0, warmest_hour=15.0, wander_sd_c=0.0, season_c_per_day=-0.5
    )
    made = world(act(0, "table"), room=room, hours=72.0, start_hour=0.0)
    day_c = [faces_c(made, 24.0 * day, 24.0 * day + 24.0, step_s=600)[:, 0] for day in range(3)]
    assert abs(np.argmax(day_c[0]) / 6.0 - 15.0) < 0.7
    assert abs(day_c[0].max() - day_c[0].min() - 6.0) < 0.3
    assert abs(day_c[0].mean() - day_c[2].mean() - 1.0) < 0.1
