"""Who may do what: the one place where a request is let in or refused.

Every route has exactly one of `need(...)` and `public`; a test walks over all of them.
"""

import secrets
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from pouch_host.accounts.roles import Right

from .language import chosen
from .page import Page, Site
from .principal import Principal, principal_of

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_SEE_OTHER, _NOT_KNOWN, _FORBIDDEN = 303, 401, 403

NEXT_MAX = 1000
"""Characters that an address may have to be gone on to after signing in."""


class Gate:
    """A dependency that lets a request in and hands out its `Page`, or refuses it.

    Attributes:
        right: what whoever asks must have; None for anybody who is signed in.
        is_public: anybody is let in, signed in or not.
        tokens: a program's bearer token will do.
        touch: a person asks, so that the session goes on.
    """

    def __init__(
        self,
        right: Right | None = None,
        *,
        is_public: bool = False,
        tokens: bool = False,
        touch: bool = True,
    ) -> None:
        self.right = right
        self.is_public = is_public
        self.tokens = tokens
        self.touch = touch

    async def __call__(self, request: Request) -> Page:
        """Return the request as a page.

        Raises:
            HTTPException: 303 to the sign-in page, 401 or 403.
        """
        site: Site = request.app.state.site
        _check_origin(request)
        page = await run_in_threadpool(self._page, request, site)
        if not self.is_public:
            self._check_rights(request, page.principal)
            await _check_csrf(request, page.principal)
        return page

    def _page(self, request: Request, site: Site) -> Page:
        principal = principal_of(
            request, site.accounts, site.settings, tokens=self.tokens, touch=self.touch
        )
        staff = principal.staff
        wanted = [
            staff.language if staff else None,
            request.cookies.get("pouch-language"),
        ]
        return Page(
            request=request,
            site=site,
            principal=principal,
            language=chosen(
                [one for one in wanted if one],
                request.headers.get("accept-language", ""),
                site.store.language,
            ),
            unit=staff.temperature_unit if staff else "c",
            now_utc_s=site.ward.now_utc_s(),
            zone=site.store.zone,
        )

    def _check_rights(self, request: Request, principal: Principal) -> None:
        if self.right is None and principal.staff is not None:
            return
        if self.right is not None and self.right in principal.rights:
            return
        if principal.staff is not None:
            raise HTTPException(_FORBIDDEN, "not_yours")
        page_wanted = "text/html" in request.headers.get("accept", "")
        if self.tokens or not page_wanted or "hx-request" in request.headers:
            raise HTTPException(_NOT_KNOWN, "sign_in")
        back = _asked(request) if request.method in _SAFE_METHODS else "/"
        path = "/set-up" if request.app.state.site.accounts.needs_set_up else "/sign-in"
        raise HTTPException(
            _SEE_OTHER, headers={"Location": f"{path}?next={quote(back, safe='/')}"}
        )


def need(right: Right | None = None, *, tokens: bool = False, touch: bool = True) -> Gate:
    """Return the gate of a route.

    Args:
        right: what whoever asks must have; None for anybody who is signed in.
        tokens: a program's bearer token will do.
        touch: a person asks, so that the session goes on; False for what a page does by itself.
    """
    return Gate(right, tokens=tokens, touch=touch)


public = Gate(is_public=True)
"""The gate of a route that is for everybody."""

AnyPage = Annotated[Page, Depends(public)]
StaffPage = Annotated[Page, Depends(need())]
BoardPage = Annotated[Page, Depends(need(Right.SEE_BOARD))]
InfantPage = Annotated[Page, Depends(need(Right.SEE_INFANT))]
TendPage = Annotated[Page, Depends(need(Right.TEND))]
AdmitPage = Annotated[Page, Depends(need(Right.ADMIT))]


def _asked(request: Request) -> str:
    """Return what was asked for as the browser wrote it: decoded, a code may be another path."""
    path = request.scope.get("raw_path", b"/").decode("ascii", "replace")
    asked = f"{path}?{request.url.query}" if request.url.query else path
    return asked if len(asked) <= NEXT_MAX else "/"


def _check_origin(request: Request) -> None:
    """Refuse what a page of another site sends, even where there is no session yet."""
    origin = request.headers.get("origin")
    if request.method in _SAFE_METHODS or origin is None:
        return
    if urlsplit(origin).netloc != request.headers.get("host", ""):
        raise HTTPException(_FORBIDDEN, "other_site")


async def _check_csrf(request: Request, principal: Principal) -> None:
    if request.method in _SAFE_METHODS or principal.by_token:
        return
    given = request.headers.get("x-csrf", "")
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        form = await request.form()
        given = str(form.get("csrf", ""))
    if not principal.csrf or not secrets.compare_digest(given.encode(), principal.csrf.encode()):
        raise HTTPException(_FORBIDDEN, "stale_form")
