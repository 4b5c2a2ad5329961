"""What is derived from the records: `pouch recompute`; and `pouch target`, held against it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from . import derive
from .analysis.days import TARGET_H
from .analysis.parameters import default_parameters
from .cli_console import (
    AsJson,
    NowOption,
    StorePath,
    chosen_now_s,
    output,
    print_json,
    print_note,
    utc_now_s,
)
from .errors import InputError
from .store import Infant, Store


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(recompute)
    app.command()(target)


def recompute(
    store: StorePath,
    infant: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only the infant with this code.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Work out every day anew, changed or not.")
    ] = False,
    as_json: AsJson = False,
    now: NowOption = None,
) -> None:
    """Bring the stored days up to date, and print which days changed.

    Only days that are over are stored. Records that came late, an assignment, the zone, a target
    or a new version of Pouch change the days that they touch and no others. `pouch days` does
    this by itself; here it is seen, and can be forced.
    """
    with Store.open(store, create=False) as opened:
        now_utc_s = chosen_now_s(now, opened.zone)
        with _progress() as on_progress:
            changed = derive.refresh(
                opened, now_utc_s, infant_code=infant, anew=everything, on_progress=on_progress
            )
    if as_json:
        print_json(
            {
                "algorithm_version": default_parameters().algorithm_version,
                "changed": [
                    {
                        "infant": one.infant_code,
                        "date": one.date.isoformat(),
                        "removed": one.removed,
                    }
                    for one in changed
                ],
            }
        )
    else:
        _print_changed(changed)


def target(
    store: StorePath,
    infant: Annotated[str, typer.Argument(metavar="INFANT", help="Its code.")],
    hours: Annotated[
        float | None, typer.Argument(metavar="HOURS", help="Contact a day, such as 8 or 12.5.")
    ] = None,
    usual: Annotated[
        bool, typer.Option("--usual", help=f"Back to the usual target of {TARGET_H:g} hours.")
    ] = False,
) -> None:
    """Print the hours of contact a day that an infant is to have, or set them.

    They close the ring on the board, and days are held against them, past ones as well.
    """
    if usual and hours is not None:
        raise typer.BadParameter("either HOURS or --usual", param_hint="--usual")
    with Store.open(store, create=False) as opened:
        if usual or hours is not None:
            found = opened.set_target(infant, hours, when_utc_s=utc_now_s())
        else:
            found = _named(opened, infant)
    typer.echo(f"{derive.target_h(found):g}")


def _named(store: Store, code: str) -> Infant:
    for infant in store.infants():
        if infant.code == code:
            return infant
    raise InputError(f"store {store.name}: there is no infant {code!r}")


def _print_changed(changed: Sequence[derive.ChangedDay]) -> None:
    if not changed:
        print_note("every stored day is up to date")
        return
    table = Table(box=box.SIMPLE_HEAD, title="Days that changed", title_justify="left")
    for heading in ("Infant", "Day", "What"):
        table.add_column(heading)
    for one in changed:
        what = "removed" if one.removed else "worked out anew"
        table.add_row(one.infant_code, one.date.isoformat(), what)
    output().print(table)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how many infants are done; yield the function that is told."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("infants", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
