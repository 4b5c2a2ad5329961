"""API tokens: a researcher's own, for programs. Each is shown once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from pouch_host.account_errors import AccountError, Reason
from pouch_host.accounts.roles import Right
from pouch_host.store.accounts import Staff
from pouch_host.web.access import need
from pouch_host.web.page import Page

router = APIRouter()

_UNPROCESSABLE = 422
# A study's quarter; whoever needs longer says so.
DAYS_USUAL = 90

_ApiPage = Annotated[Page, Depends(need(Right.USE_API))]


@router.get("/tokens")
def tokens_page(page: _ApiPage) -> HTMLResponse:
    """Show one's own tokens, though not what they are."""
    return _tokens(page)


@router.post("/tokens")
def make(
    page: _ApiPage,
    label: Annotated[str, Form(max_length=300)] = "",
    days: Annotated[int, Form()] = DAYS_USUAL,
) -> HTMLResponse:
    """Make a token and show it, this once."""
    try:
        token = page.accounts.make_token(_owner(page), label, days)
    except AccountError as error:
        return _tokens(page, reason=error.reason, label=label, days=days)
    return _tokens(page, token=token)


@router.post("/tokens/{token_id}/end")
def end(page: _ApiPage, token_id: int) -> Response:
    """End one of one's own tokens."""
    try:
        page.accounts.end_token(token_id, who=page.who, staff_id=_owner(page).staff_id)
    except AccountError as error:
        return _tokens(page, reason=error.reason)
    return page.redirect("/tokens", note="ended")


def _owner(page: Page) -> Staff:
    # A screen on the wall has no right to tokens, so whoever gets here is a person.
    assert page.principal.staff is not None
    return page.principal.staff


def _tokens(
    page: Page,
    *,
    token: str = "",
    reason: Reason | None = None,
    label: str = "",
    days: int = DAYS_USUAL,
) -> HTMLResponse:
    mine = page.accounts.tokens(_owner(page).staff_id)
    now_utc_s = page.now_utc_s
    counts = [one for one in mine if one.ended_utc_s is None and one.until_utc_s > now_utc_s]
    return page.render(
        "people/tokens.html",
        status_code=200 if reason is None else _UNPROCESSABLE,
        tokens=counts,
        gone=[one for one in mine if one not in counts],
        token=token,
        reason=reason,
        label=label,
        days=days,
    )
