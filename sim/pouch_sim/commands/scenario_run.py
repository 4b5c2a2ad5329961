"""Runs one scenario into a folder: its store, its truth, and what it was."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pouch_host.collect.collector import Round
from pouch_host.store import Store
from pouch_sim.quick import QuickBand, run_quickly
from pouch_sim.scenarios import Scenario
from pouch_sim.scenarios.running import add_scenario_band, pod_faults
from pouch_sim.simulation import Simulation
from pouch_sim.world.physical import PhysicalWorld
from pouch_sim.world.surroundings import ALL_CHIPS

from .collecting import collect_until, share_done, simulated_collector
from .out_folder import make_room
from .run_files import (
    SCENARIO_NAME,
    STORE_NAME,
    TRUTH_NAME,
    RunLabel,
    iso_utc,
    true_minutes,
    write_label,
    write_truth,
)

INFANT = "infant-1"

_US_PER_S = 1_000_000
_MINUTE_S = 60.0
# The last pull of the quick gear comes so long after the end: the last sample is written by then.
_LAST_PULL_US = 2_000_000


@dataclass(frozen=True)
class RunSummary:
    """What a run brought.

    Attributes:
        sample_count: sample records in the store.
        failures: pulls that failed, one line each.
    """

    sample_count: int
    failures: tuple[str, ...] = ()


def run_scenario(
    scenario: Scenario,
    world: PhysicalWorld,
    out_dir: Path,
    *,
    seed: int,
    quick: bool,
    on_progress: Callable[[float], None],
) -> RunSummary:
    """Run a scenario into `out_dir`.

    The truth is written first: a run that is interrupted leaves what it stored, and the truth
    that belongs to it.

    Args:
        scenario: what to run.
        world: the scenario's world, of the same seed.
        out_dir: made if absent; must not hold a store yet.
        seed: of everything random beside the world.
        quick: whether to leave out firmware and radio, see `pouch_sim.quick`.
        on_progress: told the share that is done, 0 to 1.

    Raises:
        InputError: there is a store already, or `out_dir` cannot be written.
        OSError: its disk fails or fills up on the way.
        SimulationError: the simulation cannot go on.
    """
    path = make_room(out_dir, STORE_NAME)
    start_utc_s = scenario.start_utc_s
    write_label(
        out_dir / SCENARIO_NAME,
        RunLabel(
            name=scenario.name,
            row=scenario.row,
            split=scenario.split,
            seed=seed,
            zone=scenario.zone,
            start_utc=iso_utc(start_utc_s),
            length_s=scenario.length_s,
            gear="quick" if quick else "true",
        ),
    )
    write_truth(out_dir / TRUTH_NAME, true_minutes(world, start_utc_s, scenario.length_s))
    band_id = random.Random(f"{scenario.name} {scenario.band_index} {seed}").getrandbits(32)
    with Store.open(path) as store:
        store.set_zone(scenario.zone)
        store.ensure_band(band_id)
        store.assign(band_id, INFANT, start_utc_s)
        if quick:
            failures = _run_quickly(scenario, world, store, band_id, seed)
            on_progress(1.0)
        else:
            failures = _run_truly(scenario, world, store, band_id, seed, out_dir, on_progress)
        # Else the days after the run would count as days without a record.
        end_utc_s = start_utc_s + scenario.length_s
        store.release(band_id, end_utc_s, when_utc_s=end_utc_s)
        boots = store.records(band_id).boots
        return RunSummary(sum(len(boot.samples) for boot in boots), tuple(failures))


def _run_truly(
    scenario: Scenario,
    world: PhysicalWorld,
    store: Store,
    band_id: int,
    seed: int,
    out_dir: Path,
    on_progress: Callable[[float], None],
) -> list[str]:
    """Run firmware, radio and collector; return the pulls that failed."""
    start_utc_s = scenario.start_utc_s
    simulation = Simulation(seed=seed, start_utc_s=start_utc_s)
    add_scenario_band(simulation, scenario, world, band_id=band_id, work_dir=out_dir / "band")
    end_utc_s = start_utc_s + scenario.length_s
    failures: list[str] = []

    def note(outcome: Round) -> None:
        failures.extend(outcome.failures)
        on_progress(share_done(start_utc_s, simulation.now_utc_s(), end_utc_s))

    simulation.run(
        collect_until(
            simulation,
            simulated_collector(simulation, store),
            lambda: end_utc_s,
            interval_s=scenario.link.pull_every_min * _MINUTE_S,
            on_round=note,
            wanted=[band_id],
        )
    )
    return failures


def _run_quickly(
    scenario: Scenario, world: PhysicalWorld, store: Store, band_id: int, seed: int
) -> list[str]:
    """Store what the band would have written; no pull of these fails."""
    run = run_quickly(
        world,
        quick_band(scenario, band_id, seed),
        start_utc_s=scenario.start_utc_s,
        end_us=scenario.length_s * _US_PER_S,
        seed=seed,
    )
    for piece in run.pieces:
        received_utc_s = scenario.start_utc_s + piece.pulled_us / _US_PER_S
        store.add_segment(
            band_id,
            piece.log_id,
            piece.boot_id,
            piece.first_record_no,
            piece.data,
            received_utc_s,
        )
        store.record_contact(band_id, received_utc_s)
    return []


def quick_band(scenario: Scenario, band_id: int, seed: int) -> QuickBand:
    """Return a scenario's band for the quick gear.

    It takes all of the band, its link and its faults but the radio plan, the battery and packets
    that are lost: a pull always succeeds.

    Args:
        scenario: whose band.
        band_id: its identity, u32.
        seed: of its chips' noise.
    """
    length_us = scenario.length_s * _US_PER_S
    spans = {
        kind: [
            (round(fault.start_s * _US_PER_S), _end_us(fault.start_s, fault.duration_s, length_us))
            for fault in scenario.faults
            if fault.kind == kind
        ]
        for kind in ("power_cut", "out_of_range", "bus_stuck")
    }
    absent_us = {chip: list(spans["bus_stuck"]) for chip in ALL_CHIPS}
    for fault in scenario.faults:
        if fault.kind == "chip_absent":
            gone_us = (round(fault.start_s * _US_PER_S), length_us + _LAST_PULL_US)
            absent_us[fault.chip].append(gone_us)
    step_us = round(scenario.link.pull_every_min * _MINUTE_S * _US_PER_S)
    pulls_us = [*range(step_us, length_us, step_us), length_us]
    away = spans["out_of_range"]
    return QuickBand(
        band_id,
        [at_us for at_us in pulls_us if not any(from_ <= at_us < to for from_, to in away)],
        interval_s=scenario.band.interval_s,
        drift_ppm=scenario.band.drift_ppm,
        power_cuts_us=sorted(spans["power_cut"]),
        worn_by_infant=scenario.worn_by_infant,
        absent_us={chip: tuple(windows) for chip, windows in absent_us.items() if windows},
        faults=replace(pod_faults(scenario, seed), bus_stuck_us=None),
    )


def _end_us(start_s: float, duration_s: float, length_us: int) -> int:
    """Return when something ends that lasts for a while, or without one to the end."""
    return round((start_s + duration_s) * _US_PER_S) if duration_s else length_us
