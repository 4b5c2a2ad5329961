"""Commands that look at a store: `pouch days`, `pouch bands`; and its `pouch zone`."""

from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich import box
from rich.table import Table

from . import derive
from .cli_console import (
    AsJson,
    NowOption,
    StorePath,
    chosen_now_s,
    iso_local,
    output,
    print_error,
    print_json,
    print_note,
)
from .days_report import days_json, print_days_table
from .store import Band, Store
from .zones import named_zone


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(days)
    app.command()(bands)
    app.command()(zone)


def days(
    store: StorePath,
    as_json: AsJson = False,
    infant: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only the infant with this code.")
    ] = None,
    now: NowOption = None,
) -> None:
    """Print the hours of skin-to-skin contact of each infant and day.

    "Hours" are confirmed. The true hours lie between "At least" and "At most" on 95 of 100 days;
    time that is not known counts as possible contact there and nowhere else.
    "Band showed" is what the band counted and showed to the mother; it does not count here.
    Exits with 1 if a part of the store is damaged; the damaged time counts as not known.
    """
    with Store.open(store, create=False) as opened:
        show_days(opened, chosen_now_s(now, opened.zone), infant, as_json=as_json)


def show_days(
    store: Store, now_utc_s: float, infant_code: str | None = None, *, as_json: bool = False
) -> None:
    """Print the days of a store's infants on stdout; what is damaged or skipped on stderr.

    Args:
        store: where the records are.
        now_utc_s: time up to which they count.
        infant_code: only this infant.
        as_json: for a machine.

    Raises:
        typer.Exit: with 1, once all is printed, if a part of the store is damaged.
    """
    rows = derive.infant_days(store, now_utc_s, infant_code)
    problems, notes = derive.store_problems(store), derive.store_notes(store)
    if as_json:
        print_json(
            {
                "now": iso_local(now_utc_s, store.zone),
                "zone": store.zone.key,
                "days": days_json(rows),
                "problems": problems,
                "notes": notes,
            }
        )
    else:
        print_days_table(rows, output())
    for note in notes:
        print_note(f"note: {note}")
    for problem in problems:
        print_error(problem)
    if problems:
        raise typer.Exit(1)


def bands(store: StorePath, as_json: AsJson = False) -> None:
    """Print the bands that were met, whom they belong to and how they are.

    "Missing" are records between the oldest and the newest known that did not arrive: still on the
    band, or given up by it.
    """
    with Store.open(store, create=False) as opened:
        code_of = {infant.infant_id: infant.code for infant in opened.infants()}
        owner_of = {
            given.band_id: code_of[given.infant_id]
            for given in opened.assignments()
            if given.to_utc_s is None
        }
        met, site_zone = opened.bands(), opened.zone
        missing_count_of = {band.band_id: opened.missing_count(band.band_id) for band in met}
        residual_s_of = {
            band.band_id: derive.clock_residual_s(opened, band.band_id) for band in met
        }
    if as_json:
        print_json(
            [
                asdict(band)
                | {
                    "infant": owner_of.get(band.band_id),
                    "missing_count": missing_count_of[band.band_id],
                    "clock_residual_s": residual_s_of[band.band_id],
                }
                for band in met
            ]
        )
        return
    table = Table(box=box.SIMPLE_HEAD, title="Bands", title_justify="left")
    headings = ("Band", "Infant", "Last contact", "Missing", "Battery", "Firmware", "Clock off by")
    for heading in headings:
        table.add_column(heading)
    for band in met:
        residual_s = residual_s_of[band.band_id]
        off_by = "not known" if residual_s is None else f"{residual_s:.2f} s"
        missing = f"{missing_count_of[band.band_id]:,}"
        cells = _band_cells(band, owner_of.get(band.band_id), site_zone, missing)
        table.add_row(*cells, off_by)
    output().print(table)


def zone(
    store: StorePath,
    name: Annotated[
        str | None, typer.Argument(metavar="ZONE", help="IANA name, such as Asia/Karachi.")
    ] = None,
) -> None:
    """Print the time zone in which the ward's days begin and end, or set it.

    To set it makes the store if there is none.
    """
    if name is not None:
        named_zone(name)
    with Store.open(store, create=name is not None) as opened:
        if name is not None:
            opened.set_zone(name)
        typer.echo(opened.zone.key)


def _band_cells(band: Band, infant: str | None, zone: ZoneInfo, missing: str) -> tuple[Any, ...]:
    contact = band.last_contact_utc_s
    battery = "not known" if band.battery_mv is None else f"{band.battery_mv / 1000:.2f} V"
    return (
        band.label,
        infant or "-",
        "not yet" if contact is None else iso_local(contact, zone),
        missing,
        battery,
        band.firmware_version or "not known",
    )
