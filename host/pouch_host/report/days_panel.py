"""A row for each day: its minutes by state, its hours with their bounds, and its figures."""

import math

from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from pouch_host.analysis.days import Day
from pouch_host.hours_shown import hours_down

from . import style
from .contents import Report, Row

_BAR_HEIGHT = 0.66
_HOURS_SHOWN_MIN = 10
_DAY_H, _TICK_H = 24, 3
_S_PER_H = 3600
_MINUTES_PER_HOUR = 60

# Heading of each column of figures, and where its right edge is, as a share of the panel.
_FIGURES = (
    ("Hours", 0.09),
    ("At least, most", 0.35),
    ("Known", 0.48),
    ("Longest", 0.63),
    ("< 36.5", 0.77),
    ("Target", 1.0),
)


def draw_actogram(axes: Axes, report: Report) -> None:
    """Draw the minutes of each day from its midnight on, and below them its sessions.

    Args:
        axes: where, y a row each from the top.
        report: what the page shows.
    """
    longest_h = max([_DAY_H, *(row.hours for row in report.rows)])
    _prepare_rows(axes, report)
    axes.set_xlim(0, longest_h)
    ticks = range(0, math.floor(longest_h) + 1, _TICK_H)
    axes.set_xticks(list(ticks), [f"{hour}" for hour in ticks])
    axes.xaxis.tick_top()
    axes.set_yticks(
        range(len(report.rows)), [_day_label(row) for row in report.rows], color=style.INK
    )
    axes.tick_params(axis="y", length=0)
    for hour in ticks:
        axes.axvline(hour, color=style.RULE, linewidth=style.THIN_PT, zorder=0)
    for look in style.LOOKS:
        areas = [
            Rectangle((run.begin_h, place - _BAR_HEIGHT / 2), run.hours, _BAR_HEIGHT)
            for place, row in enumerate(report.rows)
            for run in row.runs
            if run.state == look.state
        ]
        axes.add_collection(
            PatchCollection(
                areas,
                facecolor=look.face,
                edgecolor=look.line,
                linewidth=look.edge_pt,
                hatch=look.hatch or None,
            )
        )
    _draw_sessions(axes, report)


def draw_hours(axes: Axes, report: Report) -> None:
    """Draw each day's confirmed hours, how far its bounds reach, and its target.

    Args:
        axes: where, y a row each from the top.
        report: what the page shows.
    """
    _prepare_rows(axes, report)
    most = max((max(day.hours_upper, day.target_h) for day in report.days), default=0.0)
    shown_h = min(_DAY_H, max(_HOURS_SHOWN_MIN, 2 * math.ceil((most + 0.5) / 2)))
    axes.set_xlim(0, shown_h)
    ticks = range(0, shown_h, 4 if shown_h <= _DAY_H / 2 else 8)
    axes.set_xticks(list(ticks), [f"{hour}" for hour in ticks])
    axes.xaxis.tick_top()
    axes.set_yticks([])
    for hour in ticks:
        axes.axvline(hour, color=style.RULE, linewidth=style.THIN_PT, zorder=0)
    for place, row in enumerate(report.rows):
        if row.day is not None:
            _draw_hours_of_day(axes, place, row.day)


def write_figures(axes: Axes, report: Report) -> None:
    """Write each day's figures.

    Args:
        axes: where, y a row each from the top.
        report: what the page shows.
    """
    _prepare_rows(axes, report)
    axes.set_xlim(0, 1)
    axes.set_axis_off()
    for heading, right in _FIGURES:
        axes.annotate(
            heading,
            (right, 1),
            (0, 3),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            fontsize=style.TINY_PT,
            color=style.INK_SOFT,
        )
    for place, row in enumerate(report.rows):
        cells = _figures(row.day) if row.day is not None else ("no band",)
        for cell, (_, right) in zip(cells, _FIGURES, strict=False):
            axes.text(
                right if row.day is not None else 0.0,
                place,
                cell,
                ha="right" if row.day is not None else "left",
                va="center_baseline",
                fontsize=style.SMALL_PT,
                color=style.INK if row.day is not None else style.INK_SOFT,
            )


def _prepare_rows(axes: Axes, report: Report) -> None:
    axes.set_ylim(max(1, len(report.rows)) - 0.5, -0.5)
    for side in ("left", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _draw_sessions(axes: Axes, report: Report) -> None:
    for place, row in enumerate(report.rows):
        for one in report.sessions:
            begin_utc_s = max(one.begin_utc_s, row.begin_utc_s)
            end_utc_s = min(one.end_utc_s, row.end_utc_s)
            if begin_utc_s < end_utc_s:
                axes.hlines(
                    place + _BAR_HEIGHT / 2 + 0.09,
                    (begin_utc_s - row.begin_utc_s) / _S_PER_H,
                    (end_utc_s - row.begin_utc_s) / _S_PER_H,
                    color=style.INK,
                    linewidth=1.4 if one.is_long else 0.4,
                )


def _draw_hours_of_day(axes: Axes, place: int, day: Day) -> None:
    axes.barh(place, day.hours_upper, _BAR_HEIGHT, color=style.POSSIBLE)
    axes.barh(place, day.hours, _BAR_HEIGHT, color=style.CONTACT)
    axes.errorbar(
        day.hours,
        place,
        xerr=[
            [max(0.0, day.hours - day.hours_lower)],
            [max(0.0, day.hours_upper - day.hours)],
        ],
        color=style.INK,
        elinewidth=0.7,
        capsize=1.6,
        capthick=0.7,
    )
    axes.vlines(day.target_h, place - 0.5, place + 0.5, color=style.DANGER, linewidth=1.0)


def _figures(day: Day) -> tuple[str, ...]:
    temperatures = day.temperatures
    return (
        f"{hours_down(day.hours):.1f}",
        f"{hours_down(day.hours_lower):.1f} to {hours_down(day.hours_upper):.1f}",
        f"{math.floor(100 * day.coverage)} %",
        _length(day.contents.longest_session_minutes),
        _length(temperatures.below_36_5_minutes) if temperatures.valid_minutes else "-",
        day.target_met.replace("_", " "),
    )


def _length(minutes: int) -> str:
    return f"{minutes // _MINUTES_PER_HOUR}:{minutes % _MINUTES_PER_HOUR:02d}"


def _day_label(row: Row) -> str:
    text = f"{row.date:%a} {row.date.day} {row.date:%b}"
    return text if row.hours == _DAY_H else f"{text}, {row.hours:g} h"
