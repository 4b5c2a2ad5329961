"""One's own secret, language and unit of temperatures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from pouch_host.account_errors import AccountError, LockedOut, Reason
from pouch_host.accounts.rules import check_same, has_pin
from pouch_host.store.accounts import Staff
from pouch_host.web import language as languages
from pouch_host.web.access import StaffPage
from pouch_host.web.page import Page

from .signing_in import seconds_left

router = APIRouter()

_UNPROCESSABLE, _TOO_MANY = 422, 429

_Text = Annotated[str, Form(max_length=300)]


@router.get("/me")
def me_page(page: StaffPage) -> HTMLResponse:
    """Show what somebody may choose for themselves."""
    return _me(page)


@router.post("/me/choices")
def choose(
    page: StaffPage,
    language: _Text = "",
    unit: Annotated[Literal["c", "f"], Form()] = "c",
) -> Response:
    """Keep language and unit; an unknown language is that of the site."""
    staff_id = _self(page).staff_id
    page.accounts.set_language(staff_id, language if language in languages.installed() else None)
    page.accounts.set_unit(staff_id, unit)
    return page.redirect("/me", note="saved")


@router.post("/me/secret")
def change_secret(
    page: StaffPage, old: _Text = "", secret: _Text = "", again: _Text = ""
) -> Response:
    """Change one's own secret. Every other session of one's own ends."""
    session = page.request.cookies.get(page.site.settings.cookie("session"), "")
    try:
        check_same(secret, again)
        page.accounts.change_own_secret(session, _self(page), old, secret)
    except LockedOut as error:
        return _me(page, error.reason, seconds_left(page, error))
    except AccountError as error:
        return _me(page, error.reason)
    return page.redirect("/me", note="saved")


def _self(page: Page) -> Staff:
    # The gate lets nobody here who is not signed in.
    assert page.principal.staff is not None
    return page.principal.staff


def _me(page: Page, reason: Reason | None = None, left_s: int = 0) -> HTMLResponse:
    staff = _self(page)
    status = 200
    if reason is not None:
        status = _TOO_MANY if reason == Reason.LOCKED_OUT else _UNPROCESSABLE
    return page.render(
        "people/me.html",
        status_code=status,
        staff=staff,
        has_pin=has_pin(staff.role),
        languages=list(languages.installed()),
        reason=reason,
        left_s=left_s,
    )
