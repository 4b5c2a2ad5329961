"""What ran on through the days: chest skin temperature with the estimated core, and sessions."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from pouch_host.analysis.sessions import LONG_MIN
from pouch_host.analysis.states import MINUTE_S

from . import style
from .contents import Report

Floats = npt.NDArray[np.float64]

# Lines that staff act on, degrees Celsius, and how each is drawn (domain: WHO classes; below 35.5
# and from 38.0 on is a danger sign).
_LINES = (
    (38.0, style.DANGER, "-"),
    (37.5, style.INK_SOFT, "--"),
    (36.5, style.INK_SOFT, "--"),
    (36.0, style.INK_SOFT, ":"),
    (35.5, style.DANGER, "-"),
)
_SHOWN_C = (34.8, 38.4)
_ROOM_C = 0.3
# Two standard deviations hold 95 of 100 cores, if errors are normal.
_BAND_SD = 2.0

_DAY_LABELS_MAX = 14
_DAYS_WITH_HOURS = 2
_DAYS_WITH_FINE_LINES = 7
_HOURS_OF_LABELS = 6
_S_PER_H = 3600
_MINUTES_PER_HOUR = 60
_MARKS = {"mother": ("o", "full"), "other": ("^", "full"), "unknown": ("o", "none")}


def draw_temperatures(axes: Axes, report: Report) -> None:
    """Draw the chest skin of each minute, grey where it is not valid, and the estimated core.

    Args:
        axes: where, x in UTC seconds.
        report: what the page shows.
    """
    part = report.minutes
    of_minutes = report.analysis.temperatures
    utc_s = report.analysis.minutes.first_utc_s + MINUTE_S * (
        np.arange(part.start, part.stop) + 0.5
    )
    skin_c = np.where(report.analysis.assigned[part], of_minutes.skin_c[part], np.nan)
    valid = of_minutes.valid[part]
    core_c, core_sd_c = of_minutes.core_c[part], of_minutes.core_sd_c[part]
    low_c, high_c = _shown_range_c(skin_c[valid], core_c)
    for line_c, colour, dashes in _LINES:
        axes.axhline(line_c, color=colour, linestyle=dashes, linewidth=style.THIN_PT, zorder=1.8)
    if low_c < 32.0:  # noqa: PLR2004 - severe hypothermia (WHO)
        axes.axhline(32.0, color=style.DANGER, linewidth=style.THIN_PT, zorder=1.8)
    axes.plot(
        utc_s,
        np.where(valid, np.nan, skin_c),
        color=style.INK_FAINT,
        linewidth=0.4,
        label="chest skin, not valid",
    )
    axes.fill_between(
        utc_s,
        core_c - _BAND_SD * core_sd_c,
        core_c + _BAND_SD * core_sd_c,
        color=style.CORE_BAND,
        linewidth=0,
        zorder=1.5,
        label=f"estimated core, ±{_BAND_SD:g} standard deviations",
    )
    axes.plot(utc_s, core_c, color=style.CORE, linewidth=0.5, linestyle=(0, (3, 1)))
    axes.plot(
        utc_s,
        np.where(valid, skin_c, np.nan),
        color=style.INK,
        linewidth=0.9 if len(report.rows) <= _DAYS_WITH_FINE_LINES else 0.5,
        label="chest skin, valid",
    )
    axes.set_ylim(low_c, high_c)
    axes.set_yticks([line_c for line_c, _, _ in _LINES])
    axes.yaxis.set_major_formatter("{x:.1f}")
    _prepare_time(axes, report)


def draw_sessions(axes: Axes, report: Report) -> None:
    """Draw each session where it begins, as high as it is long, marked by who gave it.

    Args:
        axes: where, x in UTC seconds.
        report: what the page shows.
    """
    hours = [one.minutes / _MINUTES_PER_HOUR for one in report.sessions]
    axes.axhline(
        LONG_MIN / _MINUTES_PER_HOUR, color=style.INK_SOFT, linestyle="--", linewidth=style.THIN_PT
    )
    for provider, (mark, fill) in _MARKS.items():
        chosen = [
            (one.begin_utc_s, length_h)
            for one, length_h in zip(report.sessions, hours, strict=True)
            if one.provider == provider
        ]
        axes.vlines(
            [at for at, _ in chosen],
            0,
            [length for _, length in chosen],
            color=style.CONTACT,
            linewidth=0.7,
        )
        axes.plot(
            [at for at, _ in chosen],
            [length for _, length in chosen],
            mark,
            color=style.CONTACT,
            markerfacecolor=style.CONTACT if fill == "full" else style.PAPER,
            markeredgewidth=0.6,
            markersize=3,
            label=provider if provider != "unknown" else "not known",
        )
    axes.set_ylim(0, max(2.0, 1.15 * max(hours, default=0.0)))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    _prepare_time(axes, report)


def _shown_range_c(skin_c: Floats, core_c: Floats) -> tuple[float, float]:
    """Return what the panel shows: the lines, and every valid value."""
    values = np.concatenate([skin_c, core_c])
    values = values[~np.isnan(values)]
    low_c, high_c = _SHOWN_C
    if len(values):
        low_c = min(low_c, float(values.min()) - _ROOM_C)
        high_c = max(high_c, float(values.max()) + _ROOM_C)
    return low_c, high_c


def _prepare_time(axes: Axes, report: Report) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if not report.rows:
        axes.set_xticks([])
        return
    axes.set_xlim(report.rows[0].begin_utc_s, report.rows[-1].end_utc_s)
    for row in report.rows:
        axes.axvline(row.begin_utc_s, color=style.RULE, linewidth=style.THIN_PT, zorder=0)
    places, labels = zip(*_time_labels(report), strict=True)
    axes.set_xticks(places, labels)


def _time_labels(report: Report) -> Iterator[tuple[float, str]]:
    """Yield places and labels: dates, and on a page of a day or two the hours as well."""
    step = math.ceil(len(report.rows) / _DAY_LABELS_MAX)
    for row in report.rows[::step]:
        yield row.begin_utc_s, f"{row.date.day} {row.date:%b}"
    if len(report.rows) > _DAYS_WITH_HOURS:
        return
    for row in report.rows:
        hour = datetime.combine(row.date, datetime.min.time(), report.zone)
        for _ in range(_HOURS_OF_LABELS - 1):
            # Wall-clock time: a day with a clock change has its noon at noon.
            hour += timedelta(hours=24 / _HOURS_OF_LABELS)
            yield hour.astimezone(UTC).timestamp(), f"{hour:%H:%M}"
