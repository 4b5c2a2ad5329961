"""Figures of a study that a journal can print.

    export tables (polars frames) --> data (what is drawn, also written as CSV) --> Figure
                                                                          write --> SVG or PDF

Each function takes rows with the columns of the export's tables and returns a Matplotlib figure;
none reads a store. What is not known is drawn as not known, and how much of it there is stands
beside. docs/FIGURES.md says how to read each, and what it must not be used for.
"""

from pathlib import Path

from matplotlib.figure import Figure

from pouch_host.report import drawing

from .draw_actogram import actogram, actogram_data
from .draw_age import hours_by_age, hours_by_age_data
from .draw_coverage import coverage, coverage_data
from .draw_dose import dose, dose_data
from .draw_starts import around_session_start, around_session_start_data
from .sheet import NothingToDraw, Origin, title_of

__all__ = [
    "SUFFIXES",
    "NothingToDraw",
    "Origin",
    "actogram",
    "actogram_data",
    "around_session_start",
    "around_session_start_data",
    "coverage",
    "coverage_data",
    "dose",
    "dose_data",
    "hours_by_age",
    "hours_by_age_data",
    "write",
]

SUFFIXES = (*drawing.VECTOR_SUFFIXES, ".png")
"""Files that a figure can be written to."""


def write(figure: Figure, path: Path | str, dpi: float = 200) -> None:
    """Write a figure as SVG, PDF or PNG, which the file's name tells; same figure, same bytes.

    Args:
        figure: of a function of this package.
        path: its name ends with one of `SUFFIXES`.
        dpi: dots to the inch of a PNG.

    Raises:
        OSError: it cannot be written.
        ValueError: the name ends with something else.
    """
    drawing.write(figure, Path(path), title=title_of(figure), dpi=dpi)
