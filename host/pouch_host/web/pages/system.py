"""How the ward's computer is: for the administrator, for the board, for programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from pouch_host.accounts.roles import Right
from pouch_host.system import System
from pouch_host.web.access import AnyPage, Gate, need
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

_NOT_FOUND, _UNAVAILABLE = 404, 503

_SitePage = Annotated[Page, Depends(need(Right.MANAGE_SITE))]
# The board asks again and again by itself: that alone keeps nobody signed in.
_BoardByItself = Annotated[Page, Depends(need(Right.SEE_BOARD, touch=False))]


class _Open(Gate):
    """The gate of a route that has to answer when not even the store can be read."""

    def __init__(self) -> None:
        super().__init__(is_public=True)

    async def __call__(self, request: Request) -> System:  # type: ignore[override]
        return request.app.state.site.system


_AnySystem = Annotated[System, Depends(_Open())]


@router.get("/system", response_class=HTMLResponse)
def system(page: _SitePage) -> HTMLResponse:
    """Show how the computer, its parts and the bands are."""
    return page.render("system/page.html", state=page.site.system.look())


@router.get("/system/notices", response_class=HTMLResponse)
def notices(page: _BoardByItself) -> HTMLResponse:
    """Return what everybody who looks at the board has to know of the computer, as a piece."""
    return page.render("system/notices.html", reasons=page.site.system.urgent())


@router.get("/health")
def health(system: _AnySystem) -> JSONResponse:
    """Say whether the ward's computer does its work; 503 if not, for a watchdog to act on."""
    found = system.health()
    return JSONResponse(found.plain(), 200 if found.ok else _UNAVAILABLE)


@router.get("/metrics")
def metrics(system: _AnySystem) -> Response:
    """Say the same to Prometheus, with since when nobody has looked at the ward."""
    # Imported here: the library is not loaded where nobody asks.
    from pouch_host.system.metrics import CONTENT_TYPE, figures

    return Response(figures(system), media_type=CONTENT_TYPE)


@router.get("/ca.crt")
def authority(page: AnyPage) -> Response:
    """Hand out the certificate of the ward's authority, for tablets to trust."""
    path = page.site.settings.ca_file
    if path is None:
        raise HTTPException(_NOT_FOUND, "no_authority")
    return Response(
        path.read_bytes(),
        media_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="pouch-ward-ca.crt"'},
    )
