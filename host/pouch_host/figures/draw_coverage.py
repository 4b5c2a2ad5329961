"""How much of a study is known: a row for each infant, a column for each local day.

    cell of a day   |##########   |     width: share of the day with a band; blank: none
                                        shade: share of that time of which the state is known

Below it: hours for which something is missing, by cause.
"""

from datetime import date, timedelta
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from pouch_host.report import drawing, style

from .sheet import (
    UNKNOWN_ORIGIN,
    NothingToDraw,
    Origin,
    legend,
    new_sheet,
    number_of,
    prepare,
    write_foot,
)

NAME = "coverage"

# Borders of shades: the two rules of valid days as shares of a day (20 and 16 hours), and 95 of
# 100. Each: at least so much, face, hatch, what the legend says.
SHADES = (
    (0.95, "#1c2321", "", "95 % or more"),
    (20 / 24, "#55605c", "", "83 % (20 of 24 h) or more"),
    (16 / 24, "#8b938f", "", "67 % (16 of 24 h) or more"),
    (1e-9, "#bec4c1", "", "less"),
    (0.0, "#f3efdf", "//////", "nothing known"),
)
_HATCH_LINE = "#6b5b2a"
NO_BAND = style.PAPER

_ROW_IN_MAX, _ROWS_IN_MAX, _HEAD_IN = 0.22, 6.6, 1.5
_CAUSE_IN = 0.17
_CELL_HEIGHT = 0.84
_LABELS_MAX, _LONG_LABEL_MIN = 45, 6
_MINUTES_PER_HOUR = 60
_CAUSES = {
    "no_records": "no records",
    "damaged": "records damaged",
    "no_clock": "time of records not known",
    "no_band": "no band between two",
    "sensor_fault": "fault",
}


def coverage_data(days: pl.DataFrame) -> pl.DataFrame:
    """Return what is drawn of each day.

    Args:
        days: rows of the export's table `days`.

    Returns:
        `infant`, in the order of the first day, `date`, `day` (since the infant's first one),
        `day_minutes`, `elapsed_minutes`, `known_minutes`, `band_share` (of the day),
        `known_share` (of the time with a band), `algorithm_version`.
    """
    first = pl.col("date").min().over("infant")
    known = pl.col("elapsed_minutes") - pl.col("unknown_minutes")
    return (
        days.select(
            "infant",
            "date",
            "day_minutes",
            "elapsed_minutes",
            day=(pl.col("date") - first).dt.total_days(),
            known_minutes=known,
            band_share=pl.col("elapsed_minutes") / pl.col("day_minutes"),
            known_share=pl.when(pl.col("elapsed_minutes") > 0).then(
                known / pl.col("elapsed_minutes")
            ),
            algorithm_version="algorithm_version",
        )
        .with_columns(first=first)
        .sort("first", "infant", "date")
        .drop("first")
    )


def gap_hours(gaps: pl.DataFrame) -> pl.DataFrame:
    """Return for how long something is missing, by cause.

    Args:
        gaps: rows of the export's table `gaps`.

    Returns:
        `cause`, `part`, `gaps`, `hours`; the longest first.
    """
    return (
        gaps.group_by("cause", "part")
        .agg(pl.len().alias("gaps"), (pl.col("minutes").sum() / _MINUTES_PER_HOUR).alias("hours"))
        .with_columns(pl.col("cause").cast(pl.String), pl.col("part").cast(pl.String))
        .sort("hours", "cause", "part", descending=(True, False, False))
    )


def coverage(
    days: pl.DataFrame,
    gaps: pl.DataFrame | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
) -> Figure:
    """Return the figure.

    Args:
        days: rows of the export's table `days`.
        gaps: rows of its table `gaps`, or None.
        origin: where they come from; where dates are shifted, days are counted from the first.

    Raises:
        NothingToDraw: there is no day with a band.
    """
    data = coverage_data(days).filter(pl.col("elapsed_minutes") > 0)
    if not len(data):
        raise NothingToDraw(f"{NAME}: there is no day with a band")
    hours = gap_hours(gaps) if gaps is not None and len(gaps) else None
    causes = 0 if hours is None else len(hours)
    rows_in = max(0.5, min(_ROWS_IN_MAX, _ROW_IN_MAX * data["infant"].n_unique()))
    causes_in = _CAUSE_IN * causes + (0.35 if causes else 0)
    with drawing.settings():
        figure = new_sheet(
            _HEAD_IN + rows_in + causes_in, "What is known: coverage of each infant's days"
        )
        if hours is None:
            above = figure.subplots()
        else:
            above, below = figure.subplots(2, 1, height_ratios=(rows_in, causes_in))
            _draw_causes(below, hours)
        _draw_map(above, data, by_date=not origin.shifted)
        share = float(data["known_minutes"].sum()) / float(data["elapsed_minutes"].sum())
        write_foot(
            figure,
            origin,
            data,
            "A cell is a local day of an infant: as wide as the share of the day with a band, as "
            "dark as the share of that time of which the state is known; blank: no band.",
            f"Of all time with a band {100 * share:.1f} % is known.",
        )
    return figure


