"""The infants of `pouch sim ward`: when each comes and goes, and what its band writes meanwhile.

    population.draw (held out) --> those whose rooms could be one ward's --> Stay
    Stay --> PhysicalWorld --> quick gear --> Life: pieces for a store, and the truth

A stay begins at a local midnight, for days are drawn so; the band is put on in the morning after,
as on a ward. So first days are partial.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pouch_sim.quick import Piece, run_quickly
from pouch_sim.scenarios import Scenario
from pouch_sim.scenarios.population import draw
from pouch_sim.world.physical import PhysicalWorld

from .run_files import MINUTE_S, Truth, true_minutes
from .scenario_run import quick_band

START = datetime(2026, 3, 1)  # noqa: DTZ001 - local, of the zone of the draws
# What the analysis was not fitted on: else it would look better than it is.
_SPLIT = "held_out"
# One ward has one climate: rooms further apart than this are another ward's.
_ROOM_C = (22.5, 30.0)
_DAY_S = 86_400
_US_PER_S = 1_000_000
# Rounds of a ward are in the morning, from 8 to 12; people write quarters of an hour.
_QUARTER_S = 900
_PUT_ON_QUARTERS = (32, 48)
_DAYS_A_WEEK = 7
_GRAMS_PER_KG = 1000


@dataclass(frozen=True)
class Stay:
    """One infant on the ward.

    Attributes:
        code: what the ward calls it.
        index: its place among the infants, from 0.
        scenario: its days, from the local midnight before its band is put on.
        put_on_s: so many seconds after that midnight the band is put on.
        band_id: its band, u32.
    """

    code: str
    index: int
    scenario: Scenario
    put_on_s: int
    band_id: int

    @property
    def put_on_utc_s(self) -> int:
        """When the band is put on, which is when the infant is admitted."""
        return self.scenario.start_utc_s + self.put_on_s

    @property
    def end_utc_s(self) -> int:
        """When the infant goes home: a local midnight."""
        return self.scenario.start_utc_s + self.scenario.length_s

    @property
    def born_days_before(self) -> int:
        """Whole days between birth and the day of admission."""
        return int(self.scenario.infant.age_days)

    @property
    def weight_g(self) -> int:
        """Weight in grams."""
        return round(self.scenario.infant.weight_kg * _GRAMS_PER_KG)

    @property
    def gestation_days(self) -> int:
        """Gestation at birth in days."""
        return round(self.scenario.infant.gestation_weeks * _DAYS_A_WEEK)


@dataclass(frozen=True, eq=False)
class Life:
    """What a stay left.

    Attributes:
        index: of the stay.
        pieces: records, as pulls bring them.
        truth: minute by minute, from when the band was put on.
    """

    index: int
    pieces: tuple[Piece, ...]
    truth: Truth


def stays(seed: int, infants: int, days: int, stay_days: int) -> list[Stay]:
    """Return who stays when; the same arguments always give the same.

    Args:
        seed: of everything random.
        infants: how many.
        days: local days of the ward, from the first of March on; no stay reaches beyond.
        stay_days: most days of a stay; half of it is the least.
    """
    drawn = _drawn(seed, stay_days)
    chance = random.Random(f"stays {seed}")
    made = []
    for index in range(infants):
        length = chance.randint(-(-stay_days // 2), stay_days)
        first = chance.randint(0, days - length)
        scenario = next(drawn)
        length_s = length * _DAY_S
        made.append(
            Stay(
                code=f"s-{index + 1:02}",
                index=index,
                scenario=replace(
                    scenario,
                    start=START + timedelta(days=first),
                    length_s=length_s,
                    faults=tuple(one for one in scenario.faults if one.start_s < length_s),
                ),
                put_on_s=_QUARTER_S * chance.randrange(*_PUT_ON_QUARTERS),
                band_id=random.Random(f"band {seed} {index}").getrandbits(32),
            )
        )
    return made


def _drawn(seed: int, days: int) -> Iterator[Scenario]:
    for index in itertools.count():
        one = draw(seed, index, days=days, split=_SPLIT)
        if _ROOM_C[0] <= one.room.mean_c <= _ROOM_C[1]:
            yield one


def live(stay: Stay, seed: int) -> Life:
    """Live through a stay in the quick gear.

    Args:
        stay: whose.
        seed: of everything random beside the draw.
    """
    scenario = stay.scenario
    world = PhysicalWorld(scenario.world_plan(seed), seed, scenario.band_index)
    run = run_quickly(
        world,
        quick_band(scenario, stay.band_id, seed),
        start_utc_s=scenario.start_utc_s,
        end_us=scenario.length_s * _US_PER_S,
        seed=seed,
    )
    truth = true_minutes(world, scenario.start_utc_s, scenario.length_s)
    begin = stay.put_on_s // MINUTE_S
    return Life(
        stay.index,
        run.pieces,
        Truth(
            truth.first_utc_s + MINUTE_S * begin,
            truth.state[begin:],
            truth.infant_core_c[begin:],
            truth.infant_skin_c[begin:],
        ),
    )
