"""One sheet of A4, upright: key figures, a row a day, temperature, sessions, and what it is."""

from datetime import datetime
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import drawing, style
from .contents import Report, key_figures
from .days_panel import draw_actogram, draw_hours, write_figures
from .time_panels import draw_sessions, draw_temperatures

_DPI = 200
_CODE_SHOWN = 40
_FOOT = (
    "Research tool. Chest skin temperature, not axillary; the core is an estimate. "
    "Does not replace a thermometer."
)

# Heights in inches, from the top of the sheet down.
_ROW_IN_MAX, _DAYS_IN_MAX = 0.32, 4.75
_HEAD_IN = 1.22
_GAP_IN = 0.6
_SESSIONS_IN_MIN, _SESSIONS_IN_MAX = 0.95, 1.8
_TEMPERATURES_IN_MAX = 4.6
# Left edge and width of the three parts of a day's row.
_ACTOGRAM_IN, _HOURS_IN, _FIGURES_IN = (1.3, 2.85), (4.32, 0.92), (5.3, 2.6)


def draw_page(report: Report) -> Figure:
    """Return the page.

    Args:
        report: what it shows.
    """
    with drawing.settings():
        figure = Figure(figsize=style.PAGE_IN)
        FigureCanvasAgg(figure)
        _write_head(figure, report)
        top_in = _draw_days(figure, report, style.TOP_IN + _HEAD_IN)
        _draw_time(figure, report, top_in)
        _write_foot(figure, report)
    return figure


def write_page(report: Report, path: Path) -> None:
    """Write the page as PNG or PDF, which the file's name tells; the same page, the same bytes.

    Args:
        report: what it shows.
        path: its name ends with one of `SUFFIXES`.

    Raises:
        OSError: it cannot be written.
    """
    drawing.write(draw_page(report), path, dpi=_DPI)


def _write_head(figure: Figure, report: Report) -> None:
    code = report.infant_code
    code = code if len(code) <= _CODE_SHOWN else code[: _CODE_SHOWN - 1] + "…"
    _write(figure, style.TOP_IN, f"Skin-to-skin contact: infant {code}", size=style.TITLE_PT)
    now = datetime.fromtimestamp(report.now_utc_s, report.zone).isoformat(timespec="minutes")
    span = "no days"
    if report.rows:
        span = f"{report.rows[0].date} to {report.rows[-1].date}"
    where = f"{span}, days of {report.zone.key}, as of {now}"
    _write(figure, style.TOP_IN + 0.25, where, colour=style.INK_SOFT)
    for number, sentence in enumerate(key_figures(report)):
        _write(figure, style.TOP_IN + 0.46 + 0.15 * number, sentence)


def _draw_days(figure: Figure, report: Report, top_in: float) -> float:
    """Draw a row for each day; return how far down that reaches, in inches."""
    count = max(1, len(report.rows))
    height_in = min(_DAYS_IN_MAX, _ROW_IN_MAX * count)
    parts = (
        (_ACTOGRAM_IN, draw_actogram, "Hours since midnight; blank: no band"),
        (_HOURS_IN, draw_hours, "Hours of contact"),
        (_FIGURES_IN, write_figures, ""),
    )
    for (left_in, width_in), draw, title in parts:
        axes = _axes(figure, left_in, top_in, width_in, height_in)
        draw(axes, report)
        if title:
            axes.set_title(
                title, loc="left", fontsize=style.SMALL_PT, color=style.INK_SOFT, pad=13
            )
    _draw_legend(figure, top_in + height_in + 0.06)
    return top_in + height_in + _GAP_IN


def _draw_time(figure: Figure, report: Report, top_in: float) -> None:
    left_in = 0.9
    width_in = style.PAGE_IN[0] - style.RIGHT_IN - left_in
    room_in = style.PAGE_IN[1] - style.BOTTOM_IN - 0.35 - _GAP_IN - top_in
    sessions_in = min(_SESSIONS_IN_MAX, max(_SESSIONS_IN_MIN, 0.28 * room_in))
    height_in = min(_TEMPERATURES_IN_MAX, room_in - sessions_in)
    axes = _axes(figure, left_in, top_in, width_in, height_in)
    draw_temperatures(axes, report)
    _title(axes, "Temperature of chest skin, °C")
    top_in += height_in + _GAP_IN
    axes = _axes(figure, left_in, top_in, width_in, sessions_in)
    draw_sessions(axes, report)
    _title(axes, "Length of sessions in hours, by who gave them")


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, loc="left", fontsize=style.TEXT_PT, pad=4)
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.2,
        ncols=3,
        frameon=False,
        fontsize=style.SMALL_PT,
    )


def _draw_legend(figure: Figure, top_in: float) -> None:
    states = [
        Patch(
            facecolor=look.face,
            edgecolor=look.line,
            linewidth=look.edge_pt,
            hatch=look.hatch or None,
            label=look.word,
        )
        for look in style.LOOKS
    ]
    others = [
        Line2D([], [], color=style.INK, linewidth=1.4, label="session of an hour or more"),
        Patch(facecolor=style.POSSIBLE, label="at most"),
        Line2D([], [], color=style.DANGER, linewidth=1.0, label="target"),
    ]
    figure.legend(
        handles=states + others,
        loc="upper left",
        bbox_to_anchor=(style.LEFT_IN / style.PAGE_IN[0], 1 - top_in / style.PAGE_IN[1]),
        borderaxespad=0,
        borderpad=0,
        ncols=len(states) + len(others),
        columnspacing=1.1,
        handlelength=1.6,
        frameon=False,
        fontsize=style.SMALL_PT,
    )


def _write_foot(figure: Figure, report: Report) -> None:
    top_in = style.PAGE_IN[1] - style.BOTTOM_IN
    _write(figure, top_in, _FOOT)
    text = "Time that is not known is never counted as contact."
    if report.days:
        text += (
            " The true hours lie between at least and at most on "
            f"{100 * report.days[0].bounds_coverage:.0f} of 100 days, if no sensor failed."
        )
    _write(figure, top_in + 0.15, text, size=style.SMALL_PT, colour=style.INK_SOFT)
    version = report.analysis.minutes.algorithm_version
    text = f"Method {version}, Pouch {report.software_version}, days of {report.zone.key}."
    _write(figure, top_in + 0.27, text, size=style.SMALL_PT, colour=style.INK_SOFT)


def _axes(
    figure: Figure, left_in: float, top_in: float, width_in: float, height_in: float
) -> Axes:
    width, height = style.PAGE_IN
    return figure.add_axes(
        (left_in / width, 1 - (top_in + height_in) / height, width_in / width, height_in / height)
    )


def _write(
    figure: Figure,
    top_in: float,
    text: str,
    *,
    size: float = style.TEXT_PT,
    colour: str = style.INK,
) -> None:
    figure.text(
        style.LEFT_IN / style.PAGE_IN[0],
        1 - top_in / style.PAGE_IN[1],
        text,
        va="top",
        fontsize=size,
        color=colour,
    )
