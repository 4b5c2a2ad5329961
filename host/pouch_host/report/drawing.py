"""What all drawings share: settings that nobody's own can change, and files of the same bytes."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from . import style

VECTOR_SUFFIXES = (".svg", ".pdf")
"""Files that a journal prints from: lines stay lines, and text stays text."""

# No time, and in SVG and PNG no version of a library: a drawing is told by what is on it.
_NO_DATES: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": "Pouch"},
    ".pdf": {"CreationDate": None, "Creator": "Pouch"},
    ".png": {"Software": None},
}


@contextmanager
def settings() -> Iterator[None]:
    """Draw alike whatever the person who runs this has set for other drawings."""
    with mpl.rc_context(), warnings.catch_warnings():
        # A sign of an infant's code that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(style.SETTINGS)
        yield


def write(figure: Figure, path: Path, *, title: str = "", dpi: float | None = None) -> None:
    """Write a drawing as the file's name tells: SVG, PDF or PNG; the same drawing, same bytes.

    Args:
        figure: it, drawn in `settings`.
        path: its name ends with ".svg", ".pdf" or ".png".
        title: for the file's own description; "" for none.
        dpi: dots to the inch of a PNG.

    Raises:
        OSError: it cannot be written.
        ValueError: the name ends with something else.
    """
    suffix = path.suffix.lower()
    if suffix not in _NO_DATES:
        raise ValueError(f"{path.name}: its name must end with {', '.join(_NO_DATES)}")
    metadata = _NO_DATES[suffix] | ({"Title": title} if title else {})
    with settings():
        figure.savefig(path, metadata=metadata, dpi="figure" if dpi is None else dpi)
