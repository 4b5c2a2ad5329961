"""What the rows about temperature promise, lived through by the world of physics."""

from functools import cache

import pytest

from pouch_sim.scenarios import load, shipped
from pouch_sim.world.physical import PhysicalWorld

SPLITS = ("training", "held_out")
HOUR_S = 3600


@cache
def core_c(split, row):
    """Return the infant's core temperature second by second."""
    scenario = load(shipped()[f"{split}/{row}"])
    world = PhysicalWorld(scenario.world_plan(), scenario.seed, scenario.band_index)
    return world.infant_core_c[: scenario.length_s]


@pytest.mark.parametrize("split", SPLITS)
def test_settled_infant_is_neither_cold_nor_hot(split):
    core = core_c(split, "ssc_settled")
    assert (core < 36.5).mean() < 0.05
    assert core.min() > 36.0
    assert core.max() < 37.5


@pytest.mark.parametrize("split", SPLITS)
def test_cool_infant_is_warmed_in_ssc(split):
    core = core_c(split, "ssc_start_cool")
    assert core[0] < 36.1
    # From the class of 36.0 to normal within two hours of the first session.
    assert core[3 * HOUR_S] > 36.5


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("row", ["cold_room_contact_lost", "cooling_slowly"])
def test_cold_infant_falls_below_the_lines_and_comes_back(split, row):
    core = core_c(split, row)
    assert core[0] > 36.5
    assert 32.0 < core.min() < 36.0
    assert (core < 36.0).sum() > HOUR_S
    # SSC warms it again before the end.
    assert core[core.argmin() :].max() > 36.5


@pytest.mark.parametrize("split", SPLITS)
def test_contact_is_lost_well_before_the_infant_is_cold(split):
    scenario = load(shipped()[f"{split}/cold_room_contact_lost"])
    lost_s = next(act.start_s for act in scenario.acts if act.activity == "cot")
    cold_s = int((core_c(split, "cold_room_contact_lost") < 36.0).argmax())
    assert cold_s > lost_s + 5 * 60


@pytest.mark.parametrize("split", SPLITS)
def test_fever_is_above_its_line_in_ssc(split):
    assert core_c(split, "fever").max() > 38.0
    assert (core_c(split, "fever") > 37.5).mean() > 0.5


@pytest.mark.parametrize("split", SPLITS)
def test_hot_room_does_not_cook_the_infant(split):
    for row in ("cot_hot_room", "ssc_hot_room", "heatwave_day"):
        assert 36.5 < core_c(split, row).max() < 38.5, row
