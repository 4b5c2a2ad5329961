"""A mother opens her baby's page on any phone; nobody else does, and not for ever."""

import pytest
from playwright.async_api import expect

from tests.browser import people
from tests.browser.babies import COLD, WELL


async def make_link(screen, code):
    """Make a link as a nurse does; return its path."""
    await screen.go(f"/infants/{code}/link")
    await screen.page.get_by_role("button", name="Make a link").click()
    address = await screen.page.locator(".address").inner_text()
    assert address.startswith("http")
    return address[address.index("/m/") :]


@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_mother_sees_her_day_until_the_link_is_ended(made_ward, screens, size):
    nurse = await screens.open(made_ward, people.NURSE, size=size)
    path = await make_link(nurse, WELL)
    phone = await screens.open(made_ward, size="phone", path=path)
    ring = phone.page.locator("svg").first
    await expect(ring).to_be_visible()
    await expect(ring).to_be_in_viewport()
    assert await phone.context.cookies() == []
    # Nothing on it leads into the ward.
    for link in await phone.page.get_by_role("link").all():
        assert (await link.get_attribute("href")).startswith(("#", path, "?"))
    await nurse.go(f"/infants/{WELL}/link")
    await nurse.page.get_by_role("button", name="End the link").click()
    await expect(nurse.page.get_by_role("status")).to_contain_text("no longer opens")
    phone.allow("status of 4(04|10)")
    answer = await phone.go(path)
    assert answer.status in {404, 410}
    assert WELL not in await phone.page.content()


async def test_page_that_stays_open_loads_itself_again(shown_ward, screens):
    screen = await screens.open(shown_ward, size="phone")
    await screen.page.clock.install()
    await screen.go(shown_ward.family_path(WELL))
    async with screen.page.expect_navigation():
        await screen.page.clock.run_for(61_000)


async def test_page_that_stays_open_without_a_network_keeps_its_picture(shown_ward, screens):
    screen = await screens.open(shown_ward, size="phone")
    await screen.page.clock.install()
    await screen.go(shown_ward.family_path(WELL))
    await screen.context.set_offline(True)
    await screen.page.clock.run_for(121_000)
    await expect(screen.page.locator("svg").first).to_be_visible()
    # What it says of now is not for ever: then a picture says that it is old.
    await expect(screen.page.locator(".warmth")).to_be_visible()
    await screen.page.clock.run_for(61_000)
    await expect(screen.page.locator(".warmth")).to_be_hidden()
    await expect(screen.page.locator(".aged")).to_be_visible()
    async with screen.page.expect_navigation():
        await screen.context.set_offline(False)


async def test_page_without_its_token_is_nobodys(made_ward, screens):
    phone = await screens.open(made_ward, size="phone")
    phone.allow("status of 404")
    answer = await phone.go("/m/" + "A" * 43)
    assert answer.status == 404


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
@pytest.mark.parametrize("code", [WELL, COLD])
async def test_family_page_has_no_barrier_and_no_layout_fault(
    shown_ward, screens, code, size, lang
):
    screen = await screens.open(
        shown_ward, size=size, lang=lang, path=shown_ward.family_path(code)
    )
    await screen.must_be_fine(f"mother-{code}")


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_sticker_has_no_barrier_and_no_layout_fault(made_ward, screens, size, lang):
    screen = await screens.open(made_ward, people.NURSE, size=size, lang=lang)
    await screen.go(f"/infants/{WELL}/link")
    await screen.page.locator("form[action$='/link'] button").click()
    await screen.page.locator(".address").wait_for()
    await screen.must_be_fine("sticker")
