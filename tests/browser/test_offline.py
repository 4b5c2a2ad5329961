"""The network drops: the last board with its age, and what was said is sent later, once."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser import people, steps
from tests.browser.babies import COLD

# What a browser says of a request that its network swallowed.
_NO_NETWORK = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to fetch|ERR_CONNECTION"


async def kept_board(ward, screens, **options):
    """Return a nurse's tablet whose worker has kept the board."""
    screen = await screens.open(ward, people.NURSE, **options)
    screen.allow(_NO_NETWORK)
    await screen.go("/")
    await screen.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    # From the second visit on the worker stands between page and network.
    await screen.go("/")
    await screen.until("await caches.match('/', { cacheName: 'pouch-board' })")
    return screen


async def test_offline_board_says_since_when_and_comes_back(quick_ward, screens):
    screen = await kept_board(quick_ward, screens)
    lost = screen.page.locator("#lost")
    await expect(lost).to_be_hidden()
    await screen.context.set_offline(True)
    await expect(lost).to_be_visible()
    await expect(lost).to_contain_text("Connection lost")
    await screen.context.set_offline(False)
    await expect(lost).to_be_hidden()


async def test_offline_reload_shows_the_last_board_with_its_age(quick_ward, screens):
    screen = await kept_board(quick_ward, screens)
    await screen.context.set_offline(True)
    await screen.go("/")
    await expect(screen.page.locator("#lost")).to_be_visible()
    await expect(screen.page.locator("#lost-age")).not_to_be_empty()
    await expect(steps.card(screen, COLD)).to_be_visible()
    await screen.context.set_offline(False)
    await expect(screen.page.locator("#lost")).to_be_hidden()


async def test_offline_acknowledgement_survives_the_page_and_is_sent_once(quick_ward, screens):
    screen = await kept_board(quick_ward, screens)
    await screen.context.set_offline(True)
    await steps.acknowledge(screen, COLD)
    waiting = screen.page.get_by_role("region", name="Not sent yet")
    await expect(waiting).to_contain_text(f"{COLD}: seen by {people.NURSE}")
    await screen.page.close()
    assert quick_ward.audited("alert_acknowledged") == []
    screen.page = await screen.context.new_page()
    await screen.go("/")
    waiting = screen.page.get_by_role("region", name="Not sent yet")
    await expect(waiting).to_contain_text(COLD)
    await screen.context.set_offline(False)
    await expect(waiting).to_be_hidden()
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    assert [row.who for row in quick_ward.audited("alert_acknowledged")] == [people.NURSE]


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("size", ["tablet", "phone"])
async def test_offline_board_has_no_barrier_and_no_layout_fault(quick_ward, screens, size, lang):
    screen = await kept_board(quick_ward, screens, size=size, lang=lang)
    await screen.context.set_offline(True)
    await screen.page.locator("[formaction='/alerts/acknowledge']").first.click()
    await expect(screen.page.locator("#waiting")).to_be_visible()
    await expect(screen.page.locator("#lost")).to_be_visible()
    # The button is pressed for as long as a finger may slip on it.
    await expect(screen.page.locator("button:disabled")).to_have_count(0)
    await screen.must_be_fine("board-offline")


async def test_answer_that_is_lost_leads_to_one_acknowledgement(quick_ward, screens):
    # Goal: exactly once. Method: the first request reaches the ward, and its answer is dropped.
    screen = await screens.open(quick_ward, people.NURSE)
    screen.allow(_NO_NETWORK)
    reached = asyncio.Event()

    async def drop_first(route):
        if reached.is_set():
            await route.continue_()
            return
        await route.fetch()
        reached.set()
        await route.abort()

    await screen.page.route("**/alerts/acknowledge", drop_first)
    await screen.go("/")
    await steps.acknowledge(screen, COLD)
    await reached.wait()
    await expect(screen.page.locator("#said")).to_contain_text("noted that you have seen")
    await expect(screen.page.locator("#waiting")).to_be_hidden()
    assert [row.who for row in quick_ward.audited("alert_acknowledged")] == [people.NURSE]


async def test_request_that_is_never_answered_is_shown_and_sent_again(quick_ward, screens):
    # Goal: a network that swallows what is said holds up nothing for as long as it likes.
    screen = await screens.open(quick_ward, people.NURSE)
    screen.allow(_NO_NETWORK)
    swallowed = []

    async def swallow_first(route):
        if swallowed:
            await route.continue_()
        else:
            swallowed.append(route)

    await screen.page.route("**/alerts/acknowledge", swallow_first)
    await screen.go("/")
    await steps.acknowledge(screen, COLD)
    waiting = screen.page.locator("#waiting")
    await expect(waiting).to_contain_text(f"{COLD}: seen by {people.NURSE}", timeout=20_000)
    await expect(waiting).to_be_hidden(timeout=20_000)
    await swallowed[0].abort()
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    assert [row.who for row in quick_ward.audited("alert_acknowledged")] == [people.NURSE]


async def test_restarted_server_is_found_again_without_a_reload(quick_ward, screens):
    screen = await screens.open(quick_ward, people.NURSE, path="/")
    screen.allow(_NO_NETWORK)
    await screen.page.evaluate("document.body.dataset.mark = 'same page'")
    await asyncio.to_thread(quick_ward.restart)
    await steps.acknowledge(screen, COLD)
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    assert [row.who for row in quick_ward.audited("alert_acknowledged")] == [people.NURSE]


async def test_acknowledgement_is_sent_from_a_browser_that_has_no_room_to_keep_it(
    quick_ward, screens
):
    screen = await screens.open(quick_ward, people.NURSE)
    await screen.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
    )
    await screen.go("/")
    await steps.acknowledge(screen, COLD)
    await steps.expect_seen_by(screen, COLD, people.NURSE)
    assert [row.who for row in quick_ward.audited("alert_acknowledged")] == [people.NURSE]


async def test_kept_board_is_gone_when_somebody_else_signs_in_over_it(quick_ward, screens):
    # Else what the second nurse presses there without a network is said in the first one's name.
    screen = await kept_board(quick_ward, screens)
    await screen.go("/sign-in?next=%2Fme")
    await steps.sign_in(screen, people.OTHER_NURSE)
    await screen.until("!await caches.match('/', { cacheName: 'pouch-board' })")
    await screen.go("/")
    await screen.until("await caches.match('/', { cacheName: 'pouch-board' })")
    kept = await screen.page.evaluate(
        "caches.match('/', { cacheName: 'pouch-board' }).then((page) => page.text())"
    )
    assert f'data-who="{people.OTHER_NURSE}"' in kept


async def test_screen_on_the_wall_that_is_locked_keeps_its_own_board_at_once(quick_ward, screens):
    # Goal: a network that drops right after the nurse has gone finds the wall with a board.
    screen = await kept_board(quick_ward, screens)
    await screen.enrol(quick_ward)
    await screen.page.get_by_role("button", name="Lock").click()
    await steps.expect_note(screen, "Locked.")
    await screen.until("await caches.match('/', { cacheName: 'pouch-board' })")
    kept = await screen.page.evaluate(
        "caches.match('/', { cacheName: 'pouch-board' }).then((page) => page.text())"
    )
    assert 'data-who=""' in kept
    await screen.context.set_offline(True)
    await screen.go("/")
    await expect(screen.page.locator("#lost")).to_be_visible()
    await expect(steps.card(screen, COLD)).to_be_visible()
