"""A new ward: the first administrator proves by the console's code to be the first."""

import pytest
from playwright.async_api import expect

from tests.browser import people, steps
from tests.browser.served import HandClock
from tests.browser.ward import Ward

NOW_UTC_S = 1_772_622_000


@pytest.fixture
def new_ward(tmp_path):
    """Return a ward that nobody has set up yet."""
    ward = Ward(tmp_path / "pouch.db", HandClock(NOW_UTC_S), staffed=False)
    yield ward
    ward.close()


@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_first_run_makes_the_administrator_who_adds_a_nurse(new_ward, screens, size):
    screen = await screens.open(new_ward, size=size, path="/")
    page = screen.page
    await page.get_by_label("Code on the console").fill(new_ward.accounts.set_up_code.lower())
    await page.get_by_label("Your name").fill(people.ADMINISTRATOR)
    await page.get_by_label("New password").fill(people.SECRETS[people.ADMINISTRATOR])
    await page.get_by_label("The same again").fill(people.SECRETS[people.ADMINISTRATOR])
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("button", name="Lock").wait_for()
    assert not new_ward.accounts.needs_set_up
    await page.get_by_label("Name", exact=True).fill(people.NURSE)
    await page.get_by_label("Role").select_option("nurse")
    await page.get_by_label("New PIN or password").fill(people.SECRETS[people.NURSE])
    await page.get_by_label("The same again").last.fill(people.SECRETS[people.NURSE])
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("heading", name=people.NURSE)).to_be_visible()
    await page.get_by_role("button", name="Lock").click()
    await steps.sign_in(screen, people.NURSE)
    await expect(page.get_by_text("No infant is admitted yet.")).to_be_visible()


async def test_first_run_wrong_code_makes_nobody(new_ward, screens):
    screen = await screens.open(new_ward, path="/")
    screen.allow("status of 4")
    page = screen.page
    await page.get_by_label("Code on the console").fill("AAAAAAAAAA")
    await page.get_by_label("Your name").fill("Somebody")
    await page.get_by_label("New password").fill("a long password")
    await page.get_by_label("The same again").fill("a long password")
    await page.get_by_role("button", name="Begin").click()
    await expect(page.get_by_role("alert")).to_contain_text("not the code")
    assert new_ward.accounts.needs_set_up


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_set_up_page_has_no_barrier_and_no_layout_fault(new_ward, screens, size, lang):
    screen = await screens.open(new_ward, size=size, lang=lang, path="/set-up")
    await screen.must_be_fine("set-up")
