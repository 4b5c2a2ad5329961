"""The real application on a made store, asked without a server between, for tests of its pages."""

import asyncio
from contextlib import contextmanager
from pathlib import Path

import httpx

from pouch_host.accounts.access import Accounts
from pouch_host.accounts.hashing import HashCost
from pouch_host.accounts.roles import Role
from pouch_host.store import Store
from pouch_host.ward import WardWatch
from pouch_host.web.app import create_app
from pouch_host.web.settings import WebSettings
from tests.host import ward

SECRETS = {
    Role.ADMINISTRATOR: "lamp-post-9-owl",
    Role.HEAD_NURSE: "river-4-stone-x",
    Role.RESEARCHER: "seven-red-boats",
    Role.NURSE: "7294",
}
NAMES = {
    Role.ADMINISTRATOR: "Tariq",
    Role.HEAD_NURSE: "Samina",
    Role.RESEARCHER: "Imran",
    Role.NURSE: "Amina",
}
FILLED_MINUTES = 180
NOW_UTC_S = ward.START_UTC_S + FILLED_MINUTES * 60 + 120


class Site:
    """A ward with one infant, staff of each role, and a clock that stands.

    Attributes:
        token: of a family's link, where a test makes one.
        now_utc_s: the ward's time; set it to let time pass, and `watch.step()` to look.
    """

    def __init__(self, store, *, settings=None):
        self.token = ""
        self.now_utc_s = float(NOW_UTC_S)
        self.store = store
        self.watch = WardWatch(store, clock=lambda: self.now_utc_s)
        cheap = HashCost(passes=1, memory_kib=8, lanes=1)
        self.accounts = Accounts(store, lambda: self.now_utc_s, cost=cheap)
        for role, secret in SECRETS.items():
            self.accounts.add_staff(NAMES[role], role, secret, who=None)
        self.watch.step()
        self.settings = settings or WebSettings()
        self.app = create_app(self.watch, self.accounts, settings=self.settings)

    def nobody(self):
        """Return a browser in which nobody is signed in."""
        return Browser(self.app)

    def browser(self, role):
        """Return a browser in which somebody of a role is signed in."""
        client = self.nobody()
        signed_in = self.accounts.sign_in(NAMES[role], SECRETS[role])
        client.cookies.set(self.settings.cookie("session"), signed_in.token)
        client.csrf = signed_in.csrf
        return client

    def member(self, role):
        """Return who has a role."""
        (found,) = (one for one in self.accounts.staff() if one.name == NAMES[role])
        return found

    def screen(self):
        """Return the browser of an enrolled screen on the wall."""
        client = self.nobody()
        token = self.accounts.enrol_device("door", who=NAMES[Role.ADMINISTRATOR])
        client.cookies.set(self.settings.cookie("screen"), token)
        return client


class Browser:
    """Asks as a browser does: for pages, with its cookies, its session's token in each form.

    It follows no redirect, so that a test sees where it is sent.
    """

    def __init__(self, app):
        self.cookies = httpx.Cookies()
        self.csrf = ""
        self._app = app

    def get(self, path, **headers) -> httpx.Response:
        return self.request("GET", path, headers=headers)

    def post(self, path, data=None, **headers) -> httpx.Response:
        return self.request(
            "POST", path, data={"csrf": self.csrf, **(data or {})}, headers=headers
        )

    def request(self, method, path, *, headers=None, **options) -> httpx.Response:
        """Ask anything; what is not said is as a browser that wants a page says it."""
        return asyncio.run(self._ask(method, path, headers or {}, options))

    async def _ask(self, method, path, headers, options):
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://ward.test", cookies=self.cookies
        ) as client:
            sent = {"accept": "text/html", **headers}
            answer = await client.request(method, path, headers=sent, **options)
            self.cookies = client.cookies
        return answer


@contextmanager
def opened(folder: Path, **options):
    """Open a site on a store in a folder."""
    path = ward.fill(folder / "ward.sqlite", minutes=FILLED_MINUTES)
    with Store.open(path) as store:
        yield Site(store, **options)
