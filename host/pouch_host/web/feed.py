"""The board as it goes on: one message at first, then what changed, as server-sent events.

    id: RUN.VIEWER.VERSION      what the browser has; it says so when it comes back
    event: board                {"order": [codes], "head": html, "cards": {code: html}}
    event: time                 {"now_utc_s", "offset_s", "watch", "looked_utc_s"}: every few
                                seconds, so that silence means that the connection is lost; the
                                last two say whether the ward is looked at, and when it last was
    event: over                 the session or its rights have ended: load the page again

A message is made once for all screens that had the same before. Making is done in worker threads:
a card must not hold up the event loop.
"""

import asyncio
import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sse_starlette import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from pouch_host.ward import WardBoard, WardWatch

from .ages import fill_ages
from .board_parts import BoardParts, Viewer
from .render import Renderer

# Three of them fit into the silence after which a page says that the connection is lost.
_HEARTBEAT_S = 3.0
_RIGHTS_S = 5.0
_RETRY_MS = 2000
_MESSAGES_MAX = 16


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole board, for a page.

    Attributes:
        event_id: what the page has then.
        head: what stands above the cards.
        cards: by infant's code, worst first.
    """

    event_id: str
    head: str
    cards: dict[str, str]


class BoardFeed:
    """Makes the board and its changes for every kind of viewer. May be used by several threads.

    Args:
        ward: the running ward.
        renderer: makes the HTML.
        heartbeat_s: seconds between two words of a stream.
        rights_s: how long a stream may outlive its session or its rights, seconds.

    Attributes:
        snooze_choices: for how many minutes each class may be snoozed.
    """

    def __init__(
        self,
        ward: WardWatch,
        renderer: Renderer,
        *,
        heartbeat_s: float = _HEARTBEAT_S,
        rights_s: float = _RIGHTS_S,
    ) -> None:
        self._ward = ward
        self._heartbeat_s = heartbeat_s
        self._rights_s = rights_s
        self._parts = BoardParts(renderer, ward.settings.alerts)
        self.snooze_choices = self._parts.choices
        # Versions begin anew with each start: those of another run say nothing.
        self._run = secrets.token_hex(4)
        self._messages: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._lock = threading.Lock()

    def shown(self, viewer: Viewer, now_utc_s: float) -> Shown:
        """Return the whole board.

        Args:
            viewer: who looks.
            now_utc_s: for which time ages are given.
        """
        board = self._ward.board()
        cards = self._parts.cards(board, viewer)
        return Shown(
            self._event_id(viewer, board.version),
            fill_ages(self._parts.head(board, viewer), viewer.language, now_utc_s),
            {code: fill_ages(html, viewer.language, now_utc_s) for code, html in cards.items()},
        )

    async def events(
        self,
        viewer: Viewer,
        last_event_id: str,
        *,
        stopping: asyncio.Event,
        holds: Callable[[], Awaitable[bool]],
    ) -> AsyncIterator[ServerSentEvent]:
        """Yield events until the server stops or the viewer may look no more.

        Args:
            viewer: who looks.
            last_event_id: what the browser has, "" for nothing.
            stopping: set when the server stops.
            holds: tells whether the viewer still may look, and still sees the same.
        """
        version = self._version_of(viewer, last_event_id)
        loop = asyncio.get_running_loop()
        asked_s = loop.time()
        end = asyncio.ensure_future(stopping.wait())
        newer = None
        try:
            while not stopping.is_set():
                if loop.time() - asked_s >= self._rights_s:
                    asked_s = loop.time()
                    if not await holds():
                        yield ServerSentEvent(event="over", data="{}")
                        return
                board = self._ward.board()
                if board.version != version:
                    text = await run_in_threadpool(self._message, board, viewer, version)
                    version = board.version
                    yield ServerSentEvent(
                        event="board",
                        data=text,
                        id=self._event_id(viewer, version),
                        retry=_RETRY_MS,
                    )
                yield ServerSentEvent(event="time", data=self._time(viewer.zone))
                if newer is None:
                    newer = asyncio.ensure_future(self._ward.newer(version))
                await asyncio.wait(
                    {newer, end}, timeout=self._heartbeat_s, return_when=asyncio.FIRST_COMPLETED
                )
                if newer.done():
                    newer.result()
                    newer = None
        finally:
            end.cancel()
            if newer is not None:
                newer.cancel()

    def _message(self, board: WardBoard, viewer: Viewer, since: int) -> str:
        """Return what changed after a version, -1 for all, as the data of an event."""
        key = (viewer.key, since, board.version)
        with self._lock:
            if key not in self._messages:
                self._messages[key] = self._new_message(board, viewer, since)
                while len(self._messages) > _MESSAGES_MAX:
                    self._messages.popitem(last=False)
            return self._messages[key]

    def _new_message(self, board: WardBoard, viewer: Viewer, since: int) -> str:
        cards = self._parts.cards(board, viewer, since)
        head = self._parts.head(board, viewer)
        now_utc_s = self._ward.now_utc_s()
        return json.dumps(
            {
                "order": [infant.row.infant_code for infant in board.infants],
                "head": fill_ages(head, viewer.language, now_utc_s),
                "cards": {
                    code: fill_ages(html, viewer.language, now_utc_s)
                    for code, html in cards.items()
                },
            },
            ensure_ascii=False,
        )

    def _time(self, zone: ZoneInfo) -> str:
        now_utc_s, look = self._ward.now_utc_s(), self._ward.last_look()
        return json.dumps(
            {
                "now_utc_s": now_utc_s,
                "offset_s": offset_s(zone, now_utc_s),
                "watch": look.state,
                "looked_utc_s": look.looked_utc_s,
            }
        )

    def _event_id(self, viewer: Viewer, version: int) -> str:
        return f"{self._run}.{viewer.key}.{version}"

    def _version_of(self, viewer: Viewer, event_id: str) -> int:
        """Return the version that a browser has; -1 for none, and for another run or view."""
        run, _, rest = event_id.partition(".")
        key, _, version = rest.partition(".")
        if run != self._run or key != viewer.key or not version.isdecimal():
            return -1
        return int(version)


def offset_s(zone: ZoneInfo, utc_s: float) -> int:
    """Return how far a zone's clocks are ahead of UTC at a moment."""
    offset = datetime.fromtimestamp(utc_s, zone).utcoffset()
    return round(offset.total_seconds()) if offset is not None else 0
