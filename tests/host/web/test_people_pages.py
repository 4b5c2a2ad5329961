"""The pages about people, screens, tokens and the audit, as each role finds them."""

import re

import pytest

from pouch_host.accounts.roles import Role
from tests.host.web.answers import cookies_of, shown
from tests.host.web.site import NAMES, SECRETS, opened

PAGES = {
    "/people": {Role.HEAD_NURSE, Role.ADMINISTRATOR},
    "/devices": {Role.ADMINISTRATOR},
    "/tokens": {Role.RESEARCHER},
    "/audit": {Role.HEAD_NURSE, Role.ADMINISTRATOR},
    "/me": set(Role),
}
# What changes something, with a form that would do it.
CHANGES = {
    "/people": {"name": "Dua", "role": "nurse", "secret": "5081", "again": "5081"},
    "/people/4/secret": {"secret": "5081", "again": "5081"},
    "/people/4/end": {},
    "/devices": {"label": "door"},
    "/devices/1/end": {},
    "/tokens": {"label": "export", "days": "30"},
    "/tokens/1/end": {},
    "/me/choices": {"language": "ur", "unit": "f"},
    "/me/secret": {"old": "7294", "secret": "5081", "again": "5081"},
    "/sign-out": {},
}


def may_post(path):
    """Return who may."""
    return PAGES.get("/" + path.split("/")[1], set(Role))


@pytest.fixture
def site(tmp_path):
    with opened(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shown_site(tmp_path_factory):
    """Return a site for tests that leave it as it was."""
    with opened(tmp_path_factory.mktemp("shown")) as made:
        yield made


def staff_id(site, role):
    (found,) = [one for one in site.accounts.staff() if one.name == NAMES[role]]
    return found.staff_id


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", PAGES)
def test_page_opens_for_those_it_is_for(shown_site, path, role):
    answer = shown_site.browser(role).get(path)
    assert answer.status_code == (200 if role in PAGES[path] else 403)


@pytest.mark.parametrize("path", PAGES)
def test_page_opens_for_nobody_else(shown_site, path):
    for browser in (shown_site.nobody(), shown_site.screen()):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


@pytest.mark.parametrize("role", Role)
def test_change_is_refused_to_those_it_is_not_for_and_changes_nothing(shown_site, role):
    browser = shown_site.browser(role)
    refused = [path for path in CHANGES if role not in may_post(path)]
    before = shown_site.store.content_digest()
    assert refused
    for path in refused:
        assert browser.post(path, CHANGES[path]).status_code == 403, path
    assert shown_site.store.content_digest() == before


@pytest.mark.parametrize("role", Role)
def test_change_without_the_sessions_own_token_is_refused(shown_site, role):
    # Missing, wrong, and that of another session of the same person.
    browser = shown_site.browser(role)
    other = shown_site.accounts.sign_in(NAMES[role], SECRETS[role])
    before = shown_site.store.content_digest()
    for path, form in CHANGES.items():
        if role in may_post(path):
            for csrf in ("", "A" * 43, other.csrf, other.token):
                answer = browser.post(path, {**form, "csrf": csrf})
                assert answer.status_code == 403, (path, csrf)
                assert "out of date" in answer.text
    assert shown_site.store.content_digest() == before
    # The same with the right one would have changed something.
    assert browser.post("/sign-out").status_code == 303


def test_change_takes_the_token_from_a_header_too(site):
    browser = site.browser(Role.NURSE)
    form = {"csrf": "", "language": "ur", "unit": "c"}
    answer = browser.post("/me/choices", form, **{"x-csrf": browser.csrf})
    assert answer.status_code == 303


def test_change_from_a_page_of_another_site_is_refused(site):
    browser = site.browser(Role.NURSE)
    answer = browser.post("/sign-out", origin="http://elsewhere.example")
    assert answer.status_code == 403
    assert browser.get("/me").status_code == 200


# Staff.


def test_head_nurse_sees_and_adds_nurses_only(site):
    browser = site.browser(Role.HEAD_NURSE)
    page = browser.get("/people").text
    assert "Amina" in page
    assert "Tariq" not in page
    assert "Imran" not in page
    added = browser.post("/people", CHANGES["/people"])
    assert (added.status_code, added.headers["location"]) == (303, "/people?note=saved")
    assert site.accounts.sign_in("Dua", "5081").staff.role == Role.NURSE
    for role in (Role.HEAD_NURSE, Role.RESEARCHER, Role.ADMINISTRATOR):
        secret = "quiet-yellow-door"
        form = {"name": "Eve", "role": role, "secret": secret, "again": secret}
        assert browser.post("/people", form).status_code == 403
        other = staff_id(site, role)
        for path in (f"/people/{other}/secret", f"/people/{other}/end"):
            assert browser.post(path, {"secret": secret, "again": secret}).status_code == 403
    assert "Eve" not in {one.name for one in site.accounts.staff()}
    row = next(row for row in site.store.audit.rows() if row.what == "staff_added")
    assert (row.who, row.detail["staff"]) == ("Samina", "Dua")


def test_administrator_adds_anybody_but_no_unknown_role(site):
    browser = site.browser(Role.ADMINISTRATOR)
    for name, role in (("Dua", "nurse"), ("Eve", "administrator")):
        secret = "5081" if role == "nurse" else "quiet-yellow-door"
        form = {"name": name, "role": role, "secret": secret, "again": secret}
        assert browser.post("/people", form).status_code == 303
    form = {"name": "Fay", "role": "matron", "secret": "5081", "again": "5081"}
    assert browser.post("/people", form).status_code == 422


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"again": "5082"}, "The two differ."),
        ({"secret": "1234", "again": "1234"}, "among the first that somebody tries"),
        ({"secret": "50", "again": "50"}, "at least 4 digits"),
        ({"name": "amina"}, "That name is taken"),
        ({"name": ""}, "Say the name."),
    ],
)
def test_add_of_what_will_not_do_says_why_and_keeps_the_name(site, changed, words):
    form = {**CHANGES["/people"], **changed}
    answer = site.browser(Role.HEAD_NURSE).post("/people", form)
    assert answer.status_code == 422
    assert words in shown(answer)
    assert f'name="name" value="{form["name"]}"' in answer.text
    assert form["secret"] not in answer.text


