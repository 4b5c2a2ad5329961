"""Putting a band on an infant, taking it off, moving it, and putting right when that was."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pouch_host.derive import timeline
from pouch_host.store.wearing import SEEN_WITHIN_S
from pouch_host.web.access import AdmitPage
from pouch_host.web.admission.fields import Fields
from pouch_host.web.admission.infants import answered, infant_path, moment_typed, seen
from pouch_host.web.page import Page
from pouch_protocol.constants import parse_band_label

router = APIRouter(include_in_schema=False)

# The longest text that a scanner types for a band: an address with its label at the end.
_Word = Annotated[str, Form(max_length=400)]
_OK = 200
# A band is put on some minutes before it is heard, and minutes are typed.
_BEFORE_RECORDS_S = 3600
# Of a band without records nothing is lost by saying so late, but a day ago is a slip.
_WITHOUT_RECORDS_S = 24 * 3600


@router.get("/infants/{code}/band")
def band_form(page: AdmitPage, code: str) -> Response:
    """Ask which band an infant gets."""
    return _band(page, code, Fields(zone=page.zone), _OK)


@router.post("/infants/{code}/band")
def put_on(
    page: AdmitPage,
    code: str,
    band: _Word = "",
    pick: _Word = "",
    moment: _Word = "",
    wears: _Word = "",
    move: _Word = "",
    unheard: _Word = "",
) -> Response:
    """Put a band on an infant."""
    fields = Fields({"band": band, "pick": pick, "moment": moment}, zone=page.zone)
    band_id, from_utc_s = fields.band_id(), fields.moment_utc_s()
    if band_id is not None:
        _check_records(page, fields, band_id, from_utc_s)

    def act() -> Response:
        assert band_id is not None
        page.store.wearing.put_on(
            code,
            band_id,
            when_utc_s=page.now_utc_s,
            who=page.who,
            from_utc_s=from_utc_s,
            move=bool(move),
            unheard=bool(unheard),
            wears=_band_id(wears),
        )
        return page.redirect(infant_path(code), note="band_on")

    return answered(fields, act, partial(_band, page, code, fields))


@router.post("/infants/{code}/band/off")
def take_off(page: AdmitPage, code: str, moment: _Word = "") -> Response:
    """Take an infant's band off."""
    fields = Fields({"moment": moment, "part": "off"}, zone=page.zone)
    at_utc_s = fields.moment_utc_s()

    def act() -> Response:
        page.store.wearing.take_off(
            code, when_utc_s=page.now_utc_s, who=page.who, at_utc_s=at_utc_s
        )
        return page.redirect(infant_path(code), note="band_off")

    return answered(fields, act, partial(_band, page, code, fields))


@router.post("/infants/{code}/band/moment")
def correct(page: AdmitPage, code: str, moment: _Word = "") -> Response:
    """Put right since when an infant has had its newest band; its days are worked out anew."""
    fields = Fields({"moment": moment, "part": "correct"}, zone=page.zone)
    from_utc_s = fields.moment_utc_s()
    newest = seen(page, code).newest
    if from_utc_s is None:
        fields.blame("moment", "moment")
    elif newest is not None and moment.strip() == moment_typed(page, newest.from_utc_s):
        # Left as it was: the form has no seconds, and they are not to be cut off.
        from_utc_s = newest.from_utc_s
    elif newest is not None:
        _check_records(page, fields, newest.band_id, from_utc_s)

    def act() -> Response:
        assert from_utc_s is not None
        page.store.wearing.correct_moment(
            code, from_utc_s, when_utc_s=page.now_utc_s, who=page.who
        )
        return page.redirect(infant_path(code), note="saved")

    return answered(fields, act, partial(_band, page, code, fields))


@router.post("/infants/{code}/band/undo")
def take_back(page: AdmitPage, code: str) -> Response:
    """Take the newest assignment back: the infant never wore that band."""
    fields = Fields({"part": "correct"}, zone=page.zone)

    def act() -> Response:
        page.store.wearing.take_back(code, when_utc_s=page.now_utc_s, who=page.who)
        # One that nobody admitted was a slip as a whole, and is gone with it.
        known = page.store.admissions.infant(code) is not None
        return page.redirect(infant_path(code) if known else "/", note="undone")

    return answered(fields, act, partial(_band, page, code, fields))


@router.get("/infants/{code}/move")
def move_form(page: AdmitPage, code: str) -> Response:
    """Ask which infant gets the band of this one."""
    return _move(page, code, Fields(zone=page.zone), _OK)


@router.post("/infants/{code}/move")
def move(page: AdmitPage, code: str, to: _Word = "", moment: _Word = "") -> Response:
    """Give the band of one infant to another."""
    fields = Fields({"to": to, "moment": moment}, zone=page.zone)
    from_utc_s = fields.moment_utc_s()
    seen(page, code)
    if not to or page.store.admissions.infant(to) is None:
        fields.blame("to", "to_none")

    def act() -> Response:
        page.store.wearing.move(
            code, to, when_utc_s=page.now_utc_s, who=page.who, from_utc_s=from_utc_s
        )
        return page.redirect(infant_path(to), note="moved")

    return answered(fields, act, partial(_move, page, code, fields))


def _band(page: Page, code: str, fields: Fields, status: int) -> Response:
    one = seen(page, code)
    newest = one.newest
    return page.render(
        "admission/band.html",
        status_code=status,
        one=one,
        form=fields,
        seen_bands=page.store.wearing.bands_seen(page.now_utc_s),
        seen_within_s=SEEN_WITHIN_S,
        now_typed=moment_typed(page, page.now_utc_s),
        since_typed=moment_typed(page, newest.from_utc_s) if newest else "",
    )


def _move(page: Page, code: str, fields: Fields, status: int) -> Response:
    worn = {infant: band_id for band_id, infant in page.store.wearing.worn().items()}
    others = [
        infant
        for infant in page.store.infants()
        if infant.discharged_utc_s is None and infant.code != code
    ]
    return page.render(
        "admission/move.html",
        status_code=status,
        one=seen(page, code),
        form=fields,
        others=[(infant.code, infant.code in worn) for infant in others],
        link=page.store.family_links.standing(code),
        now_typed=moment_typed(page, page.now_utc_s),
    )


def _check_records(page: Page, fields: Fields, band_id: int, from_utc_s: float | None) -> None:
    """See that a band has records from a moment on: hours before them could only be unknown."""
    if from_utc_s is None:
        return
    samples = timeline(page.store.records(band_id)).samples
    earliest_utc_s = page.now_utc_s - _WITHOUT_RECORDS_S
    if len(samples):
        earliest_utc_s = float(samples.utc_s[0]) - _BEFORE_RECORDS_S
    if from_utc_s < earliest_utc_s:
        fields.blame("moment", "moment_before_records", since_utc_s=earliest_utc_s)


def _band_id(label: str) -> int | None:
    try:
        return parse_band_label(label)
    except ValueError:
        return None
