"""The API's addresses. Everything here reads; what changes an infant's record is for people."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query

from pouch_host.accounts.roles import Right
from pouch_host.analysis.days import day_begin_utc_s
from pouch_host.analysis.parameters import default_parameters
from pouch_host.derive import infant_analysis, target_h
from pouch_host.derive.reviews import reviewed_sessions
from pouch_host.store import Infant
from pouch_host.store.remarks import RemarkKind
from pouch_host.version import version_text
from pouch_host.web.access import need
from pouch_host.web.infant.alerts import events_between
from pouch_host.web.infant.view import day_lines
from pouch_host.web.page import Page

from . import answers, models
from .answers import utc

PREFIX = "/api/v1"
MINUTES_DAYS_MAX = 7
_NOT_FOUND, _UNPROCESSABLE = 404, 422
_NOTICE = "Research tool. Does not replace a thermometer. Chest skin is not axillary."

_FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": models.Failure, "description": words}
    for status, words in (
        (401, "No valid token or session."),
        (403, "The token's owner may not see this."),
        (422, "A value of the request cannot be used."),
        (503, "The store cannot be used now; try again."),
    )
}
_OF_INFANT = _FAILURES | {404: {"model": models.Failure, "description": "No such infant."}}

router = APIRouter(prefix=PREFIX, tags=["v1"], responses=_FAILURES)

BoardReader = Annotated[Page, Depends(need(Right.SEE_BOARD, tokens=True))]
InfantReader = Annotated[Page, Depends(need(Right.SEE_INFANT, tokens=True))]
Code = Annotated[str, Path(min_length=1, max_length=64, description="The infant's code.")]
FirstDay = Annotated[dt.date | None, Query(description="First local day; absent: all.")]
LastDay = Annotated[dt.date | None, Query(description="Last local day, included.")]


@router.get("/site", summary="The ward, its clock and its versions")
def site(page: BoardReader) -> models.Site:
    """Return what holds for all that the API tells."""
    return models.Site(
        name=page.store.site.name,
        zone=page.zone.key,
        now=utc(page.now_utc_s),
        software_version=version_text(),
        algorithm_version=default_parameters().algorithm_version,
        notice=_NOTICE,
    )


@router.get("/board", summary="All infants as they are now, worst first")
def board(page: BoardReader) -> models.Board:
    """Return what the board shows."""
    return answers.board(page.ward.board(), page.ward.last_look())


@router.get("/infants", summary="All infants, by code")
def infants(page: InfantReader) -> list[models.Infant]:
    """Return all infants, discharged ones included."""
    found = page.store.infants()
    page.note_view(*(one.code for one in found))
    return [answers.infant(one, target_h(one)) for one in found]


@router.get("/infants/{code}", responses=_OF_INFANT, summary="One infant")
def infant(page: InfantReader, code: Code) -> models.Infant:
    """Return one infant."""
    found = _found(page, code)
    return answers.infant(found, target_h(found))


@router.get("/infants/{code}/assignments", responses=_OF_INFANT, summary="Which band when")
def assignments(page: InfantReader, code: Code) -> list[models.Assignment]:
    """Return when the infant had which band."""
    labels = {band.band_id: band.label for band in page.store.bands()}
    given = page.store.assignments(_found(page, code).code)
    return [
        models.Assignment(
            band=labels[one.band_id], begun=utc(one.from_utc_s), ended=utc(one.to_utc_s)
        )
        for one in given
    ]


@router.get("/infants/{code}/days", responses=_OF_INFANT, summary="Hours of each local day")
def days(
    page: InfantReader, code: Code, first: FirstDay = None, last: LastDay = None
) -> list[models.Day]:
    """Return the days with a band, oldest first."""
    found = _found(page, code)
    analysis = infant_analysis(page.store, page.now_utc_s, found.code)
    lines = day_lines(page.store, found, analysis)
    return [
        answers.day(line)
        for line in reversed(lines)
        if (first is None or line.day.date >= first) and (last is None or line.day.date <= last)
    ]


@router.get("/infants/{code}/sessions", responses=_OF_INFANT, summary="Sessions and answers")
def sessions(
    page: InfantReader, code: Code, first: FirstDay = None, last: LastDay = None
) -> list[models.Session]:
    """Return sessions that begin on the days asked for, with the newest answer to each."""
    found = _found(page, code)
    analysis = infant_analysis(page.store, page.now_utc_s, found.code)
    reviews = page.store.remarks.reviews(found.infant_id)
    begin_utc_s, end_utc_s = _between(page, first, last)
    return [
        answers.session(one)
        for one in reviewed_sessions(analysis.sessions, reviews)
        if begin_utc_s <= one.begin_utc_s < end_utc_s
    ]


@router.get("/infants/{code}/minutes", responses=_OF_INFANT, summary="States and temperatures")
def minutes(
    page: InfantReader, code: Code, first: dt.date, last: LastDay = None
) -> models.Minutes:
    """Return the minutes of up to seven local days."""
    last = last or first
    if not 0 <= (last - first).days < MINUTES_DAYS_MAX:
        raise HTTPException(_UNPROCESSABLE, f"ask for 1 to {MINUTES_DAYS_MAX} days")
    begin_utc_s, end_utc_s = _between(page, first, last)
    found = _found(page, code)
    analysis = infant_analysis(
        page.store, page.now_utc_s, found.code, from_utc_s=begin_utc_s, to_utc_s=end_utc_s
    )
    return answers.minutes(analysis)


@router.get("/infants/{code}/alerts", responses=_OF_INFANT, summary="What happened to alerts")
def alerts(
    page: InfantReader, code: Code, first: FirstDay = None, last: LastDay = None
) -> list[models.Event]:
    """Return everything that alerts told on the days asked for, oldest first."""
    found = _found(page, code)
    begin_utc_s, end_utc_s = _between(page, first, last)
    events = events_between(page.store, found.infant_id, begin_utc_s, end_utc_s)
    return [answers.event(one) for one in events]


@router.get("/infants/{code}/remarks", responses=_OF_INFANT, summary="Reasons given by staff")
def remarks(page: InfantReader, code: Code) -> list[models.Remark]:
    """Return reasons for few hours and for the end of contact, newest first."""
    found = _found(page, code)
    return [
        models.Remark(
            kind=one.kind.value,
            date=one.date,
            at=utc(one.utc_s),
            reason=one.reason,
            who=one.who,
            when=utc(one.when_utc_s),
        )
        for one in page.store.remarks.remarks(found.infant_id)
        if one.kind is not RemarkKind.NOTE
    ]


@router.get("/bands", summary="All bands, by label")
def bands(page: InfantReader) -> list[models.Band]:
    """Return all bands."""
    return [
        models.Band(
            label=one.label,
            firmware_version=one.firmware_version,
            battery_mv=one.battery_mv,
            first_contact=utc(one.first_contact_utc_s),
            last_contact=utc(one.last_contact_utc_s),
        )
        for one in page.store.bands()
    ]


def _found(page: Page, code: str) -> Infant:
    for one in page.store.infants():
        if one.code == code:
            page.note_view(code)
            return one
    raise HTTPException(_NOT_FOUND, f"there is no infant {code!r}")


def _between(page: Page, first: dt.date | None, last: dt.date | None) -> tuple[float, float]:
    """Return the seconds between two local days; all that there can be without them."""
    if first is not None and last is not None and last < first:
        raise HTTPException(_UNPROCESSABLE, "the last day lies before the first")
    try:
        begin_utc_s = 0 if first is None else day_begin_utc_s(first, page.zone)
        after = None if last is None else last + dt.timedelta(days=1)
        end_utc_s = page.now_utc_s + 1 if after is None else day_begin_utc_s(after, page.zone)
    except (OverflowError, ValueError) as error:
        raise HTTPException(_UNPROCESSABLE, "a day lies outside of the calendar") from error
    return begin_utc_s, end_utc_s
