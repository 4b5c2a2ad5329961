"""The ward's watch, as one part of its process."""

import math
import threading
from collections.abc import Callable

from pouch_host.errors import HostError
from pouch_host.system import PartName, Parts
from pouch_host.ward import WardWatch

_LOOK_EVERY_S = 1.0


class WatchError(HostError):
    """The watch has ended by itself. It is begun anew; its last words are in the log."""


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
        """Watch; see `Work`.

        Raises:
            WatchError: nobody looks any more.
        """
        alive_within_s = self._ward.settings.piece_max_s
        self._ward.start()
        try:
            on_running()
            sign_s = -math.inf
            while True:
                # Each look gives one, whether or not it finds anything new.
                if self._ward.sign_s != sign_s:
                    sign_s = self._ward.sign_s
                    self._parts.beat(PartName.WATCH, alive_within_s)
                if not self._ward.is_running:
                    raise WatchError("nobody looks at the ward: its thread has ended")
                if self._stop.wait(_LOOK_EVERY_S):
                    return
        finally:
            self._ward.stop()

    def stop(self) -> None:
        """End after this look; see `Work`."""
        self._stop.set()
