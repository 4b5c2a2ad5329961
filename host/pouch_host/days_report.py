"""Daily hours of contact, as a table for people and as JSON for machines."""

import math
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from .analysis.days import Day
from .derive import InfantDays


def print_days_table(infants: Sequence[InfantDays], console: Console) -> None:
    """Print one line per infant and local day.

    Args:
        infants: from `derive.infant_days`.
        console: where to print.
    """
    table = Table(box=box.SIMPLE_HEAD, title="Skin-to-skin contact per day", title_justify="left")
    table.add_column("Infant")
    table.add_column("Day")
    table.add_column("Hours", justify="right")
    table.add_column("At most", justify="right")
    table.add_column("Known", justify="right")
    table.add_column("Valid day")
    for infant in infants:
        for index, day in enumerate(infant.days):
            table.add_row(
                infant.infant_code if index == 0 else "",
                day.date.isoformat(),
                f"{day.hours_lower:.2f}",
                f"{day.hours_upper:.2f}",
                f"{math.floor(100 * day.coverage)} %",
                _validity(day),
                end_section=index == len(infant.days) - 1,
            )
    console.print(table)
    if not any(infant.days for infant in infants):
        console.print("No infant has a day yet.")


def days_json(infants: Sequence[InfantDays]) -> list[dict[str, Any]]:
    """Return one object per infant and local day, ready for JSON.

    Args:
        infants: from `derive.infant_days`.
    """
    return [
        {
            "infant": infant.infant_code,
            "date": day.date.isoformat(),
            "ssc_hours_lower": round(day.hours_lower, 4),
            "ssc_hours_upper": round(day.hours_upper, 4),
            "ssc_minutes": day.ssc_minutes,
            "unknown_minutes": day.unknown_minutes,
            "elapsed_minutes": day.elapsed_minutes,
            "coverage": round(day.coverage, 4),
            "valid_20h": day.valid_20h,
            "valid_16h": day.valid_16h,
            "partial": day.partial,
            "algorithm_version": day.algorithm_version,
        }
        for infant in infants
        for day in infant.days
    ]


def _validity(day: Day) -> str:
    if day.valid_20h:
        word = "yes (20 h known)"
    elif day.valid_16h:
        word = "16 h known"
    else:
        word = "no"
    return f"{word}, partial" if day.partial else word
