"""One request: who asks, in which language, and the answer as a page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pouch_host.accounts.access import Accounts
from pouch_host.accounts.roles import Right
from pouch_host.store import Store
from pouch_host.system import System
from pouch_host.ward import WardWatch

from .language import Language
from .principal import Principal
from .render import Renderer
from .settings import WebSettings
from .views import ViewLog

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Site:
    """What all requests share.

    Attributes:
        ward: the running ward.
        store: its store.
        accounts: who may sign in.
        settings: how the pages are served.
        renderer: makes the HTML.
        views: notes who looked at which infant.
        system: how the ward's computer is.
    """

    ward: WardWatch
    store: Store
    accounts: Accounts
    settings: WebSettings
    renderer: Renderer
    views: ViewLog
    system: System


@dataclass(frozen=True, slots=True)
class Page:
    """One request of somebody who may make it.

    Attributes:
        request: as it came.
        site: what all requests share.
        principal: who asks.
        language: in which the answer is.
        unit: of temperatures, "c" or "f".
        now_utc_s: the ward's time of the request.
        zone: where the ward is.
    """

    request: Request
    site: Site
    principal: Principal
    language: Language
    unit: str
    now_utc_s: float
    zone: ZoneInfo

    @property
    def store(self) -> Store:
        """Return the ward's store."""
        return self.site.store

    @property
    def ward(self) -> WardWatch:
        """Return the running ward."""
        return self.site.ward

    @property
    def accounts(self) -> Accounts:
        """Return who may sign in."""
        return self.site.accounts

    @property
    def who(self) -> str:
        """Return the name that the audit keeps."""
        return self.principal.who

    @property
    def csrf(self) -> str:
        """Return what a changing request of this session has to bear."""
        return self.principal.csrf

    @property
    def now(self) -> datetime:
        """Return the time of the request in the ward's zone."""
        return datetime.fromtimestamp(self.now_utc_s, self.zone)

    @property
    def home(self) -> str:
        """Return where the name of the product leads: an administrator sees no baby."""
        signed_in = self.principal.staff is not None
        return "/people" if signed_in and not self.may(Right.SEE_BOARD) else "/"

    def may(self, right: Right | str) -> bool:
        """Tell whether whoever asks has a right, by itself or by its name in a template."""
        return Right(right) in self.principal.rights

    def note_view(self, *infant_codes: str) -> None:
        """Note in the audit that whoever asks looks at some infants.

        Raises:
            StoreError: it cannot be noted: then they are not shown.
        """
        self.site.views.note(self.who, infant_codes, self.now_utc_s)

    def html(self, template: str, **values: Any) -> str:
        """Return a template's text; `page` stands for this request in it."""
        return self.site.renderer.html(
            template,
            language=self.language,
            unit=self.unit,
            zone=self.zone,
            page=self,
            settings=self.site.settings,
            **values,
        )

    def render(self, template: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
        """Return a template as the answer."""
        return HTMLResponse(self.html(template, **values), status_code)

    def redirect(self, path: str, *, note: str = "") -> RedirectResponse:
        """Send the browser on after a form; the next page may say what was done.

        Args:
            path: of this site, beginning with "/".
            note: a key of templates/parts/notes.html.
        """
        address, mark, part = path.partition("#")
        if note:
            address += f"{'&' if '?' in address else '?'}note={quote(note)}"
        return RedirectResponse(address + mark + part, _SEE_OTHER)
