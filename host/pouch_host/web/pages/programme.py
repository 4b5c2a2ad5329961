"""The programme's table of targets."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from pouch_host.accounts.roles import Right
from pouch_host.store.programme import DEFAULT_PROGRAMME, ROWS_MAX, ProgrammeRow
from pouch_host.web.access import need
from pouch_host.web.admission.fields import Fields, fields_of
from pouch_host.web.admission.infants import answered, hours_typed
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

ProgrammePage = Annotated[Page, Depends(need(Right.SET_PROGRAMME))]
_Column = Annotated[list[str], Form(max_length=ROWS_MAX + 2)]
# Rows to write into, so that a table grows without a script.
_SPARE = 2
_OK = 200


@router.get("/programme")
def programme(page: ProgrammePage) -> Response:
    """Show the table, to be changed."""
    rows = page.store.programme.rows()
    weights = [str(row.from_weight_g) for row in rows]
    hours = [hours_typed(row.target_minutes) or "" for row in rows]
    return _programme(page, _fields(page, weights, hours), _OK)


@router.post("/programme")
def change(page: ProgrammePage, weight: _Column, hours: _Column) -> Response:
    """Put another table in place. Rows without any word are left out."""
    fields = _fields(page, weight, hours)
    rows: list[ProgrammeRow] = []
    for place, (from_g, of_day) in enumerate(zip(weight, hours, strict=False)):
        if not from_g.strip() and not of_day.strip():
            continue
        weight_g, minutes = fields.grams(f"weight-{place}"), fields.minutes(f"hours-{place}")
        if weight_g is None:
            fields.blame(f"weight-{place}", "weight")
        if minutes is None:
            fields.blame(f"hours-{place}", "target")
        if weight_g is not None and minutes is not None:
            rows.append(ProgrammeRow(weight_g, minutes))

    def act() -> Response:
        page.store.programme.change(rows, when_utc_s=page.now_utc_s, who=page.who)
        return page.redirect("/programme", note="saved")

    return answered(fields, act, partial(_programme, page, fields))


def _fields(page: Page, weights: list[str], hours: list[str]) -> Fields:
    typed = {f"weight-{place}": text for place, text in enumerate(weights)}
    typed |= {f"hours-{place}": text for place, text in enumerate(hours)}
    return fields_of(typed, zone=page.zone)


def _programme(page: Page, fields: Fields, status: int) -> Response:
    used = sum(
        1
        for place in range(ROWS_MAX)
        if fields.text(f"weight-{place}") or fields.text(f"hours-{place}")
    )
    return page.render(
        "admission/programme.html",
        status_code=status,
        form=fields,
        row_count=min(used + _SPARE, ROWS_MAX),
        usual=DEFAULT_PROGRAMME,
    )
