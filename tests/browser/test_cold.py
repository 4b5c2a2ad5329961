"""See who is cold, go there, say so: the way of every shift."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser import babies, people, steps
from tests.browser.babies import COLD, COOL


@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_nurse_sees_the_coldest_first_and_acknowledges_by_name(made_ward, screens, size):
    screen = await screens.open(made_ward, size=size, path="/")
    await expect(screen.page.get_by_role("heading", name="Who are you?")).to_be_visible()
    await steps.sign_in(screen, people.NURSE)
    first = screen.page.locator("#cards > li").first
    await expect(first).to_have_attribute("data-infant", COLD)
    await expect(first).to_be_in_viewport()
    # Whom to go to is named within the first window, without scrolling.
    go_first = screen.page.get_by_role("region", name="Go first").get_by_role("listitem").first
    await expect(go_first).to_contain_text(COLD)
    await expect(go_first).to_be_in_viewport()
    await steps.acknowledge(screen, COLD)
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    (row,) = made_ward.audited("alert_acknowledged")
    assert (row.who, row.infant) == (people.NURSE, COLD)


async def test_other_nurse_takes_the_tablet_with_her_pin(made_ward, screens):
    screen = await screens.open(made_ward, path="/")
    await steps.sign_in(screen, people.NURSE)
    await steps.acknowledge(screen, COLD)
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    await screen.page.get_by_role("button", name="Lock").click()
    await steps.sign_in(screen, people.OTHER_NURSE)
    await steps.acknowledge(screen, COOL)
    await steps.expect_seen_by(screen, COOL, people.OTHER_NURSE)
    await steps.expect_seen_by(screen, COLD, people.NURSE)


@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_screen_on_the_wall_asks_who_has_seen_it(made_ward, screens, size):
    wall = await screens.open_wall(made_ward, size=size, path="/")
    await steps.card(wall, COLD).get_by_role("link", name="I have seen it").first.click()
    page = wall.page
    await page.get_by_role("button", name=people.OTHER_NURSE, exact=True).click()
    await page.get_by_label("PIN", exact=True).fill(people.SECRETS[people.OTHER_NURSE])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name=COLD)).to_be_visible()
    await page.get_by_role("button", name="I have seen it").click()
    await steps.expect_seen_by(wall, COLD, people.OTHER_NURSE)
    (row,) = made_ward.audited("alert_acknowledged")
    assert (row.who, row.infant) == (people.OTHER_NURSE, COLD)


async def test_wrong_pin_is_refused_without_saying_more(made_ward, screens):
    screen = await screens.open(made_ward, path="/")
    screen.allow("status of 401")
    await screen.page.get_by_role("button", name=people.NURSE, exact=True).click()
    await screen.page.get_by_label("PIN", exact=True).fill("2468")
    await screen.page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(screen.page.get_by_role("alert")).to_contain_text("does not fit")
    assert made_ward.audited("alert_acknowledged") == []


async def test_keyboard_alone_does_the_same(made_ward, screens):
    screen = await screens.open(made_ward, path="/")
    page = screen.page
    await steps.tab_to(page, page.get_by_role("button", name=people.NURSE, exact=True))
    await page.keyboard.press("Enter")
    # The field for the PIN has the focus from the start.
    await expect(page.get_by_label("PIN", exact=True)).to_be_focused()
    await page.keyboard.type(people.SECRETS[people.NURSE])
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Lock").wait_for()
    seen = steps.card(screen, COLD).get_by_role("button", name="I have seen it").first
    await steps.tab_to(page, seen)
    await page.keyboard.press("Enter")
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    assert [row.who for row in made_ward.audited("alert_acknowledged")] == [people.NURSE]


async def test_two_tablets_at_once_make_one_acknowledgement(made_ward, screens):
    one = await screens.open(made_ward, people.NURSE, path="/")
    other = await screens.open(made_ward, people.OTHER_NURSE, path="/")
    await asyncio.gather(steps.acknowledge(one, COLD), steps.acknowledge(other, COLD))
    told = [screen.page.locator("#said") for screen in (one, other)]
    for said in told:
        await expect(said).to_be_visible()
    # The slower one is told, by the status of the answer, that somebody was faster.
    (row,) = made_ward.audited("alert_acknowledged")
    await steps.expect_seen_by(one, COLD, row.who)
    await steps.expect_seen_by(other, COLD, row.who)
    late = other if row.who == people.NURSE else one
    await expect(late.page.locator("#said")).to_contain_text(f"{row.who} had seen the alert")


async def test_snooze_ends_by_itself_and_the_alert_rings_again(made_ward, screens):
    screen = await screens.open(made_ward, people.NURSE, path="/")
    wall = await screens.open_wall(made_ward, path="/")
    card = steps.card(screen, COLD)
    await expect(steps.card(wall, COLD).locator("[data-ringing]")).not_to_have_count(0)
    await card.get_by_text("Snooze", exact=True).first.click()
    await card.get_by_role("group", name="Silent for").get_by_role("button").first.click()
    snoozed = wall.page.get_by_role("region", name="Snoozed")
    await expect(snoozed).to_contain_text(COLD)
    await expect(steps.card(wall, COLD).locator("[data-ringing]")).to_have_count(0)
    (mute,) = made_ward.infant(COLD).mutes
    made_ward.clock.pass_time(mute.until_utc_s - babies.NOW_UTC_S + 60)
    await expect(snoozed).to_have_count(0)
    await expect(steps.card(wall, COLD).locator("[data-ringing]")).not_to_have_count(0)
