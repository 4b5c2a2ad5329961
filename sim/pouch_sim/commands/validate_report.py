"""What `pouch validate` shows and leaves in a folder."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich import box
from rich.console import Console
from rich.table import Table

from pouch_host.cli_console import output
from pouch_host.errors import InputError
from pouch_sim.validation.hours import DayPair, bland_altman

FIGURE_NAME = "bland_altman"
DAYS_NAME = "days.csv"
JSON_NAME = "validation.json"

HEADLINES = (
    ("kappa", "Cohen's kappa of known minutes"),
    ("kappa_with_unknown", "the same of all minutes, unknown counted as wrong"),
    ("known_share", "share of minutes known"),
    ("wrong_share_of_known", "share of known minutes wrong"),
    ("days", "days"),
    ("bias_h_per_day", "bias, h/day"),
    ("mae_h_per_day", "mean absolute error, h/day"),
    ("mape_percent", "mean error per day, % of true hours (days of 1 h and more)"),
    ("error_percent_of_day", "mean error per day, % of the day"),
    ("full_coverage_days", "fully known days (99 % and more)"),
    ("mae_full_coverage_h_per_day", "of those: mean absolute error, h/day"),
    ("mape_full_coverage_percent", "of those: mean error per day, % of true hours"),
    ("error_percent_of_day_full_coverage", "of those: mean error per day, % of the day"),
    ("bounds_coverage", "share of days with the truth inside the bounds"),
    ("bounds_width_h", "width of the bounds, h"),
    ("eight_hour_sensitivity", "8 h decision, sensitivity"),
    ("eight_hour_specificity", "8 h decision, specificity"),
    ("alert_events", "times that the core was below 36.5 C"),
    ("alert_sensitivity", "share of them with an alert"),
    ("alert_delay_min", "delay of the alert, median, min"),
    ("false_alerts_per_baby_day", "false alerts per baby-day"),
)
"""Keys of the figures and what they are, in the order in which they are told."""
ROW_COLUMNS = (
    ("runs", "Runs"),
    ("minutes", "Minutes"),
    ("known_share", "Known"),
    ("kappa", "Kappa"),
    ("wrong_share_of_known", "Wrong of known"),
    ("bias_h_per_day", "Bias h"),
    ("mae_h_per_day", "MAE h"),
    ("bounds_coverage", "In bounds"),
    ("alert_sensitivity", "Alerts caught"),
    ("false_alerts_per_baby_day", "False/day"),
)
"""Keys of a situation's figures and the columns in which they are told."""
_DOTS_PER_INCH = 150


def show(figures: Mapping[str, Any]) -> None:
    """Print the aims, the headline figures, a line for each situation and the other ways."""
    console = output()
    console.print(f"{figures['algorithm_version']} on {figures['runs']} runs")
    _show_aims(console, figures["aims"])
    table = _table("Figures")
    table.show_header = False
    for name, words in HEADLINES:
        table.add_row(words, text_of(figures[name]))
    for state, of_state in figures["per_state"].items():
        pair = f"{text_of(of_state['sensitivity'])} / {text_of(of_state['specificity'])}"
        table.add_row(f"{state}, sensitivity / specificity", pair)
    console.print(table)
    table = _table("By situation", "Situation", *(heading for _, heading in ROW_COLUMNS))
    for name, of_row in figures["per_row"].items():
        table.add_row(name, *(text_of(of_row[column]) for column, _ in ROW_COLUMNS))
    console.print(table)
    if figures["gears"]:
        _show_gears(console, figures["gears"])
    if "ablation" in figures:
        # Imported here: only who asks for the other ways needs what they bring.
        from .rivals_score import show_ablation

        show_ablation(figures["ablation"])


def _show_aims(console: Console, aims: Sequence[Mapping[str, Any]]) -> None:
    table = _table("Aims", "What", "Aim", "Found", "95 %", "Met")
    for aim in aims:
        words = f"{aim['words']} ({aim['where']})" if aim["where"] else aim["words"]
        table.add_row(
            words, aim["aim"], text_of(aim["value"]), interval_text(aim["ci95"]), met_text(aim)
        )
    console.print(table)


