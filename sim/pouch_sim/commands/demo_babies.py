"""The babies of the demonstration: drawn from the population, each in a world of physics.

    population.draw --> those on a ward who wear their band --> a week of acts, again and again

Weeks are drawn once and lived through over and over: a demonstration may go on for a year.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from pouch_sim.scenarios import Scenario
from pouch_sim.scenarios.population import draw
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import Act, Event, WorldPlan

_WEEK_DAYS = 7
_DAY_S = 86_400
_WEEK_S = _WEEK_DAYS * _DAY_S
# How long the ward can go on after its past; after that each baby's last act lasts.
_LIVE_DAYS = 60
# Ranges and days that the analysis was fitted on: nothing held out is seen here.
_SPLIT = "training"
_WEIGHT_KG_MAX = 2.5
_ROOM_C = (23.0, 29.0)
# One baby in so many, the second of the ward first, is covered by half of what it needs and makes
# little heat: it cools whenever it lies in its cot, and is warm again on somebody's chest.
_COLD_EVERY, _FIRST_COLD = 8, 1
_COLD_W_PER_KG = 1.4
_COLD_COVER = 0.5
# Of one baby in so many, the fourth first, nobody wrote down when it was born.
_BIRTH_UNKNOWN_EVERY, _FIRST_BIRTH_UNKNOWN = 4, 3
_IN_WARM_AIR = ("incubator", "warmer")
_GRAMS_PER_KG = 1000
_T = TypeVar("_T", Act, Event)


@dataclass(frozen=True, slots=True)
class Baby:
    """One baby of the demonstration.

    Attributes:
        code: what the ward calls it.
        world: what its band measures.
        weight_g: grams.
        gestation_days: at birth.
        age_days: since birth, when the past begins; None if nobody knows.
        drift_ppm: how much its band's crystal runs fast.
    """

    code: str
    world: PhysicalWorld
    weight_g: int
    gestation_days: int
    age_days: int | None
    drift_ppm: float


def babies(seed: int, count: int, days: int) -> list[Baby]:
    """Return the babies of a ward; the same arguments always give the same.

    Args:
        seed: of everything random.
        count: how many.
        days: whole past days that they live through before the ward goes on.
    """
    drawn = _drawn(seed)
    made = []
    for index in range(count):
        cools = index % _COLD_EVERY == _FIRST_COLD
        # Nobody cools in an incubator.
        scenario = next(one for one in drawn if not (cools and _lies_warm(one)))
        made.append(_baby(seed, index, scenario, days, cools=cools))
    return made


def _drawn(seed: int) -> Iterator[Scenario]:
    """Yield infants who fit a small ward: small, in a room that is neither cold nor hot."""
    for index in itertools.count():
        drawn = draw(seed, index, days=_WEEK_DAYS, split=_SPLIT)
        if (
            drawn.worn_by_infant
            and drawn.infant.weight_kg <= _WEIGHT_KG_MAX
            and _ROOM_C[0] <= drawn.room.mean_c <= _ROOM_C[1]
        ):
            yield drawn


def _lies_warm(drawn: Scenario) -> bool:
    return any(act.activity in _IN_WARM_AIR for act in drawn.acts)


def _baby(seed: int, index: int, drawn: Scenario, days: int, *, cools: bool) -> Baby:
    plan = drawn.world_plan(seed)
    if cools:
        infant = replace(plan.infant, metabolic_w_per_kg=_COLD_W_PER_KG)
        plan = replace(plan, infant=infant, acts=tuple(_uncovered(act) for act in plan.acts))
    nobody_knows = index % _BIRTH_UNKNOWN_EVERY == _FIRST_BIRTH_UNKNOWN
    return Baby(
        code=f"bed-{index + 1}",
        world=PhysicalWorld(_again_and_again(plan, days + _LIVE_DAYS), seed, index),
        weight_g=round(drawn.infant.weight_kg * _GRAMS_PER_KG),
        gestation_days=round(drawn.infant.gestation_weeks * _WEEK_DAYS),
        age_days=None if nobody_knows else round(drawn.infant.age_days),
        drift_ppm=drawn.band.drift_ppm,
    )


def _uncovered(act: Act) -> Act:
    cover_tog = act.settings.get("cover_tog")
    if cover_tog is None:
        return act
    return replace(act, settings={**act.settings, "cover_tog": _COLD_COVER * cover_tog})


def _again_and_again(plan: WorldPlan, days: int) -> WorldPlan:
    """Return a plan in which a plan's week comes again until so many days are over."""
    weeks = -(-days // _WEEK_DAYS)
    return replace(
        plan,
        acts=tuple(_later(act, week) for week in range(weeks) for act in plan.acts),
        events=tuple(_later(event, week) for week in range(weeks) for event in plan.events),
        length_s=weeks * _WEEK_S,
    )


def _later(what: _T, weeks: int) -> _T:
    return replace(what, start_s=what.start_s + weeks * _WEEK_S)
