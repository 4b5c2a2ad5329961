"""The command `pouch report`: one infant's days on a page to print."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from . import derive
from .cli_console import NowOption, StorePath, chosen_now_s, print_error, print_note
from .out_files import check_room, whole_files
from .report import SUFFIXES
from .store import Store
from .version import version_text


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(report)


def report(
    store: StorePath,
    infant: Annotated[str, typer.Option(metavar="CODE", help="The infant's code.")],
    out: Annotated[Path, typer.Option(metavar="FILE.png|.pdf", help="The file to make.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day, as 2026-03-01.")
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="Last day; else the last with a band."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file if it is there already.")
    ] = False,
    now: NowOption = None,
) -> None:
    """Print one infant's days on a page of A4: hours, states, temperature, sessions.

    Without dates these are the last days with a band, 28 at most. The page has the infant's code
    and no name. Exits with 1 if a part of the store is damaged; that time counts as not known.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(f"{out} is neither a .png nor a .pdf file", param_hint="--out")
    first_day, last_day = _day(first, "--from"), _day(last, "--to")
    check_room(out.parent, [out.name], force=force)
    # Imported here: the library that draws takes longer to load than all other commands.
    from .report.contents import make_report
    from .report.page import write_page

    with Store.open(store, create=False) as opened:
        zone, now_utc_s = opened.zone, chosen_now_s(now, opened.zone)
        problems = derive.store_problems(opened)
        shown = make_report(
            derive.infant_analysis(opened, now_utc_s, infant),
            infant,
            zone,
            now_utc_s,
            first=first_day,
            last=last_day,
            software_version=version_text(),
        )
    with whole_files(out.parent, [out.name]) as paths:
        write_page(shown, paths[out.name])
    days = "1 day is" if len(shown.rows) == 1 else f"{len(shown.rows)} days are"
    print_note(f"infant {infant}: {days} in {out}")
    for problem in problems:
        print_error(problem)
    if problems:
        raise typer.Exit(1)


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a date such as 2026-03-01", param_hint=option
        ) from error
