"""A day of flash wear: the segment log against a CSV line flushed per sample, in one run."""

from pathlib import Path

from pouch_host.store import Store
from pouch_sim.commands.collecting import collect_until, simulated_collector
from pouch_sim.hardware.flash import Wear
from pouch_sim.hardware.pod import Pod
from pouch_sim.simulation import Simulation
from pouch_sim.ward import PROTOCOL_DIR, BandPlan, add_band
from pouch_sim.world.scripted import ScriptedWorld

from .figures import Figure

_DAY_S = 86_400
_SAMPLES = 2880
_START_UTC_S = 1_790_000_000


def measure(folder: Path) -> list[Figure]:
    """Run a band alone, one that is pulled every hour, and a plain logger for a day."""
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S)
    alone, pulled = (
        add_band(simulation, BandPlan(number, ScriptedWorld(1, 0)), folder) for number in (1, 2)
    )
    naive = simulation.add_band(
        "naive",
        Pod(ScriptedWorld(1, 0)).bus,
        firmware_dir=Path(__file__).parent / "naive_logger",
        protocol_dir=PROTOCOL_DIR,
        work_dir=folder,
    )
    alone.in_range = False
    naive.in_range = False
    pulls = 0

    def count(outcome: object) -> None:
        nonlocal pulls
        pulls += bool(outcome)

    with Store.open(folder / "wear.db") as store:
        collector = simulated_collector(simulation, store)
        end_utc_s = _START_UTC_S + _DAY_S
        simulation.run(collect_until(simulation, collector, lambda: end_utc_s, on_round=count))
    if alone.stats.boots != 1 or pulled.stats.boots != 1 or not pulls:
        raise AssertionError(f"bands did not run through, {pulls} pulls: {alone.log_text()}")
    theirs = naive.flash.wear
    return [
        Figure("flash programmed a day, CSV line and flush per sample", _kb(theirs), "kB"),
        Figure("  blocks erased", theirs.erases, ""),
        *_compared("segment log", alone.flash.wear, theirs),
        *_compared(f"segment log, {pulls} pulls", pulled.flash.wear, theirs),
    ]


def _kb(wear: Wear) -> float:
    return wear.programmed_bytes / 1000


def _compared(name: str, mine: Wear, theirs: Wear) -> list[Figure]:
    fewer = theirs.programmed_bytes / mine.programmed_bytes
    return [
        Figure(f"flash programmed a day, {name}", _kb(mine), "kB"),
        Figure("  per 20-byte sample", mine.programmed_bytes / _SAMPLES, "bytes"),
        Figure("  fewer bytes by (at least 20)", fewer, "x"),
        Figure("  blocks erased", mine.erases, ""),
        Figure("  fewer erases by", theirs.erases / mine.erases, "x"),
    ]
