"""One drawing for each two sources: hours against hours, and differences against means.

Readable in grey: what is told apart differs in shape and line, not in colour.
"""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pouch_host.report import drawing, style

from .estimate import Estimate
from .result import PairAgreement
from .told import Floats

SUFFIXES = drawing.VECTOR_SUFFIXES

_SIZE_IN = (8.27, 4.1)
_POINT, _EDGE = 14, 0.6
_BAND_ALPHA = 0.16
_DAY_H = 24


def file_names(pair: PairAgreement) -> list[str]:
    """Return the names of the files of two sources."""
    return [f"bland_altman_{pair.reference}_{pair.other}{suffix}" for suffix in SUFFIXES]


def write_pair(pair: PairAgreement, path: Path) -> None:
    """Write the drawing as SVG or PDF, which the file's name tells; same figures, same bytes.

    Args:
        pair: two sources.
        path: its name ends with one of `SUFFIXES`.

    Raises:
        OSError: it cannot be written.
    """
    drawing.write(draw_pair(pair), path)


def draw_pair(pair: PairAgreement) -> Figure:
    """Return the drawing."""
    with drawing.settings():
        return _drawn(pair)


def _drawn(pair: PairAgreement) -> Figure:
    figure = Figure(figsize=_SIZE_IN, layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    reference = np.array([day.reference_h for day in pair.days])
    other = np.array([day.other_h for day in pair.days])
    _draw_hours(left, pair, reference, other)
    _draw_differences(right, pair, reference, other)
    hours = pair.hours
    figure.suptitle(
        f"{pair.other.capitalize()} and {pair.reference}: hours of contact a day "
        f"(days: {hours.days}, infants: {hours.infants})",
        x=0.01,
        ha="left",
        fontsize=style.TEXT_PT + 2,
    )
    return figure


def _draw_hours(axes: Axes, pair: PairAgreement, reference: Floats, other: Floats) -> None:
    top = min(_DAY_H, max([1.0, *reference, *other]) * 1.08)
    axes.plot([0, top], [0, top], color=style.INK_FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    _scatter(axes, reference, other)
    axes.set(xlim=(0, top), ylim=(0, top), aspect="equal")
    axes.set_xlabel(f"{pair.reference}, h")
    axes.set_ylabel(f"{pair.other}, h")
    axes.set_title("On the line both say the same", loc="left", fontsize=style.SMALL_PT)


def _draw_differences(axes: Axes, pair: PairAgreement, reference: Floats, other: Floats) -> None:
    hours = pair.hours
    axes.axhline(0, color=style.RULE, linewidth=0.8)
    _scatter(axes, (reference + other) / 2, other - reference)
    _line(axes, hours.bias, "bias", "-")
    _line(axes, hours.lower, "lower limit", (0, (5, 3)))
    _line(axes, hours.upper, "upper limit", (0, (5, 3)))
    axes.set_xlabel("mean of both, h")
    axes.set_ylabel(f"{pair.other} - {pair.reference}, h")
    axes.set_title(hours.method or hours.bias.note, loc="left", fontsize=style.SMALL_PT)
    axes.margins(y=0.15)


def _scatter(axes: Axes, across: Floats, up: Floats) -> None:
    axes.scatter(
        across, up, s=_POINT, facecolors="none", edgecolors=style.INK, linewidths=_EDGE, zorder=3
    )


def _line(axes: Axes, figure: Estimate, name: str, dashes: object) -> None:
    if figure.value is None:
        return
    axes.axhline(figure.value, color=style.INK, linewidth=1.0, linestyle=dashes)  # pyright: ignore[reportArgumentType]
    if figure.low is not None and figure.high is not None:
        axes.axhspan(
            figure.low, figure.high, facecolor=style.INK_SOFT, alpha=_BAND_ALPHA, linewidth=0
        )
    # Beside the drawing, where it hides no point.
    axes.annotate(
        f"{name}\n{figure.value:+.2f}",
        (1, figure.value),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        fontsize=style.SMALL_PT,
    )
