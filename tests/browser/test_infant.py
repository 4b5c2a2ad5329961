"""A nurse answers what the band says of one infant, and looks back."""

import pytest
from playwright.async_api import expect

from tests.browser import people, steps
from tests.browser.babies import COLD, WELL


@pytest.fixture(params=["tablet", "phone"])
def size(request):
    return request.param


async def opened(made_ward, screens, size, code=WELL, **options):
    return await screens.open(
        made_ward, people.NURSE, size=size, path=f"/infants/{code}", **options
    )


def sessions(screen):
    return screen.page.get_by_role("region", name="Sessions of this day").get_by_role("article")


async def test_session_is_confirmed_and_the_answer_taken_back(made_ward, screens, size):
    screen = await opened(made_ward, screens, size)
    await sessions(screen).first.get_by_role("button", name="It is as shown").click()
    await steps.expect_note(screen, "Your answer is kept beside the machine's.")
    await expect(sessions(screen).first).to_contain_text(people.NURSE)
    await sessions(screen).first.get_by_role("button", name="Take the answer back").click()
    await expect(sessions(screen).first).not_to_contain_text(people.NURSE)


async def test_session_that_the_band_missed_is_added_and_taken_back(made_ward, screens, size):
    screen = await opened(made_ward, screens, size)
    before = await sessions(screen).count()
    await screen.page.get_by_text("Add a session that the band missed").click()
    form = screen.page.locator("form").filter(has=screen.page.get_by_label("From")).last
    await form.get_by_label("From").fill("03:30")
    await form.get_by_label("To").fill("04:10")
    await form.get_by_role("button", name="Save").click()
    added = sessions(screen).filter(has_text="03:30 - 04:10")
    await expect(added).to_have_count(1)
    await added.get_by_role("button", name="Take the answer back").click()
    await expect(sessions(screen)).to_have_count(before)
    assert [row.who for row in made_ward.audited("reviewed")] == 2 * [people.NURSE]


async def test_times_of_a_session_are_corrected_beside_the_machines(made_ward, screens, size):
    screen = await opened(made_ward, screens, size)
    article = sessions(screen).first
    shown = await article.locator("strong.num").inner_text()
    await article.get_by_text("Correct the times").click()
    await article.get_by_label("From").fill("00:20")
    await article.get_by_role("button", name="Save").click()
    await expect(sessions(screen).first).to_contain_text("00:20 - ")
    await expect(sessions(screen).first.locator("strong.num")).to_have_text(shown)


async def test_note_and_reason_are_kept_with_the_name(made_ward, screens, size):
    screen = await opened(made_ward, screens, size, COLD)
    page = screen.page
    await page.get_by_label("New note").fill("Fed at four.")
    await page.get_by_role("region", name="Notes").get_by_role("button", name="Save").click()
    await steps.expect_note(screen, "Noted.")
    notes = page.get_by_role("region", name="Notes")
    await expect(notes).to_contain_text("Fed at four.")
    await expect(notes).to_contain_text(people.NURSE)
    reason = page.get_by_label("Why were the hours few")
    await reason.select_option(index=1)
    await page.get_by_role("region", name="Days").get_by_role("button", name="Save").click()
    await steps.expect_note(screen, "Noted.")


async def test_unit_changes_for_this_nurse_alone(made_ward, screens, size):
    screen = await opened(made_ward, screens, size)
    now = screen.page.get_by_role("region", name="Now")
    await expect(now).to_contain_text("°C")
    await screen.page.get_by_role("button", name="Show in °F").click()
    await expect(screen.page.get_by_role("region", name="Now")).to_contain_text("°F")
    other = await screens.open(made_ward, people.OTHER_NURSE, path=f"/infants/{WELL}")
    await expect(other.page.get_by_role("region", name="Now")).to_contain_text("°C")


async def test_day_before_has_its_own_temperatures(made_ward, screens, size):
    screen = await opened(made_ward, screens, size)
    page = screen.page
    await page.get_by_role("link", name="Day before").click()
    await expect(page.get_by_role("heading", name="Tuesday, 3 March 2026")).to_be_visible()
    await page.locator("[data-drawn]").wait_for()
    await expect(page.get_by_role("link", name="Day after")).to_be_visible()


async def test_looking_at_an_infant_is_audited(made_ward, screens):
    await opened(made_ward, screens, "tablet", COLD)
    assert [(row.who, row.infant) for row in made_ward.audited("viewed")] == [(people.NURSE, COLD)]
