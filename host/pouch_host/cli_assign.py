"""Who wears which band: `pouch assign`, `pouch release`, `pouch unassign`."""

from typing import Annotated

import typer

from pouch_protocol.constants import band_label, parse_band_label

from .cli_console import StorePath, iso_local, parse_time, print_note, utc_now_s
from .store import Store

# No band is older; what lies before is a slip in the year.
_EARLIEST_YEAR = 2020


def _band_id(text: str) -> int:
    try:
        return parse_band_label(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a label such as P-0012ABCD") from error


BandId = Annotated[
    int,
    typer.Argument(metavar="BAND", help="Its label, such as P-0012ABCD.", parser=_band_id),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(assign)
    app.command()(release)
    app.command()(unassign)


def assign(
    store: StorePath,
    band: BandId,
    infant: Annotated[str, typer.Argument(metavar="INFANT", help="A code, never a name.")],
    start: Annotated[
        str,
        typer.Option(
            "--from", metavar="TIME", help="Since when (ISO 8601; local time without an offset)."
        ),
    ],
) -> None:
    """Give a band to an infant from a time on; what either had before ends then."""
    with Store.open(store, create=False) as opened:
        zone = opened.zone
        from_utc_s = round(parse_time(start, zone, "--from", earliest_year=_EARLIEST_YEAR))
        known = band in {met.band_id for met in opened.bands()}
        opened.assign(band, infant, from_utc_s, when_utc_s=utc_now_s())
    since = iso_local(from_utc_s, zone)
    print_note(f"band {band_label(band)} belongs to infant {infant} from {since}")
    if not known:
        print_note(f"note: band {band_label(band)} has not been met yet; check the label")


def release(
    store: StorePath,
    band: BandId,
    end: Annotated[
        str,
        typer.Option(
            "--at", metavar="TIME", help="Until when (ISO 8601; local time without an offset)."
        ),
    ],
) -> None:
    """End a band's assignment at a time: the infant is discharged, or goes without a band."""
    with Store.open(store, create=False) as opened:
        zone = opened.zone
        at_utc_s = round(parse_time(end, zone, "--at", earliest_year=_EARLIEST_YEAR))
        opened.release(band, at_utc_s, when_utc_s=utc_now_s())
    print_note(f"band {band_label(band)} belongs to nobody from {iso_local(at_utc_s, zone)}")


def unassign(store: StorePath, band: BandId) -> None:
    """Take back a band's newest assignment, typed by mistake: what it had ended lasts again."""
    with Store.open(store, create=False) as opened:
        zone = opened.zone
        gone = opened.unassign(band, when_utc_s=utc_now_s())
    since = iso_local(gone.from_utc_s, zone)
    print_note(f"band {band_label(band)}: its assignment from {since} is taken back")
