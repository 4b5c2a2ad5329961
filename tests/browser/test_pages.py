"""Every page, at both sizes and in both languages: no barrier, nothing cut, all within reach."""

import pytest
from fastapi.routing import APIRoute

from pouch_host.web.pages import ROUTERS
from tests.browser import babies, catalogue

SIZES = ("tablet", "phone")
LANGUAGES = ("en", "ur")
DIRECTIONS = {"en": "ltr", "ur": "rtl"}
# Every answer of these is an error on purpose.
REFUSED = ("refused", "no-such-page")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_board_on_the_wall_has_no_barrier_and_no_layout_fault(
    shown_ward, screens, size, lang
):
    wall = await screens.open_wall(shown_ward, size=size, lang=lang, path="/")
    await wall.must_be_fine("board-wall")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sight", catalogue.SIGHTS, ids=lambda sight: sight.name)
async def test_page_has_no_barrier_and_no_layout_fault(shown_ward, screens, sight, size, lang):
    screen = await screens.open(shown_ward, sight.who, size=size, lang=lang)
    if sight.name in REFUSED:
        screen.allow("status of 40[34]")
    alert_id = shown_ward.infant(babies.COLD).alerts[0].alert_id
    answer = await screen.go(sight.path.format(alert_id=alert_id))
    assert answer.ok == (sight.name not in REFUSED), answer.status
    await screen.page.locator(sight.marker).first.wait_for()
    html = screen.page.locator("html")
    assert await html.get_attribute("lang") == lang
    assert await html.get_attribute("dir") == DIRECTIONS[lang]
    await screen.must_be_fine(sight.name)


def test_every_page_is_in_the_catalogue():
    # Goal: no page goes unseen. Method: each address that can be read is somebody's sight.
    seen = {sight.path.partition("?")[0] for sight in catalogue.SIGHTS}
    known = {**catalogue.SEEN_ELSEWHERE, **catalogue.NO_PAGES}
    paths = [path for path in readable() if not path.startswith("/api/")]
    assert {"/", "/infants/{code}", *known} <= set(paths)
    assert [
        path
        for path in paths
        if path not in known and not any(_fits(path, address) for address in seen)
    ] == []


def readable():
    """Return the paths of all routes that answer GET."""
    routes = [route for router in ROUTERS for route in router.routes]
    return sorted(
        route.path
        for route in routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    )


def _fits(path, address):
    parts, given = path.split("/"), address.split("/")
    return len(parts) == len(given) and all(
        one.startswith("{") or one == other for one, other in zip(parts, given, strict=True)
    )
