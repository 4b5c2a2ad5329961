"""Who gets in at the sign-in page, where to, and with what in the browser afterwards."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from pouch_host.accounts.access import SESSION_S_MAX, Accounts
from pouch_host.accounts.hashing import HashCost
from pouch_host.accounts.roles import Role
from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.ward import WardWatch
from pouch_host.web.app import create_app
from pouch_host.web.pages.signing_in import local_path
from pouch_host.web.settings import WebSettings
from tests.host.web.answers import cookies_of, shown
from tests.host.web.site import NAMES, NOW_UTC_S, SECRETS, Browser, opened

NURSE = {"name": NAMES[Role.NURSE], "secret": SECRETS[Role.NURSE]}
WRONG = {"name": NAMES[Role.NURSE], "secret": "9999"}


@pytest.fixture
def site(tmp_path):
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shown_site(tmp_path_factory):
    """Return a site for tests that leave it as it was."""
    with opened(tmp_path_factory.mktemp("shown")) as made:
        yield made


@pytest.fixture
def browser(site):
    return site.nobody()


def test_names_lead_to_a_pad_and_the_pin_to_where_somebody_wanted_to_go(site, browser):
    wanted = browser.get("/infants/bed-1")
    assert (wanted.status_code, wanted.headers["location"]) == (
        303,
        "/sign-in?next=/infants/bed-1",
    )
    names = browser.get(wanted.headers["location"])
    assert '<button class="button big" name="name" value="Amina">' in names.text
    assert "Samina" not in names.text
    pad = browser.get("/sign-in?next=/infants/bed-1&name=Amina")
    assert 'type="password"' in pad.text
    assert 'name="next" value="/infants/bed-1"' in pad.text
    # Each digit is a button; without scripts the pad stays away and the field does.
    assert re.findall(r'data-digit="(\d)"', pad.text) == list("1234567890")
    assert re.search(r"data-pad hidden>", pad.text)
    answer = browser.post("/sign-in", {**NURSE, "next": "/infants/bed-1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/infants/bed-1")
    assert browser.get("/infants/bed-1").status_code == 200


def test_others_sign_in_with_name_and_password(browser):
    page = browser.get("/sign-in").text
    assert 'autocomplete="username"' in page
    form = {"name": "samina", "secret": SECRETS[Role.HEAD_NURSE]}
    assert browser.post("/sign-in", form).headers["location"] == "/"
    assert browser.get("/people").status_code == 200


def test_administrator_goes_to_the_staff_since_the_board_is_not_theirs(browser):
    form = {"name": "Tariq", "secret": SECRETS[Role.ADMINISTRATOR], "next": "/"}
    assert browser.post("/sign-in", form).headers["location"] == "/people"


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example",
        "\\\\elsewhere", "/\telsewhere", "javascript:alert(1)", "elsewhere", "", " /",
        "///x", "/\n/elsewhere",
        "http:///x", "//[x", "/sign-in", "/sign-out", "/set-up?x=1",
    ],
)  # fmt: skip
def test_sign_in_never_leads_out_of_the_site_or_in_a_circle(shown_site, path):
    assert local_path(path) == ""
    answer = shown_site.nobody().post("/sign-in", {**NURSE, "next": path})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/infants/bed-1?day=2", "/alerts/ask?infant=a%20b&alert=3"])
def test_sign_in_leads_to_any_page_of_the_site(path):
    assert local_path(path) == path


def test_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(browser):
    cookie = cookies_of(browser.post("/sign-in", NURSE))["pouch-session"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Max-Age" not in cookie


def test_over_https_cookies_are_secure_and_tied_to_the_host(tmp_path):
    with opened(tmp_path, settings=WebSettings(https=True)) as site:
        answer = site.nobody().post("/sign-in", NURSE)
    cookie = cookies_of(answer)["__Host-pouch-session"]
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_session_planted_before_signing_in_opens_nothing_afterwards(site):
    # Session fixation: somebody left a token in the browser, or a session of their own.
    victim = site.nobody()
    planted = site.accounts.sign_in(NAMES[Role.RESEARCHER], SECRETS[Role.RESEARCHER])
    victim.cookies.set("pouch-session", planted.token, domain="ward.test")
    victim.post("/sign-in", NURSE)
    token = victim.cookies["pouch-session"]
    assert token != planted.token
    assert site.accounts.session(planted.token) is None
    assert site.accounts.session(token).staff.name == NAMES[Role.NURSE]
    invented = site.nobody()
    invented.cookies.set("pouch-session", "A" * 43, domain="ward.test")
    invented.post("/sign-in", NURSE)
    assert site.accounts.session("A" * 43) is None


def test_wrong_secret_is_told_and_says_nothing_of_names(site, browser):
    for name in ("Amina", "Nobody"):
        answer = browser.post("/sign-in", {"name": name, "secret": "9999"})
        assert answer.status_code == 401
        assert "That does not fit. Try again." in shown(answer)
        assert not cookies_of(answer)
    assert "9999" not in answer.text


@pytest.mark.parametrize("name", ["Amina", "Samina", "Nobody"])
def test_lock_out_is_told_with_the_time_left_that_the_server_knows(site, name):
    form = {"name": name, "secret": "9999"}
    statuses = [site.nobody().post("/sign-in", form).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    site.now_utc_s += 10.4
    answer = site.nobody().post("/sign-in", form)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "20"
    assert 'data-left-s="20"' in answer.text
    assert "Wait 20 seconds, then try again." in shown(answer)
    site.now_utc_s += 20
    longer = site.nobody().post("/sign-in", form)
    assert longer.headers["retry-after"] == "60"


def test_long_lock_out_is_told_in_minutes(site, browser):
    for _ in range(6):
        answer = browser.post("/sign-in", WRONG)
        site.now_utc_s += float(answer.headers.get("retry-after", 0))
    answer = browser.post("/sign-in", WRONG)
    assert answer.headers["retry-after"] == "480"
    assert "Wait 8 min" in shown(answer).replace("\xa0", " ").replace("&nbsp;", " ")


def test_right_pin_while_locked_gets_nobody_in(site, browser):
    for _ in range(3):
        browser.post("/sign-in", WRONG)
    answer = browser.post("/sign-in", NURSE)
    assert answer.status_code == 429
    assert not cookies_of(answer)
    site.now_utc_s += 31
    assert browser.post("/sign-in", NURSE).status_code == 303


def test_page_of_another_site_can_sign_nobody_in(browser):
    answer = browser.post("/sign-in", NURSE, origin="http://elsewhere.example")
    assert answer.status_code == 403
    assert not cookies_of(answer)


def test_lock_ends_the_session_and_takes_the_cookie_away(site):
    browser = site.browser(Role.NURSE)
    token = browser.cookies["pouch-session"]
    answer = browser.post("/sign-out")
    assert answer.headers["location"] == "/sign-in?note=signed_out"
    assert "Max-Age=0" in cookies_of(answer)["pouch-session"]
    assert site.accounts.session(token) is None
    assert "Locked." in shown(browser.get("/sign-in?note=signed_out"))


def test_lock_of_a_ward_screen_shows_its_board_again(site):
    screen = site.screen()
    answer = screen.post("/sign-in", NURSE)
    # Who signs in there keeps the screen's own cookie from growing old.
    assert "Max-Age=34560000" in cookies_of(answer)["pouch-screen"]
    screen.csrf = site.accounts.session(screen.cookies["pouch-session"]).csrf
    assert screen.post("/sign-out").headers["location"] == "/?note=signed_out"
    assert screen.get("/").status_code == 200
    assert screen.get("/infants/bed-1").status_code == 303


def test_session_over_leads_to_sign_in_again(site):
    browser = site.browser(Role.NURSE)
    site.now_utc_s += 601
    assert browser.get("/me").headers["location"] == "/sign-in?next=/me"
    site.now_utc_s += SESSION_S_MAX
    assert browser.post("/sign-out").status_code == 303


@pytest.mark.parametrize(
    "address",
    ["/infants/bed-1?day=2026-03-01", "/infants/a%252Fb", "/audit?infant=a%26b%20%C3%BC"],
)
def test_signing_in_leads_to_the_very_address_that_was_asked_for(site, address):
    browser = site.nobody()
    query = urlsplit(browser.get(address).headers["location"]).query
    (next_path,) = parse_qs(query)["next"]
    given = {"name": "Amina", "secret": "7294", "next": next_path}
    assert browser.post("/sign-in", given).headers["location"] == address


def test_address_that_is_too_long_to_be_gone_on_to_is_left_out(browser):
    answer = browser.get("/audit?infant=" + "x" * 1000)
    assert answer.headers["location"] == "/sign-in?next=/"


def test_screen_is_locked_on_a_full_disk_too(site, monkeypatch):
    def full(_token_hash):
        raise StoreError("the disk is full")

    browser = site.browser(Role.NURSE)
    monkeypatch.setattr(site.store.logins, "end", full)
    answer = browser.post("/sign-out")
    assert answer.status_code == 303
    assert "Max-Age=0" in cookies_of(answer)["pouch-session"]


def test_language_of_a_browser_is_chosen_without_signing_in(browser):
    answer = browser.post("/language", {"language": "ur", "next": "/sign-in"})
    assert answer.headers["location"] == "/sign-in"
    assert 'lang="ur" dir="rtl"' in browser.get("/sign-in").text
    browser.post("/language", {"language": "xx"})
    assert 'lang="ur"' in browser.get("/sign-in").text


@pytest.fixture
def new_ward(tmp_path):
    with Store.open(tmp_path / "new.sqlite") as store:
        now = {"utc_s": float(NOW_UTC_S)}
        watch = WardWatch(store, clock=lambda: now["utc_s"])
        cheap = HashCost(passes=1, memory_kib=8, lanes=1)
        accounts = Accounts(store, lambda: now["utc_s"], cost=cheap)
        watch.step()
        yield accounts, Browser(create_app(watch, accounts))


def test_first_run_makes_the_administrator_and_closes(new_ward):
    accounts, browser = new_ward
    assert browser.get("/").headers["location"].startswith("/set-up")
    assert browser.get("/sign-in").headers["location"] == "/set-up"
    assert browser.get("/set-up").status_code == 200
    code = accounts.set_up_code
    form = {"code": code, "name": "Tariq", "secret": "lamp-post-9-owl", "again": "lamp-post-9-owl"}
    answer = browser.post("/set-up", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert browser.get("/people").status_code == 200
    for closed in (browser.get("/set-up"), browser.post("/set-up", form)):
        assert closed.status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "AAAAAAAAAA"}, "That is not the code."),
        ({"again": "other"}, "The two differ."),
        ({"secret": "password", "again": "password"}, "at least 10 characters"),
        ({"name": " "}, "Say the name."),
    ],
)
def test_first_run_with_what_will_not_do_makes_nobody(new_ward, changed, words):
    accounts, browser = new_ward
    form = {"name": "Tariq", "secret": "lamp-post-9-owl", "again": "lamp-post-9-owl"}
    answer = browser.post("/set-up", {"code": accounts.set_up_code, **form, **changed})
    assert answer.status_code == 422
    assert words in shown(answer)
    assert accounts.needs_set_up


def test_first_run_has_no_default_password_and_no_endless_guesses(new_ward):
    accounts, browser = new_ward
    form = {"name": "admin", "secret": "admin-admin-1", "again": "admin-admin-1"}
    statuses = [browser.post("/set-up", {**form, "code": ""}).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert accounts.staff() == []
    assert browser.post("/sign-in", {"name": "admin", "secret": "admin"}).status_code == 401
