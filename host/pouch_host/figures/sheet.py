"""What every figure of a study has: its size, its heading, its small print, and its greys.

Readable in grey: areas that are told apart by their shade alone differ by `LIGHTNESS_STEP` at
least; everything else by shape, line or hatch.
"""

import textwrap
from dataclasses import dataclass
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from pouch_host.errors import HostError
from pouch_host.report import style

WIDTH_IN = 7.09
"""180 mm: two columns of most journals."""
HEIGHT_IN_MAX = 9.2
"""So that a caption fits below it on a page of A4 or letter."""

LIGHTNESS_STEP = 15.0
"""Steps of L* (CIE 1976, 0 black to 100 white) by which shades that are told apart differ."""

LINE_FAINT = "#a9b0ad"
RANGE = "#cfd8d4"
NIGHT = "#dcdcd4"

QUARTILES_MIN = 3
"""Of fewer values a median and quartiles would look surer than they are, so none is drawn."""

_FOOT_CHARACTERS = 164
_LEFT = 0.012
# IEC 61966-2-1: up to here sRGB is linear. CIE 15: likewise L*, and its slope there.
_LINEAR_TO, _L_LINEAR_TO, _L_SLOPE = 0.04045, 216 / 24389, 24389 / 27


class NothingToDraw(HostError):
    """A figure would be empty; its message says why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What figures say of where their data come from, as far as tables do not say it.

    Attributes:
        zone: IANA name of the zone in which days begin and end; "" if not known.
        software_version: of the program that made the tables; "" if not known.
        shifted: dates are not the real ones: each infant's are moved by its own.
    """

    zone: str = ""
    software_version: str = ""
    shifted: bool = False


UNKNOWN_ORIGIN = Origin()


def new_sheet(height_in: float, title: str) -> Figure:
    """Return an empty figure with its heading.

    Args:
        height_in: its height; more than fits on a page is cut to that.
        title: one line.
    """
    figure = Figure(figsize=(WIDTH_IN, min(height_in, HEIGHT_IN_MAX)), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, x=_LEFT, ha="left", fontsize=style.TEXT_PT + 2)
    return figure


def title_of(figure: Figure) -> str:
    """Return the heading of a figure."""
    return figure.get_suptitle()


def write_foot(figure: Figure, origin: Origin, frame: pl.DataFrame, *sentences: str) -> None:
    """Write the small print below a figure: what it shows, of how many, and what it is not.

    Args:
        figure: of `new_sheet`.
        origin: where the data come from.
        frame: what is drawn, with `infant`, and `date` and `algorithm_version` if it has them.
        sentences: of this figure, each with its full stop.
    """
    infants = frame["infant"].n_unique()
    counts = number_of(infants, "infant")
    if "date" in frame.columns and len(frame):
        days = frame.select("infant", "date").n_unique()
        counts += f", {number_of(days, 'day')}"
        if not origin.shifted:
            counts += f", {frame['date'].min()} to {frame['date'].max()}"
    where = f"Local days of {origin.zone}" if origin.zone else "Local days"
    if origin.shifted:
        where += "; dates are shifted"
    told = [
        f"{counts}. {where}.",
        *sentences,
        f"Pouch {origin.software_version}".rstrip() + _method(frame) + ".",
        "Research tool; does not replace a thermometer.",
    ]
    lines = textwrap.wrap(" ".join(told), _FOOT_CHARACTERS, break_on_hyphens=False)
    figure.supxlabel(
        "\n".join(lines), x=_LEFT, ha="left", fontsize=style.TINY_PT, color=style.INK_SOFT
    )


def _method(frame: pl.DataFrame) -> str:
    if "algorithm_version" not in frame.columns:
        return ""
    return f", method {', '.join(sorted(frame['algorithm_version'].unique().to_list()))}"


def number_of(count: int, word: str) -> str:
    """Return a number with its word in the plural where it has one: "1 day", "2 days"."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def prepare(axes: Axes, *, left: bool = True) -> None:
    """Take away the lines of a panel that say nothing.

    Args:
        axes: the panel.
        left: whether its left edge stays.
    """
    for side in ("top", "right") if left else ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def legend(axes: Axes, columns: int, handles: list[Any], *, inside: bool = False) -> None:
    """Write the legend above a panel, where it hides nothing.

    Args:
        axes: the panel.
        columns: entries beside each other.
        handles: what it explains.
        inside: into the panel, which has nothing else.
    """
    axes.legend(
        handles=handles,
        loc="upper left" if inside else "lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        borderpad=0.1,
        ncols=columns,
        columnspacing=1.2,
        handlelength=1.8,
        frameon=False,
        fontsize=style.SMALL_PT,
    )


def lightness(colour: str) -> float:
    """Return L* of a colour: what is left of it in grey, in steps that an eye sees alike.

    CIE 1976 L* of the relative luminance of sRGB (IEC 61966-2-1), white at D65.

    Args:
        colour: as Matplotlib takes it.
    """
    red, green, blue = (
        part / 12.92 if part <= _LINEAR_TO else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(colour)
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    if luminance <= _L_LINEAR_TO:
        return _L_SLOPE * luminance
    return 116 * luminance ** (1 / 3) - 16
