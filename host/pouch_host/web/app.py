"""Build the web application: the page, its live stream and its static files."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pouch_host.store import Store

from . import assets
from .cards import STALE_AFTER_S
from .feed import BoardFeed
from .view import BoardSettings, View

_log = logging.getLogger(__name__)
_WEB_DIR = Path(__file__).parent

# Without scripts the whole page is loaded again; more often than this would flicker.
_RELOAD_S_MIN = 5
# A live page that has heard nothing for this many refreshes has lost its connection.
_SILENT_REFRESHES = 5
_SILENCE_S_MIN = 10

# Nothing is loaded from elsewhere, nothing runs that is not a file of ours, nothing is framed.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(
    store: Store,
    *,
    clock: Callable[[], float],
    refresh_s: float = 2.0,
    speed_label: str | None = None,
    stale_after_s: float = STALE_AFTER_S,
) -> FastAPI:
    """Return the page's application.

    Args:
        store: an open store; it is read in a worker thread and stays the caller's to close.
        clock: returns the time in UTC seconds, true or simulated.
        refresh_s: seconds between two updates of a live page.
        speed_label: how fast the clock runs where it is simulated, for example "60 times real
            time"; None if the clock is true.
        stale_after_s: age in seconds from which data is shown as stale; two pull periods.
    """
    view = View(BoardSettings(stale_after_s, speed_label))
    feed = BoardFeed(store, view, clock, refresh_s)
    live = assets.is_complete()
    if not live:
        _log.warning(
            "the page's libraries are missing, so it reloads instead of going on live:"
            " run python -m pouch_host.web.assets"
        )
    # No generated API pages: they would load scripts from the internet.
    app = FastAPI(title="Pouch", docs_url=None, redoc_url=None, openapi_url=None)
    # The server sets this before it waits for the streams below to end.
    app.state.stopping = asyncio.Event()
    app.mount("/static", StaticFiles(directory=_WEB_DIR / "static"), name="static")
    app.add_middleware(_SafeHeaders)

    @app.get("/", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        html = view.page(
            await feed.fragment(),
            live=live,
            reload_s=max(_RELOAD_S_MIN, round(refresh_s)),
            silence_ms=round(1000 * max(_SILENCE_S_MIN, _SILENT_REFRESHES * refresh_s)),
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    @app.get("/events")
    async def events() -> EventSourceResponse:
        return EventSourceResponse(_as_events(feed.updates(app.state.stopping)))

    return app


async def _as_events(fragments: AsyncIterator[str]) -> AsyncIterator[ServerSentEvent]:
    # Unnamed events: htmx swaps those in without being told.
    async for fragment in fragments:
        yield ServerSentEvent(data=fragment)


class _SafeHeaders:
    """Puts the headers above on every answer, without touching its body: streams stay streams."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)
