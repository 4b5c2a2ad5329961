"""Sign in, lock the screen again, and the first run of a new ward."""

import unicodedata
from contextlib import suppress
from math import ceil
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from pouch_host.account_errors import AccountError, LockedOut, Reason
from pouch_host.accounts.access import SignedIn
from pouch_host.accounts.roles import RIGHTS, Right
from pouch_host.accounts.rules import check_same
from pouch_host.errors import StoreError
from pouch_host.web import language as languages
from pouch_host.web.access import NEXT_MAX, AnyPage, StaffPage
from pouch_host.web.page import Page

router = APIRouter()

_UNAUTHORIZED, _NOT_FOUND, _UNPROCESSABLE, _TOO_MANY = 401, 404, 422, 429

# The longest that browsers keep a cookie: who walks past a screen is no reason to lose it.
SCREEN_COOKIE_S = 400 * 24 * 3600
_LANGUAGE_COOKIE_S = SCREEN_COOKIE_S

_Text = Annotated[str, Form(max_length=300)]
_Path = Annotated[str, Form(alias="next", max_length=NEXT_MAX)]
_AskedPath = Annotated[str, Query(alias="next", max_length=NEXT_MAX)]
_AskedName = Annotated[str, Query(max_length=300)]


@router.get("/sign-in")
def sign_in_page(
    page: AnyPage,
    next_path: _AskedPath = "",
    name: _AskedName = "",
) -> Response:
    """Show whose turn it may be; with a name, where to type its PIN."""
    if page.accounts.needs_set_up:
        return page.redirect("/set-up")
    return _sign_in_form(page, name, next_path)


@router.post("/sign-in")
def sign_in(
    page: AnyPage,
    name: _Text = "",
    secret: _Text = "",
    next_path: _Path = "",
) -> Response:
    """Let somebody in, or say why not and for how long."""
    old = page.request.cookies.get(page.site.settings.cookie("session"), "")
    try:
        signed_in = page.accounts.sign_in(name, secret, instead_of=old)
    except LockedOut as error:
        return _sign_in_form(page, name, next_path, error.reason, seconds_left(page, error))
    except AccountError as error:
        return _sign_in_form(page, name, next_path, error.reason)
    return _let_in(page, signed_in, local_path(next_path))


@router.post("/sign-out")
def sign_out(page: StaffPage) -> Response:
    """End the session. An enrolled screen shows the board again, any other the names."""
    name = page.site.settings.cookie("session")
    # On a full disk the browser forgets its key all the same; the session is over when idle.
    with suppress(StoreError):
        page.accounts.sign_out(page.request.cookies.get(name, ""))
    path = "/" if page.principal.device is not None else "/sign-in"
    answer = page.redirect(path, note="signed_out")
    _set_cookie(page, answer, name, "", max_age_s=0)
    return answer


@router.get("/set-up")
def set_up_page(page: AnyPage) -> HTMLResponse:
    """Show where the first administrator is made, as long as there is none."""
    _check_needs_set_up(page)
    return page.render("people/set_up.html", name="", reason=None, left_s=0)


@router.post("/set-up")
def set_up(
    page: AnyPage, code: _Text = "", name: _Text = "", secret: _Text = "", again: _Text = ""
) -> Response:
    """Make the first administrator, with the code that the server's console shows."""
    _check_needs_set_up(page)
    status, left_s = _UNPROCESSABLE, 0
    try:
        check_same(secret, again)
        staff = page.accounts.set_up(code, name, secret)
        return _let_in(page, page.accounts.sign_in(staff.name, secret), "")
    except LockedOut as error:
        status, reason, left_s = _TOO_MANY, error.reason, seconds_left(page, error)
    except AccountError as error:
        reason = error.reason
    return page.render(
        "people/set_up.html", status_code=status, name=name, reason=reason, left_s=left_s
    )


@router.post("/language")
def choose_language(
    page: AnyPage,
    language: _Text = "",
    next_path: _Path = "",
) -> Response:
    """Show this browser's pages in another language, whoever signs in and has chosen none."""
    answer = page.redirect(local_path(next_path) or "/sign-in")
    if language in languages.installed():
        _set_cookie(page, answer, "pouch-language", language, max_age_s=_LANGUAGE_COOKIE_S)
    return answer


def set_screen_cookie(page: Page, answer: Response, token: str) -> None:
    """Make this browser an enrolled screen."""
    name = page.site.settings.cookie("screen")
    _set_cookie(page, answer, name, token, max_age_s=SCREEN_COOKIE_S)


def seconds_left(page: Page, error: LockedOut) -> int:
    """Return for how many whole seconds nobody may try."""
    return max(1, ceil(error.until_utc_s - page.now_utc_s))


def local_path(path: str) -> str:
    """Return an address within this site to go on to; "" for any other.

    A link that somebody was sent must not lead from our sign-in page to a copy of it elsewhere.

    Args:
        path: as the browser gave it.
    """
    try:
        parts = urlsplit(path)
    except ValueError:
        return ""
    # Browsers drop control characters and take "\\" for "/", which makes "/\\host" another host.
    odd = "\\" in path or any(unicodedata.category(sign).startswith("C") for sign in path)
    if odd or parts.scheme or parts.netloc or not path.startswith("/") or path[:2] == "//":
        return ""
    if parts.path in ("/sign-in", "/sign-out", "/set-up"):
        return ""
    return path


def _sign_in_form(
    page: Page, name: str, next_path: str, reason: Reason | None = None, left_s: int = 0
) -> HTMLResponse:
    names = page.accounts.pin_names()
    status = 200
    if reason is not None:
        status = _TOO_MANY if reason == Reason.LOCKED_OUT else _UNAUTHORIZED
    answer = page.render(
        "people/sign_in.html",
        status_code=status,
        names=names,
        name=name,
        has_pin=name in names,
        next_path=local_path(next_path),
        reason=reason,
        left_s=left_s,
        languages=list(languages.installed()),
    )
    if left_s:
        answer.headers["Retry-After"] = str(left_s)
    return answer


def _let_in(page: Page, signed_in: SignedIn, path: str) -> Response:
    rights = RIGHTS[signed_in.staff.role]
    if path in ("", "/"):
        # Who runs the computer has no board to look at.
        path = "/" if Right.SEE_BOARD in rights else "/people"
    answer = page.redirect(path)
    _set_cookie(page, answer, page.site.settings.cookie("session"), signed_in.token)
    screen_token = page.request.cookies.get(page.site.settings.cookie("screen"), "")
    if page.principal.device is not None:
        # Else the screen would be forgotten one day, for its age alone.
        set_screen_cookie(page, answer, screen_token)
    return answer


def _set_cookie(
    page: Page, answer: Response, name: str, value: str, *, max_age_s: int | None = None
) -> None:
    """Set a cookie that no script reads and no other site's page sends."""
    answer.set_cookie(
        name,
        value,
        max_age=max_age_s,
        path="/",
        secure=page.site.settings.https,
        httponly=True,
        samesite="strict",
    )


def _check_needs_set_up(page: Page) -> None:
    if not page.accounts.needs_set_up:
        raise HTTPException(_NOT_FOUND, "no_such_page")
