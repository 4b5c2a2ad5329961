"""The board goes on by itself: new records at once, sound that pauses and says for how long."""

import re
import statistics
import time

from playwright.async_api import expect

from tests.browser import babies, made_store, people, steps
from tests.browser.babies import COLD, WELL

_UPDATE_MS_MAX = 1000
_NEWEST = """
(code) => Math.max(...Array.from(
  document.querySelectorAll(`#cards > [data-infant="${code}"] .foot time[data-utc-s]`),
  (one) => Number(one.getAttribute("data-utc-s"))))
"""
# Notes, by the page's own clock, when a card first shows a newer record.
_NOTE_CHANGE = (
    """
([code, was]) => {
  const newest = NEWEST;
  window.changed_ms = 0;
  const watch = new MutationObserver(() => {
    if (newest(code) <= was) return;
    window.changed_ms = Date.now();
    watch.disconnect();
  });
  watch.observe(document.getElementById("cards"), { childList: true, subtree: true });
}
"""
).replace("NEWEST", _NEWEST.strip())


async def test_new_record_is_on_the_board_within_a_second(made_ward, screens, record_property):
    screen = await screens.open_wall(made_ward, path="/")
    page = screen.page
    took_ms = []
    for minute in (1, 2, 3):
        await page.evaluate(_NOTE_CHANGE, [WELL, await page.evaluate(_NEWEST, WELL)])
        made_ward.clock.pass_time(60)
        made_store.more(made_ward.store, WELL, until_utc_s=babies.NOW_UTC_S + 60 * minute - 30)
        stored_ms = time.time() * 1000
        await screen.until("window.changed_ms > 0")
        took_ms.append(await page.evaluate("window.changed_ms") - stored_ms)
    # One of three may fall into a moment in which the machine has other things to do.
    middle_ms = statistics.median(took_ms)
    record_property("figure", f"from the store to an open board: {middle_ms:.0f} ms, median of 3")
    assert middle_ms < _UPDATE_MS_MAX


async def test_sound_pause_shows_what_is_left_and_ends_by_itself(made_ward, screens):
    screen = await screens.open(made_ward, people.NURSE)
    page = screen.page
    await page.clock.install()
    await screen.go("/")
    await page.get_by_role("button", name="tap to switch on").click()
    await page.get_by_text("Pause the sound").click()
    await page.get_by_role("button", name=re.compile(r"^2\b")).click()
    left = page.locator("#sound-left")
    await expect(left).to_have_text(re.compile(r"^0?[12]:\d\d$"))
    shown_s = await seconds_of(left)
    await page.clock.run_for(30_000)
    # It shows whole seconds, the one that has begun included.
    assert shown_s - await seconds_of(left) >= 29
    await expect(page.get_by_role("button", name="Sound paused")).to_be_visible()
    await page.clock.run_for(95_000)
    await expect(page.get_by_role("button", name="Sound paused")).to_be_hidden()
    await expect(page.get_by_text("Pause the sound")).to_be_visible()


async def test_sound_is_off_and_says_so_until_somebody_touches_it(shown_ward, screens):
    screen = await screens.open(shown_ward, people.NURSE, path="/")
    await expect(screen.page.get_by_role("button", name="Sound is off")).to_be_visible()


async def test_board_without_scripts_shows_and_acknowledges(made_ward, screens):
    screen = await screens.open(made_ward, people.NURSE, java_script_enabled=False)
    await screen.page.goto("/")
    await steps.acknowledge(screen, COLD)
    await steps.expect_note(screen, "Noted that you have seen the alert.")
    await steps.expect_seen_by(screen, COLD, people.NURSE)


async def seconds_of(left):
    """Return what a countdown shows, in seconds."""
    minutes, seconds = (await left.inner_text()).split(":")
    return 60 * int(minutes) + int(seconds)
