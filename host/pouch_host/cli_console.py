"""What all commands share: where output goes, and how times are typed and printed.

Results go to stdout. Errors, problems and progress go to stderr, so that `--json` gives a
machine nothing but JSON.
"""

import json
import sys
import time
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.text import Text

from .errors import InputError

# In a pipe there is no screen to fit: tables are as wide as they need to be.
_PIPE_COLUMNS = 200

# Two computers of a ward may differ by a time zone set wrong, hardly by more.
_AHEAD_S_MAX = 24 * 3600
# Where the time of bands begins (u32): a recording may be of any year since.
_EARLIEST_YEAR = 1970

StorePath = Annotated[
    str, typer.Argument(metavar="STORE", help="The store: a file, or a database address.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
NowOption = Annotated[
    str | None,
    typer.Option(
        "--now", metavar="TIME", help="Answer as of this time (ISO 8601) instead of the clock's."
    ),
]


def output() -> Console:
    """Return a console on stdout."""
    width = None if sys.stdout.isatty() else _PIPE_COLUMNS
    return Console(width=width, highlight=False, soft_wrap=False)


def print_error(message: str) -> None:
    """Print one line on stderr, red where it can be."""
    line = Text(f"error: {' '.join(message.split())}", style="red")
    Console(stderr=True, highlight=False).print(line, soft_wrap=True)


def print_note(message: str) -> None:
    """Print one line on stderr that is not an error."""
    Console(stderr=True, highlight=False).print(Text(message), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout. NaN is not JSON and must not get here."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def utc_now_s() -> float:
    """Return the computer's clock in UTC seconds, where a person has not given a time."""
    return time.time()


def parse_time(
    text: str, zone: ZoneInfo, option: str, *, earliest_year: int = _EARLIEST_YEAR
) -> float:
    """Return a typed time in UTC seconds, if it can be meant.

    Args:
        text: ISO 8601; without an offset it is local time of the site.
        zone: the site's zone.
        option: the option that it was typed for, to be named in the error.
        earliest_year: UTC year before which it is a slip.

    Raises:
        typer.BadParameter: it is not a time.
        InputError: it lies before that year, or more than a day ahead of the computer's clock.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a time such as 2026-03-01T08:00", param_hint=option
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    utc_s = moment.timestamp()
    if utc_s < datetime(earliest_year, 1, 1, tzinfo=UTC).timestamp():
        raise InputError(f"{option} {text} is before {earliest_year}: check the year")
    if utc_s > utc_now_s() + _AHEAD_S_MAX:
        raise InputError(
            f"{option} {text} is more than a day ahead of this computer's clock: check both"
        )
    return utc_s


def chosen_now_s(text: str | None, zone: ZoneInfo) -> float:
    """Return the time given by `--now`, else the clock's, in UTC seconds."""
    return utc_now_s() if text is None else parse_time(text, zone, "--now")


def iso_local(utc_s: float, zone: ZoneInfo) -> str:
    """Return a time as ISO 8601 in the site's zone, with its offset, to the second."""
    return datetime.fromtimestamp(utc_s, zone).isoformat(timespec="seconds")
