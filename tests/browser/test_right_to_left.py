"""Urdu pages are mirrored, in their own letters; what is a number or a clock is not."""

import pytest

from tests.browser import people
from tests.browser.babies import COLD


async def left_of(locator):
    """Return where something begins on the screen, from the left."""
    return (await locator.bounding_box())["x"]


@pytest.mark.parametrize("lang", ["en", "ur"])
async def test_board_order_is_mirrored_in_urdu(shown_ward, screens, lang):
    screen = await screens.open(shown_ward, people.NURSE, lang=lang, path="/")
    page = screen.page
    brand, whoami = page.locator(".brand"), page.locator(".whoami")
    assert (await left_of(brand) < await left_of(whoami)) == (lang == "en")
    card = page.locator(f'[data-infant="{COLD}"]')
    who, state = card.locator(".who"), card.locator(".head .state")
    assert (await left_of(who) < await left_of(state)) == (lang == "en")
    # The first card is where reading begins.
    cards = page.locator("#cards > li")
    assert (await left_of(cards.nth(0)) < await left_of(cards.nth(1))) == (lang == "en")


async def test_urdu_has_its_own_letters(shown_ward, screens):
    screen = await screens.open(shown_ward, people.NURSE, lang="ur", path="/")
    family = await screen.page.locator("h2").first.evaluate(
        "(one) => getComputedStyle(one).fontFamily"
    )
    assert "Nastaliq" in family
    loaded = await screen.page.evaluate(
        "[...document.fonts].filter((one) => one.status === 'loaded').map((one) => one.family)"
    )
    assert any("Nastaliq" in name for name in loaded)


async def test_urdu_codes_and_clock_stay_left_to_right(shown_ward, screens):
    screen = await screens.open(shown_ward, people.NURSE, lang="ur", path="/")
    clock = screen.page.locator("#clock")
    assert await clock.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    for label in await screen.page.locator(".card .band bdi").all():
        assert await label.evaluate("(one) => getComputedStyle(one).direction") == "ltr"
