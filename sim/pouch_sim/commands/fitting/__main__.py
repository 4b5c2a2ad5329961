"""`python -m pouch_sim.commands.fitting`: fit, print what came out, and write it if asked to."""

import os
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pouch_host.analysis.parameters import Parameters, parse

from .looks import fit_breathing, fit_looks, pooled
from .margins import fit_core, fit_day_bounds
from .scores import by_row
from .training import Labelled, labelled, scenarios
from .writing import with_breathing, with_core, with_day_bounds, with_looks

_SAMPLES_EACH_MAX = 2500
_SEED = 1


def fit(
    infants: Annotated[int, typer.Option(min=1, help="Infants of the training population.")] = 60,
    processes: Annotated[int, typer.Option(min=1, help="Processes at once.")] = os.cpu_count()
    or 1,
    write: Annotated[
        bool, typer.Option("--write", help="Put the numbers into parameters.toml.")
    ] = False,
) -> None:
    """Fit the analysis on training scenarios and print how it does on them."""
    console = Console()
    path = Path(str(resources.files("pouch_host.analysis") / "parameters.toml"))
    text = path.read_text(encoding="utf-8")
    runs = []
    count = len(scenarios(infants))
    with console.status("living through the training scenarios") as status:
        for run in labelled(infants, processes):
            runs.append(run)
            status.update(f"living through the training scenarios: {len(runs)} of {count}")
    _print_rows(console, "before", runs, parse(text.encode()))
    pool = pooled(runs, _SAMPLES_EACH_MAX, _SEED)
    looks = fit_looks(pool, parse(text.encode()))
    text = with_breathing(with_looks(text, looks), fit_breathing(pool, looks))
    text = with_core(text, fit_core(runs, parse(text.encode())))
    bounds, held, width_h = fit_day_bounds(runs, parse(text.encode()))
    text = with_day_bounds(text, bounds)
    _print_rows(console, "after", runs, parse(text.encode()))
    console.print(f"bounds held on {held:.1%} of training days, {width_h:.2f} h wide")
    if write:
        path.write_text(text, encoding="utf-8")
        console.print(f"written: {path}")
    else:
        console.print(text, markup=False, highlight=False)


def _print_rows(
    console: Console, title: str, runs: list[Labelled], parameters: Parameters
) -> None:
    table = Table("Row", "Minutes", "Known", "Known and wrong", "Hours off", title=title)
    for row, scores in sorted(by_row(runs, parameters).items()):
        minutes = sum(one.minutes for one in scores)
        known = sum(one.minutes * one.known for one in scores)
        wrong = sum(one.minutes * one.known * one.wrong for one in scores)
        off_h = sum(abs(one.hours_error) for one in scores) / len(scores)
        table.add_row(
            row,
            str(minutes),
            f"{known / minutes:.3f}",
            f"{wrong / max(known, 1.0):.4f}",
            f"{off_h:.2f}",
        )
    console.print(table)


if __name__ == "__main__":
    typer.run(fit)
