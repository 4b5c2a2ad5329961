"""The command `pouch collect`: pull real bands into a store."""

import asyncio
import logging
from typing import Annotated

import typer

from .cli_console import StorePath, print_note, utc_now_s
from .errors import BandError, HostError
from .store import Store

_EVERY_S = 300.0
_EVERY_S_MIN = 10.0


class NothingReached(HostError):
    """A single round read no band. The line says why; mend that and run again."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(collect)


def collect(
    store: StorePath,
    every: Annotated[
        float, typer.Option(min=_EVERY_S_MIN, help="Seconds from one round to the next.")
    ] = _EVERY_S,
    once: Annotated[bool, typer.Option("--once", help="One round, then exit.")] = False,
) -> None:
    """Find the bands in reach by Bluetooth and bring their records into a store.

    Rounds go on until Ctrl-C. What has arrived is stored; a band keeps its copy.
    """
    # Imported here: the other commands do not wait for Bluetooth.
    from .collect.ble import BleAdapter
    from .collect.collector import Collector, Round
    from .collect.link import LinkError

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)

    def report(outcome: Round) -> None:
        for result in outcome.pulls:
            print_note(f"{result.label}: {result.new_count} new records")
        if not outcome.pulls and not outcome.failures:
            print_note("no band in reach")

    async def run(opened: Store) -> Round | None:
        collector = Collector(BleAdapter(), opened, utc_now_s)
        if not once:
            await collector.run(every, report)
            return None
        outcome = await collector.round()
        report(outcome)
        return outcome

    with Store.open(store) as opened:
        try:
            outcome = asyncio.run(run(opened))
        except LinkError as error:
            raise BandError(str(error)) from error
    if outcome is not None and not outcome.pulls:
        raise NothingReached(
            "; ".join(outcome.failures) or "no band in reach: is one switched on?"
        )
