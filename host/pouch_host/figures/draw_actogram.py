"""Actogram of one infant: a row for each local day, a look for each state.

Hours run from local midnight as they passed: a day of 23 or 25 hours is as long as it was. Drawn
twice, the next day stands to the right of each, so that nights are whole.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from pouch_host.report import drawing, style

from .sheet import (
    NIGHT,
    UNKNOWN_ORIGIN,
    NothingToDraw,
    Origin,
    legend,
    new_sheet,
    prepare,
    write_foot,
)

NAME = "actogram"

_ROW_IN_MAX, _HEAD_IN = 0.24, 1.5
_BAR_HEIGHT = 0.7
_MARK_AT = 0.45
_DAY_H, _TICK_H, _TICK_DOUBLE_H = 24, 3, 6
# As in the column night_share.
_NIGHT_ENDS_H, _NIGHT_BEGINS_H = 6.0, 22.0
_S_PER_H = 3600.0
_MINUTES_PER_HOUR = 60
_LABEL_PT = 8.0
_CODE_SHOWN = 40


def actogram_data(minutes: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Return the runs of minutes that are drawn.

    Args:
        minutes: rows of the export's table `minutes`, of one infant.
        days: rows of its table `days`, of the same.

    Returns:
        `infant`, `date`, `begin_h` and `end_h` since local midnight, `begin_local`, `state`,
        `contact` (after nurses' answers), `contact_source`. Minutes without a band are in it only
        where a nurse has said something of them; `state` is then null.

    Raises:
        ValueError: there are several infants.
    """
    if minutes["infant"].n_unique() > 1:
        raise ValueError("an actogram is of one infant")
    midnight = days.select("date", midnight="begin_utc")
    kinds = ["date", "state", "contact", "contact_source"]
    told = (
        minutes.with_columns(state=pl.when("band_assigned").then(pl.col("state").cast(pl.String)))
        .filter(pl.col("state").is_not_null() | (pl.col("contact_source") == "confirmed"))
        .sort("time_utc")
    )
    broken = pl.col("time_utc").diff() != timedelta(minutes=1)
    run = (pl.struct(kinds).rle_id() + broken.fill_null(value=False).cum_sum()).alias("run")
    return (
        told.with_columns(run)
        .group_by("run", *kinds, maintain_order=True)
        .agg(
            pl.col("infant").first(),
            pl.col("time_utc").first().alias("begin"),
            pl.col("time_utc").last().alias("last"),
            pl.col("time_local").first().alias("begin_local"),
        )
        .join(midnight, on="date", how="inner", maintain_order="left")
        .select(
            "infant",
            "date",
            begin_h=_hours(pl.col("begin") - pl.col("midnight")),
            end_h=_hours(pl.col("last") - pl.col("midnight") + timedelta(minutes=1)),
            begin_local="begin_local",
            state="state",
            contact="contact",
            contact_source="contact_source",
        )
    )


def _hours(length: pl.Expr) -> pl.Expr:
    return length.dt.total_seconds() / _S_PER_H


def actogram(
    minutes: pl.DataFrame,
    days: pl.DataFrame,
    origin: Origin = UNKNOWN_ORIGIN,
    *,
    double: bool = False,
    name: str | None = None,
) -> Figure:
    """Return the figure.

    Args:
        minutes: rows of the export's table `minutes`, of one infant.
        days: rows of its table `days`, of the same.
        origin: where they come from.
        double: the next day to the right of each.
        name: what the heading calls the infant; None for what the rows call it.

    Raises:
        NothingToDraw: there is no day with a band.
        ValueError: there are several infants.
    """
    if not len(days):
        raise NothingToDraw(f"{NAME}: there is no day with a band")
    return draw_runs(actogram_data(minutes, days), days, origin, double=double, name=name)


def draw_runs(
    runs: pl.DataFrame,
    days: pl.DataFrame,
    origin: Origin = UNKNOWN_ORIGIN,
    *,
    double: bool = False,
    name: str | None = None,
) -> Figure:
    """Return the figure of runs that were made before: they are far fewer than minutes.

    Args:
        runs: of `actogram_data`.
        days: rows of the export's table `days`, of the same infant; one at least.
        origin: where they come from.
        double: the next day to the right of each.
        name: what the heading calls the infant; None for what the rows call it.
    """
    first: Any = days["date"].min()
    last: Any = days["date"].max()
    dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    called = days["infant"][0] if name is None else name
    called = called if len(called) <= _CODE_SHOWN else called[: _CODE_SHOWN - 1] + "…"
    with drawing.settings():
        figure = new_sheet(
            _HEAD_IN + _ROW_IN_MAX * len(dates), f"Skin-to-skin contact of infant {called}"
        )
        axes = figure.subplots()
        _draw(axes, dates, runs, days, double=double)
        write_foot(
            figure,
            origin,
            days,
            "At the right: hours of contact as the band measured them (at least to at most). "
            "Shaded: 22 to 6 h, local time. White: no band.",
            "Time that is not known is its own state and never counted as contact.",
        )
    return figure


