"""The board as it is shown, and who waits for a newer one. Any thread may ask or change it."""

import asyncio
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from .board import InfantNow, WardBoard
from .cards import aged, differs, worst_first


class Screen:
    """Keeps the last snapshot of a ward.

    Args:
        now_utc_s: the time.
        stale_after_s: age in seconds from which data is shown as stale.
    """

    def __init__(self, now_utc_s: float, stale_after_s: float) -> None:
        self._stale_after_s = stale_after_s
        self._lock = threading.Lock()
        self._infants: dict[int, InfantNow] = {}
        self._changed = False
        self._board = WardBoard(0, now_utc_s, (), reading=True)
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @property
    def board(self) -> WardBoard:
        """The last snapshot."""
        return self._board

    @property
    def is_changed(self) -> bool:
        """Whether the next snapshot has anything new to show."""
        return self._changed

    def put(self, infant: InfantNow) -> None:
        """Show an infant as it is now, with the next snapshot."""
        key = infant.row.infant_id
        with self._lock:
            before = self._infants.get(key)
            if before is None or differs(infant, before):
                self._changed = True
                self._infants[key] = replace(infant, version=self._board.version + 1)
            else:
                self._infants[key] = replace(infant, version=before.version)

    def keep_only(self, keys: Iterable[int]) -> None:
        """Show nobody else any more, with the next snapshot."""
        with self._lock:
            for key in set(self._infants) - set(keys):
                del self._infants[key]
                self._changed = True

    def publish(
        self, now_utc_s: float, *, failure: str | None, waiting: int, reading: bool
    ) -> None:
        """Make what was put the board that all see, with the ages of now.

        Args:
            now_utc_s: the time.
            failure: why it may not be up to date; None if all is well.
            waiting: how many infants are still to be worked out.
            reading: the store has not been read yet.
        """
        with self._lock:
            version = self._board.version + 1
            for key, infant in self._infants.items():
                older = aged(infant, now_utc_s, self._stale_after_s)
                # Most only grow older; a screen counts that by itself.
                if older.stale != infant.stale or older.temperature_old != infant.temperature_old:
                    older = replace(older, version=version)
                    self._changed = True
                self._infants[key] = older
            before = self._board
            told = (failure, waiting, reading)
            if told != (before.failure, before.waiting, before.reading):
                self._changed = True
            self._board = WardBoard(
                version if self._changed else before.version,
                now_utc_s,
                worst_first(self._infants.values()),
                failure,
                waiting,
                reading,
            )
            woken = list(self._waiting.items()) if self._changed else []
            self._changed = False
        for event, loop in woken:
            # A loop that has ended meanwhile waits for nothing any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    async def newer(self, version: int) -> WardBoard:
        """Return the board as soon as it has another version than one that was seen.

        Args:
            version: the one that was seen. Higher than the board's, it is one of a program that
                has ended: then the board is returned at once.
        """
        event = asyncio.Event()
        with self._lock:
            self._waiting[event] = asyncio.get_running_loop()
        try:
            while self._board.version == version:
                await event.wait()
                event.clear()
            return self._board
        finally:
            with self._lock:
                del self._waiting[event]
