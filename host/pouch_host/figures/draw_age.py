"""Hours of contact against age: each infant a faint line, and the median with quartiles.

Age is days since the date of birth. Infants whose date of birth is not known have a panel of
their own, in which days are counted from the first band: the two are never mixed.
"""

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pouch_host.report import drawing, style

from .sheet import (
    LINE_FAINT,
    QUARTILES_MIN,
    RANGE,
    UNKNOWN_ORIGIN,
    NothingToDraw,
    Origin,
    legend,
    new_sheet,
    number_of,
    prepare,
    write_foot,
)

NAME = "hours_by_age"

SINCE_BIRTH, SINCE_BAND = "birth", "first_band"
_AXES = {
    SINCE_BIRTH: "age, days since birth",
    SINCE_BAND: "days since the first band (no date of birth)",
}

_PANEL_IN, _HEAD_IN = 3.2, 0.9
_DAY_H, _TICK_H = 24, 4
_LONE_DAY_PT, _LINES_PT = 3.2, 12.0


def hours_by_age_data(days: pl.DataFrame, infants: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return what is drawn of each day.

    Args:
        days: rows of the export's table `days`.
        infants: rows of its table `infants`, for the day of the first band; without it that is
            the first day in `days`.

    Returns:
        `infant`, `since` ("birth" or "first_band"), `day` (0 for that day), `hours`,
        `hours_lower`, `hours_upper`, `counted` (16 hours or more are known), `algorithm_version`.
        No date: beside an age it would tell the date of birth.
    """
    first = days.group_by("infant").agg(first=pl.col("date").min())
    if infants is not None:
        told = infants.select("infant", band=pl.col("first_band_local").str.head(10).str.to_date())
        first = first.join(told, on="infant", how="left").select(
            "infant", first=pl.coalesce("band", "first")
        )
    age = pl.col("age_days").cast(pl.Int64) if "age_days" in days.columns else pl.lit(None)
    since_band = (pl.col("date") - pl.col("first")).dt.total_days()
    # An infant has one axis: a birth date holds for all of its days.
    known = age.is_not_null().all().over("infant")
    return (
        days.join(first, on="infant", how="left")
        .select(
            "infant",
            since=pl.when(known).then(pl.lit(SINCE_BIRTH)).otherwise(pl.lit(SINCE_BAND)),
            day=pl.when(known).then(age).otherwise(since_band),
            hours="hours",
            hours_lower="hours_lower",
            hours_upper="hours_upper",
            counted="valid_16h",
            algorithm_version="algorithm_version",
        )
        .sort("since", "infant", "day")
    )


def by_day(data: pl.DataFrame) -> pl.DataFrame:
    """Return the figures of each day: how many infants, median and quartiles of their hours.

    Args:
        data: of `hours_by_age_data`.

    Returns:
        `since`, `day`, `infants`, `low`, `median`, `high`; null of fewer than three infants.
    """
    hours = pl.col("hours")
    figures = {
        "low": hours.quantile(0.25, "linear"),
        "median": hours.median(),
        "high": hours.quantile(0.75, "linear"),
    }
    return (
        data.filter("counted")
        .group_by("since", "day")
        .agg(pl.len().alias("infants"), **figures)
        .with_columns(
            pl.when(pl.col("infants") >= QUARTILES_MIN).then(pl.col(name)).alias(name)
            for name in figures
        )
        .sort("since", "day")
    )


def hours_by_age(
    days: pl.DataFrame, infants: pl.DataFrame | None = None, origin: Origin = UNKNOWN_ORIGIN
) -> Figure:
    """Return the figure.

    Args:
        days: rows of the export's table `days`.
        infants: rows of its table `infants`, or None.
        origin: where they come from.

    Raises:
        NothingToDraw: no day is known for 16 hours.
    """
    data = hours_by_age_data(days, infants)
    if not data["counted"].any():
        raise NothingToDraw("hours_by_age: no day is known for 16 hours or more")
    figures = by_day(data)
    shown = [since for since in _AXES if since in figures["since"]]
    with drawing.settings():
        figure = new_sheet(
            _HEAD_IN + _PANEL_IN * len(shown), "Hours of skin-to-skin contact a day, by age"
        )
        parts: Any = figure.subfigures(len(shown), 1, squeeze=False)[:, 0]
        for since, part in zip(shown, parts, strict=True):
            of_axis = pl.col("since") == since
            _draw(part, since, data.filter(of_axis), figures.filter(of_axis))
        apart = len(data) - int(data["counted"].sum())
        write_foot(
            figure,
            origin,
            days,
            f"{number_of(apart, 'day')} of which fewer than 16 hours are known do not count: "
            "lines are broken there.",
            f"Median and quartiles where {QUARTILES_MIN} infants or more have such a day.",
            "Infants come and go: those of one day are not those of another. "
            "Hours as the band measured them, before nurses' answers.",
        )
    return figure


def _draw(part: SubFigure, since: str, data: pl.DataFrame, figures: pl.DataFrame) -> None:
    upper, lower = part.subplots(2, 1, sharex=True, height_ratios=(5, 1))
    first, last = int(data["day"].min()), int(data["day"].max())  # pyright: ignore[reportArgumentType]
    grid = pl.DataFrame({"day": np.arange(first, last + 1)})
    whole = grid.join(figures, on="day", how="left", maintain_order="left")
    at = whole["day"].to_numpy()
    low, median, high = (
        whole[name].cast(pl.Float64).to_numpy() for name in ("low", "median", "high")
    )
    upper.fill_between(at, low, high, color=RANGE, linewidth=0, zorder=1)
    counted = data.filter("counted").partition_by("infant", maintain_order=True)
    # The more there are, the finer: two hundred must not hide what they are measured by.
    width_pt = min(0.8, max(0.12, _LINES_PT / max(1, len(counted))))
    for one in counted:
        hours = grid.join(one, on="day", how="left", maintain_order="left")["hours"].to_numpy()
        upper.plot(at, hours, color=LINE_FAINT, linewidth=width_pt, zorder=2)
        _draw_lone_days(upper, at, hours, LINE_FAINT)
    for edge in (low, high):
        upper.plot(at, edge, color=style.INK_SOFT, linewidth=0.8, linestyle=(0, (3, 2)), zorder=3)
    upper.plot(at, median, color=style.INK, linewidth=1.6, zorder=4)
    _draw_lone_days(upper, at, median, style.INK)
    upper.set_ylim(0, max(float(_DAY_H), float(data["hours"].max() or 0)))  # pyright: ignore[reportArgumentType]
    upper.set_yticks(range(0, _DAY_H + 1, _TICK_H))
    upper.set_ylabel("hours of contact a day")
    prepare(upper)
    legend(upper, 3, _explained())
    _draw_counts(lower, whole)
    lower.set_xlabel(_AXES[since])
    lower.set_xlim(first - 0.6, last + 0.6)


def _draw_counts(axes: Axes, whole: pl.DataFrame) -> None:
    counts = whole["infants"].fill_null(0).to_numpy()
    axes.bar(whole["day"].to_numpy(), counts, width=0.8, color=style.INK_SOFT)
    axes.set_ylim(0, max(1, int(counts.max())) * 1.1)
    axes.set_ylabel("infants")
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(15, integer=True))
    prepare(axes)


def _draw_lone_days(axes: Axes, at: Any, hours: Any, colour: str) -> None:
    """Draw days without a neighbour, of which a line shows nothing."""
    known = np.isfinite(hours)
    before = np.concatenate([[False], known[:-1]])
    after = np.concatenate([known[1:], [False]])
    lone = known & ~before & ~after
    axes.plot(at[lone], hours[lone], ".", color=colour, markersize=_LONE_DAY_PT, zorder=2)


def _explained() -> list[Any]:
    return [
        Line2D([], [], color=LINE_FAINT, linewidth=0.6, label="an infant"),
        Line2D([], [], color=style.INK, linewidth=1.6, label="median"),
        Patch(
            facecolor=RANGE, edgecolor=style.INK_SOFT, linewidth=0.8, linestyle="--",
            label="between quartiles",
        ),
    ]  # fmt: skip
