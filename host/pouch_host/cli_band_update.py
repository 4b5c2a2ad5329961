"""The command `pouch band update`: sends a band a new version, and tells what became of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from .cli_band_reach import choice_of, run
from .cli_console import AsJson, print_json, print_note
from .collect.reaching import Reach
from .collect.update_file import UpdateFile
from .collect.updating import Outcome, Updater
from .errors import HostError

_SAME_VERSION = "same version"
_SENT = "sent"
_OUTCOMES = {
    Outcome.CONFIRMED: "confirmed",
    Outcome.ROLLED_BACK: "rolled back",
    Outcome.ON_TRIAL: "on trial",
}
# What a person is told of each, with the version in it.
_SENTENCES = {
    _SAME_VERSION: "runs {} already (--again sends it all the same)",
    _SENT: "has {} and starts it, on trial; 'pouch band info' tells what runs",
    "confirmed": "runs {}, which has proved itself",
    "rolled back": "went back from {}",
    "on trial": "has said nothing of {} yet; 'pouch band info' tells what runs",
}


class UpdateRolledBack(HostError):
    """The new version did not prove itself; the band runs the old one and lost nothing."""


def register(program: typer.Typer) -> None:
    """Add the command to `pouch band`."""
    program.command()(update)


def update(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What `make image` made: build/BOARD.pouch.")
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Send it also to a band that runs this version.")
    ] = False,
    wait: Annotated[
        bool, typer.Option(help="Wait until the new version has proved itself or was given up.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Send the band a new version of its firmware. Records, settings and key stay.

    Whatever ends the transfer, the same command goes on where it ended. The new version is on
    trial: if it does not prove itself, the band goes back to the old one. Exits with 1 then.
    """
    image = UpdateFile.read(file)
    reach = choice_of(context).reach()
    with _progress(len(image.stream), shown=not as_json) as on_progress:
        updater = Updater(reach, image, on_progress, print_note)
        try:
            outcome = run(reach, _send(updater, reach, again=again, wait=wait))
        except KeyboardInterrupt:
            print_note(f"{reach.where}: {_interrupted(updater, len(image.stream))}")
            raise
    if as_json:
        values = {"band": updater.label, "version": image.version_text, "outcome": outcome}
        print_json(values)
    else:
        print_note(f"{reach.where}: {_SENTENCES[outcome].format(image.version_text)}")
    if outcome == _OUTCOMES[Outcome.ROLLED_BACK]:
        raise UpdateRolledBack(
            f"{reach.where}: {image.version_text} did not start well three times and was given up:"
            " the band runs the version it had"
        )


async def _send(updater: Updater, reach: Reach, *, again: bool, wait: bool) -> str:
    """Do it; return what became of it."""
    if not await updater.send(again=again):
        return _SAME_VERSION
    if not wait:
        return _SENT
    print_note(
        f"{reach.where}: has it and starts again; it has ten minutes to prove itself"
        " (Ctrl-C does not disturb it)"
    )
    return _OUTCOMES[await updater.outcome()]


def _interrupted(updater: Updater, total_bytes: int) -> str:
    """Return what to tell somebody who pressed Ctrl-C."""
    if updater.installed:
        return "goes on by itself; 'pouch band info' tells its version"
    percent = 100 * updater.position // total_bytes
    return f"stopped at {percent} %; the same command goes on there"


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar where somebody can see one; yield what moves it."""
    if not shown or not sys.stderr.isatty():
        yield lambda _position: None
        return
    columns = (
        TextColumn("sending"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda position: bar.update(task, completed=position)
