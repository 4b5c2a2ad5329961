"""What the board's page says of the watch over the ward, also to a browser without scripts."""

import re

import pytest

from pouch_host.accounts.roles import Role
from pouch_host.store import Store
from pouch_host.ward import LastLook, WatchState
from pouch_host.web.app import create_app
from tests.host.web import site
from tests.host.web.made_board import HandWard, infant


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as opened:
        yield opened


@pytest.fixture
def hand_ward(store):
    return HandWard(store)


def shown(hand_ward, store):
    """Return the text of the page of a made ward."""
    made = site.Site(store)
    made.app = create_app(hand_ward, made.accounts)
    return made.browser(Role.NURSE).get("/").text


def test_page_before_the_first_look_says_that_it_is_still_read(hand_ward, store):
    hand_ward.show(reading=True)
    text = shown(hand_ward, store)
    assert "is still being read" in text
    assert "No infant is admitted" not in text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (WatchState.LOOKING, None),
        (WatchState.STARTING, None),
        (WatchState.BUSY, "is busy, and has not looked"),
        (WatchState.STOPPED, "Nobody is watching"),
    ],
)
def test_page_says_that_nobody_looks_and_what_to_do_also_without_scripts(
    hand_ward, store, state, said
):
    hand_ward.show(infant())
    hand_ward.look = LastLook(state, hand_ward.utc_s - 130, 130)
    text = shown(hand_ward, store)
    (banner,) = re.findall(r'<div id="unwatched".*?</div>', text, re.DOTALL)
    seen = re.sub(r"<(strong|span)[^>]* hidden>.*?</\1>", "", banner)
    assert (" hidden>" in banner.split("\n")[0]) is (said is None)
    assert ("is-unwatched" in text) is (state is WatchState.STOPPED)
    if said is not None:
        assert said in seen
        assert "2\u00a0min\u00a0ago" in seen
        assert "ook" in seen.rpartition("</time>")[2]
        assert len(re.findall("Nobody is watching|is busy", seen)) == 1
