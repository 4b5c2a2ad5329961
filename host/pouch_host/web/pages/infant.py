"""The page of one infant: a day's states and temperature, sessions, days, notes."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, StringConstraints

from pouch_host.analysis.days import local_date
from pouch_host.analysis.sessions import Session
from pouch_host.analysis.states import MINUTE_S
from pouch_host.errors import InputError
from pouch_host.store import Infant
from pouch_host.store.remarks import (
    LOW_HOURS_REASONS,
    SESSION_END_REASONS,
    TEXT_MAX,
    RemarkKind,
    Verdict,
)
from pouch_host.ward.cards import aged
from pouch_host.web.access import InfantPage, TendPage
from pouch_host.web.infant.alerts import events_between
from pouch_host.web.infant.temperatures import temperatures_of
from pouch_host.web.infant.view import InfantView, view_of
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

_NOT_FOUND = 404
_NO_DAY = "that day lies outside of the calendar"

# What a store can hold, and a date be made of.
UtcSeconds = Annotated[int, Field(ge=0, lt=2**37)]
Clock = Annotated[str, StringConstraints(pattern=r"^\d\d:\d\d$")]


class SessionAnswer(BaseModel):
    """A nurse's answer to a session.

    Attributes:
        verdict: what she says.
        begin_utc_s: begin of the session as the page showed it; absent for a missed one.
        day: the local day on which the session began, of the times below.
        said_begin: time of day at which it began, as she has it.
        said_end: likewise its end; before the begin it is one of the next day.
        said_begin_utc_s: begin of an earlier answer that is taken back.
        said_end_utc_s: its end.
    """

    verdict: Verdict
    begin_utc_s: UtcSeconds | None = None
    day: date | None = None
    said_begin: Clock | None = None
    said_end: Clock | None = None
    said_begin_utc_s: UtcSeconds | None = None
    said_end_utc_s: UtcSeconds | None = None


class NewRemark(BaseModel):
    """A note, a reason for few hours or why contact ended.

    Attributes:
        kind: which of them.
        day: the local day that the page shows.
        at: time of day at which contact ended.
        reason: a code of the kind's list.
        text: free text.
    """

    kind: RemarkKind
    day: date | None = None
    at: Clock | None = None
    reason: str | None = None
    text: Annotated[str, StringConstraints(max_length=TEXT_MAX)] = ""


@router.get("/infants/{code}", response_class=HTMLResponse)
def infant(page: InfantPage, code: str, day: date | None = None) -> HTMLResponse:
    """Show an infant's day and what led to it."""
    return _shown(page, code, day, "infant/page.html")


@router.get("/infants/{code}/print", response_class=HTMLResponse)
def print_view(page: InfantPage, code: str, day: date | None = None) -> HTMLResponse:
    """Show the same on one sheet."""
    return _shown(page, code, day, "infant/print.html")


@router.get("/infants/{code}/temperatures")
def temperatures(page: InfantPage, code: str, day: date | None = None) -> JSONResponse:
    """Return a day's temperatures for the chart."""
    view = _view(page, code, day)
    page.note_view(code)
    return JSONResponse(temperatures_of(view.analysis, view.frame, page.unit))


@router.post("/infants/{code}/unit")
def choose_unit(
    page: InfantPage,
    code: str,
    unit: Annotated[Literal["c", "f"], Form()],
    day: Annotated[date | None, Form()] = None,
) -> RedirectResponse:
    """Show temperatures in the other unit from now on, on all pages of whoever asks."""
    if page.principal.staff is not None:
        page.accounts.set_unit(page.principal.staff.staff_id, unit)
    return page.redirect(_address(code, day, "day-title"))


@router.post("/infants/{code}/sessions")
def answer_session(
    page: TendPage, code: str, answer: Annotated[SessionAnswer, Form()]
) -> RedirectResponse:
    """Keep a nurse's answer to a session."""
    session = None
    if answer.begin_utc_s is not None:
        session = _session(_view(page, code, answer.day), answer.begin_utc_s)
    page.store.remarks.review(
        _found(page, code).code,
        answer.verdict,
        who=page.who,
        when_utc_s=page.now_utc_s,
        machine=asdict(session) if session else None,
        said=_said(page, answer),
    )
    return page.redirect(_address(code, answer.day, "sessions"), note="reviewed")


