"""Take pictures of the board with any number of infants, at both sizes and in both languages.

python -m tests.host.web.board_pictures DIR [COUNT ...]
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from pouch_host.accounts.roles import Role
from pouch_host.store import Store
from tests.browser import chromium
from tests.browser.screens import LOCALES, SIZES
from tests.browser.served import Served
from tests.host.web.made_board import HandWard, ward_of
from tests.host.web.site import NAMES, SECRETS, Site

_COUNTS = (1, 4, 12, 40)
_FRAMES_MS = 300


async def take(folder, counts):
    """Take them all.

    Args:
        folder: where they go.
        counts: of infants.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, Store.open(Path(made) / "w.sqlite") as store:
        store.set_zone("Asia/Karachi")
        site = Site(store)
        ward = HandWard(store)
        served = Served(ward, site.accounts)
        try:
            async with async_playwright() as play:
                browser = await play.chromium.launch(
                    executable_path=chromium.find(), args=["--no-sandbox"]
                )
                for lang, locale in LOCALES.items():
                    for size, options in SIZES.items():
                        context = await browser.new_context(**options, locale=locale)
                        await _sign_in(context, site, served.url, lang)
                        page = await context.new_page()
                        for count in counts:
                            ward.show(*ward_of(count))
                            await page.goto(served.url, wait_until="load")
                            await page.wait_for_timeout(_FRAMES_MS)
                            path = folder / f"board-{count}-{size}-{lang}"
                            await page.screenshot(path=f"{path}.png")
                            await page.screenshot(path=f"{path}-all.png", full_page=True)
                        await context.close()
                await browser.close()
        finally:
            served.close()


async def _sign_in(context, site, url, lang):
    signed_in = site.accounts.sign_in(NAMES[Role.NURSE], SECRETS[Role.NURSE])
    cookies = {"pouch-session": signed_in.token, "pouch-language": lang}
    await context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items()]
    )


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]] or _COUNTS))
