"""What people do on the pages, by the words that they read there. In English."""

import re

from playwright.async_api import expect

from tests.browser import people


async def sign_in(screen, name):
    """Sign in on the page that shows the names: tap one, then the digits."""
    page = screen.page
    if name in people.PIN_NAMES:
        await page.get_by_role("button", name=name, exact=True).click()
        for digit in people.SECRETS[name]:
            await page.get_by_role("button", name=digit, exact=True).click()
    else:
        await page.get_by_text("Sign in with name and password").click()
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("Password").fill(people.SECRETS[name])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Lock").wait_for()


def card(screen, code):
    """Return the card of an infant on the board."""
    return screen.page.locator(f'#cards > [data-infant="{code}"]')


async def acknowledge(screen, code):
    """Say of an infant's gravest alert that one has seen it."""
    await card(screen, code).get_by_role("button", name="I have seen it").first.click()


async def expect_seen_by(screen, code, name):
    """Wait until a card says who has seen the alert."""
    await expect(card(screen, code)).to_contain_text(f"Seen by {name}")


async def expect_note(screen, text):
    """Wait until the page says what was done."""
    await expect(screen.page.get_by_role("status").filter(has_text=text)).to_be_visible()


async def admit(screen, code, *, weight_g, weeks):
    """Admit an infant from the board; the page that asks for its band follows."""
    page = screen.page
    await page.get_by_role("link", name="Admit", exact=True).click()
    await page.get_by_label("Code of bed or study").fill(code)
    await page.get_by_label("Weight, grams").fill(str(weight_g))
    await page.get_by_label("Weeks").fill(str(weeks))
    await page.get_by_role("button", name="Admit, then the band").click()
    await expect_note(screen, "Admitted.")


async def tab_to(page, locator):
    """Go on by Tab until something has the focus.

    Args:
        page: on which.
        locator: what is wanted.
    """
    stops = await page.locator("a, button, input, summary, select, textarea").count()
    for _ in range(2 * stops + 2):
        await page.keyboard.press("Tab")
        if await locator.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never reaches {locator}")


def pages_of(pdf):
    """Return how many pages a PDF of Chromium's has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
