"""Labelled samples of training scenarios, from the quick gear."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.samples import Samples, from_columns
from pouch_host.analysis.states import MINUTE_S, State
from pouch_protocol import constants as c
from pouch_sim.quick import QuickBand, run_quickly
from pouch_sim.scenarios import population
from pouch_sim.scenarios.loading import load
from pouch_sim.scenarios.scenario import Scenario
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.plan import ACTIVITIES
from pouch_sim.world.script import STATES

Floats = NDArray[np.float64]

ACTIVITY_NAMES = tuple(ACTIVITIES)
TRAINING_DIR = Path(__file__).parents[2] / "scenarios" / "training"
POPULATION_SEED = 1
"""Seed of the mixed days that are learnt from. Held-out ones come from another split."""

_US_PER_S = 1_000_000
_DAYS_EACH = 2


@dataclass(frozen=True, eq=False)
class Labelled:
    """One scenario's samples with the truth.

    Attributes:
        name: the scenario.
        row: the situation that it shows.
        first_utc_s: where the first minute begins.
        samples: as the analysis gets them.
        sample_state: true state at each sample.
        sample_activity: what the script says there, as an index of `ACTIVITY_NAMES`.
        change_s: seconds from each sample to the nearest change of the true state.
        minute_state: true state of most of each minute.
        core_c: true core in the middle of each minute.
    """

    name: str
    row: str
    first_utc_s: int
    samples: Samples
    sample_state: NDArray[np.uint8]
    sample_activity: NDArray[np.uint8]
    change_s: Floats
    minute_state: NDArray[np.uint8]
    core_c: Floats


def scenarios(population_count: int) -> list[tuple[str, int]]:
    """Return what is learnt from: paths of files, and indices of mixed days as `population:N`."""
    files = [(str(path), 0) for path in sorted(TRAINING_DIR.glob("*.toml"))]
    return files + [("", index) for index in range(population_count)]


def labelled(population_count: int, processes: int) -> Iterator[Labelled]:
    """Yield every training scenario's samples.

    Args:
        population_count: how many infants of the population, two days each.
        processes: how many to work out at once.
    """
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(_labelled_one, scenarios(population_count))


def _labelled_one(named: tuple[str, int]) -> Labelled:
    path, index = named
    if path:
        return label(load(path))
    return label(population.draw(POPULATION_SEED, index, days=_DAYS_EACH, split="training"))


def label(scenario: Scenario) -> Labelled:
    """Return one scenario's samples with the truth.

    Raises:
        ValueError: it is a held-out scenario: nothing may be learnt from it.
    """
    if scenario.split == "held_out":
        raise ValueError(f"scenario {scenario.name} is held out: nothing may be learnt from it")
    world = PhysicalWorld(scenario.world_plan(), scenario.seed, scenario.band_index)
    end_us = scenario.length_s * _US_PER_S
    band = QuickBand(1, (), scenario.band.interval_s)
    run = run_quickly(
        world, band, start_utc_s=scenario.start_utc_s, end_us=end_us, seed=scenario.seed
    )
    first_utc_s = -(-scenario.start_utc_s // MINUTE_S) * MINUTE_S
    of_second = state_numbers(world.truth_states(0, scenario.length_s))
    second = np.minimum(run.true_us // _US_PER_S, scenario.length_s - 1)
    plan = scenario.world_plan()
    acts = np.array([ACTIVITY_NAMES.index(act.activity) for act in plan.acts], np.uint8)
    starts = np.array([act.start_s for act in plan.acts])
    changes = np.concatenate([np.flatnonzero(np.diff(of_second)) + 1, starts[1:]])
    minutes = (scenario.length_s - (first_utc_s - scenario.start_utc_s)) // MINUTE_S
    by_minute = of_second[first_utc_s - scenario.start_utc_s :][: minutes * MINUTE_S].reshape(
        -1, MINUTE_S
    )
    middle = first_utc_s - scenario.start_utc_s + MINUTE_S * np.arange(minutes) + MINUTE_S // 2
    return Labelled(
        name=scenario.name,
        row=scenario.row,
        first_utc_s=first_utc_s,
        samples=as_samples(run.samples, scenario.start_utc_s + run.true_us / _US_PER_S, scenario),
        sample_state=of_second[second],
        sample_activity=acts[np.searchsorted(starts, second, side="right") - 1],
        change_s=_distance(second.astype(np.float64), np.sort(changes.astype(np.float64))),
        minute_state=majority(by_minute),
        core_c=np.asarray(world.infant_core_c)[middle],
    )


def as_samples(raw: NDArray[np.void], utc_s: Floats, scenario: Scenario) -> Samples:
    """Return sample records in units of people, with the times that they truly have."""
    return from_columns(
        utc_s,
        interval_s=scenario.band.interval_s,
        infant_temperature_c=_scaled(
            raw["infant_temperature_c128"], c.TEMPERATURE_MISSING, c.STEPS_PER_C
        ),
        caregiver_temperature_c=_scaled(
            raw["caregiver_temperature_c128"], c.TEMPERATURE_MISSING, c.STEPS_PER_C
        ),
        infant_touch_pf=_scaled(raw["infant_touch_pf512"], c.TOUCH_MISSING, c.STEPS_PER_PF),
        caregiver_touch_pf=_scaled(raw["caregiver_touch_pf512"], c.TOUCH_MISSING, c.STEPS_PER_PF),
        activity_mg=_scaled(raw["activity_mg"], c.BYTE_MISSING, 1),
        breath_adult=_scaled(raw["breath_adult"], c.BYTE_MISSING, 1),
        breath_infant=_scaled(raw["breath_infant"], c.BYTE_MISSING, 1),
    )


def state_numbers(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the analysis' number of each state, for the world's own."""
    numbers = np.array([State[name.upper()] for name in STATES], np.uint8)
    return numbers[codes]


def majority(by_minute: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the state that most of each minute was in, shape (minutes,)."""
    counts = np.stack([(by_minute == state).sum(axis=1) for state in State], axis=1)
    return counts.argmax(axis=1).astype(np.uint8)


def _scaled(raw: NDArray[np.generic], missing: int, steps: int) -> Floats:
    values = np.asarray(raw, np.float64)
    return np.where(values == missing, np.nan, values / steps)


def _distance(at: Floats, changes: Floats) -> Floats:
    edges = np.concatenate([[-np.inf], changes, [np.inf]])
    place = np.searchsorted(edges, at)
    return np.minimum(np.abs(at - edges[place - 1]), np.abs(edges[place] - at))
