"""The files of a study's figures: each drawing, its data as CSV beside it, and what they are of.

dose.svg dose.pdf dose.csv ...  actogram_CODE.svg ...  figures.json (last: the seal)
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from matplotlib.figure import Figure

from pouch_host.export.columns import NOT_AVAILABLE
from pouch_host.report import drawing

from . import draw_actogram, draw_age, draw_coverage, draw_dose, draw_starts
from .gather import Study
from .sheet import NothingToDraw, Origin, title_of

SEAL = "figures.json"
DATA = {
    draw_dose.NAME: ("dose.csv",),
    draw_age.NAME: ("hours_by_age.csv", "hours_by_age_median.csv"),
    draw_starts.NAME: ("session_start.csv",),
    draw_coverage.NAME: ("coverage.csv", "coverage_gaps.csv"),
}
"""Files of what is drawn, by name of the figure."""

_CODE_CHARACTERS = 40
_NAME = re.compile(
    rf"({'|'.join(DATA)}|hours_by_age_median|coverage_gaps|{draw_actogram.NAME}_[A-Za-z0-9_-]*)"
    r"\.(svg|pdf|csv)"
)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure that can be drawn, and what is drawn in it.

    Attributes:
        name: of its files, without an ending.
        make: draws it.
        data: frames by name of their file.
    """

    name: str
    make: Callable[[], Figure]
    data: Mapping[str, pl.DataFrame]


def actogram_names(infants: Sequence[str]) -> dict[str, str]:
    """Return the name of the files of each infant's actogram; a code may be no file's name."""
    names: dict[str, str] = {}
    for infant in infants:
        kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in infant)
        stem = f"{draw_actogram.NAME}_{kept[:_CODE_CHARACTERS]}"
        # Two codes may differ by a sign only, and some computers see no capitals.
        taken = {name.lower() for name in names.values()}
        name, number = stem, 2
        while name.lower() in taken:
            name, number = f"{stem}_{number}", number + 1
        names[infant] = name
    return names


def all_names(suffixes: Sequence[str], actograms: Sequence[str]) -> list[str]:
    """Return the names of all files that there may be, the seal last.

    Args:
        suffixes: of the drawings.
        actograms: names of the infants that have one.
    """
    found: list[str] = []
    for name, data in DATA.items():
        found += [*(f"{name}{suffix}" for suffix in suffixes), *data]
    for name in actogram_names(actograms).values():
        found += [*(f"{name}{suffix}" for suffix in suffixes), f"{name}.csv"]
    return [*found, SEAL]


def drawings(
    study: Study, origin: Origin, *, double: bool, on_nothing: Callable[[str], None]
) -> list[Drawing]:
    """Return what can be drawn of a study.

    Args:
        study: it.
        origin: where it comes from.
        double: actograms have two days in a row.
        on_nothing: told why a figure cannot be drawn.
    """
    made = {
        draw_dose.NAME: lambda: draw_dose.dose(study.days, origin),
        draw_age.NAME: lambda: draw_age.hours_by_age(study.days, study.infants, origin),
        draw_starts.NAME: lambda: draw_starts.draw_starts(study.starts, origin),
        draw_coverage.NAME: lambda: draw_coverage.coverage(study.days, study.gaps, origin),
    }
    found: list[Drawing] = []
    for name, make in made.items():
        try:
            figure = make()
        except NothingToDraw as error:
            on_nothing(str(error))
            continue
        data = dict(zip(DATA[name], _data(name, study), strict=True))
        found.append(Drawing(name, lambda figure=figure: figure, data))
    names = actogram_names(list(study.actograms))
    for infant, (runs, days) in study.actograms.items():
        if not len(days):
            on_nothing(f"{draw_actogram.NAME} of {infant}: there is no day with a band")
            continue
        # Drawn when it is written: two hundred at once would not be small.
        found.append(
            Drawing(
                names[infant],
                lambda runs=runs, days=days: draw_actogram.draw_runs(
                    runs, days, origin, double=double
                ),
                {f"{names[infant]}.csv": runs},
            )
        )
    return found


def _data(name: str, study: Study) -> Iterator[pl.DataFrame]:
    if name == draw_dose.NAME:
        yield draw_dose.dose_data(study.days)
    elif name == draw_age.NAME:
        data = draw_age.hours_by_age_data(study.days, study.infants)
        yield data
        yield draw_age.by_day(data)
    elif name == draw_starts.NAME:
        yield draw_starts.by_minute(study.starts)
    else:
        yield draw_coverage.coverage_data(study.days)
        yield draw_coverage.gap_hours(study.gaps)


def names_of(found: Sequence[Drawing], suffixes: Sequence[str]) -> list[str]:
    """Return the names of the files of some drawings, the seal last."""
    names: list[str] = []
    for one in found:
        names += [*(f"{one.name}{suffix}" for suffix in suffixes), *one.data]
    return [*names, SEAL]


def write_drawing(one: Drawing, suffixes: Sequence[str], paths: Mapping[str, Path]) -> str:
    """Write a drawing and its data; return its heading.

    Args:
        one: the drawing.
        suffixes: of its files.
        paths: where each file goes.

    Raises:
        OSError: a file cannot be written.
    """
    figure = one.make()
    title = title_of(figure)
    for suffix in suffixes:
        drawing.write(figure, paths[f"{one.name}{suffix}"], title=title)
    for name, frame in one.data.items():
        frame.write_csv(paths[name], null_value=NOT_AVAILABLE)
    return title


def older_names(folder: Path) -> set[str]:
    """Return the names of the files that an older run left in a folder, as its seal has them.

    Only what can be a name of this package: whoever wrote the seal cannot make another file go.

    Args:
        folder: where they are.
    """
    try:
        told = json.loads((folder / SEAL).read_text(encoding="utf-8"))["files"]
        names = {name for name in told if isinstance(name, str)}
    except (OSError, ValueError, LookupError, TypeError):
        return set()
    return {name for name in names if _NAME.fullmatch(name)}


def write_seal(path: Path, about: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    """Write of what the figures are.

    Args:
        path: of the file.
        about: what was asked for, and by what version it was made.
        titles: heading of each drawing by its name.

    Raises:
        OSError: it cannot be written.
    """
    document = dict(about) | {"figures": dict(titles)}
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
