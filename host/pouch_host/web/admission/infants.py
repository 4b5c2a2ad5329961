"""What a page about one infant needs to know of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import HTTPException
from fastapi.responses import Response

from pouch_host.store import Assignment, Infant
from pouch_host.store.refusals import Refusal, Refused
from pouch_host.web.page import Page
from pouch_protocol.constants import band_label

from .fields import Fields

_NOT_FOUND, _UNPROCESSABLE = 404, 422
_HOUR_MINUTES = 60
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Seen:
    """An infant as a form shows it.

    Attributes:
        infant: it.
        newest: its newest assignment, or None.
    """

    infant: Infant
    newest: Assignment | None

    @property
    def is_here(self) -> bool:
        """Whether it was not discharged."""
        return self.infant.discharged_utc_s is None

    @property
    def wears(self) -> str | None:
        """Label of the band that it wears, or None."""
        worn = self.newest is not None and self.newest.to_utc_s is None
        return self.newest_label if worn else None

    @property
    def newest_label(self) -> str | None:
        """Label of the band that it wears or wore last, or None."""
        return band_label(self.newest.band_id) if self.newest else None

    @property
    def path(self) -> str:
        """Address of its page."""
        return infant_path(self.infant.code)


def infant_path(code: str) -> str:
    """Return the address of an infant's page."""
    return f"/infants/{quote(code, safe='')}"


def seen(page: Page, code: str) -> Seen:
    """Return an infant for a form, and note that it was looked at.

    Raises:
        HTTPException: there is none with this code.
    """
    infant = page.store.admissions.infant(code)
    if infant is None:
        raise HTTPException(_NOT_FOUND, "no_such_infant")
    page.note_view(code)
    given = page.store.assignments(code)
    return Seen(infant, given[-1] if given else None)


def answered(
    fields: Fields, act: Callable[[], Response], again: Callable[[int], Response]
) -> Response:
    """Do what a form asks for; if it cannot be done, show the form again with what is wrong.

    Args:
        fields: the form.
        act: changes the store, and returns where to go.
        again: shows the form, with a status.

    Raises:
        HTTPException: there is no such infant.
    """
    if fields.ok:
        try:
            return act()
        except Refused as refused:
            if refused.refusal is Refusal.CODE_UNKNOWN:
                raise HTTPException(_NOT_FOUND, "no_such_infant") from refused
            fields.refuse(refused)
    return again(_UNPROCESSABLE)


def typed_of(infant: Infant) -> Mapping[str, object]:
    """Return what is known of an infant as the fields of a form have it."""
    gestation = infant.gestation_days
    return {
        "code": infant.code,
        "weight": infant.weight_g,
        "weeks": None if gestation is None else gestation // _WEEK_DAYS,
        "days": None if gestation is None else gestation % _WEEK_DAYS,
        "born": infant.born_on,
        "target": hours_typed(infant.target_minutes),
    }


def hours_typed(minutes: int | None) -> str | None:
    """Return minutes as a field of hours has them: "12", "8.5"; read back they are the same."""
    return None if minutes is None else f"{round(minutes / _HOUR_MINUTES, 2):g}"


def day_typed(page: Page) -> str:
    """Return today in the ward's zone as a field of a date has it."""
    return moment_typed(page, page.now_utc_s).partition("T")[0]


def moment_typed(page: Page, utc_s: float) -> str:
    """Return a moment as a field of date and time has it, in the ward's zone."""
    local = datetime.fromtimestamp(utc_s, UTC).astimezone(page.zone)
    return local.strftime("%Y-%m-%dT%H:%M")