def _show_gears(console: Console, gears: Sequence[Mapping[str, Any]]) -> None:
    columns = [(name, heading) for name, heading in ROW_COLUMNS if name in gears[0]["true"]]
    table = _table("Firmware, and its arithmetic alone", "Scenario", *(h for _, h in columns))
    for pair in gears:
        cells = (
            f"{text_of(pair['true'][name])} {text_of(pair['quick'][name])}" for name, _ in columns
        )
        table.add_row(f"{pair['scenario']}, seed {pair['seed']}", *cells)
    console.print(table)


def _table(title: str, *headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    return table


def text_of(value: float | None) -> str:
    """Return a figure for a table; a dash where there is none."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def interval_text(interval: Sequence[float] | None) -> str:
    """Return an interval for a table; a dash where there is none."""
    return "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


def met_text(aim: Mapping[str, Any]) -> str:
    """Return whether an aim is met, in a word; NOT in capitals, for an eye that looks for it."""
    return {True: "yes", False: "NOT MET", None: "cannot say"}[aim["is_met"]]


def write(folder: Path, figures: Mapping[str, Any], days: Sequence[DayPair]) -> None:
    """Write figures, table of days and drawing into a folder, made if absent.

    Raises:
        InputError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(figures, indent=2, allow_nan=False)
        (folder / JSON_NAME).write_text(text + "\n", encoding="utf-8")
        _write_days(folder / DAYS_NAME, days)
        drawing = draw(days)
        # Else an SVG holds the time and random names, and no two are the same.
        with mpl.rc_context({"svg.hashsalt": "pouch"}):
            drawing.savefig(folder / f"{FIGURE_NAME}.svg", metadata={"Date": None})
            drawing.savefig(folder / f"{FIGURE_NAME}.png", dpi=_DOTS_PER_INCH)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot write there: {error.strerror}") from error


def draw(days: Sequence[DayPair]) -> Figure:
    """Return the Bland-Altman drawing of hours per day, with confidence bands where they exist."""
    drawing = Figure(figsize=(8.0, 5.0), layout="constrained")
    axes = drawing.subplots()
    true_h = np.array([day.true_h for day in days])
    hours = np.array([day.hours for day in days])
    axes.scatter((true_h + hours) / 2, hours - true_h, s=14, alpha=0.6)
    axes.set_xlabel("mean of true and estimated hours of contact per day")
    axes.set_ylabel("estimated minus true, h")
    axes.set_title(f"{len(days)} days")
    axes.axhline(0.0, color="0.6", linewidth=0.8)
    limits = bland_altman(days)
    if limits is not None:
        for name, colour in (("bias", "C1"), ("lower_limit", "C3"), ("upper_limit", "C3")):
            _add_line(axes, limits[f"{name}_h"], limits[f"{name}_ci95_h"], colour)
    return drawing


def _add_line(axes: Axes, at_h: float, between_h: Sequence[float], colour: str) -> None:
    axes.axhline(at_h, color=colour, linestyle="--", linewidth=1.2)
    axes.axhspan(between_h[0], between_h[1], color=colour, alpha=0.15, linewidth=0)
    axes.annotate(
        f"{at_h:+.2f} h",
        (1.0, at_h),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
        color=colour,
    )


def _write_days(path: Path, days: Sequence[DayPair]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["scenario", "date", "elapsed_minutes", "true_h", "hours", "hours_lower",
             "hours_upper", "error_h", "in_bounds", "coverage", "target_met"]
        )  # fmt: skip
        for day in days:
            numbers = (
                day.true_h, day.hours, day.hours_lower, day.hours_upper, day.error_h,
            )  # fmt: skip
            writer.writerow(
                [
                    day.scenario,
                    day.date,
                    day.elapsed_minutes,
                    *(f"{number:.4f}" for number in numbers),
                    int(day.in_bounds),
                    f"{day.coverage:.4f}",
                    day.target_met,
                ]
            )
