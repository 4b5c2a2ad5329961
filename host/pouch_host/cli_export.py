"""The command `pouch export`: tables of a store for R, Stata, REDCap or a FHIR server."""

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
    print_json,
    print_note,
)
from .errors import InputError, StoreError
from .export import job
from .export.deidentify import Shift, read_or_make_key
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
_Infants = Annotated[
    list[str] | None,
    typer.Option("--infant", metavar="CODE", help="Only this infant; may be said again."),
]
_First = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="First local day, as 2026-03-01.")
]
_Last = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help="Last local day, likewise.")
]
_KeyFile = Annotated[
    Path | None,
    typer.Option(
        metavar="KEYFILE",
        help="Study codes in the place of names, from the key in this file; made if absent.",
    ),
]
_ShiftDates = Annotated[
    str,
    typer.Option(
        metavar="HOW",
        help="Move the dates of each infant: weeks (keeps weekdays) or days; none.",
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
    infant: _Infants = None,
    first: _First = None,
    last: _Last = None,
    deidentify: _KeyFile = None,
    shift_dates: _ShiftDates = "none",
    free_text: _FreeText = False,
    resume: _Resume = False,
    now: NowOption = None,
    as_json: AsJson = False,
) -> None:
    """Export tables of a store, with a codebook. The store is only read.

    The folder appears when all of it is written; until then it grows in DIR.partial. What each
    format is for stands in docs/EXPORT.md.
    """
    _check_packages()
    shift = _shift(shift_dates, deidentify)
    if deidentify is not None and _is_inside(deidentify, out):
        raise InputError(f"--deidentify {deidentify}: keep the key out of {out}")
    with Store.open(store, create=False) as opened:
        now_s = chosen_now_s(now, opened.zone)
    request = Request(
        store=store,
        formats=chosen(kind),
        now_utc_s=now_s,
        infants=tuple(infant) if infant else None,
        first_day=_day(first, "--from"),
        last_day=_day(last, "--to"),
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


def _check_packages() -> None:
    from importlib.util import find_spec

    for name in _NEEDED:
        if find_spec(name) is None:
            raise InputError(
                f"exports need the Python package {name}: pip install 'pouch[research]'"
            )


def _shift(text: str, deidentify: Path | None) -> Shift:
    try:
        shift = Shift(text)
    except ValueError as error:
        choices = ", ".join(Shift)
        raise typer.BadParameter(f"choose {choices}", param_hint="--shift-dates") from error
    if shift is not Shift.NONE and deidentify is None:
        raise InputError("--shift-dates needs the key of --deidentify")
    return shift


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is not a day such as 2026-03-01", param_hint=option
        ) from error


def _is_inside(path: Path, folder: Path) -> bool:
    whole = folder.absolute()
    folders = (whole, whole.with_name(f"{whole.name}.partial"))
    return any(one in path.absolute().parents for one in folders)
