"""What the simulator's commands share at the keyboard: one-line errors and a progress bar."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from pouch_host.errors import HostError
from pouch_sim.errors import SimulationError

# With this seed one of the four babies of the demonstration is cold in its cot.
DEFAULT_SEED = 7

Seed = Annotated[int, typer.Option(min=0, help="Seed of everything random: same seed, same run.")]


class SimulationFailed(HostError):
    """The simulation could not start or go on. The line says which file or band, and why."""


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Turn the simulator's own errors into the one-line errors of the command line."""
    try:
        yield
    except SimulationError as error:
        raise SimulationFailed(str(error)) from error


@contextmanager
def reporting_files(out: Path) -> Iterator[None]:
    """Turn what the system says of a disk that fails or fills up into a one-line error."""
    try:
        yield
    except OSError as error:
        name = error.filename
        path = os.fsdecode(name) if isinstance(name, (str, bytes)) else str(out)
        raise SimulationFailed(
            f"{path}: {error.strerror or error}; choose another --out"
        ) from error


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr; yield the function that is told the share done, 0 to 1."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=min(1.0, share))
