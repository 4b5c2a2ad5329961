"""The board in the browser, on infants made by hand: all that it shows and does by itself."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from pouch_host.store import Store
from pouch_host.ward import LastLook, WatchState
from pouch_host.web.feed import BoardFeed
from pouch_host.web.render import Renderer
from pouch_host.web.settings import WebSettings
from tests.browser import people
from tests.browser.served import Served
from tests.host.web.made_board import HandWard, alert, infant, ward_of

STATIC_DIR = Path(__file__).parents[2] / "host" / "pouch_host" / "web" / "static"


class Shown(HandWard):
    """A made ward with its pages.

    Attributes:
        url: where they are.
        accounts: who may sign in.
        secrets: PIN or password of each member of staff.
        session_cookie: name of the cookie that holds a session.
    """

    def __init__(self, store):
        super().__init__(store)
        store.set_zone("Asia/Karachi")
        self.secrets = people.SECRETS
        self.accounts = people.accounts_of(store, self.now_utc_s)
        people.hire(self.accounts)
        self._served = Served(self, self.accounts, settings=WebSettings(silence_s=60))
        self.url = self._served.url
        self.session_cookie = self._served.settings.cookie("session")

    def speak_often(self):
        """Have the streams that begin from now on say the time more often than is usual."""
        self._served.app.state.board_feed = BoardFeed(self, Renderer(), heartbeat_s=0.1)

    def close(self):
        self._served.close()


@pytest.fixture
def ward(tmp_path):
    with Store.open(tmp_path / "made.sqlite") as store:
        made = Shown(store)
        yield made
        made.close()


@pytest.mark.parametrize("count", [1, 4, 12])
@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_board_of_any_size_is_whole(ward, screens, size, lang, count):
    ward.show(*ward_of(count))
    screen = await screens.open(ward, people.NURSE, size=size, lang=lang, path="/")
    await screen.must_be_fine(f"board-{count}", keyboard=count == 1)


@pytest.mark.parametrize("lang", ["en", "ur"])
async def test_board_with_all_that_can_be_open_is_whole(ward, screens, lang):
    ward.show(*ward_of(10), failure="ward.sqlite: the disk is full: free some room")
    screen = await screens.open(ward, people.NURSE, size="phone", lang=lang, path="/")
    await screen.page.evaluate(
        "document.querySelectorAll('.snooze').forEach((one) => { one.open = true; })"
    )
    await screen.page.evaluate("document.getElementById('lost').hidden = false")
    await screen.must_be_fine("board-open", keyboard=False)


async def test_card_that_changes_keeps_what_is_open_and_the_focus(ward, screens):
    made = infant("bed-1", alert("danger_cold"), core_c=35.1)
    ward.show(made, infant("bed-2"))
    screen = await screens.open(ward, people.NURSE, path="/")
    page = screen.page
    await page.evaluate("document.body.dataset.mark = 'same page'")
    await page.get_by_text("Snooze", exact=True).click()
    await page.get_by_role("button", name="15 min").focus()
    ward.show(infant("bed-1", alert("danger_cold"), core_c=35.1, ssc_hours=7.7), infant("bed-2"))
    await expect(page.locator('[data-infant="bed-1"] .ring')).to_contain_text("7.7")
    await expect(page.get_by_role("button", name="15 min")).to_be_focused()
    assert await page.evaluate("document.body.dataset.mark") == "same page"


async def test_cards_follow_the_order_and_go_when_the_infant_does(ward, screens):
    ward.show(infant("bed-1"), infant("bed-2"), infant("bed-3"))
    screen = await screens.open(ward, people.NURSE, path="/")
    ward.show(infant("bed-1"), infant("bed-3", alert("hot"), temperature_c=38.0, core_c=38.3))
    await expect_order(screen, "bed-3", "bed-1")
    await expect(screen.page).to_have_title("(1 ringing) Ward - Pouch")
    ward.show(infant("bed-1"), infant("bed-3"), infant("bed-4", alert("danger_cold"), core_c=35))
    await expect_order(screen, "bed-4", "bed-1", "bed-3")


async def expect_order(screen, *codes):
    """Wait until these cards are there, in this order, and no others."""
    cards = screen.page.locator("#cards > li")
    await expect(cards).to_have_count(len(codes))
    for place, code in enumerate(codes):
        await expect(cards.nth(place)).to_have_attribute("data-infant", code)


async def test_ages_and_what_is_left_go_on_without_the_server(ward, screens):
    ward.show(*ward_of(6))
    screen = await screens.open(ward, people.NURSE)
    await screen.page.clock.install()
    await screen.go("/")
    age = screen.page.locator('[data-infant="bed-2"] .foot .age').first
    await expect(age).to_have_text("4\u00a0min\u00a0ago")
    left = screen.page.locator(".mutes .left")
    await expect(left).to_have_text("25:00")
    # No heartbeat comes in between: the page alone counts.
    await screen.page.evaluate("pouchAges.set_now = () => {}")
    await screen.page.clock.run_for(121_000)
    await expect(age).to_have_text("6\u00a0min\u00a0ago")
    await expect(left).to_have_text("22:59")


async def test_banner_says_that_nobody_watches_and_goes_when_somebody_does(ward, screens):
    # Goal: without a reload or anything new, and with an age that goes on.
    ward.speak_often()
    ward.show(*ward_of(4))
    screen = await screens.open(ward, people.NURSE, path="/")
    page = screen.page
    await page.evaluate("document.body.dataset.mark = 'same page'")
    banner = page.locator("#unwatched")
    await expect(banner).to_be_hidden()
    ward.look = LastLook(WatchState.BUSY, ward.utc_s - 130, 130)
    await expect(banner).to_contain_text("is busy, and has not looked")
    await expect(banner).not_to_contain_text("Nobody is watching", use_inner_text=True)
    ward.look = LastLook(WatchState.STOPPED, ward.utc_s - 130, 130)
    await expect(banner).to_contain_text("Nobody is watching", use_inner_text=True)
    await expect(banner).to_contain_text("14:29", use_inner_text=True)
    await expect(page.locator("#looked-age")).to_have_text("2\u00a0min\u00a0ago")
    await expect(banner).to_contain_text("started again now", use_inner_text=True)
    await expect(banner).to_have_role("alert")
    ward.utc_s += 60
    await expect(page.locator("#looked-age")).to_have_text("3\u00a0min\u00a0ago")
    ward.look = None
    await expect(banner).to_be_hidden()
    assert await page.evaluate("document.body.dataset.mark") == "same page"


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_board_that_nobody_watches_is_whole(ward, screens, size, lang):
    ward.show(*ward_of(4))
    ward.look = LastLook(WatchState.STOPPED, ward.utc_s - 130, 130)
    screen = await screens.open(ward, people.NURSE, size=size, lang=lang, path="/")
    await expect(screen.page.locator("#unwatched")).to_be_visible()
    await screen.must_be_fine("board-unwatched", keyboard=False)


async def test_page_of_somebody_who_is_signed_out_elsewhere_is_left(ward, screens):
    ward.show(infant())
    screen = await screens.open(ward, people.NURSE, path="/")
    (cookie,) = await screen.context.cookies(ward.url)
    ward.accounts.sign_out(cookie["value"])
    await screen.page.wait_for_url("**/sign-in**")


# The logic of the sound, with time and alerts handed in.

_NEXT = "([state, ringing, now]) => pouchSound.next(state, ringing, now)"
_MIN_MS = 60_000


class Sound:
    """The sound of one page, without its tones."""

    def __init__(self, page):
        self._page = page
        self.state = {"until_ms": 0, "heard": {}, "last_ms": 0}

    async def at(self, now_ms, *ringing):
        """Return what is played at a time while these (name, priority) ring."""
        given = [{"name": name, "priority": priority} for name, priority in ringing]
        found = await self._page.evaluate(_NEXT, [self.state, given, now_ms])
        self.state = found["state"]
        return found["play"]


@pytest.fixture
def sound(stage, screens):
    async def opened():
        page = (await screens.blank("tablet")).page
        await page.evaluate((STATIC_DIR / "sound.js").read_text(encoding="utf-8"))
        return Sound(page)

    return stage.run(opened())


COLD, COOL, BAND = (
    ("1 first bed-1", "high"),
    ("1 first bed-2", "low"),
    ("2 first bed-2", "technical"),
)
NOW_MS = 1_772_703_125_000


async def test_sound_begins_at_once_and_comes_again_each_minute_until_it_ends(sound):
    assert await sound.at(NOW_MS) is None
    assert await sound.at(NOW_MS + 1000, COOL) == "low"
    assert await sound.at(NOW_MS + 2000, COOL) is None
    assert await sound.at(NOW_MS + 60_999, COOL) is None
    assert await sound.at(NOW_MS + 61_000, COOL) == "low"
    assert await sound.at(NOW_MS + 62_000) is None
    assert await sound.at(NOW_MS + 200_000) is None


async def test_sound_of_several_is_that_of_the_gravest(sound):
    assert await sound.at(NOW_MS, BAND, COOL) == "low"
    assert await sound.at(NOW_MS + 1000, BAND, COOL, COLD) == "high"
    assert await sound.at(NOW_MS + _MIN_MS + 1000, BAND, COOL, COLD) == "high"
    assert await sound.at(NOW_MS + 2 * _MIN_MS + 2000, BAND) == "technical"


async def test_sound_of_one_that_got_no_better_is_a_new_one(sound):
    assert await sound.at(NOW_MS, COOL) == "low"
    assert await sound.at(NOW_MS + 5000, ("1 late bed-2", "low")) == "low"


async def test_pause_is_silent_and_ends_by_itself(sound):
    assert await sound.at(NOW_MS, COOL) == "low"
    sound.state["until_ms"] = NOW_MS + 2 * _MIN_MS
    assert await sound.at(NOW_MS + _MIN_MS, COOL) is None
    assert await sound.at(NOW_MS + 2 * _MIN_MS - 1, COOL, BAND) is None
    assert await sound.at(NOW_MS + 2 * _MIN_MS, COOL, BAND) == "low"
    assert sound.state["until_ms"] == 0


async def test_clock_of_a_tablet_that_is_set_back_keeps_nothing_silent(sound):
    assert await sound.at(NOW_MS, COOL) == "low"
    assert await sound.at(NOW_MS - 60 * _MIN_MS, COOL) == "low"
    sound.state["until_ms"] = NOW_MS + 10 * _MIN_MS
    assert await sound.at(NOW_MS, COOL) is None
    assert await sound.at(NOW_MS - 60 * _MIN_MS, COOL) == "low"
    assert sound.state["until_ms"] == 0


async def test_pause_is_broken_by_a_new_high_alert_only(sound):
    assert await sound.at(NOW_MS, COLD) == "high"
    sound.state["until_ms"] = NOW_MS + 10 * _MIN_MS
    assert await sound.at(NOW_MS + _MIN_MS, COLD, COOL) is None
    assert await sound.at(NOW_MS + 2 * _MIN_MS, COLD, COOL, ("1 first bed-3", "high")) == "high"
    assert sound.state["until_ms"] == 0


async def test_patterns_are_two_of_five_three_and_one(sound):
    counts = await sound._page.evaluate(
        "Object.fromEntries(Object.entries(pouchSound.PATTERNS)"
        ".map(([name, one]) => [name, one.starts_s.length]))"
    )
    assert counts == {"high": 10, "medium": 3, "low": 1, "technical": 1}


async def test_pause_lives_through_a_reload(ward, screens):
    ward.show(infant("bed-1", alert("cold_stress"), core_c=36.1))
    screen = await screens.open(ward, people.NURSE, path="/")
    page = screen.page
    await page.get_by_role("button", name="tap to switch on").click()
    await page.get_by_text("Pause the sound").click()
    await page.get_by_role("button", name="5 min").click()
    await expect(page.get_by_role("button", name="Sound paused")).to_be_visible()
    await page.reload()
    # The browser wants a touch again; then the pause goes on.
    await page.locator("h1").click(force=True)
    await expect(page.get_by_role("button", name="Sound paused")).to_be_visible()
