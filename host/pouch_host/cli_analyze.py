"""The command `pouch analyze`: states, sessions and days from anyone's samples."""

import math
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
import typer
from rich import box
from rich.table import Table

from .analysis.days import MINUTES_PER_HOUR, TARGET_H, Day
from .analysis.infant import InfantAnalysis, analyse
from .analysis.states import MINUTE_S, State
from .cli_console import AsJson, iso_local, output, print_json, print_note
from .hours_shown import hours_down
from .out_files import check_room
from .results_csv import NAMES, day_values, write_results
from .samples_csv import COLUMNS, INTERVAL_S_MAX, INTERVAL_S_MIN, SampleFile, read_samples
from .version import version_text
from .zones import named_zone

# More than a month of lines is a file's business.
_DAYS_SHOWN_MAX = 31
_HOURS_A_DAY = 24

_COLUMNS_HELP = "\n\n".join(
    f"{column.name}: {column.meaning} ({column.low:g} to {column.high:g})" for column in COLUMNS
)


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(help=_HELP)(analyze)


_HELP = f"""Find out when an infant was skin-to-skin, from a CSV file of anyone's samples.

The file is UTF-8, its fields separated by commas, with a header line. time_utc has to be there: \
ISO 8601; without an offset it is UTC. Any other column, or any cell, may be missing: the answer \
is then less certain, and with touch alone or temperatures alone nothing is known \
(docs/ANALYZE.md). A value outside its range counts as missing.

{_COLUMNS_HELP}

Other columns are ignored. The file is one infant with a band from the first sample to the last. \
minutes.csv, sessions.csv, days.csv and summary.json are written to DIR; docs/ANALYZE.md says \
what is in them.
"""


def analyze(
    samples: Annotated[Path, typer.Argument(metavar="SAMPLES.csv", help="The file of samples.")],
    tz: Annotated[
        str, typer.Option(metavar="ZONE", help="IANA zone of the days, such as Asia/Karachi.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the results go.")],
    interval: Annotated[
        float | None,
        typer.Option(
            min=INTERVAL_S_MIN,
            max=INTERVAL_S_MAX,
            metavar="SECONDS",
            help="What the device sampled at; else the shortest usual distance of two samples.",
        ),
    ] = None,
    target: Annotated[
        float, typer.Option(min=0, max=_HOURS_A_DAY, metavar="HOURS", help="Contact a day.")
    ] = TARGET_H,
    force: Annotated[
        bool, typer.Option("--force", help="Replace results that are in DIR already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Analyse a file of samples; `_HELP` is what a person reads of it."""
    zone = named_zone(tz)
    check_room(out, NAMES, force=force)
    read = read_samples(samples, interval)
    analysis = _analysed(read, zone, target)
    summary = _summary(read, analysis, zone, target)
    write_results(out, analysis, zone, summary)
    for note in read.notes:
        print_note(f"note: {note}")
    if as_json:
        print_json(summary | {"days": [day_values(day) for day in analysis.days]})
    else:
        _print_days(analysis.days, _missing(read))
        print_note(f"{', '.join(NAMES)} are in {out}")


def _analysed(read: SampleFile, zone: ZoneInfo, target_h: float) -> InfantAnalysis:
    utc_s = read.samples.utc_s
    first = math.floor(utc_s[0] / MINUTE_S) if len(utc_s) else 0
    end = math.floor(utc_s[-1] / MINUTE_S) + 1 if len(utc_s) else 0
    span = (first * MINUTE_S, end * MINUTE_S)
    return analyse(
        read.samples,
        span[0],
        end - first,
        zone,
        spans=[span] if len(utc_s) else [],
        target_h=target_h,
    )


def _summary(
    read: SampleFile, analysis: InfantAnalysis, zone: ZoneInfo, target_h: float
) -> dict[str, Any]:
    """Return what a person needs to trust, or to repeat, these results; ready for JSON."""
    minutes = analysis.minutes
    end_utc_s = minutes.first_utc_s + MINUTE_S * len(minutes)
    counts = np.bincount(minutes.states, minlength=len(State))
    told_mv = read.battery_mv[~np.isnan(read.battery_mv)]
    return {
        "software_version": version_text(),
        "algorithm_version": minutes.algorithm_version,
        "input": {
            "file": read.name,
            "sha256": read.sha256,
            "columns": list(read.columns),
            "rows": read.row_count,
            "rows_ignored": read.ignored_count,
            "battery_mv_first": float(told_mv[0]) if len(told_mv) else None,
            "battery_mv_last": float(told_mv[-1]) if len(told_mv) else None,
        },
        "interval_s": round(read.interval_s, 3),
        "zone": zone.key,
        "target_h": target_h,
        "begin": iso_local(minutes.first_utc_s, zone) if len(minutes) else None,
        "end": iso_local(end_utc_s, zone) if len(minutes) else None,
        "minutes": {State(value).word: int(count) for value, count in enumerate(counts)},
        "session_count": len(analysis.sessions),
        "day_count": len(analysis.days),
        "notes": list(read.notes),
    }


def _missing(read: SampleFile) -> list[str]:
    """Return the columns about contact that the file does not have."""
    return [
        column.name
        for column in COLUMNS
        if column.name != "battery_mv" and column.name not in read.columns
    ]


def _print_days(days: tuple[Day, ...], missing: list[str]) -> None:
    table = Table(box=box.SIMPLE_HEAD, title="Skin-to-skin contact per day", title_justify="left")
    table.add_column("Day")
    for heading in ("Hours", "At least", "At most", "Known", "Sessions", "Over 1 h", "< 36.5"):
        table.add_column(heading, justify="right")
    table.add_column("Target")
    for day in days[-_DAYS_SHOWN_MAX:]:
        table.add_row(
            day.date.isoformat() + (" (partial)" if day.partial else ""),
            f"{hours_down(day.hours, 2):.2f}",
            f"{hours_down(day.hours_lower, 2):.2f}",
            f"{hours_down(day.hours_upper, 2):.2f}",
            f"{math.floor(100 * day.coverage)} %",
            str(day.contents.session_count),
            str(day.contents.long_session_count),
            _cold(day),
            day.target_met.replace("_", " "),
        )
    console = output()
    console.print(table)
    if not days:
        console.print("The file has no sample.")
        return
    console.print(
        "Hours are confirmed; the true ones lie between the two beside them on "
        f"{100 * days[0].bounds_coverage:.0f} of 100 days.\n"
        f"{_missing_words(missing)}"
        "< 36.5: time with an estimated core below 36.5 C. What is measured is chest skin."
    )
    if len(days) > _DAYS_SHOWN_MAX:
        console.print(f"The last {_DAYS_SHOWN_MAX} of {len(days)} days; days.csv has them all.")


def _missing_words(missing: list[str]) -> str:
    """Return the line that takes the promise about the bounds back where columns are missing."""
    if not missing:
        return ""
    return f"That does not hold for this file, which lacks {', '.join(missing)}.\n"


def _cold(day: Day) -> str:
    if not day.temperatures.valid_minutes:
        return "not valid"
    return f"{day.temperatures.below_36_5_minutes / MINUTES_PER_HOUR:.1f} h"
