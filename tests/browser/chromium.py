"""Find the browser of the tests, and say why there is none."""

import os
import shutil
from pathlib import Path

# Debian's names and, where a tester has a browser of that family anyway, the usual ones.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_HINT = "run  sudo apt-get install chromium  on Debian, or name a Chromium in POUCH_CHROMIUM"


def find():
    """Return the path of a Chromium, or None."""
    named = os.environ.get("POUCH_CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else _NAMES))
    return next((path for path in found if path), None)


def why_not():
    """Return why the tests of the pages cannot run, or None if they can.

    Continuous integration has to have a browser: there a missing one is a failure, not a skip.
    """
    if find() is not None:
        return None
    reason = f"there is no Chromium: {_HINT}"
    assert os.environ.get("CI") != "true", reason
    return reason


def arguments(video: Path):
    """Return the arguments that every start needs.

    Args:
        video: what its camera shows, see `qr_video`; read whenever a page opens the camera.
    """
    words = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
        # Containers give /dev/shm 64 MB, which ends a tab without a word.
        "--disable-dev-shm-usage",
        # Scroll bars of a desktop would take room that a tablet gives to the page.
        "--hide-scrollbars",
    ]
    # Chromium's sandbox refuses to run as root; containers mostly are.
    return [*words, "--no-sandbox"] if os.geteuid() == 0 else words