def test_new_pin_ends_the_nurses_sessions_and_lock(site):
    nurse = site.browser(Role.NURSE)
    for _ in range(3):
        site.nobody().post("/sign-in", {"name": "Amina", "secret": "9999"})
    browser = site.browser(Role.HEAD_NURSE)
    assert "Locked until" in shown(browser.get("/people"))
    path = f"/people/{staff_id(site, Role.NURSE)}/secret"
    assert browser.post(path, {"secret": "5081", "again": "5081"}).status_code == 303
    assert nurse.get("/me").status_code == 303
    assert site.nobody().post("/sign-in", {"name": "Amina", "secret": "5081"}).status_code == 303
    refused = browser.post(path, {"secret": "1111", "again": "1111"})
    assert "among the first that somebody tries" in shown(refused)
    assert "<details open>" in refused.text


def test_person_who_is_ended_is_out_at_once_and_listed_as_formerly(site):
    nurse = site.browser(Role.NURSE)
    browser = site.browser(Role.HEAD_NURSE)
    path = f"/people/{staff_id(site, Role.NURSE)}/end"
    assert browser.post(path).headers["location"] == "/people?note=ended"
    assert nurse.get("/").status_code == 303
    page = shown(browser.get("/people"))
    assert re.search(r"Formerly Amina , Nurse, until", page)
    assert "Amina" not in site.nobody().get("/sign-in").text


def test_last_administrator_stays(site):
    browser = site.browser(Role.ADMINISTRATOR)
    answer = browser.post(f"/people/{staff_id(site, Role.ADMINISTRATOR)}/end")
    assert answer.status_code == 422
    assert "This is the last administrator." in shown(answer)
    assert browser.get("/people").status_code == 200
    gone = browser.post("/people/99/end")
    assert "no longer there" in shown(gone)


# Screens.


