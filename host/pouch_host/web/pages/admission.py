"""Admitting an infant, putting right what is known of it, handing it over, letting it go home."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pouch_host.store.handovers import Caregiver
from pouch_host.store.presence import stamp_of
from pouch_host.store.programme import EARLY_DAYS, target_minutes
from pouch_host.web.access import AdmitPage
from pouch_host.web.admission.fields import Fields, fields_of
from pouch_host.web.admission.infants import (
    answered,
    day_typed,
    infant_path,
    moment_typed,
    seen,
    typed_of,
)
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

_Word = Annotated[str, Form(max_length=200)]
_OK = 200


@router.get("/admit")
def admission(page: AdmitPage) -> Response:
    """Ask for a new infant."""
    return _admission(page, Fields(zone=page.zone), _OK)


@router.post("/admit")
def admit(
    page: AdmitPage,
    code: _Word = "",
    weight: _Word = "",
    weeks: _Word = "",
    days: _Word = "",
    born: _Word = "",
    target: _Word = "",
    former: _Word = "",
) -> Response:
    """Admit an infant, and go on to its band."""
    typed = {"weight": weight, "weeks": weeks, "days": days, "born": born, "target": target}
    fields = Fields({"code": code, **typed}, zone=page.zone)
    if former == "same":
        return answered(
            fields, partial(_readmit, page, code.strip()), partial(_admission, page, fields)
        )
    values = {
        "weight_g": fields.weight_g(),
        "gestation_days": fields.gestation_days(),
        "born_on": fields.day(),
        "target_minutes": fields.minutes(),
    }

    def act() -> Response:
        infant = page.store.admissions.admit(
            code,
            when_utc_s=page.now_utc_s,
            who=page.who,
            former_code=_former_code(page, code) if former == "other" else None,
            **values,
        )
        return page.redirect(f"{infant_path(infant.code)}/band", note="admitted")

    return answered(fields, act, partial(_admission, page, fields))


@router.get("/infants/{code}/edit")
def edit_form(page: AdmitPage, code: str) -> Response:
    """Show what is known of an infant, to be put right."""
    one = seen(page, code)
    return _edit(page, code, fields_of(typed_of(one.infant), zone=page.zone), _OK)


@router.post("/infants/{code}/edit")
def edit(
    page: AdmitPage,
    code: str,
    new_code: Annotated[str, Form(alias="code", max_length=200)] = "",
    weight: _Word = "",
    weeks: _Word = "",
    days: _Word = "",
    born: _Word = "",
    target: _Word = "",
    seen_stamp: Annotated[str, Form(alias="seen", max_length=200)] = "",
) -> Response:
    """Put right what is known of an infant."""
    typed = {"weight": weight, "weeks": weeks, "days": days, "born": born, "target": target}
    fields = Fields({"code": new_code, **typed}, zone=page.zone)
    weight_g, gestation_days = fields.weight_g(), fields.gestation_days()
    born_on, minutes = fields.day(), fields.minutes()

    def act() -> Response:
        by_table = target_minutes(page.store.programme.rows(), weight_g, gestation_days)
        infant = page.store.admissions.edit(
            code,
            when_utc_s=page.now_utc_s,
            who=page.who,
            weight_g=weight_g,
            gestation_days=gestation_days,
            target_minutes=by_table if minutes is None else minutes,
            born_on=born_on,
            new_code=new_code,
            seen=seen_stamp or None,
        )
        return page.redirect(infant_path(infant.code), note="saved")

    return answered(fields, act, partial(_edit, page, code, fields))


@router.get("/infants/{code}/handover")
def handover_form(page: AdmitPage, code: str) -> Response:
    """Ask to whom an infant was given."""
    return _handover(page, code, Fields(zone=page.zone), _OK)


@router.post("/infants/{code}/handover")
def hand_over(page: AdmitPage, code: str, caregiver: _Word = "", moment: _Word = "") -> Response:
    """Note to whom an infant was given."""
    fields = Fields({"caregiver": caregiver, "moment": moment}, zone=page.zone)
    at_utc_s = fields.moment_utc_s()

    def act() -> Response:
        page.store.handovers.hand_over(
            code, caregiver, when_utc_s=page.now_utc_s, who=page.who, at_utc_s=at_utc_s
        )
        return page.redirect(infant_path(code), note="handed_over")

    return answered(fields, act, partial(_handover, page, code, fields))


@router.get("/infants/{code}/discharge")
def discharge_form(page: AdmitPage, code: str) -> Response:
    """Ask whether an infant goes home; of one that has, whether it is back."""
    return _discharge(page, code, Fields(zone=page.zone), _OK)


@router.post("/infants/{code}/discharge")
def discharge(page: AdmitPage, code: str, moment: _Word = "") -> Response:
    """Let an infant go home."""
    fields = Fields({"moment": moment}, zone=page.zone)
    at_utc_s = fields.moment_utc_s()

    def act() -> Response:
        page.store.admissions.discharge(
            code, when_utc_s=page.now_utc_s, who=page.who, at_utc_s=at_utc_s
        )
        return page.redirect("/", note="discharged")

    return answered(fields, act, partial(_discharge, page, code, fields))


@router.post("/infants/{code}/readmit")
def readmit(page: AdmitPage, code: str) -> Response:
    """Take an infant in again."""
    fields = Fields(zone=page.zone)
    return answered(fields, partial(_readmit, page, code), partial(_discharge, page, code, fields))


def _readmit(page: Page, code: str) -> Response:
    page.store.admissions.readmit(code, when_utc_s=page.now_utc_s, who=page.who)
    return page.redirect(f"{infant_path(code)}/band", note="admitted")


def _admission(page: Page, fields: Fields, status: int) -> Response:
    return page.render("admission/admit.html", status_code=status, form=fields, **_table(page))


def _edit(page: Page, code: str, fields: Fields, status: int) -> Response:
    one = seen(page, code)
    return page.render(
        "admission/edit.html",
        status_code=status,
        one=one,
        form=fields,
        stamp=stamp_of(one.infant),
        **_table(page),
    )


def _handover(page: Page, code: str, fields: Fields, status: int) -> Response:
    return page.render(
        "admission/handover.html",
        status_code=status,
        one=seen(page, code),
        form=fields,
        caregivers=[one.value for one in Caregiver],
        handovers=page.store.handovers.of_infant(code)[::-1],
        now_typed=moment_typed(page, page.now_utc_s),
    )


def _discharge(page: Page, code: str, fields: Fields, status: int) -> Response:
    return page.render(
        "admission/discharge.html",
        status_code=status,
        one=seen(page, code),
        form=fields,
        link=page.store.family_links.standing(code),
        now_typed=moment_typed(page, page.now_utc_s),
    )


def _table(page: Page) -> dict[str, object]:
    """Return today, and the programme's table, to look the target up while somebody types."""
    rows = page.store.programme.rows()
    return {
        "programme": rows,
        "programme_typed": " ".join(f"{row.from_weight_g}:{row.target_minutes}" for row in rows),
        "early_days": EARLY_DAYS,
        "today_typed": day_typed(page),
    }


def _former_code(page: Page, code: str) -> str | None:
    """Return what the infant is called from now on whose code another one gets."""
    code = " ".join(code.split())
    former = page.store.admissions.infant(code)
    if former is None or former.discharged_utc_s is None:
        return None
    gone = datetime.fromtimestamp(former.discharged_utc_s, UTC).astimezone(page.zone)
    return page.store.admissions.code_of_former(code, gone.date().isoformat())