def _draw_map(axes: Axes, data: pl.DataFrame, *, by_date: bool) -> None:
    infants = data["infant"].unique(maintain_order=True).to_list()
    rows = {infant: place for place, infant in enumerate(infants)}
    first: Any = data["date"].min()
    at = (pl.col("date") - first).dt.total_days() if by_date else pl.col("day")
    cells = _merged(data.with_columns(at=at, shade=_shade()))
    for number, (_, face, hatch, _) in enumerate(SHADES):
        areas = [
            Rectangle((left, rows[infant] - _CELL_HEIGHT / 2), width, _CELL_HEIGHT)
            for infant, left, width in cells.filter(pl.col("shade") == number)
            .select("infant", "at", "width")
            .iter_rows()
        ]
        axes.add_collection(
            PatchCollection(
                areas, facecolor=face, edgecolor=_HATCH_LINE if hatch else face,
                linewidth=0, hatch=hatch or None,
            )
        )  # fmt: skip
    count = int(data.select(at.max()).item()) + 1
    axes.set_xlim(0, count)
    axes.set_ylim(len(infants) - 0.4, -0.6)
    _label_rows(axes, infants)
    _label_days(axes, first, count, by_date=by_date)
    prepare(axes)
    legend(axes, 5, _explained())


def _shade() -> pl.Expr:
    chosen = pl.lit(len(SHADES) - 1)
    for number in reversed(range(len(SHADES) - 1)):
        chosen = pl.when(pl.col("known_share") >= SHADES[number][0]).then(number).otherwise(chosen)
    return chosen


def _merged(data: pl.DataFrame) -> pl.DataFrame:
    """Return the cells with whole days of one shade in a row as one: files stay small."""
    whole = pl.col("band_share") >= 1
    follows = (
        (pl.col("infant") == pl.col("infant").shift())
        & (pl.col("shade") == pl.col("shade").shift())
        & (pl.col("at") == pl.col("at").shift() + 1)
        & whole.shift()
    )
    run = (~follows.fill_null(value=False)).cum_sum().alias("run")
    return (
        data.with_columns(run)
        .group_by("run", "infant", "shade", maintain_order=True)
        .agg(
            pl.col("at").first(), pl.col("day").first(), pl.col("band_share").sum().alias("width")
        )
        # A band comes in the course of an infant's first day, so that day is filled from its end.
        .with_columns(
            at=pl.when((pl.col("day") == 0) & (pl.col("width") < 1))
            .then(pl.col("at") + 1 - pl.col("width"))
            .otherwise("at")
        )
    )


def _label_rows(axes: Axes, infants: list[str]) -> None:
    if len(infants) <= _LABELS_MAX:
        axes.set_yticks(range(len(infants)), infants)
    else:
        step = max(10, 10 * (len(infants) // 60))
        shown = [1, *range(step, len(infants) + 1, step)]
        axes.set_yticks([number - 1 for number in shown], [f"{number}" for number in shown])
    axes.set_ylabel("infant" if len(infants) < _LONG_LABEL_MIN else "infant, by first day")
    axes.tick_params(axis="y", length=0)


def _label_days(axes: Axes, first: date, count: int, *, by_date: bool) -> None:
    if not by_date:
        axes.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        axes.set_xlabel("days since the infant's first one")
        return
    step = max(1, -(-count // 10))
    shown = range(0, count, step)
    days = [first + timedelta(days=number) for number in shown]
    axes.set_xticks(list(shown), [f"{day.day} {day:%b}" for day in days])
    years = {day.year for day in (first, first + timedelta(days=count - 1))}
    axes.set_xlabel(f"local date, {' to '.join(str(year) for year in sorted(years))}")


def _draw_causes(axes: Axes, hours: pl.DataFrame) -> None:
    words = [
        _CAUSES[cause] if part == "all" else f"{_CAUSES[cause]}: {part.replace('_', ' ')}"
        for cause, part in hours.select("cause", "part").iter_rows()
    ]
    bars = axes.barh(range(len(words)), hours["hours"], 0.62, color=style.INK_SOFT)
    axes.bar_label(
        bars,
        [
            f"{length:,.1f} h in {number_of(count, 'gap')}"
            for length, count in hours.select("hours", "gaps").iter_rows()
        ],
        padding=3,
        fontsize=style.SMALL_PT,
    )
    axes.set_yticks(range(len(words)), words)
    axes.set_ylim(len(words) - 0.4, -0.6)
    axes.margins(x=0.22)
    axes.set_xlabel("hours of all infants for which something is missing, by cause")
    axes.tick_params(axis="y", length=0)
    prepare(axes)


def _explained() -> list[Any]:
    shades = [
        Patch(
            facecolor=face, edgecolor=_HATCH_LINE if hatch else face, linewidth=0,
            hatch=hatch or None, label=word,
        )
        for _, face, hatch, word in SHADES
    ]  # fmt: skip
    return [*shades, Patch(facecolor=NO_BAND, edgecolor=style.RULE, label="no band")]
