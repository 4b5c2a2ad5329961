"""Making and ending the link that a family's phone opens."""

import segno
from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from pouch_host.web.access import AdmitPage
from pouch_host.web.admission.fields import Fields
from pouch_host.web.admission.infants import answered, infant_path, seen
from pouch_host.web.page import Page

router = APIRouter(include_in_schema=False)

_OK = 200


@router.get("/infants/{code}/link")
def link_form(page: AdmitPage, code: str) -> Response:
    """Show whether an infant's family has a link."""
    return _link(page, code, Fields(zone=page.zone), _OK)


@router.post("/infants/{code}/link")
def make(page: AdmitPage, code: str) -> Response:
    """Make a link and show it, once: the store has only its digest."""
    fields = Fields(zone=page.zone)

    def act() -> Response:
        token = page.store.family_links.make(code, when_utc_s=page.now_utc_s, who=page.who)
        return _link(page, code, fields, _OK, address=f"{_site_address(page)}/m/{token}")

    return answered(fields, act, lambda status: _link(page, code, fields, status))


@router.post("/infants/{code}/link/end")
def end(page: AdmitPage, code: str) -> Response:
    """End a link by hand."""
    seen(page, code)
    page.store.family_links.end(code, when_utc_s=page.now_utc_s, who=page.who)
    return page.redirect(f"{infant_path(code)}/link", note="link_ended")


def _link(page: Page, code: str, fields: Fields, status: int, *, address: str = "") -> Response:
    return page.render(
        "admission/link.html",
        status_code=status,
        one=seen(page, code),
        form=fields,
        link=page.store.family_links.standing(code),
        address=address,
        code_picture=_qr(address, page.language.gettext("Code of the family's page"))
        if address
        else "",
    )


def _site_address(page: Page) -> str:
    """Return where phones find the pages: as the site says, else as this tablet has found them."""
    settings, asked = page.site.settings, page.request.base_url
    # A proxy that does HTTPS need not say so; phones have no other way in.
    found = asked.replace(scheme="https") if settings.https else asked
    return settings.address.rstrip("/") or str(found).rstrip("/")


def _qr(address: str, title: str) -> Markup:
    """Return a code as SVG, large enough and with enough spare for a creased sticker."""
    code = segno.make_qr(address, error="q")
    picture = code.svg_inline(border=4, omitsize=True, svgclass="qr", title=title)
    return Markup(picture)  # noqa: S704 - drawn here; segno escapes the title
