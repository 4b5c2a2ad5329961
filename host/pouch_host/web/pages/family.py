"""The page of a family: opened by the code on a band, on any phone, without an account."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from pouch_host.analysis.states import State
from pouch_host.store.family_links import digest_of
from pouch_host.ward import InfantNow
from pouch_host.ward.cards import aged
from pouch_host.web.access import AnyPage
from pouch_host.web.family.day import family_days
from pouch_host.web.family.guesses import Guesses
from pouch_host.web.family.warmth import warmth_of
from pouch_host.web.language import installed
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

_SEE_OTHER, _NOT_FOUND, _TOO_MANY = 303, 404, 429
_YEAR_S = 366 * 24 * 3600
RELOAD_S = 60
"""Seconds after which a page that stays open loads itself again."""


@router.get("/m/{token}")
def family(
    page: AnyPage, token: str, language: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show an infant's day, or that a link opens nothing: which of the two is all that is told."""
    guesses = _guesses(page)
    digest, address = digest_of(token), _address(page)
    if not guesses.may_try(address, digest, page.now_utc_s):
        return _closed(page, _TOO_MANY)
    code = page.store.family_links.code_of(token)
    if code is None:
        guesses.wrong(address, page.now_utc_s)
        return _closed(page, _NOT_FOUND)
    guesses.right(digest, page.now_utc_s)
    if language in installed():
        return _in_language(page, token, language)
    now = _now(page, code)
    answer = page.render(
        "family/page.html",
        days=family_days(page.store, code, now, page.now_utc_s),
        warmth=warmth_of(now),
        together=now is not None and now.row.state == State.SSC.word,
        age_s=now.row.last_record_age_s if now else None,
        is_old=now is None or now.stale,
        languages=list(installed()),
        reload_s=RELOAD_S,
    )
    return _unlisted(answer)


def _now(page: Page, code: str) -> InfantNow | None:
    """Return an infant as the board has it, with the ages of this moment."""
    for one in page.ward.board().infants:
        if one.row.infant_code == code:
            return aged(one, page.now_utc_s, page.ward.settings.stale_after_s)
    return None


def _closed(page: Page, status: int) -> Response:
    """Return the one answer to a token that is unknown, ended or none at all."""
    return _unlisted(page.render("family/closed.html", status_code=status))


def _unlisted(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _in_language(page: Page, token: str, language: str) -> Response:
    """Keep the language for this phone, and only for the pages of families."""
    answer = RedirectResponse(f"/m/{token}", _SEE_OTHER)
    answer.set_cookie(
        "pouch-language",
        language,
        max_age=_YEAR_S,
        path="/m",
        secure=page.site.settings.https,
        httponly=True,
        samesite="lax",
    )
    return _unlisted(answer)


def _address(page: Page) -> str:
    client = page.request.client
    return client.host if client else ""


def _guesses(page: Page) -> Guesses:
    """Return the count of this application, which is made with its first request."""
    state = page.request.app.state
    if not hasattr(state, "family_guesses"):
        state.family_guesses = Guesses()
    return state.family_guesses
