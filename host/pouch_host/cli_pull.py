"""`pouch pull` and `pouch band pull`: what one band recorded, into a store."""

from dataclasses import asdict
from typing import Annotated

import typer

from .cli_band_reach import Choice, KeyFile, TrustClock, busy, talk, ways_of
from .cli_console import AsJson, StorePath, print_json, print_note
from .collect.anchors import AnchorPlan
from .collect.clocks import ClockJudge
from .collect.pull import PullResult
from .collect.pull import pull as pull_records
from .collect.reaching import Conversation
from .errors import BandError
from .store import Store


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command()(pull)


def pull(
    context: typer.Context,
    store: StorePath,
    serial: Annotated[
        str | None,
        typer.Option(
            "--serial",
            "--port",
            metavar="PORT",
            help="The band's port, if there are more.",
        ),
    ] = None,
    key_file: KeyFile = None,
    trust_clock: TrustClock = False,
    as_json: AsJson = False,
) -> None:
    """Bring the records of the band on the USB cable into a store; takes seconds.

    What has arrived is stored, whatever ends this. The band keeps its copy.
    """
    choice = Choice(ways_of(context), port=serial, key_file=key_file)
    pull_into(choice, store, trust_clock=trust_clock, as_json=as_json)


def pull_into(choice: Choice, store: str, *, trust_clock: bool, as_json: bool) -> None:
    """Pull the band that was asked for, and tell what came.

    Args:
        choice: which band.
        store: path or address of the store, which is made if it is not there.
        trust_clock: whether a person vouches for this computer's clock.
        as_json: whether to tell it to a machine.

    Raises:
        BandError: it was not reached, or not all of its records arrived.
        StoreError: the store cannot be used.
    """
    with Store.open(store) as opened:
        judge = ClockJudge(opened.newest_contact_utc_s(), trusted=trust_clock)

        async def fetch(conversation: Conversation) -> PullResult:
            exchange = conversation.commands.exchange
            return await pull_records(exchange, opened, choice.clock, AnchorPlan(), judge)

        reach = choice.reach()
        with busy("pulling"):
            result = talk(reach, fetch)
    if as_json:
        values = asdict(result)
        del values["band_id"]
        print_json({"band": result.label} | values | {"clock_doubt": judge.doubt})
    else:
        print_note(f"band {result.label}: {result.new_count} new records")
    if result.corrupt_count:
        print_note(f"band {result.label}: {result.corrupt_count} records damaged in its flash")
    if judge.doubt:
        print_note(f"band {result.label}: {not_told(judge.doubt)}")
    if result.missing_count:
        raise BandError(
            f"band {result.label}: {result.missing_count} records did not arrive:"
            " run the same command again"
        )


def not_told(doubt: str) -> str:
    """Return what to say of a band that was not told the time, and what a person can do."""
    return f"was not told the time: {doubt}: set the right one, or say --trust-clock"
