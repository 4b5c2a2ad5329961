"""What the ward is called, where it is, and in which language its screens begin."""

from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response

from pouch_host.accounts.roles import Right
from pouch_host.errors import InputError
from pouch_host.web.access import need
from pouch_host.web.language import installed
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

_NAME_MAX = 100
_UNPROCESSABLE = 422

_SitePage = Annotated[Page, Depends(need(Right.MANAGE_SITE))]


@router.get("/site", response_class=HTMLResponse)
def site(page: _SitePage) -> HTMLResponse:
    """Show the settings of the site."""
    kept = page.store.site
    return _shown(page, name=kept.name, zone=kept.zone.key, language=kept.language)


@router.post("/site")
def change(
    page: _SitePage,
    name: Annotated[str, Form(max_length=_NAME_MAX)] = "",
    zone: Annotated[str, Form(max_length=_NAME_MAX)] = "",
    language: Annotated[str, Form(max_length=_NAME_MAX)] = "",
) -> Response:
    """Set them; the days are worked out anew if the zone is another one."""
    name = " ".join(name.split())
    wrong = ""
    if not name.isprintable():
        wrong = "name"
    elif language not in installed():
        wrong = "language"
    else:
        try:
            page.store.site.change(
                when_utc_s=page.now_utc_s,
                who=page.who,
                zone=zone,
                language=language,
                name=name,
            )
        except InputError:
            wrong = "zone"
    if wrong:
        return _shown(page, name=name, zone=zone, language=language, wrong=wrong)
    return page.redirect("/site", note="saved")


def zones(chosen: str) -> list[str]:
    """Return the zones to choose from: those with an area and a place, UTC, and the one chosen."""
    plain = {one for one in available_timezones() if "/" in one and not one.startswith("Etc/")}
    return sorted(plain | {"UTC"} | ({chosen} if chosen else set()))


def _shown(page: Page, *, name: str, zone: str, language: str, wrong: str = "") -> HTMLResponse:
    return page.render(
        "system/site.html",
        status_code=_UNPROCESSABLE if wrong else 200,
        name=name,
        name_max=_NAME_MAX,
        zone_chosen=zone,
        zones=zones(zone),
        language_chosen=language,
        languages=list(installed()),
        wrong=wrong,
    )
