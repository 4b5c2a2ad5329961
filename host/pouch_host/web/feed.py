"""Read the board, once for a page and again and again for a live one.

All reading of the store happens in a worker thread, one at a time, so that a slow disk never
holds up the event loop.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime

from pouch_host import derive
from pouch_host.errors import HostError
from pouch_host.store import Store

from .view import View

_log = logging.getLogger(__name__)


class BoardFeed:
    """Makes the board's HTML from the store as it is now.

    Args:
        store: read from a worker thread; it stays the caller's to close.
        view: renders the board.
        clock: returns the time in UTC seconds, true or simulated.
        refresh_s: seconds between two updates.
    """

    def __init__(
        self, store: Store, view: View, clock: Callable[[], float], refresh_s: float
    ) -> None:
        self._store = store
        self._view = view
        self._clock = clock
        self._refresh_s = refresh_s
        self._one_reader = asyncio.Lock()

    async def fragment(self) -> str:
        """Return the board as it is now, as HTML. A store that cannot be read is shown as such."""
        async with self._one_reader:
            return await asyncio.to_thread(self._render)

    async def updates(self, stopping: asyncio.Event) -> AsyncIterator[str]:
        """Yield the board at once and then at every refresh, until `stopping` is set.

        It is sent even if no data came in: the ages on it have grown, and a page that hears
        nothing tells its reader that the connection is lost.
        """
        while not stopping.is_set():
            yield await self.fragment()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._refresh_s):
                    await stopping.wait()

    def _render(self) -> str:
        now_utc_s = self._clock()
        try:
            rows = derive.board(self._store, now_utc_s)
            return self._view.board(rows, datetime.fromtimestamp(now_utc_s, self._store.zone))
        except HostError as error:
            _log.error("the board cannot be made: %s", error)
            return self._view.board([], datetime.fromtimestamp(now_utc_s, UTC), failure=str(error))