def test_tablet_becomes_a_screen_and_shows_the_board_when_locked(site):
    browser = site.browser(Role.ADMINISTRATOR)
    answer = browser.post("/devices", {"label": "door"})
    cookie = cookies_of(answer)["pouch-screen"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "This screen" in shown(browser.get("/devices"))
    browser.post("/sign-out")
    assert browser.get("/").status_code == 200
    site.browser(Role.ADMINISTRATOR).post("/devices/1/end")
    assert browser.get("/").status_code == 303


def test_tablet_enrolled_again_is_one_screen(site):
    browser = site.browser(Role.ADMINISTRATOR)
    for label in ("door", "window"):
        browser.post("/devices", {"label": label})
    active = [one.label for one in site.accounts.devices() if one.ended_utc_s is None]
    assert active == ["window"]
    assert browser.post("/devices", {"label": " "}).status_code == 422
    assert browser.post("/devices/99/end").status_code == 422


# Tokens.


def test_token_is_shown_once_and_reads_the_api(site):
    browser = site.browser(Role.RESEARCHER)
    made = browser.post("/tokens", {"label": "export", "days": "30"})
    assert made.headers["cache-control"] == "no-store"
    (token,) = re.findall(r'class="secret">([\w-]{43})<', made.text)
    assert site.accounts.token(token).name == "Imran"
    page = browser.get("/tokens")
    assert token not in page.text
    assert "not used yet" not in shown(page)
    assert browser.post("/tokens/1/end").status_code == 303
    assert site.accounts.token(token) is None
    assert re.search("Formerly export", shown(browser.get("/tokens")))


def test_token_without_sense_is_refused(site):
    browser = site.browser(Role.RESEARCHER)
    answer = browser.post("/tokens", {"label": "export", "days": "400"})
    assert answer.status_code == 422
    assert "Choose from 1 to 366 days." in shown(answer)
    assert browser.post("/tokens", {"label": "x", "days": "many"}).status_code == 422
    assert browser.post("/tokens/7/end").status_code == 422


def test_token_of_somebody_else_is_not_hers_to_see_or_end(site):
    secret = "quiet-yellow-door"
    other = site.accounts.add_staff("Eve", Role.RESEARCHER, secret, who="Tariq")
    token = site.accounts.make_token(other, "others", 30)
    browser = site.browser(Role.RESEARCHER)
    assert "others" not in browser.get("/tokens").text
    assert browser.post("/tokens/1/end").status_code == 422
    assert site.accounts.token(token) is not None


# Oneself.


def test_own_pin_is_changed_with_the_old_one_only(site):
    browser, elsewhere = site.browser(Role.NURSE), site.browser(Role.NURSE)
    wrong = browser.post("/me/secret", {**CHANGES["/me/secret"], "old": "1111"})
    assert wrong.status_code == 422
    assert "That does not fit." in shown(wrong)
    assert browser.post("/me/secret", CHANGES["/me/secret"]).status_code == 303
    assert browser.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303
    for _ in range(2):
        browser.post("/me/secret", {**CHANGES["/me/secret"], "old": "1111"})
    locked = browser.post("/me/secret", {**CHANGES["/me/secret"], "old": "1111"})
    assert (locked.status_code, 'data-left-s="30"' in locked.text) == (429, True)


def test_own_language_and_unit_hold_on_the_next_page(site):
    browser = site.browser(Role.NURSE)
    assert browser.post("/me/choices", {"language": "ur", "unit": "f"}).status_code == 303
    page = browser.get("/me").text
    assert 'lang="ur" dir="rtl"' in page
    assert re.search(r'value="f" checked', page)
    browser.post("/me/choices", {"language": "", "unit": "c"})
    assert 'lang="en"' in browser.get("/me").text
    assert browser.post("/me/choices", {"language": "ur", "unit": "k"}).status_code == 422


# All of them.


def test_no_page_shows_a_secret_hash_or_token(shown_site):
    token = shown_site.screen().cookies["pouch-screen"]
    accounts = shown_site.store.accounts
    hashes = [accounts.secret_hash(one.staff_id) for one in accounts.staff()]
    for role in Role:
        browser = shown_site.browser(role)
        for path in PAGES:
            text = browser.get(path).text
            assert not [one for one in [*hashes, token, *SECRETS.values()] if one in text]


@pytest.mark.parametrize("path", ["/sign-in?name=Amina", "/sign-in", *PAGES])
def test_page_runs_no_script_or_style_of_its_own(shown_site, path):
    role = next(iter(PAGES.get(path, {Role.NURSE})))
    text = shown_site.browser(role).get(path).text
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)
    kinds = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in kind or "application/json" in kind for kind in kinds)


def test_administrator_is_led_to_a_page_that_is_open_to_them(site):
    page = site.browser(Role.ADMINISTRATOR).get("/")
    assert page.status_code == 403
    assert 'class="brand" href="/people"' in page.text
    assert 'class="button is-primary" href="/people"' in page.text
