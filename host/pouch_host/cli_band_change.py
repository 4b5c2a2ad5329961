"""What changes a band: `pouch band configure`, `set-key` and `factory-reset`."""

import re
from enum import StrEnum
from typing import Annotated, Any

import typer

from pouch_protocol import constants as c

from . import band_report
from .band_keys import NewKey
from .cli_band_reach import KeyFile, key_ring, reach_of, talk
from .cli_console import AsJson, output, print_json, print_note
from .collect.commands import BandCommands, Settings
from .collect.exchange import Refusal
from .collect.link import LinkError
from .collect.reaching import Conversation
from .errors import BandError

_MIN_PER_H = 60
_DAY_MIN = 1440
_UTC_OFFSET_MIN_MAX = 14 * 60
_NO_QUIET = "none"


class Plan(StrEnum):
    """How often the radio is on."""

    DEFAULT = "default"
    SLOW = "slow"


class Wearer(StrEnum):
    """Who wears the band."""

    CAREGIVER = "caregiver"
    INFANT = "infant"


def register(program: typer.Typer) -> None:
    """Add the commands to `pouch band`."""
    program.command()(configure)
    program.command()(set_key)
    program.command()(factory_reset)


def configure(
    context: typer.Context,
    interval: Annotated[
        int | None,
        typer.Option(
            min=c.INTERVAL_S_MIN,
            max=c.INTERVAL_S_MAX,
            metavar="SECONDS",
            help="From one sample to the next.",
        ),
    ] = None,
    plan: Annotated[
        Plan | None, typer.Option(help="How often the radio is on: slow for 28 days.")
    ] = None,
    worn_by: Annotated[Wearer | None, typer.Option(help="Who wears the band.")] = None,
    blinded: Annotated[
        bool | None, typer.Option("--blinded/--not-blinded", help="No light, no vibration.")
    ] = None,
    quiet: Annotated[
        str | None,
        typer.Option(metavar="FROM-UNTIL", help="Quiet hours, such as 22:00-06:00, or 'none'."),
    ] = None,
    utc_offset: Annotated[
        str | None,
        typer.Option(metavar="H:MM", help="Local time minus UTC, such as +5:00 or -9:30."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="H:MM", help="Contact a day that the light counts up to: 8:00."),
    ] = None,
    key_file: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Set the band; what is not named stays. The band starts again, which takes seconds."""
    changes = _changes(interval, plan, worn_by, blinded, quiet, utc_offset, target)
    if not changes:
        raise typer.BadParameter("say what to set, such as --blinded or --plan slow")
    ring = key_ring(key_file)

    async def change(conversation: Conversation) -> tuple[str, Settings, Settings]:
        commands = conversation.commands
        before = await commands.settings()
        after = before.changed(changes)
        if after != before:
            await commands.configure(after, ring.key_of(commands.label))
        return commands.label, before, after

    label, before, after = talk(reach_of(context), change)
    if after == before:
        print_note(f"band {label}: is set so already")
    else:
        print_note(f"band {label}: set; it starts again")
    if as_json:
        print_json({"band": label} | band_report.settings_json(after))
    else:
        band_report.print_settings(label, after, output())


def set_key(
    context: typer.Context,
    key_file: KeyFile = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the key, for a label. Let nobody watch.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draw a key, store it on this computer and give it to the band; over USB only.

    A band that has a key takes another only after its button was held for ten seconds.
    """
    reach = reach_of(context)
    if not reach.local:
        raise typer.BadParameter("a key is set over USB only: use --port")
    ring = key_ring(key_file)

    async def give(conversation: Conversation) -> tuple[str, NewKey]:
        commands = conversation.commands
        new_key = ring.draw(commands.label)
        await _give_key(commands, new_key)
        return commands.label, new_key

    label, new_key = talk(reach, give)
    if as_json:
        shown = {"key": new_key.key.hex()} if show else {}
        print_json({"band": label, "key_file": str(new_key.path)} | shown)
        return
    typer.echo(f"band {label}: has a new key, which is in {new_key.path}")
    if show:
        typer.echo(new_key.key.hex())


def factory_reset(
    context: typer.Context,
    key_file: KeyFile = None,
    lost_key: Annotated[
        bool,
        typer.Option("--lost-key", help="Over USB, without the key: hold the band's button."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove all records, settings, updates and the key from the band. Pull it first."""
    reach = reach_of(context)
    if lost_key and not reach.local:
        raise typer.BadParameter("without its key a band is reset over USB only: use --port")
    if not yes:
        typer.confirm(f"Remove all records from {reach.where}, for ever?", abort=True, err=True)
    ring = key_ring(key_file)
    if lost_key:
        print_note("hold the band's button until this is done")

    async def reset(conversation: Conversation) -> str:
        commands = conversation.commands
        await commands.factory_reset(None if lost_key else ring.key_of(commands.label))
        return commands.label

    label = talk(reach, reset)
    if as_json:
        print_json({"band": label, "reset": True})
    else:
        print_note(f"band {label}: starts again, with no records, no settings and no key")


async def _give_key(commands: BandCommands, new_key: NewKey) -> None:
    """Give a band its key, and put the file in its place once that is sure."""
    try:
        await commands.set_key(new_key.key)
    except Refusal:
        # The answer to an earlier try may have been lost, and the key be there.
        if not (new_key.drawn_before and await commands.holds_key(new_key.key)):
            new_key.drop()
            raise
    except LinkError as error:
        raise BandError(
            f"band {commands.label}: {error}: it may have the key in {new_key.new_path} now;"
            " the same command sends that again"
        ) from error
    new_key.keep()


def _changes(
    interval: int | None,
    plan: Plan | None,
    worn_by: Wearer | None,
    blinded: bool | None,
    quiet: str | None,
    utc_offset: str | None,
    target: str | None,
) -> dict[str, Any]:
    """Return what a person wants changed, by the names of Settings' attributes."""
    wanted = {
        "interval_s": interval,
        "plan": None if plan is None else band_report.PLANS[plan],
        "worn_by_infant": None if worn_by is None else worn_by is Wearer.INFANT,
        "blinded": blinded,
        "utc_offset_min": None
        if utc_offset is None
        else _minutes(utc_offset, "--utc-offset", -_UTC_OFFSET_MIN_MAX, _UTC_OFFSET_MIN_MAX),
        "target_min": None if target is None else _minutes(target, "--target", 1, _DAY_MIN),
    }
    if quiet is not None:
        wanted["quiet_from_min"], wanted["quiet_until_min"] = _quiet_hours(quiet)
    return {name: value for name, value in wanted.items() if value is not None}


def _quiet_hours(text: str) -> tuple[int, int]:
    if text == _NO_QUIET:
        return 0, 0
    start, dash, end = text.partition("-")
    if not dash:
        raise typer.BadParameter(
            f"{text!r} is not a time such as 22:00-06:00, or {_NO_QUIET!r}", param_hint="--quiet"
        )
    from_min = _minutes(start, "--quiet", 0, _DAY_MIN - 1)
    until_min = _minutes(end, "--quiet", 0, _DAY_MIN - 1)
    if from_min == until_min:
        raise typer.BadParameter(
            f"{text} begins where it ends: say {_NO_QUIET!r} for no quiet hours",
            param_hint="--quiet",
        )
    return from_min, until_min


def _minutes(text: str, option: str, minimum: int, maximum: int) -> int:
    """Return hours and minutes as minutes, if they are within bounds."""
    match = re.fullmatch(r"([+-]?)(\d{1,2}):([0-5]\d)", text.strip())
    if match is not None:
        minutes = int(match[2]) * _MIN_PER_H + int(match[3])
        minutes = -minutes if match[1] == "-" else minutes
        if minimum <= minutes <= maximum:
            return minutes
    raise typer.BadParameter(
        f"{text!r} is not hours and minutes from {band_report.hours_minutes(minimum)}"
        f" to {band_report.hours_minutes(maximum)}",
        param_hint=option,
    )
