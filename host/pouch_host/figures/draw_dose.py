r"""Hours of contact a day over the infants of a study, and the share of days that had enough.

    left: an infant each           right: share of days with at least so many hours
    h |   . |  .|                  h |\
      | --+-- --+--                  | \_           line: as measured
      |   x                          |    \__       band: between the bounds of each day
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pouch_host.report import drawing, style

from .sheet import (
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

NAME = "dose"
TARGETS_H = (8.0, 20.0)
"""WHO recommends 8 to 24 hours a day; studies also report the share of 20 hours or more. An
infant's own target may be another one (`target_h`)."""

MEDIAN, QUARTILES, BOUNDS, POINT = style.INK, style.CONTACT, RANGE, "#7d8682"

_HEIGHT_IN, _LEGEND_IN = 4.1, 0.22
_DAY_H, _TICK_H = 24, 4
_TOP_H = 25.0
_MINUTES_PER_HOUR = 60
_LABELS_MAX, _PLACES_MIN = 40, 6
# Days of an infant stand side by side within this share of its place.
_SPREAD = 0.7
_GRID_H = np.linspace(0, _TOP_H, 501)

Floats = npt.NDArray[np.float64]


def dose_data(days: pl.DataFrame) -> pl.DataFrame:
    """Return what is drawn of each day.

    Args:
        days: rows of the export's table `days`.

    Returns:
        `infant`, `place` (1 for the infant with the lowest median; null without a day that
        counts), `date`, `hours`, `hours_lower`, `hours_upper`, `known_hours`, `counted` (at least
        16 hours are known), `algorithm_version`.
    """
    chosen = days.select(
        "infant",
        "date",
        "hours",
        "hours_lower",
        "hours_upper",
        known_hours=(pl.col("elapsed_minutes") - pl.col("unknown_minutes")) / _MINUTES_PER_HOUR,
        counted="valid_16h",
        algorithm_version="algorithm_version",
    )
    order = (
        chosen.filter("counted")
        .group_by("infant")
        .agg(median=pl.col("hours").median())
        .sort("median", "infant")
        .select("infant", place=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    )
    return (
        chosen.join(order, on="infant", how="left", maintain_order="left")
        .select("infant", "place", pl.exclude("infant", "place"))
        .sort("place", "infant", "date", nulls_last=True)
    )


def dose(days: pl.DataFrame, origin: Origin = UNKNOWN_ORIGIN) -> Figure:
    """Return the figure.

    Args:
        days: rows of the export's table `days`.
        origin: where they come from.

    Raises:
        NothingToDraw: no day is known for 16 hours.
    """
    data = dose_data(days)
    counted = data.filter("counted")
    if not len(counted):
        raise NothingToDraw("dose: no day is known for 16 hours or more")
    with drawing.settings():
        figure = new_sheet(_HEIGHT_IN, "Hours of skin-to-skin contact a day")
        panels = figure.subplot_mosaic(
            [["legend", "legend"], ["infants", "shares"]],
            width_ratios=(2.1, 1),
            height_ratios=(_LEGEND_IN, _HEIGHT_IN - _LEGEND_IN),
        )
        panels["legend"].set_axis_off()
        legend(panels["legend"], 3, _explained(), inside=True)
        _draw_infants(panels["infants"], data)
        panels["shares"].sharey(panels["infants"])
        panels["shares"].tick_params(labelleft=False)
        _draw_shares(panels["shares"], counted)
        apart = len(data) - len(counted)
        write_foot(
            figure,
            origin,
            data,
            f"{number_of(len(counted), 'day')} of which 16 hours or more are known count for "
            f"medians and shares; {number_of(apart, 'other')} apart (x).",
            "Hours as the band measured them, before nurses' answers; time that is not known is "
            "never counted as contact, only in the upper bound. In brackets and shaded: by the "
            "bounds of each day.",
        )
    return figure


def _draw_infants(axes: Axes, data: pl.DataFrame) -> None:
    placed = data.filter(pl.col("place").is_not_null())
    last = int(placed["place"].max())  # pyright: ignore[reportArgumentType]
    # Infants without a day that counts come behind the others.
    behind = data.filter(pl.col("place").is_null())["infant"].unique(maintain_order=True)
    places = dict(zip(placed["infant"], placed["place"], strict=True)) | {
        infant: last + 1 + number for number, infant in enumerate(behind)
    }
    count = len(places)
    slot_pt = 72 * 4.0 / max(count, _PLACES_MIN)
    across = data["infant"].replace_strict(places, return_dtype=pl.Float64).to_numpy() + _within(
        data
    )
    up, counted = data["hours"].to_numpy(), data["counted"].to_numpy()
    size_pt = min(3.2, max(1.0, slot_pt / 4))
    for chosen, mark in ((counted, "o"), (~counted, "x")):
        axes.plot(
            across[chosen],
            up[chosen],
            mark,
            color=POINT,
            markersize=size_pt if mark == "o" else size_pt + 0.8,
            markeredgewidth=0.0 if mark == "o" else 0.5,
            zorder=3,
        )
    _draw_medians(axes, data, places, slot_pt)
    _draw_targets(axes)
    # Few infants stand in the middle, as close as many would.
    room = max(0.0, _PLACES_MIN - count) / 2
    axes.set_xlim(0.4 - room, count + 0.6 + room)
    axes.set_ylim(0, max(_DAY_H, float(data["hours_upper"].max() or 0)))  # pyright: ignore[reportArgumentType]
    axes.set_yticks(range(0, _DAY_H + 1, _TICK_H))
    axes.set_ylabel("hours of contact a day")
    if count <= _LABELS_MAX:
        axes.set_xticks(list(places.values()), list(places), rotation=90 if count > 6 else 0)  # noqa: PLR2004 - as many as fit side by side
        axes.set_xlabel("infant, by median")
    else:
        axes.set_xlabel(f"{count} infants, by median")
    prepare(axes)


def _within(data: pl.DataFrame) -> Floats:
    """Return for each day how far it stands from the middle of its infant's place, by date."""
    number = pl.int_range(pl.len()).over("infant")
    many = pl.len().over("infant")
    share = pl.when(many > 1).then(number / (many - 1) - 0.5).otherwise(0.0)
    return data.select(share * _SPREAD).to_series().to_numpy()


def _draw_medians(axes: Axes, data: pl.DataFrame, places: dict[str, int], slot_pt: float) -> None:
    figures = (
        data.filter("counted")
        # In an order: bytes are the same for the same days.
        .group_by("infant", maintain_order=True)
        .agg(
            pl.len().alias("days"),
            pl.col("hours").median().alias("median"),
            pl.col("hours").quantile(0.25, "linear").alias("low"),
            pl.col("hours").quantile(0.75, "linear").alias("high"),
            pl.col("hours_lower").median().alias("least"),
            pl.col("hours_upper").median().alias("most"),
        )
    )
    across = figures["infant"].replace_strict(places, return_dtype=pl.Float64).to_numpy()
    axes.vlines(
        across, figures["least"], figures["most"], color=BOUNDS,
        linewidth=min(14.0, 0.8 * slot_pt), zorder=1,
    )  # fmt: skip
    sure = (figures["days"] >= QUARTILES_MIN).to_numpy()
    axes.vlines(
        across[sure], figures["low"].to_numpy()[sure], figures["high"].to_numpy()[sure],
        color=QUARTILES, linewidth=min(2.4, 0.28 * slot_pt), zorder=4,
    )  # fmt: skip
    half = 0.4
    axes.hlines(
        figures["median"], across - half, across + half, color=MEDIAN,
        linewidth=min(1.6, max(0.8, 0.2 * slot_pt)), zorder=5,
    )  # fmt: skip


def _draw_shares(axes: Axes, counted: pl.DataFrame) -> None:
    hours, least, most = (
        share_of_days(counted[name].to_numpy(), _GRID_H)
        for name in ("hours", "hours_lower", "hours_upper")
    )
    axes.fill_betweenx(_GRID_H, 100 * least, 100 * most, color=BOUNDS, linewidth=0, zorder=1)
    axes.plot(100 * hours, _GRID_H, color=MEDIAN, linewidth=1.2, zorder=4)
    _draw_targets(axes)
    told = []
    for target_h in TARGETS_H:
        share, low, high = (
            100 * float(share_of_days(counted[name].to_numpy(), np.array([target_h]))[0])
            for name in ("hours", "hours_lower", "hours_upper")
        )
        told.append(f"≥ {target_h:g} h: {share:.0f} % of days ({low:.0f} to {high:.0f})")
    axes.set_title("\n".join(told), loc="left", fontsize=style.SMALL_PT)
    axes.set_xlim(0, 100)
    axes.set_xlabel("days with at least so many, %")
    prepare(axes)


def share_of_days(hours: Floats, at_least_h: Floats) -> Floats:
    """Return the share of days with at least so many hours.

    Args:
        hours: of each day.
        at_least_h: so many, for each of which a share is wanted.
    """
    below = np.searchsorted(np.sort(hours), at_least_h, side="left")
    return 1.0 - below / len(hours)


def _draw_targets(axes: Axes) -> None:
    for target_h in TARGETS_H:
        axes.axhline(
            target_h, color=style.INK_SOFT, linewidth=0.7, linestyle=(0, (5, 3)), zorder=2
        )


def _explained() -> list[Any]:
    return [
        Line2D([], [], color=MEDIAN, linewidth=1.6, label="median of the infant's days"),
        Line2D([], [], color=QUARTILES, linewidth=2.4, label="quartiles, of three days or more"),
        Patch(facecolor=BOUNDS, label="between median bounds"),
        Line2D([], [], color=POINT, marker="o", markersize=3, linestyle="", label="a day"),
        Line2D(
            [], [], color=POINT, marker="x", markersize=4, markeredgewidth=0.6, linestyle="",
            label="a day known for under 16 hours",
        ),
        Line2D(
            [], [], color=style.INK_SOFT, linewidth=0.7, linestyle=(0, (5, 3)),
            label="8 and 20 hours",
        ),
    ]  # fmt: skip
