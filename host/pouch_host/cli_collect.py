"""The command `pouch collect`: pull real bands into a store."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from .cli_band_reach import key_ring
from .cli_console import StorePath, print_note, utc_now_s
from .collect.clocks import ClockJudge
from .collect.collector import Collector, Round
from .collect.known import KnownBands
from .collect.link import BandAdapter, LinkError
from .collect.pull import PullResult
from .errors import BandError, HostError, InputError
from .store import Store

_EVERY_S = 300.0
_EVERY_S_MIN = 10.0

_LISTENING = (
    "listening for one to four minutes: a band is on the air once a minute,"
    " and at once after two short presses of its button"
)


class RoundFailed(HostError):
    """A single round did not read every band, or found none. Mend the cause and run again."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(collect)


def collect(
    store: StorePath,
    every: Annotated[
        float, typer.Option(min=_EVERY_S_MIN, help="Seconds from pull to pull of a band.")
    ] = _EVERY_S,
    once: Annotated[
        bool, typer.Option("--once", help="Each band once; exit when no other is heard.")
    ] = False,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The bands' keys, if not this computer's own folder."),
    ] = None,
) -> None:
    """Find the bands in reach by Bluetooth and bring their records into a store.

    A band is on the air for a second in a minute; two short presses of its button call at once.
    Goes on until Ctrl-C. What has arrived is stored; a band keeps its copy.
    """
    # Imported here: the other commands do not wait for Bluetooth.
    from .collect.ble import BleAdapter

    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.ERROR)
    ring = key_ring(keys)
    if not ring.keys():
        raise InputError(
            f"no key of any band in {ring.place}: 'pouch provision' gives a band its key, 'pouch"
            " keys add' takes one from its label"
        )
    with Store.open(store) as opened:
        collect_into(opened, BleAdapter(), KnownBands(ring.keys), None if once else every)


def collect_into(
    store: Store,
    adapter: BandAdapter,
    known: KnownBands,
    every_s: float | None,
    run: Callable[[Coroutine[Any, Any, Any]], Any] = asyncio.run,
) -> None:
    """Pull each band once, or all of them until interrupted, and tell of each at once on stderr.

    Args:
        store: where records go.
        adapter: finds the bands.
        known: the bands whose keys are here.
        every_s: seconds from pull to pull of a band; None for one round only.
        run: runs it to its end, on a loop of its own.

    Raises:
        BandError: the adapter does not work.
        RoundFailed: the one round did not read every band, or found none; the line names them.
    """
    judge = ClockJudge(store.newest_contact_utc_s())
    collector = Collector(adapter, store, utc_now_s, known, judge)
    try:
        if every_s is not None:
            run(collector.run(every_s, _report))
            return
        print_note(_LISTENING)
        outcome: Round = run(collector.round(_report_pull))
    except LinkError as error:
        raise BandError(str(error)) from error
    _report_failures(outcome)
    if outcome.failures or not outcome.pulls:
        raise RoundFailed("; ".join(outcome.failures) or "no band in reach: is one switched on?")


def _report(outcome: Round) -> None:
    for result in outcome.pulls:
        _report_pull(result)
    _report_failures(outcome)


def _report_pull(result: PullResult) -> None:
    print_note(f"band {result.label}: {result.new_count} new records")
    if result.corrupt_count:
        print_note(f"band {result.label}: {result.corrupt_count} records damaged in its flash")


def _report_failures(outcome: Round) -> None:
    for failure in outcome.failures:
        print_note(f"not read: {failure}")
