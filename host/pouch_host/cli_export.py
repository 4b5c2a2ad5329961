"""The command `pouch export`: tables of a store for R, Stata, REDCap or a FHIR server."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .cli_console import (
    AsJson,
    NowOption,
    StorePath,
    chosen_now_s,
    print_error,
    print_json,
    print_note,
)
from .errors import InputError, StoreError
from .export import job
from .export.deidentify import Shift, read_or_make_key
from .export.enrolment import read_enrolment
from .export.formats import chosen
from .export.request import Request
from .store import Store

_NEEDED = ("polars", "pyarrow")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("export")(export)


_Out = Annotated[
    Path, typer.Option(metavar="DIR", help="Folder of the export; it must not be there.")
]
_Kind = Annotated[
    str, typer.Option("--format", metavar="KIND", help="csv, parquet, fhir, redcap or all.")
]
ChosenInfants = Annotated[
    list[str] | None,
    typer.Option("--infant", metavar="CODE", help="Only this infant; may be said again."),
]
_InfantsFile = Annotated[
    Path | None,
    typer.Option(
        "--infants",
        metavar="FILE",
        help="Only infants of this list: CSV with a column code or infant, and site if the study "
        "has several; or one code a line.",
    ),
]
FirstDay = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="First local day, as 2026-03-01.")
]
LastDay = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Last local day, likewise.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        metavar="KEYFILE",
        help="Study codes in the place of names, from the key in this file; made if absent.",
    ),
]
ShiftDates = Annotated[
    str,
    typer.Option(
        metavar="weeks|days",
        help="Move the dates of each infant by whole weeks (weekdays stay) or whole days.",
    ),
]
_FreeText = Annotated[
    bool, typer.Option("--free-text", help="Also what staff wrote in their own words.")
]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on with an export that did not end.")]


def export(
    store: StorePath,
    out: _Out,
    kind: _Kind = "csv",
    infant: ChosenInfants = None,
    infants: _InfantsFile = None,
    first: FirstDay = None,
    last: LastDay = None,
    deidentify: KeyFile = None,
    shift_dates: ShiftDates = "none",
    free_text: _FreeText = False,
    resume: _Resume = False,
    now: NowOption = None,
    as_json: AsJson = False,
) -> None:
    """Export tables of a store, with a codebook. The store is only read.

    The folder appears when all of it is written; until then it grows in DIR.partial. What each
    format is for stands in docs/EXPORT.md.
    """
    check_packages("exports", _NEEDED)
    shift = chosen_shift(shift_dates, deidentify)
    refuse_key_inside(deidentify, out)
    with Store.open(store, create=False) as opened:
        now_s = chosen_now_s(now, opened.zone)
        codes = _codes(opened, infant or (), infants)
    request = Request(
        store=store,
        formats=chosen(kind),
        now_utc_s=now_s,
        infants=codes,
        first_day=chosen_day(first, "--from"),
        last_day=chosen_day(last, "--to"),
        key=None if deidentify is None else read_or_make_key(deidentify, print_note),
        shift=shift,
        free_text=free_text,
    )
    said = _exported(request, out, resume=resume)
    for line in said.warnings:
        print_note(f"warning: {line}")
    if as_json:
        print_json(said.plain() | {"out": str(out)})
    else:
        print_note(f"{sum(said.rows.values()):,} rows of {len(said.rows)} tables are in {out}")


def _codes(store: Store, named: Sequence[str], path: Path | None) -> tuple[str, ...] | None:
    """Return the infants that are asked for by name or in a list; None for all."""
    if path is None:
        return tuple(named) or None
    known = {one.code for one in store.infants()}
    listed = read_enrolment(path, known, store.site.name, print_note)
    for complaint in listed.complaints:
        print_error(str(complaint))
    if listed.complaints:
        count = len(listed.complaints)
        raise InputError(
            f"--infants {path}: {count} of the lines name no infant: nothing exported"
        )
    if listed.other_site_count:
        print_note(f"note: {path}: {listed.other_site_count} rows are of other sites")
    return tuple(dict.fromkeys((*named, *listed.codes)))


def _exported(request: Request, out: Path, *, resume: bool) -> job.About:
    console = Console(stderr=True)
    columns = (TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("")

            def show(progress: job.Progress) -> None:
                bar.update(task, completed=progress.done, total=progress.count)

            return job.export(request, out, resume=resume, on_progress=show)
    except KeyboardInterrupt:
        print_note(f"stopped; what is done is in {out}.partial: go on with --resume")
        raise
    except StoreError as error:
        raise StoreError(f"{error}; what is done is kept: --resume") from error


def check_packages(what: str, names: Sequence[str]) -> None:
    """See that packages of the extra `research` are there.

    Args:
        what: needs them, in the plural.
        names: of the packages.

    Raises:
        InputError: one is not.
    """
    from importlib.util import find_spec

    for name in names:
        if find_spec(name) is None:
            raise InputError(
                f"{what} need the Python package {name}: pip install 'pouch[research]'"
            )


def chosen_shift(text: str, deidentify: Path | None) -> Shift:
    """Return by what dates are moved, as typed.

    Raises:
        typer.BadParameter: there is no such way.
        InputError: there is no key that could move them.
    """
    try:
        shift = Shift(text)
    except ValueError as error:
        choices = ", ".join(Shift)
        raise typer.BadParameter(f"choose {choices}", param_hint="--shift-dates") from error
    if shift is not Shift.NONE and deidentify is None:
        raise InputError("--shift-dates needs the key of --deidentify")
    return shift


def chosen_day(text: str | None, option: str) -> date | None:
    """Return a typed local day; None for none.

    Raises:
        typer.BadParameter: it is not a day.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a day such as 2026-03-01", param_hint=option
        ) from error


def refuse_key_inside(key: Path | None, folder: Path) -> None:
    """See that a key would not be given away with what it hides.

    Raises:
        InputError: it lies in the folder.
    """
    whole = folder.absolute()
    folders = (whole, whole.parent / f"{whole.name}.partial")
    if key is not None and any(one in key.absolute().parents for one in folders):
        raise InputError(f"--deidentify {key}: keep the key out of {folder}")
