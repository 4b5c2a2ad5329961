"""A ward that is watched: what it shows is in memory, and what people do is kept at once."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from pouch_host.alerts import AlertParameters
from pouch_host.errors import InputError, StoreError
from pouch_host.store import Infant, Store

from .board import Done, WardBoard
from .desk import AlertDesk
from .looks import LastLook, Looks
from .screen import Screen
from .settings import WardSettings
from .told import BEHIND_S
from .worker import Worker

_log = logging.getLogger(__name__)


class WardWatch:
    """Watches over a ward: one worker thread, or `step` by hand.

    Attributes:
        store: where the ward is kept; it stays the caller's to close.
        settings: how it is watched.

    Args:
        store: an open store.
        clock: returns the time in UTC seconds, true or simulated.
        settings: how the ward is watched; the usual way if None.
        clock_s: returns seconds that go on evenly.
    """

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], float],
        settings: WardSettings | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.store = store
        self.settings = settings or WardSettings()
        self._clock = clock
        self._screen = Screen(clock(), self.settings.stale_after_s)
        self._desk = AlertDesk(store, _live(self.settings))
        self._looks = Looks(
            clock(), clock_s, self.settings.look_within_s, self.settings.piece_max_s
        )
        self._worker = Worker(store, clock, self.settings, self._desk, self._screen, self._looks)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def now_utc_s(self) -> float:
        """Return the ward's time."""
        return self._clock()

    def start(self) -> None:
        """Begin to look at the store, in a thread of its own."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="ward", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread. What was told is in the store already."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._worker.close()

    def board(self) -> WardBoard:
        """Return the last snapshot. It never waits for the store."""
        return self._screen.board

    def last_look(self) -> LastLook:
        """Return whether somebody looks at the store, and since when nobody does."""
        return self._looks.last()

    @property
    def sign_s(self) -> float:
        """When the thread gave its last sign of life, on the even clock; only to be compared."""
        return self._looks.sign_s

    @property
    def is_running(self) -> bool:
        """Whether there is a thread that looks."""
        return self._thread is not None and self._thread.is_alive()

    async def newer(self, version: int) -> WardBoard:
        """Return a board of another version than one that was seen, as soon as there is one."""
        return await self._screen.newer(version)

    def acknowledge(
        self, infant_code: str, alert_id: int, *, who: str, request_id: str, late: bool = True
    ) -> Done:
        """Note that somebody has seen an alert. It is silent until it clears and recurs.

        Args:
            infant_code: whose alert.
            alert_id: its number.
            who: who has seen it.
            request_id: of the request; if it was done before, its first outcome is returned and
                nothing changes.
            late: who has seen it has also seen that it got no better, if it did.

        Returns:
            What came of it. If somebody else was first, who that was.

        Raises:
            InputError: the alert does not stand, or got no better meanwhile.
            StoreError: nothing was changed; the store cannot be written.
        """
        return self._act(
            infant_code,
            lambda infant, now_utc_s: self._desk.acknowledge(
                infant, alert_id, who=who, request_id=request_id, now_utc_s=now_utc_s, late=late
            ),
        )

    def mute(
        self, infant_code: str, target: str, *, who: str, minutes: int, request_id: str
    ) -> Done:
        """Keep a class or a family of alerts from ringing for a while. It still shows.

        Args:
            infant_code: of which infant.
            target: name of the class or family.
            who: who asks for it.
            minutes: for how long.
            request_id: as for `acknowledge`.

        Raises:
            InputError: no such target or infant, or it would last too long.
            StoreError: nothing was changed; the store cannot be written.
        """
        return self._act(
            infant_code,
            lambda infant, now_utc_s: self._desk.mute(
                infant, target, who=who, minutes=minutes, request_id=request_id,
                now_utc_s=now_utc_s,
            ),
        )  # fmt: skip

    def unmute(self, infant_code: str, target: str, *, who: str, request_id: str) -> Done:
        """End a mute before its time; what has to ring rings at once.

        Args:
            infant_code: of which infant.
            target: name of the class or family.
            who: who asks for it.
            request_id: as for `acknowledge`.

        Raises:
            InputError: the target is not muted.
            StoreError: nothing was changed; the store cannot be written.
        """
        return self._act(
            infant_code,
            lambda infant, now_utc_s: self._desk.unmute(
                infant, target, who=who, request_id=request_id, now_utc_s=now_utc_s
            ),
        )

    def step(self) -> None:
        """Look at the store once, and show what is new."""
        self._worker.step()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._look()
                self._stop.wait(self.settings.look_every_s)
        except Exception:  # noqa: BLE001 - not even a fault could be shown
            # Whoever has started it begins it anew.
            _log.exception("the watch over the ward has ended")
        finally:
            if not self._stop.is_set():
                self._looks.die()

    def _look(self) -> None:
        try:
            self.step()
        except Exception as error:  # noqa: BLE001 - see below
            # A ward that has stopped looking must say so on its board, whatever the reason.
            _log.exception("a look at the ward failed")
            self._worker.fail(f"the ward is not watched: {type(error).__name__}: {error}")

    def _act(self, infant_code: str, action: Callable[[Infant, int], Done]) -> Done:
        """Do what a person asks for, and show it at once."""
        watched, now_utc_s = self._worker.watched(infant_code), self._clock()
        if watched is None:
            raise InputError(f"infant {infant_code} is not on the board")
        try:
            done = action(watched.infant, int(now_utc_s))
        except StoreError as error:
            self._worker.note_unwritten(error)
            self._worker.publish(now_utc_s)
            raise
        self._worker.show(watched, now_utc_s)
        self._worker.publish(now_utc_s)
        return done


def _live(settings: WardSettings) -> AlertParameters:
    """Return the alerts' parameters for minutes that are told when they are known.

    The newest minute told lies behind the newest sample. STALE is about the sample, and stands
    when the board shows it as stale.
    """
    return replace(settings.alerts, stale_after_s=math.ceil(settings.stale_after_s) + BEHIND_S)
