"""The ward board, and the stream on which it goes on by itself."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import HTMLResponse
from sse_starlette import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from pouch_host.accounts.roles import Right
from pouch_host.web.access import BoardPage, need
from pouch_host.web.ages import age_steps, digits_of
from pouch_host.web.board_parts import Viewer
from pouch_host.web.feed import BoardFeed, offset_s
from pouch_host.web.page import Page
from pouch_host.web.principal import Principal, principal_of

router = APIRouter()

# An open board asks by itself: that alone keeps nobody signed in.
StreamPage = Annotated[Page, Depends(need(Right.SEE_BOARD, touch=False))]


def viewer_of(page: Page) -> Viewer:
    """Return how the board looks to whoever asks."""
    way = "look"
    if page.may(Right.TEND):
        way = "tend"
    elif page.principal.staff is None:
        way = "ask"
    return Viewer(page.language, page.unit, page.zone, way, page.may(Right.SEE_INFANT))


def feed_of(request: Request) -> BoardFeed:
    """Return the application's one feed, so that screens share what is made for them."""
    return request.app.state.board_feed


@router.get("/")
def board(page: BoardPage) -> HTMLResponse:
    """Show the board as it is now."""
    return _board(page)


@router.get("/board")
def board_again(page: StreamPage) -> HTMLResponse:
    """Show it again without anybody's doing: to a browser without scripts, which reloads."""
    return _board(page)


def _board(page: Page) -> HTMLResponse:
    viewer = viewer_of(page)
    answer = page.render(
        "board/page.html",
        shown=feed_of(page.request).shown(viewer, page.now_utc_s),
        way=viewer.way,
        look=page.ward.last_look(),
        age_steps=age_steps(page.language),
        digits=digits_of(page.language),
        offset_s=offset_s(page.zone, page.now_utc_s),
    )
    # The service worker keeps what says so, for the time without a network.
    answer.headers["X-Pouch-Keep"] = "board"
    return answer


@router.get("/events")
async def events(
    page: StreamPage,
    last_event_id: Annotated[str, Header(max_length=200)] = "",
    since: Annotated[str, Query(max_length=200)] = "",
) -> EventSourceResponse:
    """Send the board and then its changes, for as long as whoever asked may see it.

    `since` is what a page had when it was made: a browser that comes back by itself says it in
    the header instead, which is newer.
    """
    request, site, was = page.request, page.site, page.principal

    def still_the_same() -> bool:
        now = principal_of(request, site.accounts, site.settings, tokens=False, touch=False)
        return _seen_by(now) == _seen_by(was)

    async def holds() -> bool:
        return await run_in_threadpool(still_the_same)

    stream = feed_of(request).events(
        viewer_of(page),
        last_event_id or since,
        stopping=request.app.state.stopping,
        holds=holds,
    )
    return EventSourceResponse(stream)


def _seen_by(principal: Principal) -> tuple[object, ...]:
    """Return what decides whether a stream may go on as it is."""
    staff = principal.staff
    chosen = (staff.staff_id, staff.language, staff.temperature_unit) if staff else ()
    return (*chosen, principal.device is None, principal.rights)
