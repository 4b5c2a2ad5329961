"""Who may do what, over all routes: each has one gate, and it refuses whom it is not for."""

import re

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from pouch_host.accounts.roles import Role
from pouch_host.web.access import Gate
from pouch_host.web.pages import ROUTERS
from tests.host.web import site as sites
from tests.host.web.routes_table import EVERYBODY, SCREEN, TABLE

SAFE = {"GET", "HEAD"}
GATED = sorted(key for key, allowed in TABLE.items() if allowed is not EVERYBODY)
CHANGING = sorted(key for key in TABLE if key[0] not in SAFE)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with sites.opened(tmp_path_factory.mktemp("access")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browsers(site):
    found = {role: site.browser(role) for role in Role}
    found |= {SCREEN: site.screen(), None: site.nobody()}
    for browser in found.values():
        # The first request notes that a screen is there, which later ones of the minute do not.
        browser.get("/")
    return found


def routes():
    """Yield method, path and route of all that the application answers, static files apart."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route} has no gate"
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path, route


def filled(path):
    """Return an address of a route: of the infant that there is, with 1 for any other key."""
    return re.sub(r"\{[a-z_]+(:\w+)?\}", "1", path.replace("{code}", "bed-1"))


def gates(route):
    """Return the gates among a route's dependencies."""
    calls = [one.call for one in route.dependant.dependencies]
    return [call for call in calls if isinstance(call, Gate)]


def test_every_route_has_exactly_one_gate():
    wrong = [(method, path) for method, path, route in routes() if len(gates(route)) != 1]
    assert wrong == []


def test_table_names_every_route_and_no_other():
    assert {(method, path) for method, path, _ in routes()} == set(TABLE)


def test_application_serves_static_files_and_these_routers_and_nothing_else(site):
    served = [route for route in site.app.routes if isinstance(route, Mount)]
    assert [mount.path for mount in served] == ["/static"]
    assert len(site.app.routes) == len(served) + len(ROUTERS)


def test_gates_are_as_the_table_has_them():
    for method, path, route in routes():
        (gate,) = gates(route)
        assert gate.is_public == (TABLE[method, path] is EVERYBODY), (method, path)


@pytest.mark.parametrize(("method", "path"), GATED)
def test_route_refuses_each_role_that_it_is_not_for(site, browsers, method, path):
    allowed = TABLE[method, path]
    address = filled(path)
    before = site.store.content_digest()
    for who, browser in browsers.items():
        if who in allowed:
            continue
        values = {} if method in SAFE else {"data": {"csrf": browser.csrf}}
        answer = browser.request(method, address, **values)
        away = answer.headers.get("location", "").startswith(("/sign-in", "/set-up"))
        refused = answer.status_code in {401, 403} or (answer.status_code == 303 and away)
        assert refused, f"{method} {address} lets in {who}: {answer.status_code}"
    assert site.store.content_digest() == before


@pytest.mark.parametrize(("method", "path"), [key for key in CHANGING if key in GATED])
def test_changing_route_refuses_a_form_without_its_sessions_token(site, browsers, method, path):
    allowed = TABLE[method, path]
    address = filled(path)
    before = site.store.content_digest()
    for who in allowed:
        for csrf in ("", "wrong", browsers[_other(who)].csrf):
            answer = browsers[who].request(method, address, data={"csrf": csrf})
            assert answer.status_code == 403, f"{who} with {csrf!r}: {answer.status_code}"
    assert site.store.content_digest() == before


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_changing_route_refuses_other_sites(site, browsers, method, path):
    address = filled(path)
    headers = {"origin": "https://elsewhere.example"}
    answer = browsers[None].request(method, address, headers=headers)
    assert answer.status_code == 403


def _other(who):
    return Role.NURSE if who is not Role.NURSE else Role.HEAD_NURSE
