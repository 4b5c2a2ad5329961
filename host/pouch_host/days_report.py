"""Daily hours of contact, as a table for people and as JSON for machines.

The hours that count are the host's. Beside them stands what the band itself counted and showed to
the mother, so that both can be told apart and held against each other.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from .analysis.band_hours import BandDay
from .analysis.days import Day
from .derive import InfantDays
from .hours_shown import hours_down

# Said below the table, where a cell carries the star.
_STAR = "*"
_BAND_NOTE = (
    "Band showed: the band's own count, which the mother saw.\n"
    "Differs: how much that is above the confirmed hours of the same time."
)
_MET = {"yes": "met", "no": "not met", "cannot_say": "cannot say"}
_STAR_NOTE = f"{_STAR} The band's own count of that day is not complete, or not all here yet."


def print_days_table(infants: Sequence[InfantDays], console: Console) -> None:
    """Print one line per infant and local day.

    The band's own hours get columns if any band told them.

    Args:
        infants: from `derive.infant_days`.
        console: where to print.
    """
    rows = list(_rows(infants))
    with_band = any(band is not None for _, _, band in rows)
    table = Table(box=box.SIMPLE_HEAD, title="Skin-to-skin contact per day", title_justify="left")
    table.add_column("Infant")
    table.add_column("Day")
    for heading in ("Hours", "At least", "At most", "Known"):
        table.add_column(heading, justify="right")
    if with_band:
        for heading in ("Band showed", "Differs", "Band alerts"):
            table.add_column(heading, justify="right")
    table.add_column("Target")
    table.add_column("Valid day")
    for infant in infants:
        for index, (_, day, band) in enumerate(_rows([infant])):
            table.add_row(
                infant.infant_code if index == 0 else "",
                day.date.isoformat(),
                f"{hours_down(day.hours, 2):.2f}",
                f"{hours_down(day.hours_lower, 2):.2f}",
                f"{hours_down(day.hours_upper, 2):.2f}",
                f"{math.floor(100 * day.coverage)} %",
                *(_band_cells(band) if with_band else ()),
                f"{day.target_h:g} h: {_MET[day.target_met]}",
                _validity(day),
                end_section=index == len(infant.days) - 1,
            )
    console.print(table)
    if with_band:
        console.print(_BAND_NOTE)
    if any(band is not None and band.partial for _, _, band in rows):
        console.print(_STAR_NOTE)
    if not rows:
        console.print("No infant has a day yet.")


def days_json(infants: Sequence[InfantDays]) -> list[dict[str, Any]]:
    """Return one object per infant and local day, ready for JSON.

    What a band did not tell is null.

    Args:
        infants: from `derive.infant_days`.
    """
    return [
        {
            "infant": code,
            "date": day.date.isoformat(),
            "ssc_hours": round(day.hours, 4),
            "ssc_hours_lower": round(day.hours_lower, 4),
            "ssc_hours_upper": round(day.hours_upper, 4),
            "bounds_coverage": day.bounds_coverage,
            "ssc_minutes": day.ssc_minutes,
            "infant_only_minutes": day.infant_only_minutes,
            "caregiver_only_minutes": day.caregiver_only_minutes,
            "off_minutes": day.off_minutes,
            "unknown_minutes": day.unknown_minutes,
            "elapsed_minutes": day.elapsed_minutes,
            "day_minutes": day.day_minutes,
            "coverage": round(day.coverage, 4),
            "target_h": day.target_h,
            "target_met": day.target_met,
            "contents": asdict(day.contents),
            "temperatures": asdict(day.temperatures),
            "valid_20h": day.valid_20h,
            "valid_16h": day.valid_16h,
            "partial": day.partial,
            "algorithm_version": day.algorithm_version,
            "band": None if band is None else _band_json(band),
        }
        for code, day, band in _rows(infants)
    ]


def _rows(infants: Sequence[InfantDays]) -> Iterator[tuple[str, Day, BandDay | None]]:
    """Yield infant, day, and what the band made of it, None if it told nothing of that day."""
    for infant in infants:
        told = {band.date: band for band in infant.band_days}
        for day in infant.days:
            band = told.get(day.date)
            silent = band is None or not (band.covered_minutes or band.alerts)
            yield infant.infant_code, day, None if silent else band


def _band_cells(band: BandDay | None) -> tuple[str, str, str]:
    if band is None:
        return "-", "-", "-"
    if not band.covered_minutes:
        return f"-{_STAR}", "-", str(band.alerts)
    star = _STAR if band.partial else ""
    return f"{band.hours:.2f}{star}", f"{band.difference_hours:+.2f}", str(band.alerts)


def _band_json(band: BandDay) -> dict[str, Any]:
    return {
        "shown_hours": round(band.hours, 4),
        "unknown_hours": round(band.unknown_hours, 4),
        "covered_minutes": round(band.covered_minutes, 2),
        "host_hours_lower_when_covered": round(band.host_hours_lower, 4),
        "host_hours_upper_when_covered": round(band.host_hours_upper, 4),
        "difference_hours": round(band.difference_hours, 4),
        "partial": band.partial,
        "alerts": band.alerts,
    }


def _validity(day: Day) -> str:
    if day.valid_20h:
        word = "yes (20 h known)"
    elif day.valid_16h:
        word = "16 h known"
    else:
        word = "no"
    return f"{word}, partial" if day.partial else word
