"""Screens: tablets that show the board to whoever stands before them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from pouch_host.account_errors import AccountError, Reason
from pouch_host.accounts.roles import Right
from pouch_host.web.access import need
from pouch_host.web.page import Page

from .signing_in import set_screen_cookie

router = APIRouter()

_UNPROCESSABLE = 422

_SitePage = Annotated[Page, Depends(need(Right.MANAGE_SITE))]


@router.get("/devices")
def devices_page(page: _SitePage) -> HTMLResponse:
    """Show the screens of the ward."""
    return _devices(page)


@router.post("/devices")
def enrol(page: _SitePage, label: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Make the browser that asks a screen of the ward; its cookie is the only key."""
    before = page.principal.device
    try:
        token = page.accounts.enrol_device(label, who=page.who)
    except AccountError as error:
        return _devices(page, error.reason)
    if before is not None:
        # One browser is one screen: the key that it had before would lie about unseen.
        page.accounts.end_device(before.device_id, who=page.who)
    answer = page.redirect("/devices", note="saved")
    set_screen_cookie(page, answer, token)
    return answer


@router.post("/devices/{device_id}/end")
def end(page: _SitePage, device_id: int) -> Response:
    """Let a screen show nothing more."""
    try:
        page.accounts.end_device(device_id, who=page.who)
    except AccountError as error:
        return _devices(page, error.reason)
    return page.redirect("/devices", note="ended")


def _devices(page: Page, reason: Reason | None = None) -> HTMLResponse:
    all_devices = page.accounts.devices()
    return page.render(
        "people/devices.html",
        status_code=200 if reason is None else _UNPROCESSABLE,
        devices=[one for one in all_devices if one.ended_utc_s is None],
        gone=[one for one in all_devices if one.ended_utc_s is not None],
        this=page.principal.device,
        reason=reason,
    )
