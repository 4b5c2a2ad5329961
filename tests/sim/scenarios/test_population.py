import math
from collections import Counter
from itertools import pairwise

import pytest

from pouch_sim.scenarios import population_model as model
from pouch_sim.scenarios.population import draw
from pouch_sim.world import activities
from pouch_sim.world.day import OFF, SSC
from pouch_sim.world.plan import ACTIVITIES

DAY_S = 86_400
HOUR_S = 3600
COUNT = 300
DAYS = 2

# Where a drawn value comes from which range.
DRAWN = {
    "weight_kg": lambda s: s.infant.weight_kg,
    "infant_breath_hz": lambda s: s.infant.breath_hz,
    "infant_breath_mg": lambda s: s.infant.breath_mg,
    "adult_breath_hz": lambda s: s.caregivers[0].breath_hz,
    "adult_breath_mg": lambda s: s.caregivers[0].breath_mg,
    "resistance_m2k_per_w": lambda s: s.pod.resistance_m2k_per_w,
    "face_mass_g": lambda s: s.pod.face_mass_g,
    "dry_pf": lambda s: s.pod.dry_pf,
    "skin_pf": lambda s: s.pod.skin_pf,
}
ROOMS = [season.room for season in model.SEASONS]


@pytest.fixture(scope="module")
def drawn(request):
    seed = request.config.getoption("seed")
    return {
        split: [draw(seed, index, days=DAYS, split=split) for index in range(COUNT)]
        for split in model.SPLITS
    }


def within(value, intervals):
    return any(low <= value <= high for low, high in intervals)


