"""The daily journeys on a ward that is simulated whole: firmware, radio, collector, store, pages.

All tests of this slow ward are here, and each stands by itself: what one does to an infant, no
other one needs undone.
"""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser import people, qr_video, steps
from tests.browser.radio_ward import COLD, INTERVAL_S, SILENT, SPARE, WELL

SIZES = ("tablet", "phone")


@pytest.mark.parametrize("size", SIZES)
async def test_nurse_sees_who_is_cold_and_acknowledges(radio_ward, screens, size):
    screen = await screens.open(radio_ward, size=size, path="/")
    await steps.sign_in(screen, people.NURSE)
    # Both cold infants stand before those who are well.
    first = screen.page.locator("#cards > li").first
    await expect(first).to_have_attribute("data-infant", re.compile("|".join(COLD.values())))
    card = steps.card(screen, COLD[size])
    await expect(card.locator("[data-ringing]")).not_to_have_count(0)
    await steps.acknowledge(screen, COLD[size])
    await steps.expect_seen_by(screen, COLD[size], people.NURSE)
    (row,) = [row for row in radio_ward.audited("alert_acknowledged") if row.infant == COLD[size]]
    assert row.who == people.NURSE


@pytest.mark.parametrize("size", SIZES)
async def test_admitted_baby_gets_a_band_and_its_records_arrive(radio_ward, screens, stage, size):
    code = f"new-{size}"
    qr_video.show(stage.video, SPARE[size])
    screen = await screens.open(radio_ward, people.NURSE, size=size, path="/")
    await screen.context.grant_permissions(["camera"])
    await steps.admit(screen, code, weight_g=1500, weeks=32)
    if size == "tablet":
        await screen.page.get_by_role("radio", name=SPARE[size]).check()
    else:
        await screen.page.get_by_role("button", name="Scan with the camera").click()
        await expect(screen.page.get_by_label("Label on the band")).to_have_value(SPARE[size])
    await screen.page.get_by_role("button", name="Put").click()
    await steps.expect_note(screen, "The band is assigned.")
    # Some minutes after it was put on it is known what they say.
    await asyncio.to_thread(radio_ward.pass_time, 4 * INTERVAL_S)
    # Nobody stays signed in for ten minutes without a touch.
    await screen.sign_in_as(radio_ward, people.NURSE)
    await screen.go("/")
    # It lies on the table still: that is what its records say.
    card = steps.card(screen, code)
    await expect(card).to_contain_text(SPARE[size])
    await expect(card).to_have_class(re.compile(r"\bstate-off\b"))
    await expect(card).not_to_have_class(re.compile(r"\bis-stale\b"))


@pytest.mark.parametrize("size", SIZES)
async def test_handover_and_the_mothers_page(radio_ward, screens, size):
    screen = await screens.open(
        radio_ward, people.NURSE, size=size, path=f"/infants/{WELL}/handover"
    )
    await screen.page.get_by_role("button", name="Grandmother").click()
    await steps.expect_note(screen, "Handed over.")
    phone = await screens.open(radio_ward, size="phone", path=radio_ward.family_path(WELL))
    shown = phone.page.locator(".today .digits strong")
    hours = float(await shown.inner_text())
    assert hours == pytest.approx(radio_ward.infant(WELL).row.ssc_hours, abs=0.1)
    assert hours > 1.5


async def test_board_goes_on_by_itself_as_records_arrive(radio_ward, screens):
    screen = await screens.open_wall(radio_ward, path="/")
    await screen.page.evaluate("document.body.dataset.mark = 'same page'")
    newest = steps.card(screen, WELL).locator(".foot time[data-utc-s]").first
    before = await newest.get_attribute("data-utc-s")
    await asyncio.to_thread(radio_ward.pass_time, 2 * INTERVAL_S)
    await expect(newest).not_to_have_attribute("data-utc-s", before)
    assert await screen.page.evaluate("document.body.dataset.mark") == "same page"
    assert radio_ward.failures == []


async def test_band_that_falls_silent_is_stale_within_two_intervals(radio_ward, screens):
    screen = await screens.open_wall(radio_ward, path="/")
    card = steps.card(screen, SILENT)
    await expect(card).not_to_have_class(re.compile(r"\bis-stale\b"))
    radio_ward.silence(SILENT)
    await asyncio.to_thread(radio_ward.pass_time, 2 * INTERVAL_S + 60)
    await expect(card).to_have_class(re.compile(r"\bis-stale\b"))
    # As a class of its own, not as something wrong with the infant.
    await expect(card.locator(".alert.is-technical")).to_contain_text("No new data")
    await expect(card.locator(".alert:not(.is-technical)")).to_have_count(0)
    unseen = screen.page.get_by_role("region", name="Go first")
    await expect(unseen.get_by_role("link", name=SILENT)).to_be_visible()
