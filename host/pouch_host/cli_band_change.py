"""What changes a band: `pouch band configure`, `set-key` and `factory-reset`."""

from typing import Annotated

import typer

from . import band_report
from . import cli_settings as options
from .cli_band_reach import choice_of, talk
from .cli_console import AsJson, output, print_json, print_note
from .collect.commands import Settings
from .collect.new_keys import KeyGiving
from .collect.reaching import Conversation


def register(program: typer.Typer) -> None:
    """Add the commands to `pouch band`."""
    program.command()(configure)
    program.command()(set_key)
    program.command()(factory_reset)


def configure(
    context: typer.Context,
    interval: options.IntervalOption = None,
    plan: options.PlanOption = None,
    worn_by: options.WearerOption = None,
    blinded: options.BlindedOption = None,
    quiet: options.QuietOption = None,
    utc_offset: options.UtcOffsetOption = None,
    target: options.TargetOption = None,
    as_json: AsJson = False,
) -> None:
    """Set the band; what is not named stays. The band starts again, which takes seconds."""
    changes = options.changes(interval, plan, worn_by, blinded, quiet, utc_offset, target)
    if not changes:
        raise typer.BadParameter("say what to set, such as --blinded or --plan slow")

    async def change(conversation: Conversation) -> tuple[str, Settings, Settings]:
        commands = conversation.commands
        before = await commands.settings()
        after = before.changed(changes)
        if after != before:
            await commands.configure(after)
        return commands.label, before, after

    label, before, after = talk(choice_of(context).reach(), change)
    if after == before:
        print_note(f"band {label}: is set so already")
    else:
        print_note(f"band {label}: set; it starts again")
    if as_json:
        print_json({"band": label} | band_report.settings_json(after))
    else:
        band_report.print_settings(label, after, output())


def set_key(context: typer.Context, as_json: AsJson = False) -> None:
    """Draw a key, store it on this computer and give it to the band instead of the one it has.

    By cable or by air to a band whose key is here; over USB to one that has none, or whose button
    was held for ten seconds because its key is lost. `pouch keys show` prints it for a label.
    """
    choice = choice_of(context)
    reach = choice.reach()
    giving = KeyGiving(choice.ring)

    async def give(conversation: Conversation) -> str:
        await giving.give(conversation.commands)
        return conversation.commands.label

    try:
        label = talk(reach, give)
    except KeyboardInterrupt:
        if giving.open_question:
            print_note(f"{reach.where}: {giving.open_question}")
        raise
    path = choice.ring.path_of(label)
    if as_json:
        print_json({"band": label, "key_file": str(path)})
    else:
        typer.echo(f"band {label}: has a new key, which is in {path}")


def factory_reset(
    context: typer.Context,
    lost_key: Annotated[
        bool,
        typer.Option("--lost-key", help="Over USB, without the key: hold the band's button."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove all records, settings, updates and the key from the band. Pull it first."""
    reach = choice_of(context).reach()
    if lost_key and not reach.local:
        raise typer.BadParameter("without its key a band is reset over USB only: use --port")
    if not yes:
        typer.confirm(f"Remove all records from {reach.where}, for ever?", abort=True, err=True)
    if lost_key:
        print_note("hold the band's button until this is done")

    async def reset(conversation: Conversation) -> str:
        await conversation.commands.factory_reset()
        return conversation.commands.label

    label = talk(reach, reset)
    if as_json:
        print_json({"band": label, "reset": True})
    else:
        print_note(f"band {label}: starts again, with no records, no settings and no key")