def hours(scenario):
    """Return hours by day and true state."""
    ends_s = [act.start_s for act in scenario.acts[1:]] + [scenario.length_s]
    spent = Counter()
    for act, end_s in zip(scenario.acts, ends_s, strict=True):
        spent[int(act.start_s // DAY_S), ACTIVITIES[act.activity]] += end_s - act.start_s
    return {key: seconds / HOUR_S for key, seconds in spent.items()}


@pytest.mark.parametrize("split", model.SPLITS)
def test_days_cover_the_hours_that_studies_report(drawn, split):
    found = sorted(hours(s).get((d, SSC), 0.0) for s in drawn[split] for d in range(DAYS))
    assert max(found) <= model.DAY_HOURS_MAX + 0.01
    assert max(found) > 18
    # OMWaNA wards 8.4 h, iKMC 16.9 h, homes 1.4 to 5 h: all of it, and most of it between.
    deciles = [found[len(found) * tenth // 10] for tenth in (1, 5, 9)]
    assert 1.0 < deciles[0] < 3.5
    assert 6.0 < deciles[1] < 10.0
    assert 13.0 < deciles[2] < 18.0


@pytest.mark.parametrize("split", model.SPLITS)
def test_sessions_are_of_real_lengths_and_most_of_a_day_is_ordinary(drawn, split):
    sessions_h, spent = [], Counter()
    for scenario in drawn[split]:
        for act, after in pairwise(scenario.acts):
            spent[act.activity] += (after.start_s - act.start_s) / HOUR_S
            if act.activity == "ssc":
                sessions_h.append((after.start_s - act.start_s) / HOUR_S)
    assert 0.5 < sorted(sessions_h)[len(sessions_h) // 2] < 2.5
    assert max(sessions_h) < 12
    total_h = sum(spent.values())
    ordinary = ("ssc", "cot", "incubator", "warmer", "caregiver_alone")
    assert sum(spent[activity] for activity in ordinary) > 0.8 * total_h
    assert 0.01 < sum(spent[a] for a, state in ACTIVITIES.items() if state == OFF) / total_h < 0.06
    assert set(spent) | {"warmer"} == set(ACTIVITIES)


@pytest.mark.parametrize("split", model.SPLITS)
def test_infants_at_risk_come_at_their_shares(drawn, split):
    share = Counter()
    for s in drawn[split]:
        share["fever"] += s.infant.core_set_c >= 38.0
        share["cold"] += s.infant.metabolic_w_per_kg < 1.9
        share["on the infant"] += s.worn_by_infant
        share["helper"] += len(s.caregivers) > 1
        share["hot"] += s.room.mean_c >= 33.0
        share["winter"] += s.room.mean_c <= 22.5
        share["fault"] += bool(s.faults)
    # Five standard deviations of a share of 0.15 among 300 are 0.1.
    for name, expected in {
        "fever": model.FEVER_SHARE,
        "cold": model.COLD_SHARE,
        "on the infant": 0.61,
        "helper": 0.47,
        "hot": 0.1,
        # Of a fifth, rooms of small infants are heated.
        "winter": 0.12,
        "fault": 1.0 - math.exp(-DAYS * sum(model.FAULT_RATES.values())),
    }.items():
        assert share[name] / COUNT == pytest.approx(expected, abs=0.1), name
        assert share[name], name


@pytest.mark.parametrize("split", model.SPLITS)
def test_world_takes_what_is_drawn(drawn, split):
    for scenario in drawn[split]:
        starts_s = [act.start_s for act in scenario.acts]
        assert starts_s[0] == 0
        assert all(before < after for before, after in pairwise(starts_s))
        assert starts_s[-1] < scenario.length_s == DAYS * DAY_S
        for act in scenario.acts:
            assert activities.values(act)
            assert act.caregiver < len(scenario.caregivers)
        assert all(0 <= event.start_s < scenario.length_s for event in scenario.events)
        assert all(0 <= fault.start_s < scenario.length_s for fault in scenario.faults)
        assert scenario.world_plan(7) == scenario.world_plan(8)


def test_draw_is_the_same_for_the_same_arguments_and_differs_otherwise(seed):
    first = draw(seed, 0, days=2, split="training")
    assert first == draw(seed, 0, days=2, split="training")
    others = [
        draw(seed, 1, days=2, split="training"),
        draw(seed + 1, 0, days=2, split="training"),
        draw(seed, 0, days=2, split="held_out"),
    ]
    assert len({one.infant.weight_kg for one in (first, *others)}) == 4


def test_more_days_go_on_where_fewer_ended(seed):
    short, long = (draw(seed, 3, days=days, split="held_out") for days in (1, 3))
    assert long.acts[: len(short.acts)] == short.acts
    assert (long.infant, long.pod) == (short.infant, short.pod)


@pytest.mark.parametrize("split", model.SPLITS)
def test_drawn_values_lie_in_the_ranges_of_their_split(drawn, split):
    for scenario in drawn[split]:
        for name, value in DRAWN.items():
            assert within(value(scenario), model.RANGES[name][split]), name
        assert any(within(scenario.room.mean_c, model.RANGES[room][split]) for room in ROOMS)


def test_ranges_of_the_splits_have_no_value_in_common():
    assert set(DRAWN) | set(ROOMS) | {"cover_of_need", "cold_cover_of_need"} == set(model.RANGES)
    for name, by_split in model.RANGES.items():
        assert set(by_split) == set(model.SPLITS)
        merged = sorted((*by_split["training"], *by_split["held_out"]))
        assert all(low < high for low, high in merged), name
        assert all(before[1] < after[0] for before, after in pairwise(merged)), name
    rooms = [{split: model.RANGES[room][split] for split in model.SPLITS} for room in ROOMS]
    merged = sorted(pair for room in rooms for pairs in room.values() for pair in pairs)
    assert all(before[1] < after[0] for before, after in pairwise(merged))


def test_held_out_ranges_reach_between_and_beyond_those_of_training():
    for name, by_split in model.RANGES.items():
        trained, held = sorted(by_split["training"]), sorted(by_split["held_out"])
        assert held[0][0] < trained[0][0], name
        assert held[-1][1] > trained[-1][1], name
        assert any(trained[0][1] < low and high < trained[1][0] for low, high in held), name


def test_templates_of_the_splits_differ():
    training, held_out = model.TEMPLATES["training"], model.TEMPLATES["held_out"]
    assert not set(training) & set(held_out)
    assert not [one for one in training.values() if one in held_out.values()]


def test_shares_add_up_to_one():
    assert sum(season.share for season in model.SEASONS) == pytest.approx(1.0)
    assert sum(place.share for place in model.PLACES.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"split": "test"}, "no split 'test'"), ({"days": 0}, "0 days"), ({"days": 32}, "32 days")],
)
def test_draw_refuses_what_is_not_in_the_population(changes, said):
    with pytest.raises(ValueError, match=said):
        draw(1, 0, **{"days": 1, "split": "training"} | changes)
