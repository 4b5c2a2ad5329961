"""What people do about alerts: acknowledge, snooze, let ring again.

A form is answered by the board, a script by JSON. Either may come twice, since the network may
drop before the answer does: `request_id` makes the second one change nothing.
"""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from pouch_host.errors import InputError
from pouch_host.ward import Done, StandingAlert
from pouch_host.web.access import TendPage
from pouch_host.web.ages import fill_ages
from pouch_host.web.page import Page

from .board import feed_of

router = APIRouter()

_CONFLICT = 409
_PARTS = 3

_What = Annotated[str, Form(max_length=300)]
_RequestId = Annotated[str, Form(max_length=64, pattern=r"^[A-Za-z0-9-]*$")]


@router.post("/alerts/acknowledge")
def acknowledge(page: TendPage, alert: _What, request_id: _RequestId = "") -> Response:
    """Note that somebody has seen an alert.

    Args:
        page: the request.
        alert: "ALERT_ID STAGE INFANT". STAGE is "first", or "late" once it got no better: who has
            seen the first has not seen that it got no better.
        request_id: made by the browser; by the server if that cannot.
    """
    number, stage, code = _split(alert, _PARTS)
    if not number.isdecimal():
        return _refused(page, code, "not_standing")
    standing = _standing(page, code, int(number))
    if standing is not None and standing.escalated and stage != "late":
        return _refused(page, code, "got_no_better")
    try:
        done = page.ward.acknowledge(
            code,
            int(number),
            who=page.who,
            request_id=request_id or str(uuid4()),
            late=stage == "late",
        )
    except InputError:
        return _refused(page, code, "not_standing")
    return _answer(page, code, "acknowledged" if done.changed else "acknowledged_before", done)


@router.post("/alerts/snooze")
def snooze(page: TendPage, mute: _What, request_id: _RequestId = "") -> Response:
    """Keep a class of alerts of one infant from ringing for a while.

    Args:
        page: the request.
        mute: "MINUTES CLASS INFANT".
        request_id: as of `acknowledge`.
    """
    minutes, target, code = _split(mute, _PARTS)
    if not minutes.isdecimal():
        return _refused(page, code, "not_snoozed")
    try:
        done = page.ward.mute(
            code,
            target,
            who=page.who,
            minutes=int(minutes),
            request_id=request_id or str(uuid4()),
        )
    except InputError:
        return _refused(page, code, "not_snoozed")
    return _answer(page, code, "snoozed", done)


@router.post("/alerts/unsnooze")
def unsnooze(page: TendPage, unmute: _What, request_id: _RequestId = "") -> Response:
    """Let ring again what was snoozed.

    Args:
        page: the request.
        unmute: "CLASS INFANT".
        request_id: as of `acknowledge`.
    """
    target, code = _split(unmute, _PARTS - 1)
    try:
        done = page.ward.unmute(code, target, who=page.who, request_id=request_id or str(uuid4()))
    except InputError:
        return _refused(page, code, "rings_already")
    return _answer(page, code, "rings_again", done)


@router.get("/alerts/ask")
def ask(
    page: TendPage,
    infant: Annotated[str, Query(max_length=200)] = "",
    alert: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Ask whoever has just signed in for it whether they have seen an alert."""
    html = page.html(
        "board/ask.html",
        code=infant,
        alert=_standing(page, infant, alert),
        choices=feed_of(page.request).snooze_choices,
    )
    return HTMLResponse(fill_ages(html, page.language, page.now_utc_s))


def _split(text: str, count: int) -> list[str]:
    """Return the parts of what a button stands for; the infant's code is last, blanks and all.

    Raises:
        InputError: it is not of that form.
    """
    parts = text.split(" ", count - 1)
    if len(parts) != count or not parts[-1]:
        raise InputError("the request names no alert: load the board again")
    return parts


def _standing(page: Page, code: str, alert_id: int) -> StandingAlert | None:
    for infant in page.ward.board().infants:
        if infant.row.infant_code == code:
            return next((one for one in infant.alerts if one.alert_id == alert_id), None)
    return None


def _answer(page: Page, code: str, outcome: str, done: Done) -> Response:
    if not _for_script(page.request):
        return page.redirect("/", note=outcome)
    until_utc_s = done.until_utc_s
    return JSONResponse(
        {
            "outcome": outcome,
            "infant": code,
            "who": done.who,
            "time": page.language.time(done.utc_s, page.zone),
            "until": "" if until_utc_s is None else page.language.time(until_utc_s, page.zone),
        }
    )


def _refused(page: Page, code: str, reason: str) -> Response:
    if not _for_script(page.request):
        return page.redirect("/", note=reason)
    return JSONResponse({"outcome": reason, "infant": code}, _CONFLICT)


def _for_script(request: Request) -> bool:
    return "text/html" not in request.headers.get("accept", "")
