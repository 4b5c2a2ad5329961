"""A day of flash wear: the segment log against a CSV line flushed per sample."""

import asyncio
from pathlib import Path

from pouch_sim.hardware.pod import Pod
from pouch_sim.simulation import Simulation
from pouch_sim.ward import PROTOCOL_DIR, BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld

from .figures import Figure

_DAY_S = 86_400.0
_SAMPLES = 2880
_START_UTC_S = 1_790_000_000


def measure(folder: Path) -> list[Figure]:
    """Run both for a day on the same flash model."""
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S)
    ours = add_band(simulation, BandPlan(1, ScriptedWorld(1, 0)), folder)
    naive = simulation.add_band(
        "naive",
        Pod(ScriptedWorld(1, 1)).bus,
        firmware_dir=Path(__file__).parent / "naive_logger",
        protocol_dir=PROTOCOL_DIR,
        work_dir=folder,
    )
    simulation.run(asyncio.sleep(_DAY_S))
    mine, theirs = ours.flash.wear, naive.flash.wear
    return [
        Figure("flash programmed in a day, segment log", mine.programmed_bytes / 1000, "kB"),
        Figure("  per 20-byte record", mine.programmed_bytes / _SAMPLES, "bytes"),
        Figure("  CSV line and flush per sample", theirs.programmed_bytes / 1000, "kB"),
        Figure("  fewer by", theirs.programmed_bytes / mine.programmed_bytes, "x"),
        Figure("flash blocks erased in a day, segment log", mine.erases, ""),
        Figure("  CSV line and flush per sample", theirs.erases, ""),
    ]
