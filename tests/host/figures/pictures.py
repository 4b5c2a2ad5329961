"""Make the pictures of docs/FIGURES.md: `python -m tests.host.figures.pictures`, from the root.

They go to build/pictures, from there by hand to docs/pictures. They show made-up infants.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from pouch_host import figures
from tests.host.figures import made_frames as made

FOLDER = Path(__file__).parents[3] / "build" / "pictures"
ORIGIN = figures.Origin(made.ZONE)
_DPI = 120
# A clone should not grow by megabytes for pictures; flat colours lose nothing by this.
_COLOURS = 64


def pictures() -> Iterator[tuple[str, Figure]]:
    """Yield the name and the figure of each picture."""
    days = made.made_days(24, 14, seed=11, poor_share=0.1)
    minutes, _ = made.made_minutes("12", 10, 3)
    parts = [made.made_minutes(f"I{number:03}", 7, number) for number in range(24)]
    yield "figure-dose", figures.dose(days, ORIGIN)
    yield "figure-hours-by-age", figures.hours_by_age(days, None, ORIGIN)
    yield (
        "figure-session-start",
        figures.around_session_start(*made.joined(parts), origin=ORIGIN),
    )
    yield "figure-coverage", figures.coverage(days, made.made_gaps(), ORIGIN)
    yield "figure-actogram", figures.actogram(minutes, made.days_of(minutes), ORIGIN)


def main() -> None:
    """Make them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, figure in pictures():
        path = FOLDER / f"{name}.png"
        figures.write(figure, path, dpi=_DPI)
        with Image.open(path) as picture:
            file = io.BytesIO()
            flat = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
            flat.save(file, format="PNG", optimize=True)
        path.write_bytes(file.getvalue())


if __name__ == "__main__":
    main()
