"""Build the web application: what it rests on, its pages, its static files."""

import asyncio
import logging
import time
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pouch_host.accounts.access import Accounts
from pouch_host.system import Parts, System
from pouch_host.ward import WardWatch

from . import assets
from .failures import add_failures
from .feed import BoardFeed
from .headers import SafeHeaders
from .limits import BodyLimit
from .page import Site
from .pages import ROUTERS
from .render import Renderer
from .settings import WebSettings
from .views import ViewLog

_log = logging.getLogger(__name__)
_STATIC_DIR = Path(__file__).parent / "static"


def create_app(
    ward: WardWatch,
    accounts: Accounts,
    *,
    settings: WebSettings | None = None,
    system: System | None = None,
) -> FastAPI:
    """Return the application.

    Args:
        ward: the running ward; starting and stopping it is the caller's.
        accounts: who may sign in.
        settings: how the pages are served.
        system: how the ward's computer is; None if nobody watches the parts of this process.
    """
    settings = settings or WebSettings()
    system = system or System(ward, Parts(time.monotonic))
    if not assets.is_complete():
        _log.warning(
            "the pages' libraries are missing, so charts are not drawn and Urdu has another font:"
            " run python -m pouch_host.web.assets"
        )
    # The description of the API is a route of its own; the generated pages for it would load
    # scripts from the internet.
    app = FastAPI(title="Pouch", docs_url=None, redoc_url=None, openapi_url=None)
    # The server sets this before it waits for endless streams to end.
    app.state.stopping = asyncio.Event()
    views = ViewLog(ward.store)
    app.state.site = Site(ward, ward.store, accounts, settings, Renderer(), views, system)
    app.state.board_feed = BoardFeed(ward, app.state.site.renderer)
    app.mount("/static", _Static(directory=_STATIC_DIR), name="static")
    app.add_middleware(BodyLimit)
    app.add_middleware(SafeHeaders, https=settings.https)
    add_failures(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


class _Static(StaticFiles):
    """Static files: kept by browsers, and asked about again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