def _draw(
    axes: Axes, dates: list[date], runs: pl.DataFrame, days: pl.DataFrame, *, double: bool
) -> None:
    lengths_h = dict(zip(days["date"], days["day_minutes"] / _MINUTES_PER_HOUR, strict=True))
    rows = {day: float(place) for place, day in enumerate(dates)}
    # Where each day's midnight stands: row and hour. A day may stand twice.
    places = [(day, rows[day], 0.0) for day in dates]
    if double:
        places += [
            (after, rows[day], lengths_h.get(day, float(_DAY_H))) for day, after in pairwise(dates)
        ]
    _shade_nights(axes, places, lengths_h)
    by_date = {day: part for (day,), part in runs.partition_by("date", as_dict=True).items()}
    found = [
        (run, row, left_h)
        for day, row, left_h in places
        if day in by_date
        for run in by_date[day].iter_rows(named=True)
    ]
    for look in style.LOOKS:
        areas = [
            Rectangle(
                (left_h + run["begin_h"], row - _BAR_HEIGHT / 2),
                run["end_h"] - run["begin_h"],
                _BAR_HEIGHT,
            )
            for run, row, left_h in found
            if run["state"] == look.state.name.lower()
        ]
        axes.add_collection(
            PatchCollection(
                areas, facecolor=look.face, edgecolor=look.line, linewidth=look.edge_pt,
                hatch=look.hatch or None,
            )
        )  # fmt: skip
    _draw_answers(axes, found)
    _prepare(axes, dates, days, lengths_h, double=double)
    legend(axes, 4, _explained())


def _shade_nights(
    axes: Axes, places: list[tuple[date, float, float]], lengths_h: dict[date, float]
) -> None:
    areas = []
    for day, row, left_h in places:
        length_h = lengths_h.get(day, float(_DAY_H))
        # Clocks change before six in the morning, so it is the first night that is cut or grows.
        morning_h = _NIGHT_ENDS_H + length_h - _DAY_H
        evening_h = length_h - (_DAY_H - _NIGHT_BEGINS_H)
        areas += [
            Rectangle((left_h, row - 0.5), morning_h, 1.0),
            Rectangle((left_h + evening_h, row - 0.5), length_h - evening_h, 1.0),
        ]
    axes.add_collection(PatchCollection(areas, facecolor=NIGHT, linewidth=0, zorder=0))


def _draw_answers(axes: Axes, found: list[tuple[dict[str, object], float, float]]) -> None:
    """Draw below the row what nurses have said: contact a full line, no contact a dotted one."""
    for contact, options in _ANSWERS.items():
        chosen = [
            (row, left_h, run)
            for run, row, left_h in found
            if run["contact_source"] == "confirmed" and run["contact"] == contact
        ]
        axes.hlines(
            [row + _MARK_AT for row, _, _ in chosen],
            [left_h + run["begin_h"] for _, left_h, run in chosen],  # pyright: ignore[reportOperatorIssue]
            [left_h + run["end_h"] for _, left_h, run in chosen],  # pyright: ignore[reportOperatorIssue]
            **options,  # pyright: ignore[reportArgumentType]
        )


_ANSWERS: dict[str, dict[str, object]] = {
    "yes": {"color": style.INK, "linewidth": 1.4},
    "no": {"color": style.INK, "linewidth": 1.0, "linestyle": (0, (1, 1.5))},
}


def _prepare(
    axes: Axes,
    dates: list[date],
    days: pl.DataFrame,
    lengths_h: dict[date, float],
    *,
    double: bool,
) -> None:
    width_h = max(lengths_h.values(), default=_DAY_H) + (_DAY_H if double else 0)
    axes.set_xlim(0, width_h)
    axes.set_ylim(len(dates) - 0.4, -0.6)
    step_h = _TICK_DOUBLE_H if double else _TICK_H
    ticks = range(0, int(width_h) + 1, step_h)
    axes.set_xticks(list(ticks), [f"{hour % _DAY_H if double else hour}" for hour in ticks])
    axes.set_xlabel("hours since local midnight")
    for hour in ticks:
        axes.axvline(hour, color=style.RULE, linewidth=style.THIN_PT, zorder=0.5)
    # A label for each row, or as many as do not touch.
    height_pt = 72 * min(_ROW_IN_MAX, 7.2 / len(dates))
    step = max(1, -int(-_LABEL_PT // height_pt))
    shown = range(0, len(dates), step)
    axes.set_yticks(list(shown), [_label(dates[place], lengths_h) for place in shown])
    axes.tick_params(axis="y", length=0)
    prepare(axes, left=False)
    hours = {row["date"]: row for row in days.iter_rows(named=True)}
    for place in shown:
        row = hours.get(dates[place])
        text = "no band" if row is None else (
            f"{row['hours']:.1f} h ({row['hours_lower']:.1f} to {row['hours_upper']:.1f})"
        )  # fmt: skip
        axes.annotate(
            text, (1, place), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=style.SMALL_PT,
            color=style.INK_SOFT if row is None else style.INK,
        )  # fmt: skip


def _label(day: date, lengths_h: dict[date, float]) -> str:
    text = f"{day:%a} {day.day} {day:%b}"
    length_h = lengths_h.get(day, float(_DAY_H))
    return text if length_h == _DAY_H else f"{text}, {length_h:g} h"


def _explained() -> list[Any]:
    states = [
        Patch(
            facecolor=look.face, edgecolor=look.line, linewidth=look.edge_pt or 0.3,
            hatch=look.hatch or None, label=look.word,
        )
        for look in style.LOOKS
    ]  # fmt: skip
    words = {"yes": "contact, a nurse says", "no": "no contact, a nurse says"}
    answers = [
        Line2D([], [], label=words[contact], **options)  # pyright: ignore[reportArgumentType]
        for contact, options in _ANSWERS.items()
    ]
    return [*states, *answers]
