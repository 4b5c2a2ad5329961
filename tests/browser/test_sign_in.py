"""Signing in at a tablet: by the pad, by keys, without scripts, and when nobody may try."""

import pytest
from playwright.async_api import expect

from tests.browser import babies, people

TARGET_PX = 44


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_nurse_signs_in_by_name_and_pad(made_ward, screens, size, lang):
    screen = await screens.open(made_ward, size=size, lang=lang, path="/sign-in?next=%2Fme")
    page = screen.page
    await page.get_by_role("button", name=people.NURSE).tap()
    pad = page.locator("[data-pad]")
    await pad.wait_for()
    await screen.must_be_fine("sign-in-pad")
    keys = await pad.locator("button").all()
    boxes = [await key.bounding_box() for key in keys]
    assert len(boxes) == 12
    assert min(min(box["width"], box["height"]) for box in boxes) >= TARGET_PX
    # A hand needs all of it at once.
    button = await page.locator("form[data-pin] .is-primary").bounding_box()
    assert button["y"] + button["height"] <= page.viewport_size["height"]
    # A wrong digit, taken back; then the digits run left to right in every language.
    for key in ("data-digit='9'", "data-back", "data-digit='4'"):
        await page.locator(f"[{key}]").tap()
    assert await page.locator("#secret").input_value() == "4"
    await page.locator("[data-clear]").tap()
    assert await page.locator("#secret").input_value() == ""
    for digit in made_ward.secrets[people.NURSE]:
        await page.locator(f"[data-digit='{digit}']").tap()
    await page.locator("form[data-pin] .is-primary").tap()
    await page.wait_for_url("**/me")
    assert await page.locator("h1").inner_text() == people.NURSE


async def test_nurse_signs_in_by_keys_alone(made_ward, screens):
    screen = await screens.open(made_ward, path=f"/sign-in?name={people.NURSE}&next=%2Fme")
    await screen.page.locator("[data-pad]").wait_for()
    # The field has the focus.
    await screen.page.keyboard.type(made_ward.secrets[people.NURSE])
    await screen.page.keyboard.press("Enter")
    await screen.page.wait_for_url("**/me")


async def test_nurse_signs_in_without_scripts(made_ward, screens):
    screen = await screens.open(made_ward, java_script_enabled=False)
    page = screen.page
    await page.goto("/sign-in?next=%2Fme")
    await page.get_by_role("button", name=people.NURSE).click()
    await page.locator("#secret").fill(made_ward.secrets[people.NURSE])
    assert not await page.locator("[data-pad]").is_visible()
    await page.locator("form[data-pin] .is-primary").click()
    await page.wait_for_url("**/me")


@pytest.mark.parametrize("lang", ["en", "ur"])
async def test_lock_out_counts_down_and_says_when_it_is_over(made_ward, screens, lang):
    screen = await screens.open(made_ward, size="phone", lang=lang)
    screen.allow("status of (401|429)")
    page = screen.page
    await page.clock.set_fixed_time(babies.NOW_UTC_S)
    await screen.go(f"/sign-in?name={people.NURSE}")
    for _ in range(3):
        await _try(page, "9999")
    notice = page.locator("[data-left-s]")
    await expect(notice).to_contain_text("0:30")
    await screen.must_be_fine("sign-in-locked")
    await page.clock.set_fixed_time(babies.NOW_UTC_S + 10)
    await expect(notice).to_contain_text("0:20")
    await page.clock.set_fixed_time(babies.NOW_UTC_S + 30)
    await expect(page.locator("[data-over]")).to_be_visible()
    # The page's clock is nothing to the server.
    await _try(page, made_ward.secrets[people.NURSE])
    await expect(notice).to_contain_text("0:30")
    made_ward.clock.pass_time(30)
    await _try(page, made_ward.secrets[people.NURSE])
    await page.get_by_role("link", name=people.NURSE).wait_for()


async def _try(page, secret):
    await page.locator("#secret").fill(secret)
    async with page.expect_navigation():
        await page.locator("form[data-pin] .is-primary").click()


@pytest.mark.parametrize("lang", ["en", "ur"])
async def test_pages_with_something_in_them_have_no_fault(made_ward, screens, lang):
    # Goal: the catalogue sees these pages empty. Method: fill them, and open what folds.
    researcher = made_ward.accounts.sign_in(people.RESEARCHER, "counting hours").staff
    for name in ("bedside study, export to the analysis computer", "old"):
        made_ward.accounts.make_token(researcher, name, 30)
    made_ward.accounts.end_token(2, who=people.RESEARCHER)
    for name in ("door of the ward, left", "bath"):
        made_ward.accounts.enrol_device(name, who=people.ADMINISTRATOR)
    made_ward.accounts.end_device(2, who=people.ADMINISTRATOR)
    for size in ("tablet", "phone"):
        for who, path in (
            (people.ADMINISTRATOR, "/people"),
            (people.ADMINISTRATOR, "/devices"),
            (people.RESEARCHER, "/tokens"),
            (people.HEAD_NURSE, "/audit"),
        ):
            screen = await screens.open(made_ward, who, size=size, lang=lang, path=path)
            opened = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
            await screen.page.evaluate(opened)
            await screen.must_be_fine(f"filled-{path[1:]}")
            await screen.context.close()
