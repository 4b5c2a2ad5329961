"""Staff: who may sign in. A head nurse sees to the nurses, an administrator to everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import HTMLResponse, Response

from pouch_host.account_errors import AccountError, Reason
from pouch_host.accounts.roles import Right, Role, may_manage
from pouch_host.accounts.rules import check_same, has_pin
from pouch_host.store.accounts import Staff
from pouch_host.web.access import need
from pouch_host.web.page import Page

router = APIRouter()

_FORBIDDEN, _UNPROCESSABLE = 403, 422

_ManagePage = Annotated[Page, Depends(need(Right.MANAGE_NURSES))]
_Text = Annotated[str, Form(max_length=300)]


@router.get("/people")
def people_page(page: _ManagePage) -> HTMLResponse:
    """Show everybody whom this person manages."""
    return _people(page)


@router.post("/people")
def add(
    page: _ManagePage,
    role: Annotated[Role, Form()],
    name: _Text = "",
    secret: _Text = "",
    again: _Text = "",
) -> Response:
    """Add somebody."""
    _check_may_manage(page, role)
    try:
        check_same(secret, again)
        page.accounts.add_staff(name, role, secret, who=page.who)
    except AccountError as error:
        return _people(page, reason=error.reason, name=name, role=role)
    return page.redirect("/people", note="saved")


@router.post("/people/{staff_id}/secret")
def set_secret(
    page: _ManagePage, staff_id: int, secret: _Text = "", again: _Text = ""
) -> Response:
    """Give somebody another secret."""
    try:
        _check_may_manage(page, _member(page, staff_id).role)
        check_same(secret, again)
        page.accounts.set_secret(staff_id, secret, who=page.who)
    except AccountError as error:
        return _people(page, reason=error.reason, about=staff_id)
    return page.redirect("/people", note="saved")


@router.post("/people/{staff_id}/end")
def end(page: _ManagePage, staff_id: int) -> Response:
    """Let somebody sign in no more."""
    try:
        _check_may_manage(page, _member(page, staff_id).role)
        page.accounts.end_staff(staff_id, who=page.who)
    except AccountError as error:
        return _people(page, reason=error.reason, about=staff_id)
    return page.redirect("/people", note="ended")


def _people(
    page: Page,
    *,
    reason: Reason | None = None,
    about: int | None = None,
    name: str = "",
    role: str = Role.NURSE,
) -> HTMLResponse:
    """Return the page, with what is wrong beside the form that it is about."""
    rights = page.principal.rights
    mine = [one for one in page.accounts.staff() if may_manage(rights, one.role)]
    return page.render(
        "people/people.html",
        status_code=200 if reason is None else _UNPROCESSABLE,
        staff=[one for one in mine if one.ended_utc_s is None],
        gone=[one for one in mine if one.ended_utc_s is not None],
        roles=[one for one in Role if may_manage(rights, one)],
        pin_roles=[one for one in Role if has_pin(one)],
        reason=reason,
        about=about,
        name=name,
        role=role,
    )


def _member(page: Page, staff_id: int) -> Staff:
    found = page.store.accounts.member(staff_id)
    if found is None:
        raise AccountError(Reason.NOT_FOUND)
    return found


def _check_may_manage(page: Page, role: str) -> None:
    if not may_manage(page.principal.rights, role):
        raise HTTPException(_FORBIDDEN, "not_yours")
