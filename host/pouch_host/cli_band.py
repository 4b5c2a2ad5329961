"""The commands `pouch band ...`: one band, over its USB cable or by Bluetooth."""

import re
from typing import Annotated

import typer

from pouch_protocol import constants as c

from . import band_info, band_report, cli_band_change, cli_band_update
from .cli_band_reach import (
    Choice,
    KeyFile,
    TrustClock,
    choice_of,
    light_and_motor_worked,
    talk,
    ways_of,
)
from .cli_console import AsJson, StorePath, output, print_json, print_note
from .cli_pull import pull_into
from .collect.commands import Settings
from .collect.reaching import Conversation
from .errors import SelfTestFailed

# The slow plan has a band on the air once in twenty minutes, give or take a sample.
_WAIT_S = 1_260.0
# Long enough to walk along a row of beds.
_IDENTIFY_S = 10
# As Linux and Windows show one, and as macOS, which shows a number of its own instead.
_ADDRESS = re.compile(
    r"[0-9A-F]{2}([:-][0-9A-F]{2}){5}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE
)

app = typer.Typer(no_args_is_help=True)


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.add_typer(app, name="band")


@app.callback()
def band(
    context: typer.Context,
    port: Annotated[
        str | None,
        typer.Option(metavar="PORT", help="The band on this serial port, such as /dev/ttyACM0."),
    ] = None,
    ble: Annotated[
        str | None,
        typer.Option(metavar="LABEL", help="The band with this label, by Bluetooth."),
    ] = None,
    wait: Annotated[
        float, typer.Option(min=1.0, help="Seconds to listen for it, with --ble.")
    ] = _WAIT_S,
    key_file: KeyFile = None,
) -> None:
    """Look after one band: test it, set it, give it a key or a new version.

    Without --port and --ble it is the one band that is plugged in. A band that sleeps wakes up
    when its button is pressed.
    """
    if port is not None and ble is not None:
        raise typer.BadParameter("a band is reached by --port or by --ble, not by both")
    if ble is not None:
        _check_label(ble)
    ways = ways_of(context)
    context.obj = Choice(ways, port=port, ble=ble, wait_s=wait, key_file=key_file)


def _check_label(text: str) -> None:
    """Refuse what names no band on the air.

    Raises:
        typer.BadParameter: it is no label; an address, which a person may know from elsewhere,
            names none for longer than a window.
    """
    if _ADDRESS.fullmatch(text):
        raise typer.BadParameter(
            f"{text!r} is an address: a band has another one each time that its radio is on;"
            " name it by its label, such as P-0012ABCD"
        )
    try:
        c.parse_band_label(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a label such as P-0012ABCD") from error


@app.command()
def info(context: typer.Context, as_json: AsJson = False) -> None:
    """Print which band it is, how it is, and its clock; without its key, as much as it says."""
    choice = choice_of(context)

    async def ask(conversation: Conversation) -> band_info.Info:
        return await band_info.ask_info(conversation.commands, choice.clock)

    found = talk(choice.reach(), ask)
    if as_json:
        print_json(band_info.info_json(found))
    else:
        band_info.print_info(found, output())


@app.command()
def settings(context: typer.Context, as_json: AsJson = False) -> None:
    """Print what the band is set to."""

    async def ask(conversation: Conversation) -> tuple[str, Settings]:
        return conversation.commands.label, await conversation.commands.settings()

    label, found = talk(choice_of(context).reach(), ask)
    if as_json:
        print_json({"band": label} | band_report.settings_json(found))
    else:
        band_report.print_settings(label, found, output())


@app.command()
def selftest(context: typer.Context, as_json: AsJson = False) -> None:
    """Have the band try its parts. Exits with 1 and names them if some failed.

    Light and motor cannot test themselves: watch them meanwhile.
    """

    async def ask(conversation: Conversation) -> tuple[str, dict[str, int]]:
        print_note("watch the band: its light must show white and green, its motor must run")
        return conversation.commands.label, await conversation.commands.self_test()

    label, found = talk(choice_of(context).reach(), ask)
    if as_json:
        print_json(band_report.self_test_json(label, found))
    else:
        band_report.print_self_test(label, found, output())
    failed = band_report.failed_parts(found)
    if not as_json and not light_and_motor_worked():
        failed.append("light or motor")
    if failed:
        raise SelfTestFailed(f"band {label}: failed: {', '.join(failed)}")


@app.command()
def identify(
    context: typer.Context,
    seconds: Annotated[
        int, typer.Option(min=1, max=c.IDENTIFY_S_MAX, help="For how long.")
    ] = _IDENTIFY_S,
) -> None:
    """Have the band blink and vibrate, to find it among others; also a blinded one."""

    async def ask(conversation: Conversation) -> str:
        await conversation.commands.identify(seconds)
        return conversation.commands.label

    label = talk(choice_of(context).reach(), ask)
    print_note(f"band {label}: blinks for {seconds} s")


@app.command()
def pull(
    context: typer.Context,
    store: StorePath,
    trust_clock: TrustClock = False,
    as_json: AsJson = False,
) -> None:
    """Bring the band's records into a store; over USB that takes seconds.

    What has arrived is stored, whatever ends this. The band keeps its copy.
    """
    pull_into(choice_of(context), store, trust_clock=trust_clock, as_json=as_json)


cli_band_change.register(app)
cli_band_update.register(app)
