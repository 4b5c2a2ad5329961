"""A band's labels, with its key and without: into a file, or onto somebody's screen."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from pouch_protocol import constants as c

from . import key_files
from .cli_console import print_note
from .errors import InputError
from .label_picture import SUFFIXES, LabelPicture

LabelFile = Annotated[
    Path | None,
    typer.Option(
        "--label",
        metavar="FILE.svg|.png",
        help="Where to put the label with the band's key, to be printed and locked away.",
    ),
]
PlainLabelFile = Annotated[
    Path | None,
    typer.Option(
        "--label",
        metavar="FILE.svg|.png",
        help="Where to put the label, to be printed and stuck onto the band.",
    ),
]
# A screen may be white on black, and a code is black on white.
_STYLE = "black on white"


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command(name="label")(label_without_key)


def label_without_key(
    label: Annotated[str, typer.Argument(metavar="BAND", help="Its label: P-0012ABCD.")],
    label_file: PlainLabelFile = None,
) -> None:
    """Make the label for the outside of a band: its name, also as a code, and no key.

    A ward's tablet scans it when the band is put on an infant.
    """
    try:
        label = c.band_label(c.parse_band_label(label))
    except ValueError as error:
        raise typer.BadParameter(f"{label!r} is not a label such as P-0012ABCD") from error
    check_label_file(label_file)
    picture = LabelPicture(label)
    if label_file is None:
        typer.echo(label)
        show_code(picture)
        return
    write_label(label_file, picture)
    print_note(f"band {label}: label without a key in {label_file}: print it, put it on the band")


def check_label_file(path: Path | None) -> None:
    """See before anything is done that a label can be put into a file.

    Raises:
        typer.BadParameter: it is named after no kind of picture, or there is no such folder.
    """
    if path is None:
        return
    if path.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{path} is neither a .svg nor a .png file", param_hint="--label")
    if not path.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}", param_hint="--label")


def write_label(path: Path, picture: LabelPicture) -> None:
    """Put a label into a file that only its owner can read; the same one may be there already.

    Raises:
        InputError: something else is there, or it cannot be written.
    """
    data = picture.data(path)
    try:
        if path.exists():
            if path.read_bytes() == data:
                return
            raise InputError(
                f"{path}: holds something else: name another file; 'pouch keys show"
                f" {picture.label}' makes the label, too"
            )
        key_files.write_new(path, data)
    except OSError as error:
        raise InputError(f"{path}: the label cannot be stored: {error.strerror}") from error


def print_label(picture: LabelPicture, path: Path | None, *, always: bool = False) -> None:
    """Print a label's name, and its code where nobody but who sits there sees it.

    Args:
        picture: the label.
        path: the file that it is in as well; None for none.
        always: whether the code goes into a pipe, too.
    """
    typer.echo(picture.label)
    if always or _is_screen():
        show_code(picture)
    if path is not None:
        print_note(f"band {picture.label}: label with its key in {path}: print it, lock it away")
    elif not (always or _is_screen()):
        print_note(f"band {picture.label}: 'pouch keys show {picture.label}' prints its label")


def show_code(picture: LabelPicture) -> None:
    """Print a label's code, large enough for a camera."""
    console = Console(highlight=False, width=None if _is_screen() else 200)
    for line in picture.lines():
        console.print(Text(line, style=_STYLE), soft_wrap=True)


def _is_screen() -> bool:
    return sys.stdout.isatty()
