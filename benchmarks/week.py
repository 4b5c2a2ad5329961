"""Seven days of one band, pulled every hour: how much faster than real time."""

import time
from pathlib import Path

from pouch_host.store import Store
from pouch_sim.commands.collecting import collect_until, simulated_collector
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld

from .figures import Figure

DAYS = 7
_DAY_S = 86_400
_BAND_ID = 0x7DA75
_START_UTC_S = 1_790_000_000
_SAMPLE_S = 30


def measure(folder: Path) -> list[Figure]:
    """Run the week; fail if a record is missing."""
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S)
    band = add_band(simulation, BandPlan(_BAND_ID, ScriptedWorld(1, 0), drift_ppm=12.0), folder)
    end_utc_s = _START_UTC_S + DAYS * _DAY_S
    pulls = 0

    def count(_: object) -> None:
        nonlocal pulls
        pulls += 1

    with Store.open(folder / "week.db") as store:
        collector = simulated_collector(simulation, store)
        started_s = time.perf_counter()
        simulation.run(collect_until(simulation, collector, lambda: end_utc_s, on_round=count))
        wall_s = time.perf_counter() - started_s
        ((first, last),) = store.held_ranges(_BAND_ID, _log_id(store))
    expected = DAYS * _DAY_S // _SAMPLE_S
    if first != 0 or last + 1 < expected:
        raise AssertionError(f"records {first} to {last} of at least {expected}")
    return [
        Figure("7 days, one band, hourly pulls", wall_s, "s"),
        Figure("  times real time (at least 20,000)", DAYS * _DAY_S / wall_s, "x"),
        Figure("  records in the store, gapless", last + 1, ""),
        Figure("  pulls", pulls, ""),
        Figure("  I2C transfers per sample", band.stats.i2c_transfers / expected, ""),
    ]


def _log_id(store: Store) -> int:
    return store.segments(_BAND_ID)[0].log_id