@router.post("/infants/{code}/remarks")
def add_remark(
    page: TendPage, code: str, remark: Annotated[NewRemark, Form()]
) -> RedirectResponse:
    """Keep a note or a reason."""
    utc_s = None
    if remark.at is not None and remark.day is not None:
        utc_s = _moment(page, remark.day, remark.at)
        if utc_s > page.now_utc_s:
            raise InputError("contact cannot have ended in the future")
    if remark.day is not None and remark.day > local_date(page.now_utc_s, page.zone):
        raise InputError("that day has not come yet: check the date")
    page.store.remarks.add(
        _found(page, code).code,
        remark.kind,
        who=page.who,
        when_utc_s=page.now_utc_s,
        date=remark.day if remark.kind is RemarkKind.LOW_HOURS else None,
        utc_s=utc_s,
        reason=remark.reason,
        text=remark.text,
    )
    return page.redirect(_address(code, remark.day, "notes"), note="remarked")


def _shown(page: Page, code: str, day: date | None, template: str) -> HTMLResponse:
    view = _view(page, code, day)
    page.note_view(code)
    now = next((one for one in page.ward.board().infants if one.row.infant_code == code), None)
    if now is not None:
        # A watch that hangs lets nothing grow older.
        now = aged(now, page.now_utc_s, page.ward.settings.stale_after_s)
    values: dict[str, Any] = {
        "view": view,
        "now": now,
        "look": page.ward.last_look(),
        "events": events_between(
            page.store, view.infant.infant_id, view.frame.begin_utc_s, view.frame.end_utc_s
        ),
        "low_hours_reasons": LOW_HOURS_REASONS,
        "session_end_reasons": SESSION_END_REASONS,
        "text_max": TEXT_MAX,
        "clock_value": lambda utc_s: f"{datetime.fromtimestamp(utc_s, page.zone):%H:%M}",
        "zone_name": page.zone.key,
        **_ages(page, view.infant),
    }
    return page.render(template, **values)


def _ages(page: Page, infant: Infant) -> dict[str, int | None]:
    """Return how old an infant is today; nothing of one that is not here to be looked at."""
    if infant.discharged_utc_s is not None:
        return {"age_days": None, "postmenstrual_days": None}
    today = local_date(page.now_utc_s, page.zone)
    return {
        "age_days": infant.age_days(today),
        "postmenstrual_days": infant.postmenstrual_days(today),
    }


def _found(page: Page, code: str) -> Infant:
    for one in page.store.infants():
        if one.code == code:
            return one
    raise HTTPException(_NOT_FOUND, "no_such_infant")


def _view(page: Page, code: str, day: date | None) -> InfantView:
    try:
        return view_of(page.store, _found(page, code), page.now_utc_s, day)
    except OverflowError as error:
        raise InputError(_NO_DAY) from error


def _session(view: InfantView, begin_utc_s: int) -> Session:
    for one in view.analysis.sessions:
        if one.begin_utc_s == begin_utc_s:
            return one
    raise InputError("this session has changed since the page was shown: look at it again")


def _said(page: Page, answer: SessionAnswer) -> tuple[int, int] | None:
    if answer.said_begin_utc_s is not None and answer.said_end_utc_s is not None:
        return answer.said_begin_utc_s, answer.said_end_utc_s
    if answer.said_begin is None or answer.said_end is None or answer.day is None:
        return None
    begin_utc_s = _moment(page, answer.day, answer.said_begin)
    end_utc_s = _moment(page, answer.day, answer.said_end)
    if end_utc_s <= begin_utc_s:
        end_utc_s = _moment(page, _day_after(answer.day), answer.said_end)
    return begin_utc_s, end_utc_s


def _day_after(day: date) -> date:
    try:
        return day + timedelta(days=1)
    except OverflowError as error:
        raise InputError(_NO_DAY) from error


def _moment(page: Page, day: date, clock: str) -> int:
    """Return a local time of day in UTC seconds, a whole minute."""
    try:
        local = datetime.fromisoformat(f"{day.isoformat()}T{clock}").replace(tzinfo=page.zone)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{clock} is no time of day") from error
    return int(local.timestamp()) // MINUTE_S * MINUTE_S


def _address(code: str, day: date | None, part: str) -> str:
    query = f"?day={day.isoformat()}" if day else ""
    return f"/infants/{quote(code)}{query}#{part}"
