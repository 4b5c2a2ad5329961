"""Tablets and phones of one test, and whatever goes wrong on their pages."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import BrowserContext, Error, Page

from tests.browser import layout, people
from tests.browser.axe_core import barriers

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "screenshots"

# A ward's tablet lying on its side, and the smallest phone that is still sold.
SIZES = {
    "tablet": {"viewport": {"width": 1280, "height": 800}, "has_touch": True},
    "phone": {
        "viewport": {"width": 360, "height": 640},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}
LOCALES = {"en": "en-GB", "ur": "ur-PK"}

# What a page waits for on a busy machine.
_PATIENCE_MS = 15_000
# A stream or a picture that is under way while a page is left is cut off by the browser.
_CUT_OFF = "net::ERR_ABORTED"


@dataclass
class Screen:
    """One browser of its own: cookies, storage and worker are nobody else's.

    Attributes:
        page: its page.
        context: Playwright's context.
        size: a key of `SIZES`.
        faults: what went wrong, one line each: errors in the console, among them what the
            page's policy refused, exceptions, requests that failed.
        allowed: patterns of lines that a test brings about on purpose.
    """

    page: Page
    context: BrowserContext
    size: str
    lang: str
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern):
        """Let errors pass that match, since the test brings them about."""
        self.allowed.append(pattern)

    def unexpected(self):
        """Return the faults that the test did not bring about."""
        return [
            line
            for line in self.faults
            if not any(re.search(pattern, line) for pattern in self.allowed)
        ]

    async def go(self, path):
        """Open an address of the ward and wait until its fonts are there."""
        answer = await self.page.goto(path, wait_until="load")
        await self.settled()
        return answer

    async def settled(self):
        """Wait until nothing moves any more: fonts loaded, one frame drawn."""
        await self.page.evaluate(
            "document.fonts.ready.then(() => new Promise(requestAnimationFrame))"
        )

    async def until(self, condition):
        """Wait until an expression holds in the page.

        Playwright's own wait evaluates text, which the page's policy refuses.
        """
        async with asyncio.timeout(_PATIENCE_MS / 1000):
            await self.page.evaluate(
                f"""async () => {{
                  while (!({condition})) await new Promise(requestAnimationFrame);
                }}"""
            )

    async def sign_in_as(self, ward, name):
        """Give this browser a session without the sign-in page."""
        signed_in = ward.accounts.sign_in(name, ward.secrets[name])
        await self.context.add_cookies(
            [{"name": ward.session_cookie, "value": signed_in.token, "url": ward.url}]
        )

    async def enrol(self, ward):
        """Make this browser a screen of the ward."""
        token = ward.accounts.enrol_device("Wall", who=people.ADMINISTRATOR)
        await self.context.add_cookies(
            [{"name": ward.screen_cookie, "value": token, "url": ward.url}]
        )

    async def picture(self, name):
        """Keep a picture of the whole page in build/screenshots."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}-{self.size}-{self.lang}.png"
        await self.page.screenshot(path=path, full_page=True)
        return path

    async def look(self, name, *, keyboard=True):
        """Keep a picture of the page, and return what is wrong with it, one text each.

        Args:
            name: of the picture.
            keyboard: whether to walk over the page by Tab too.
        """
        await self.settled()
        await self.picture(name)
        found = await barriers(self.page) + await layout.faults(self.page)
        if keyboard:
            found += await layout.keyboard_faults(self.page)
        return found

    async def must_be_fine(self, name, *, keyboard=True):
        """Fail with all that is wrong with the page; see `look`."""
        found = await self.look(name, keyboard=keyboard)
        assert not found, f"{name}, {self.size}, {self.lang}:\n" + "\n".join(found)

    def _note(self, line):
        self.faults.append(line)

    def listen(self):
        """Begin to note what goes wrong."""
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self._note(f"exception: {error.error}"))
        self.context.on("requestfailed", self._on_failed)

    def _on_console(self, message):
        if message.type == "error":
            where = message.location.get("url", "")
            self._note(f"console: {message.text} ({where})")

    def _on_failed(self, request):
        if request.failure != _CUT_OFF:
            self._note(f"request failed: {request.method} {request.url}: {request.failure}")


class Screens:
    """Opens the screens of one test and closes them at its end."""

    def __init__(self, stage):
        self._stage = stage
        self.opened = []

    async def blank(self, size, *, lang="en", **options):
        """Return a new screen with an empty page.

        Args:
            size: a key of `SIZES`.
            lang: the language that the browser asks for.
            options: more of Playwright's for a context.
        """
        context = await self._stage.browser.new_context(
            **SIZES[size],
            locale=LOCALES[lang],
            timezone_id="Asia/Karachi",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(_PATIENCE_MS)
        screen = Screen(await context.new_page(), context, size, lang)
        screen.listen()
        self.opened.append(screen)
        return screen

    async def open(self, ward, who=None, *, size="tablet", lang="en", path=None, **options):
        """Return a new screen of a ward.

        Args:
            ward: whose pages.
            who: name of who is signed in, or None for nobody.
            size: a key of `SIZES`.
            lang: the language that the browser asks for.
            path: an address to open at once.
            options: more of Playwright's for a context.
        """
        screen = await self.blank(size, lang=lang, base_url=ward.url, **options)
        if who is not None:
            await screen.sign_in_as(ward, who)
        if path is not None:
            await screen.go(path)
        return screen

    async def open_wall(self, ward, *, path=None, **options):
        """Return a screen on the wall: enrolled, with nobody signed in."""
        screen = await self.open(ward, **options)
        await screen.enrol(ward)
        if path is not None:
            await screen.go(path)
        return screen

    def faults(self):
        """Return what went wrong on any of the screens without the test's doing."""
        return [line for screen in self.opened for line in screen.unexpected()]

    async def keep(self, name):
        """Keep what each screen showed when its test failed."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for number, screen in enumerate(self.opened):
            # A page that cannot be drawn must not hide why its test failed.
            with suppress(Error):
                await screen.page.screenshot(path=PICTURES / f"failed-{name}-{number}.png")

    async def close(self):
        """Close every screen."""
        for screen in self.opened:
            await screen.context.close()
