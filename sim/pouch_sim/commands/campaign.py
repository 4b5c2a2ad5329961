"""`pouch sim campaign`: every held-out scenario and a held-out population, for `pouch validate`.

DIR/runs/NAME       as `pouch sim run` leaves a folder, and made_from.txt: what it depends on
DIR/runs/.NAME      a run that is under way; what is left of one is made anew
DIR/runs.txt        folders of the last campaign, one a line; others may lie beside them
"""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pouch_host.cli_console import AsJson, print_json
from pouch_host.errors import HostError, InputError
from pouch_sim.errors import SimulationError
from pouch_sim.world.physical import PhysicalWorld

from .campaign_plan import PlannedRun, planned_runs
from .console import SimulationFailed, progress_bar, reporting_files
from .pool import core_count, worked_through
from .scenario_run import run_scenario

RUNS_NAME = "runs"
LIST_NAME = "runs.txt"
MADE_FROM_NAME = "made_from.txt"
# Nobody has looked at runs of these seeds while the method was made: 1, 2 and 20,261 served then.
# `pouch sim population` has another one. Whoever tunes on these takes new ones.
POPULATION_SEED = 20_262
FIRST_SEED = 11
_COUNT_MAX = 10_000
_DAYS_MAX = 31
_SEEDS_MAX = 1000


@dataclass(frozen=True)
class CampaignSummary:
    """What a campaign did.

    Attributes:
        made: runs that were made.
        kept: runs that were there already, of the same program.
    """

    made: int
    kept: int


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command()(campaign)


def campaign(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Gets a folder for each run.")],
    infants: Annotated[
        int, typer.Option(min=0, max=_COUNT_MAX, help="Infants of the held-out population.")
    ] = 160,
    days: Annotated[int, typer.Option(min=1, max=_DAYS_MAX, help="Days of each of them.")] = 3,
    seeds: Annotated[
        int, typer.Option(min=1, max=_SEEDS_MAX, help="Runs of each held-out file, seeds from 11.")
    ] = 6,
    population_seed: Annotated[
        int, typer.Option(min=0, help="Seed that the population is drawn from.")
    ] = POPULATION_SEED,
    true_gear: Annotated[
        bool, typer.Option(help="Run a few files with firmware and radio too, the slow way.")
    ] = True,
    processes: Annotated[
        int, typer.Option(min=0, help="Runs at the same time; 0 for one a core.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Run every held-out scenario and infants of a held-out population: `make validate`.

    Nothing of these scenarios was used to make the method. The quick gear runs them all, and a few
    run through the firmware as well. `pouch validate $(cat DIR/runs.txt)` reads them.

    What is there is kept, if it was made by the same world and the same files: after Ctrl-C, or
    with more infants, only the rest is run. Runs that have begun are finished first.
    """
    started_s = time.perf_counter()
    plan = planned_runs(
        seeds=range(FIRST_SEED, FIRST_SEED + seeds),
        infants=infants,
        days=days,
        population_seed=population_seed,
        true_gear=true_gear,
    )
    with reporting_files(out), progress_bar(f"{len(plan)} runs") as on_progress:
        summary = make_runs(
            plan, out / RUNS_NAME, processes=processes or core_count(), on_progress=on_progress
        )
        folders = [str(out / RUNS_NAME / one.folder) for one in plan]
        (out / LIST_NAME).write_text("\n".join(folders) + "\n", encoding="utf-8")
    wall_s = time.perf_counter() - started_s
    if as_json:
        print_json(asdict(summary) | {"folders": folders, "wall_s": round(wall_s, 3)})
        return
    typer.echo(
        f"{summary.made} runs made, {summary.kept} kept, in {wall_s:.1f} s; "
        f"`pouch validate $(cat {out / LIST_NAME})` reads them"
    )


def make_runs(
    plan: Sequence[PlannedRun],
    runs_dir: Path,
    *,
    processes: int,
    on_progress: Callable[[float], None],
) -> CampaignSummary:
    """Make the runs that are not there yet.

    Args:
        plan: which.
        runs_dir: gets a folder for each.
        processes: how many at the same time; with 1 they run in this process.
        on_progress: told the share that is done, 0 to 1.

    Raises:
        InputError: something else is where a run is to be, or nothing can be written there.
        SimulationFailed: a run cannot go on; the line names it.
    """
    due = [one for one in plan if not _is_there(runs_dir / one.folder, one.made_from())]
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{runs_dir}: cannot write there: {error.strerror}") from error
    kept = len(plan) - len(due)
    on_progress(kept / max(1, len(plan)))
    make = partial(_make, runs_dir=runs_dir)
    for made, _ in enumerate(worked_through(make, due, processes), start=1):
        on_progress((kept + made) / len(plan))
    return CampaignSummary(len(due), kept)


def _is_there(folder: Path, made_from: str) -> bool:
    """Return whether a run is there; one of another program is removed.

    Raises:
        InputError: what is there is not of a campaign.
    """
    if not folder.exists():
        return False
    try:
        found = (folder / MADE_FROM_NAME).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(
            f"{folder} is in the way, and no campaign made it: choose another --out"
        ) from None
    if found == made_from:
        return True
    shutil.rmtree(folder)
    return False


def _make(planned: PlannedRun, runs_dir: Path) -> None:
    folder = runs_dir / planned.folder
    under_way = runs_dir / f".{planned.folder}"
    try:
        shutil.rmtree(under_way, ignore_errors=True)
        scenario = planned.scenario()
        # A pull that fails on a poor radio costs nothing: the next one brings the rest.
        run_scenario(
            scenario,
            PhysicalWorld(scenario.world_plan(planned.seed), planned.seed, scenario.band_index),
            under_way,
            seed=planned.seed,
            quick=planned.quick,
            on_progress=lambda _share: None,
        )
        (under_way / MADE_FROM_NAME).write_text(planned.made_from() + "\n", encoding="utf-8")
        under_way.rename(folder)
    except (HostError, SimulationError) as error:
        # A process of a pool can hand over an error of one text, but not every error.
        raise SimulationFailed(f"{folder}: {error}") from error
    except OSError as error:
        raise SimulationFailed(
            f"{folder}: {error.strerror or error}; choose another --out"
        ) from error
