"""What a validation campaign is made of: runs of held-out scenarios, and what each depends on."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pouch_host
import pouch_protocol
import pouch_sim
from pouch_sim.scenarios import Scenario, load, shipped
from pouch_sim.scenarios.population import draw
from pouch_sim.ward import FIRMWARE_DIR

HELD_OUT = "held_out"
# A session among the plainest, the two rows that fool a single channel most, and a whole day.
TRUE_GEAR = ("ssc_settled", "cot_hot_room", "caregiver_alone_self_touch", "ward_day_mixed")

_SIM_DIR = Path(pouch_sim.__file__).parent
# What a run's records and truth come from. The host's analysis is not among it: a run made once
# serves every version of the method.
_QUICK_SOURCES = (
    Path(pouch_protocol.__file__).parent,
    _SIM_DIR / "world",
    _SIM_DIR / "scenarios",
    _SIM_DIR / "quick",
    _SIM_DIR / "clock.py",
    _SIM_DIR / "hardware",
    _SIM_DIR / "commands" / "run_files.py",
    _SIM_DIR / "commands" / "scenario_run.py",
)
_TRUE_SOURCES = (
    *_QUICK_SOURCES,
    _SIM_DIR / "radio",
    _SIM_DIR / "vm",
    *(_SIM_DIR / f"{name}.py" for name in ("band", "band_settings", "loop", "simulation", "ward")),
    _SIM_DIR / "commands" / "collecting.py",
    Path(pouch_host.__file__).parent / "collect",
    FIRMWARE_DIR,
)
_SUFFIXES = {".py", ".toml"}


@dataclass(frozen=True)
class PlannedRun:
    """One run of a campaign.

    Attributes:
        folder: name of the folder that it gets.
        seed: of everything random; of the population if it is drawn.
        path: file of the scenario; None if it is drawn from the population.
        index: which infant of the population.
        days: days of that infant.
        quick: whether firmware and radio are left out.
    """

    folder: str
    seed: int
    path: Path | None = None
    index: int = 0
    days: int = 0
    quick: bool = True

    def scenario(self) -> Scenario:
        """Return what is to be run."""
        if self.path is not None:
            return load(self.path)
        return draw(self.seed, self.index, days=self.days, split=HELD_OUT)

    def made_from(self) -> str:
        """Return a digest of all that its records and truth depend on."""
        sources = _digest(_QUICK_SOURCES if self.quick else _TRUE_SOURCES)
        name = None if self.path is None else self.path.name
        what = f"{name} {self.seed} {self.index} {self.days} {self.quick} {sources}"
        return hashlib.sha256(what.encode()).hexdigest()

    def repeat_line(self) -> str:
        """Return the command line that makes this run again, into DIR."""
        if self.path is None:
            return (
                f"pouch sim population --split {HELD_OUT} --seed {self.seed} "
                f"--count {self.index + 1} --days {self.days} --out DIR "
                f"&& pouch validate DIR/{HELD_OUT}-{self.seed}-{self.index:04d}"
            )
        gear = " --quick" if self.quick else ""
        return (
            f"pouch sim run {HELD_OUT}/{self.path.stem}{gear} --seed {self.seed} --out DIR "
            "&& pouch validate DIR"
        )


def planned_runs(
    *, seeds: Iterable[int], infants: int, days: int, population_seed: int, true_gear: bool
) -> list[PlannedRun]:
    """Return the runs of a campaign, longest first: a pool then ends with short ones.

    Args:
        seeds: with which every held-out file is run.
        infants: how many of the held-out population.
        days: of each of them.
        population_seed: that they are drawn from.
        true_gear: whether the files of `TRUE_GEAR` are run with firmware as well, with the first
            of the seeds.
    """
    used = list(seeds)
    files = {
        name.split("/", 1)[1]: path
        for name, path in shipped().items()
        if name.startswith(f"{HELD_OUT}/")
    }
    true = [
        PlannedRun(f"{name}-{used[0]}-true", used[0], files[name], quick=False)
        for name in reversed(TRUE_GEAR)
        if true_gear
    ]
    drawn = [
        PlannedRun(
            f"population-{population_seed}-{index:04d}",
            population_seed,
            index=index,
            days=days,
        )
        for index in range(infants)
    ]
    quick = [
        PlannedRun(f"{name}-{seed}", seed, path) for seed in used for name, path in files.items()
    ]
    return true + drawn + quick


@cache
def _digest(folders: tuple[Path, ...]) -> str:
    """Return a digest of the program's files in some folders."""
    digest = hashlib.sha256()
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for path in files:
            if path.suffix in _SUFFIXES and "typings" not in path.parts:
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
