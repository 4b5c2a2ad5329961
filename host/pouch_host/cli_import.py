"""The commands `pouch import observer|chart|diary|infants|assignments`."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from .cli_console import StorePath, print_error, print_note, utc_now_s
from .imports import Complaint, read_assignments, read_infants, read_log
from .store import Store
from .store.episode_log import Imported, LogSource

SLOT_MIN = 120
"""What observers of a ward manage to do: a look every two hours."""

_SLOT_MIN_MAX = 720

ListFile = Annotated[Path, typer.Argument(metavar="FILE.csv", help="The list.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Tell what would be done, and change nothing.")
]
Slot = Annotated[
    int,
    typer.Option(
        "--slot",
        min=1,
        max=_SLOT_MIN_MAX,
        metavar="MINUTES",
        help="Length of slots without an end, and the most that one look holds.",
    ),
]
Replace = Annotated[
    bool,
    typer.Option("--replace", help="Take out first what this source said of these infants."),
]

_app = typer.Typer(
    no_args_is_help=True,
    help="Take in lists: infants, assignments, observers' logs, charts, diaries (AGREEMENT.md).",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(_app, name="import")


@_app.command()
def infants(file: ListFile, store: StorePath, dry_run: DryRun = False) -> None:
    """Admit the infants of a list. All rows or none.

    Columns: code, weight_g, gestation_weeks, gestation_days, born, admitted, target_h. Of infants
    that are there, what the store does not know is filled in.
    """
    with Store.open(store, create=False) as opened:
        found = read_infants(file, opened.zone)
        _stop_at(found.complaints)
        done = opened.lists.add_infants(
            [row for _, row in found.rows], when_utc_s=utc_now_s(), dry_run=dry_run
        )
    _stop_at(_refusals(file, [line for line, _ in found.rows], done))
    _tell("infant", done, found.other_count, dry_run=dry_run)


@_app.command()
def assignments(file: ListFile, store: StorePath, dry_run: DryRun = False) -> None:
    """Take in who wore which band: band, infant, from, to; without a `to` it lasts.

    One that is there without an end gets the end of the list. All rows or none.
    """
    with Store.open(store, create=False) as opened:
        found = read_assignments(file, opened.zone)
        _stop_at(found.complaints)
        met = {band.band_id for band in opened.bands() if band.first_contact_utc_s is not None}
        done = opened.lists.add_assignments(
            [row for _, row in found.rows], when_utc_s=utc_now_s(), dry_run=dry_run
        )
    _stop_at(_refusals(file, [line for line, _ in found.rows], done))
    for line, row in found.rows:
        if row.band_id not in met:
            print_note(f"note: {file}:{line}: this band has not been met yet; check the label")
    _tell("assignment", done, found.other_count, dry_run=dry_run)


def _log_command(source: LogSource, what: str) -> Callable[..., None]:
    def take_in(
        file: ListFile,
        store: StorePath,
        dry_run: DryRun = False,
        slot: Slot = SLOT_MIN,
        replace: Replace = False,
    ) -> None:
        with Store.open(store, create=False) as opened:
            now_utc_s = utc_now_s()
            codes = {infant.code for infant in opened.infants()}
            log = read_log(file, opened.zone, codes, slot, now_utc_s)
            _stop_at(log.complaints)
            done = opened.logs.add(
                source,
                [(row.code, row.span) for row in log.rows],
                when_utc_s=now_utc_s,
                sha256=log.sha256,
                replace=replace,
                dry_run=dry_run,
            )
        _stop_at(_refusals(file, [row.line for row in log.rows], done))
        if log.unknown_count:
            print_note(f"note: {log.unknown_count} rows say that nobody knows: they count as such")
        _tell(log.kind.value, done, log.other_count, dry_run=dry_run)

    take_in.__doc__ = f"Take in {what}: episodes, slots or looks. All rows or none."
    return take_in


_app.command(LogSource.OBSERVER.value)(_log_command(LogSource.OBSERVER, "an observer's log"))
_app.command(LogSource.CHART.value)(_log_command(LogSource.CHART, "a nurse's chart"))
_app.command(LogSource.DIARY.value)(_log_command(LogSource.DIARY, "a mother's diary"))


def _refusals(file: Path, lines: Sequence[int], done: Imported) -> list[Complaint]:
    """Return what the store refused, by the line that it stands in."""
    refused = done.refused or {}
    return [Complaint(str(file), lines[number], text) for number, text in sorted(refused.items())]


def _stop_at(complaints: Sequence[Complaint]) -> None:
    """Print all that is wrong, and end with 1 if anything is."""
    for complaint in complaints:
        print_error(str(complaint))
    if complaints:
        print_error(f"{len(complaints)} of the lines cannot be used: nothing was imported")
        raise typer.Exit(1)


def _tell(what: str, done: Imported, other_count: int, *, dry_run: bool) -> None:
    if other_count:
        print_note(f"note: {other_count} columns of other names were not read")
    counts: dict[str, Any] = {
        "new": done.added,
        "there already": done.unchanged,
        "filled in or ended": done.changed,
        "taken out first": done.removed,
    }
    parts = [f"{count} {word}" for word, count in counts.items() if count]
    if not parts:
        parts = ["none"]
    rows = f"{what} rows: {', '.join(parts)}"
    if not done.added and not done.changed and not done.removed:
        print_note(f"{rows}; nothing to do")
    elif dry_run:
        print_note(f"{rows}; this was a dry run, nothing was changed")
    else:
        print_note(f"{rows}; done")
