"""The commands `pouch keys ...`: which keys are here, and how they get to another computer."""

import sys
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from pouch_protocol import constants as c

from . import key_files
from .band_keys import HeldKey, KeyRing
from .cli_band_reach import KeyFile, key_ring
from .cli_console import AsJson, output, print_json, print_note
from .cli_label import LabelFile, check_label_file, show_code, write_label
from .errors import InputError
from .label_picture import LabelPicture

# Where a text is read from that nobody else is to see.
_STDIN = "-"

app = typer.Typer(no_args_is_help=True)


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.add_typer(app, name="keys")


@app.callback()
def keys(context: typer.Context, place: KeyFile = None) -> None:
    """See which bands' keys are here, add one, or show one for another computer.

    A key lets its owner read a band and change it.
    """
    context.obj = key_ring(place)


@app.command("list")
def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List the bands whose keys are here; the keys themselves are not shown."""
    ring = _ring_of(context)
    held = ring.held()
    if as_json:
        print_json([_json(one) for one in held])
        return
    if not held:
        print_note(f"no keys in {ring.place}")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("Band", "File", "Note"):
        table.add_column(heading)
    for one in held:
        table.add_row(one.label or "any", one.path.name, _note_of(one))
    console = output()
    console.print(table)
    console.print(f"in {held[0].path.parent}", soft_wrap=True)


@app.command()
def add(
    context: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT|-",
            help="What the label's code holds: POUCH1:... Better '-', which reads it from the"
            " keyboard or a pipe: others on this computer can see what a command is given.",
        ),
    ] = _STDIN,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also in the place of another key.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a key from a band's label, or several, one a line. A scanner types such a line."""
    ring = _ring_of(context)
    if text == _STDIN:
        lines = _read_lines()
    else:
        print_note("note: others on this computer could see that key: say '-' the next time")
        lines = [("the text", text)]
    # All are read before the first is kept.
    found = [key_files.parse_key_text(line, where) for where, line in lines]
    if not found:
        raise InputError("nothing was read: POUCH1:P-XXXXXXXX:KEY is what a label's code holds")
    added = [(label, ring.add(label, key, instead=replace)) for label, key in found]
    if as_json:
        print_json([{"band": label, "is_new": is_new} for label, is_new in added])
        return
    for label, is_new in added:
        said = "its key is in" if is_new else "its key was here already, in"
        print_note(f"band {label}: {said} {ring.path_of(label)}")


@app.command()
def show(
    context: typer.Context,
    label: Annotated[str, typer.Argument(metavar="BAND", help="Its label: P-0012ABCD.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    label_file: LabelFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a band's key as the code of its label, for another computer. Let nobody watch."""
    try:
        label = c.band_label(c.parse_band_label(label))
    except ValueError as error:
        raise typer.BadParameter(f"{label!r} is not a label such as P-0012ABCD") from error
    check_label_file(label_file)
    key = _key_of(_ring_of(context), label)
    if not yes:
        typer.confirm(f"Show the key of band {label} to whoever sees this?", abort=True, err=True)
    picture = LabelPicture(label, key)
    if label_file is not None:
        write_label(label_file, picture)
        print_note(f"band {label}: label with its key in {label_file}: print it, lock it away")
    elif as_json:
        print_json({"band": label, "text": key_files.key_text(label, key)})
    else:
        typer.echo(label)
        show_code(picture)
        typer.echo(key_files.key_text(label, key))


def _ring_of(context: typer.Context) -> KeyRing:
    assert isinstance(context.obj, KeyRing)
    return context.obj


def _key_of(ring: KeyRing, label: str) -> bytes:
    """Return the key that a band has.

    Raises:
        InputError: it is not here, or not sure.
    """
    path = ring.path_of(label)
    if key_files.new_path_of(path).exists():
        raise InputError(
            f"band {label}: a new key is on its way to it: 'pouch band set-key' finishes that"
        )
    if not path.exists():
        raise InputError(f"band {label}: no key in {path}")
    return key_files.read_key(path, print_note)


def _read_lines() -> list[tuple[str, str]]:
    """Return what was typed or piped in, each line with what to call it."""
    if sys.stdin.isatty():
        # Hidden: a key on a screen is a key for whoever passes by.
        return [("the text", typer.prompt("POUCH1:...", hide_input=True, err=True))]
    lines = sys.stdin.read().splitlines()
    return [(f"line {number}", line) for number, line in enumerate(lines, 1) if line.strip()]


def _json(one: HeldKey) -> dict[str, Any]:
    return {
        "band": one.label or None,
        "file": str(one.path),
        "is_new_pending": one.pending,
        "fault": one.fault or None,
    }


def _note_of(one: HeldKey) -> str:
    if one.fault:
        return one.fault
    if not one.pending:
        return ""
    return "a new one is on its way" if one.present else "its first one is on its way"
