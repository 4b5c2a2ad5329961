"""Keeps one part of a process going: what fails is told, and begun again after a pause."""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from pouch_host.errors import HostError
from pouch_host.system import PartName, Parts, PartState

_log = logging.getLogger(__name__)

# A disk that was full or an adapter that was unplugged is back within minutes of being seen to.
_PAUSE_S = 2.0
_PAUSE_S_MAX = 60.0
# What has run for so long had a sound start: its next fault is another one.
_SOUND_S = 600.0


class Work(Protocol):
    """One run of a part."""

    def run(self, on_running: Callable[[], None]) -> None:
        """Do the work until `stop`, or until it fails.

        Args:
            on_running: to be called once it does what it is for.
        """
        ...

    def stop(self) -> None:
        """End the run in order; may be called from any thread, also before or after it."""
        ...


class Supervised:
    """One part in a thread of its own.

    Args:
        name: which part.
        make: makes the work of one run, anew each time.
        parts: is told how the part is.
        clock_s: returns seconds that go on evenly.
        pause_s: after the first fault; it doubles from fault to fault.
    """

    def __init__(
        self,
        name: PartName,
        make: Callable[[], Work],
        parts: Parts,
        *,
        clock_s: Callable[[], float],
        pause_s: float = _PAUSE_S,
    ) -> None:
        self.name = name
        self._make = make
        self._parts = parts
        self._clock_s = clock_s
        self._pause_s = pause_s
        self._told = ""
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._work: Work | None = None
        # As a daemon: one that hangs in the operating system must not keep the process.
        self._thread = threading.Thread(target=self._run, name=name.value, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._parts.note(self.name, PartState.STARTING)
        self._thread.start()

    def stop(self, timeout_s: float | None = None) -> bool:
        """End the part in order; return whether it has ended.

        Args:
            timeout_s: how long to wait for it; None for as long as it takes.
        """
        self._stop.set()
        self.restart()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def restart(self) -> None:
        """End the run that there is now in order; unless it is to stop, another one follows."""
        with self._lock:
            work = self._work
        if work is not None:
            work.stop()

    def _run(self) -> None:
        pause_s = self._pause_s
        while not self._stop.is_set():
            began_s = self._clock_s()
            self._once()
            if self._clock_s() - began_s > _SOUND_S:
                pause_s = self._pause_s
            if self._stop.wait(pause_s):
                break
            pause_s = min(2 * pause_s, _PAUSE_S_MAX)
        self._parts.note(self.name, PartState.ENDED)

    def _once(self) -> None:
        try:
            work = self._make()
            with self._lock:
                self._work = work
            if self._stop.is_set():
                work.stop()
            work.run(self._note_running)
        except HostError as error:
            self._note_failed(str(error))
        except Exception as error:  # noqa: BLE001 - the others go on, its traceback is in the log
            _log.exception("%s has failed", self.name.value)
            self._note_failed(f"{type(error).__name__}: {error}")
        else:
            if not self._stop.is_set():
                self._note_failed("it ended by itself")
        finally:
            with self._lock:
                self._work = None

    def _note_running(self) -> None:
        self._told = ""
        self._parts.note(self.name, PartState.RUNNING)

    def _note_failed(self, line: str) -> None:
        # Once for each cause: it is tried again every minute, perhaps for days.
        if line != self._told:
            _log.error("%s: %s", self.name.value, line)
        self._told = line
        self._parts.note(self.name, PartState.FAILED, line)
