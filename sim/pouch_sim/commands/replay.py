"""Sends a person's recorded temperatures through the whole path, and compares both ends."""

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pouch_host.derive import timeline
from pouch_host.errors import InputError
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_sim.simulation import Simulation
from pouch_sim.ward import BandPlan, add_band
from pouch_sim.world.recording import Recording
from pouch_sim.world.replay import Replay

from .collecting import collect_until, simulated_collector

# Any number will do: the recording says nothing of a band.
BAND_ID = 0x00000001
STORE_NAME = "pouch.db"
COMPARISON_NAME = "replay.csv"

# What the path may change: the rounding of one TMP117 step, and the band's sense of time.
TEMPERATURE_TOLERANCE_C = 1 / c.STEPS_PER_C
TIME_TOLERANCE_S = 1.0


@dataclass(frozen=True)
class ReplayResult:
    """How a recording came out at the other end.

    Attributes:
        row_count: rows of the recording.
        record_count: samples in the store.
        lost_count: rows without a sample.
        temperature_error_c_max: largest difference between a sample and its row.
        time_error_s_max: largest distance in time between a sample and its row.
    """

    row_count: int
    record_count: int
    lost_count: int
    temperature_error_c_max: float
    time_error_s_max: float

    @property
    def faithful(self) -> bool:
        """Whether every row arrived within the tolerances."""
        return (
            self.lost_count == 0
            and self.temperature_error_c_max <= TEMPERATURE_TOLERANCE_C
            and self.time_error_s_max <= TIME_TOLERANCE_S
        )


def replay(
    recording: Recording,
    out_dir: Path,
    *,
    seed: int,
    drift_ppm: float,
    on_progress: Callable[[float], None],
) -> ReplayResult:
    """Replay a recording into `out_dir`/pouch.db and compare.

    Args:
        recording: the person's temperatures.
        out_dir: made if absent; must not hold a store yet.
        seed: of everything random.
        drift_ppm: how much the band's crystal runs fast.
        on_progress: told the share that is done, 0 to 1, once per simulated hour.

    Raises:
        InputError: there is a store already.
    """
    path = out_dir / STORE_NAME
    if path.exists():
        raise InputError(f"{path} exists already: choose another --out")
    out_dir.mkdir(parents=True, exist_ok=True)
    simulation = Simulation(seed=seed, start_utc_s=math.floor(recording.first_utc_s))
    interval_s = min(c.INTERVAL_S_MAX, max(c.INTERVAL_S_MIN, round(recording.step_s)))
    world = Replay(recording, simulation.now_utc_s())
    add_band(simulation, BandPlan(BAND_ID, world, interval_s, drift_ppm), out_dir / "band")
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
            )
        )
        return _compare(recording, store, out_dir / COMPARISON_NAME)


def _compare(recording: Recording, store: Store, path: Path) -> ReplayResult:
    """Write one line per sample beside its row, and sum up."""
    samples = timeline(store.records(BAND_ID)).samples
    row_utc_s = np.array([row.utc_s for row in recording.rows])
    row_c = np.array([row.skin_temperature_c for row in recording.rows])
    # The row that the band should have measured: the nearest in time.
    after = np.clip(np.searchsorted(row_utc_s, samples.utc_s), 1, len(row_utc_s) - 1)
    nearer = samples.utc_s - row_utc_s[after - 1] < row_utc_s[after] - samples.utc_s
    rows = after - nearer
    time_error_s = np.abs(samples.utc_s - row_utc_s[rows])
    temperature_error_c = np.abs(samples.infant_temperature_c - row_c[rows])
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time_utc", "recorded_c", "stored_c", "time_error_s"])
        for index, row in enumerate(rows):
            when = datetime.fromtimestamp(samples.utc_s[index], UTC)
            writer.writerow(
                [
                    when.isoformat(timespec="milliseconds"),
                    f"{row_c[row]:.2f}",
                    f"{samples.infant_temperature_c[index]:.4f}",
                    f"{time_error_s[index]:.3f}",
                ]
            )
    return ReplayResult(
        row_count=len(row_c),
        record_count=len(rows),
        lost_count=len(row_c) - len(np.unique(rows)),
        temperature_error_c_max=float(np.max(temperature_error_c, initial=0.0)),
        time_error_s_max=float(np.max(time_error_s, initial=0.0)),
    )
