"""The ward's watch, as one part of its process."""

import threading
from collections.abc import Callable

from pouch_host.system import PartName, Parts
from pouch_host.ward import WardWatch

# It looks twice a second. To work out anew an infant of many months takes minutes on a small
# computer, once a start.
_ALIVE_WITHIN_S = 600.0
_LOOK_EVERY_S = 1.0


class Watching:
    """Has the ward watched until it is stopped, and sees that it is; see `Work`.

    Args:
        ward: looks at the store in a thread of its own. It says by itself what fails.
        parts: is told that it goes on.
    """

    def __init__(self, ward: WardWatch, parts: Parts) -> None:
        self._ward = ward
        self._parts = parts
        self._stop = threading.Event()

    def run(self, on_running: Callable[[], None]) -> None:
        """Watch; see `Work`."""
        self._ward.start()
        try:
            on_running()
            seen_utc_s = None
            while True:
                # Each look has its time, whether or not it finds anything new.
                if self._ward.board().now_utc_s != seen_utc_s:
                    seen_utc_s = self._ward.board().now_utc_s
                    self._parts.beat(PartName.WATCH, _ALIVE_WITHIN_S)
                if self._stop.wait(_LOOK_EVERY_S):
                    return
        finally:
            self._ward.stop()

    def stop(self) -> None:
        """End after this look; see `Work`."""
        self._stop.set()
