"""Make the README's pictures of the pages: `make pictures`.

They show the made ward of the tests: nobody on them is a real infant.
"""

import io
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.browser import babies, chromium, made_store, people
from tests.browser.screens import ROOT, Screens
from tests.browser.served import HandClock
from tests.browser.stage import Stage
from tests.browser.ward import Ward

FOLDER = ROOT / "build" / "pictures"
# A clone should not grow by megabytes for pictures; flat colours lose nothing by this.
_COLOURS = 128
_BYTES_MAX = 150_000


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: of its file.
        who: who is signed in; None for nobody.
        path: of the page; None for the family page of the cold infant.
        size: of the screen.
        lang: of the page.
        height_px: how much of the page, if not as much as the screen shows.
    """

    name: str
    who: str | None
    path: str | None
    size: str = "tablet"
    lang: str = "en"
    height_px: int | None = None


PICTURES = (
    Picture("board", people.NURSE, "/"),
    Picture("board-phone-urdu", people.NURSE, "/", "phone", "ur"),
    Picture("infant", people.NURSE, f"/infants/{babies.WELL}", height_px=1060),
    Picture("mother", None, None, "phone", "ur"),
    Picture("admission", people.NURSE, f"/infants/{babies.NEW}/band", "phone", height_px=860),
)


def main():
    """Make them all; return the exit code."""
    reason = chromium.why_not()
    if reason is not None:
        sys.stderr.write(f"error: {reason}\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pouch-pictures-") as name:
        path = Path(name) / "pouch.db"
        made_store.make(path)
        ward = Ward(path, HandClock(babies.NOW_UTC_S))
        stage = Stage(Path(name) / "camera.y4m")
        try:
            for picture in PICTURES:
                sys.stderr.write(f"{stage.run(_make(stage, ward, picture))}\n")
        finally:
            stage.close()
            ward.close()
    return 0


async def _make(stage, ward, picture):
    screens = Screens(stage)
    try:
        screen = await screens.open(ward, picture.who, size=picture.size, lang=picture.lang)
        await screen.go(picture.path or ward.family_path(babies.WELL))
        if picture.name == "infant":
            await screen.page.locator("[data-drawn]").wait_for()
        shown = screen.page.viewport_size or {}
        if picture.height_px is not None:
            await screen.page.set_viewport_size({**shown, "height": picture.height_px})
        await screen.settled()
        data = await screen.page.screenshot()
    finally:
        await screens.close()
    path = FOLDER / f"{picture.name}.png"
    with Image.open(io.BytesIO(data)) as image:
        flat = image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        flat.save(path, optimize=True)
    size = path.stat().st_size
    assert size < _BYTES_MAX, f"{path} has {size} bytes"
    return path.relative_to(ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
