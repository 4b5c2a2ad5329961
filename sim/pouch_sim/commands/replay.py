"""Sends a person's recorded temperatures through the whole path, and compares both ends."""

import math
from collections.abc import Callable
from pathlib import Path

from pouch_host.derive import timeline
from pouch_host.store import Store
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.recording import Recording
from pouch_sim.world.replay import Replay

from .collecting import collect_until, simulated_collector
from .comparison import ReplayResult, band_interval_s, compare
from .out_folder import make_room

# Any number will do: the recording says nothing of a band.
BAND_ID = 0x00000001
STORE_NAME = "pouch.db"
COMPARISON_NAME = "replay.csv"

_US_PER_S = 1_000_000


def replay(
    recording: Recording,
    out_dir: Path,
    *,
    seed: int,
    drift_ppm: float,
    on_progress: Callable[[float], None],
) -> ReplayResult:
    """Replay a recording into `out_dir`/pouch.db and compare.

    The band boots at the first row and samples at the recording's own step, or at a part of it
    where the step is beyond what a band does or the rows are not evenly spaced. It goes on while
    its last records are pulled, and repeats the last row; the comparison leaves that out.

    Args:
        recording: the person's temperatures.
        out_dir: made if absent; must not hold a store yet.
        seed: of everything random.
        drift_ppm: how much the band's crystal runs fast.
        on_progress: told the share that is done, 0 to 1, once per simulated hour.

    Raises:
        InputError: there is a store already, or `out_dir` cannot be written.
        OSError: its disk fails or fills up on the way.
        SimulationError: the simulation cannot go on.
    """
    path = make_room(out_dir, STORE_NAME)
    simulation = Simulation(seed=seed, start_utc_s=math.floor(recording.first_utc_s))
    interval_s = band_interval_s(recording)
    world = Replay(recording, simulation.now_utc_s())
    boot_at_us = round((recording.first_utc_s - simulation.now_utc_s()) * _US_PER_S)
    plan = BandPlan(BAND_ID, world, interval_s, drift_ppm, boot_at_us)
    add_band(simulation, plan, out_dir / "band")
    length_s = recording.last_utc_s - recording.first_utc_s
    end_utc_s = recording.last_utc_s + interval_s / 2
    with Store.open(path) as store:
        store.ensure_band(BAND_ID)
        store.assign(BAND_ID, "recording", simulation.now_utc_s())
        collector = simulated_collector(simulation, store)
        simulation.run(
            collect_until(
                simulation,
                collector,
                lambda: end_utc_s,
                on_round=lambda _: on_progress(
                    (simulation.now_utc_s() - recording.first_utc_s) / length_s
                ),
                wanted=[BAND_ID],
            )
        )
        samples = timeline(store.records(BAND_ID)).samples
    return compare(recording, samples, interval_s, out_dir / COMPARISON_NAME)
