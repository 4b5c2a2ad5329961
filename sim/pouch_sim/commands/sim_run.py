"""`pouch sim run`, `scenarios`, `population`: worlds of physics into stores, with their truth."""

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from pouch_host.cli_console import AsJson, output, print_json
from pouch_host.errors import HostError
from pouch_sim.scenarios import Scenario, load, shipped
from pouch_sim.scenarios.population import draw
from pouch_sim.world.physical import PhysicalWorld

from .console import (
    DEFAULT_SEED,
    Seed,
    SimulationFailed,
    progress_bar,
    reporting_errors,
    reporting_files,
)
from .run_files import STORE_NAME, TRUTH_NAME
from .scenario_run import RunSummary, run_scenario

_S_PER_H = 3600.0
_S_PER_DAY = 86_400.0
_COUNT_MAX = 10_000
_DAYS_MAX = 31


class PullsFailed(HostError):
    """Some pulls of a simulated run failed. What arrived is stored; the truth is whole."""


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.command()(run)
    program.command()(scenarios)
    program.command()(population)


def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A TOML file, or a name of `sim scenarios`.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for store and truth.")],
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Seed of everything random; the scenario's own by default."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="No firmware and no radio, only their arithmetic: for analysis work."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Live through a scenario: people, pod, firmware, radio, collector and store.

    DIR gets pouch.db, as a ward's host would have it; truth.csv, a row a minute with the columns
    time_utc, state, infant_core_c and infant_skin_c; and scenario.json, which says what it was.
    `pouch validate DIR` holds the one against the other.

    Ctrl-C keeps what is stored by then. With --quick a pull always succeeds, and light, motor,
    alerts of the band's own, tallies and battery are left out.
    """
    started_s = time.perf_counter()
    with reporting_errors(), reporting_files(out):
        chosen = _find(scenario)
        used_seed = chosen.seed if seed is None else seed
        with progress_bar(f"running {chosen.name}") as on_progress:
            summary = _run(chosen, out, used_seed, quick=quick, on_progress=on_progress)
    _tell(chosen, summary, used_seed, out, time.perf_counter() - started_s, as_json=as_json)
    if summary.failures:
        raise PullsFailed(
            f"{out}: {len(summary.failures)} pulls failed, the last: {summary.failures[-1]}"
        )


def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that come with the simulator."""
    with reporting_errors():
        found = {name: load(path) for name, path in shipped().items()}
    if as_json:
        print_json(
            [
                {
                    "name": name,
                    "row": one.row,
                    "split": one.split,
                    "length_h": one.length_s / _S_PER_H,
                    "title": one.title,
                }
                for name, one in found.items()
            ]
        )
        return
    table = Table(box=box.SIMPLE_HEAD, title="Scenarios", title_justify="left")
    for heading in ("Name", "Length", "Shows"):
        table.add_column(heading)
    for name, one in found.items():
        table.add_row(name, f"{one.length_s / _S_PER_H:g} h", one.title)
    output().print(table)


def population(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Gets a folder for each infant.")],
    split: Annotated[
        str, typer.Option(metavar="training|held_out", help="Whose ranges and days to draw from.")
    ] = "held_out",
    count: Annotated[int, typer.Option(min=1, max=_COUNT_MAX, help="Infants.")] = 10,
    days: Annotated[int, typer.Option(min=1, max=_DAYS_MAX, help="Days of each.")] = 3,
    seed: Seed = DEFAULT_SEED,
    as_json: AsJson = False,
) -> None:
    """Draw infants and their days from the population, and run each in the quick gear.

    Each gets a folder as `pouch sim run --quick` writes it. `pouch validate DIR/*` reads them all.
    """
    if split not in {"training", "held_out"}:
        raise typer.BadParameter("give training or held_out", param_hint="--split")
    started_s = time.perf_counter()
    folders = []
    with reporting_errors(), reporting_files(out), progress_bar("drawing") as on_progress:
        for index in range(count):
            drawn = draw(seed, index, days=days, split=split)
            folder = out / drawn.name
            _run(drawn, folder, drawn.seed, quick=True, on_progress=lambda _: None)
            folders.append(folder)
            on_progress((index + 1) / count)
    wall_s = time.perf_counter() - started_s
    if as_json:
        print_json(
            {
                "split": split,
                "seed": seed,
                "days": days,
                "folders": [str(folder) for folder in folders],
                "wall_s": round(wall_s, 3),
            }
        )
        return
    typer.echo(
        f"{count} infants of {days} days in {wall_s:.1f} s: "
        f"{count * days / wall_s:.1f} infant-days a second, in {out}"
    )


def _run(
    scenario: Scenario,
    out: Path,
    seed: int,
    *,
    quick: bool,
    on_progress: Callable[[float], None],
) -> RunSummary:
    world = PhysicalWorld(scenario.world_plan(seed), seed, scenario.band_index)
    return run_scenario(scenario, world, out, seed=seed, quick=quick, on_progress=on_progress)


def _find(name: str) -> Scenario:
    """Return a shipped scenario by its name, or one of a file."""
    known = shipped()
    path = Path(name)
    if not path.exists() and name not in known:
        close = [one for one in known if one.rsplit("/", 1)[1] == name]
        hint = f"did you mean {' or '.join(close)}?" if close else "see `pouch sim scenarios`"
        raise SimulationFailed(f"{name}: no such file, and no scenario of that name: {hint}")
    return load(path if path.exists() else known[name])


def _tell(
    scenario: Scenario,
    summary: RunSummary,
    seed: int,
    out: Path,
    wall_s: float,
    *,
    as_json: bool,
) -> None:
    if as_json:
        print_json(
            asdict(summary)
            | {
                "name": scenario.name,
                "row": scenario.row,
                "split": scenario.split,
                "seed": seed,
                "length_s": scenario.length_s,
                "wall_s": round(wall_s, 3),
                "store": str(out / STORE_NAME),
                "truth": str(out / TRUTH_NAME),
            }
        )
        return
    typer.echo(
        f"{scenario.name}: {scenario.length_s / _S_PER_DAY:.1f} days in {wall_s:.1f} s, "
        f"{summary.sample_count} samples stored, {len(summary.failures)} pulls failed"
    )
    typer.echo(f"store: {out / STORE_NAME}, truth: {out / TRUTH_NAME}")
