"""The family's page: what it shows, to whom it opens, and that pictures alone are enough."""

import re
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
import segno

from pouch_host.accounts.roles import Role
from pouch_host.errors import StoreError
from pouch_host.store import Store
from pouch_host.store.family_links import TOKEN_CHARACTERS
from pouch_host.web.settings import WebSettings
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host import ward
from tests.host.web import site as sites

HOUR_S = 3600
CODE = "KMC-0012"
MINUTES = 180


def data_of(temperature_c, *, together=True, on_infant=True, minutes=MINUTES):
    """Return the records of some minutes at one temperature."""
    values = [(c.KIND_ANCHOR, ward.anchor_values(0, ward.START_UTC_S))]
    values += [
        (
            c.KIND_SAMPLE,
            ward.sample_values(
                minute * 60,
                infant_touched=on_infant,
                caregiver_touched=together,
                temperature_c=temperature_c,
            ),
        )
        for minute in range(minutes + 1)
    ]
    return b"".join(
        records.encode(kind, fields, ward.LOG_ID, number)
        for number, (kind, fields) in enumerate(values)
    )


@contextmanager
def opened(folder, temperature_c=36.7, *, settings=None, **options):
    """Open a site with one infant that is so warm, and its family's token."""
    with Store.open(folder / "ward.sqlite") as store:
        end_utc_s = ward.START_UTC_S + MINUTES * 60
        store.record_contact(ward.BAND_ID, end_utc_s, battery_mv=3950)
        store.admissions.admit(
            CODE,
            when_utc_s=ward.START_UTC_S,
            who="Amina",
            target_minutes=12 * 60,
            band_id=ward.BAND_ID,
        )
        store.add_segment(
            ward.BAND_ID,
            ward.LOG_ID,
            ward.BOOT_ID,
            0,
            data_of(temperature_c, **options),
            end_utc_s,
        )
        site = sites.Site(store, settings=settings)
        site.token = store.family_links.make(CODE, when_utc_s=site.now_utc_s, who="Amina")
        yield site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site for tests that change nothing."""
    with opened(tmp_path_factory.mktemp("family")) as made:
        yield made


@pytest.fixture
def own_site(tmp_path):
    with opened(tmp_path) as made:
        yield made


def shown(site, **headers):
    answer = site.nobody().get(f"/m/{site.token}", **headers)
    assert answer.status_code == 200, answer.text
    return answer


class Pictures(HTMLParser):
    """What is left of a page for somebody who cannot read: its drawings, line by line."""

    def __init__(self, inside="main"):
        super().__init__()
        self.drawn = []
        self._inside = inside
        self._open = 0

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if self._open or self._inside in (tag, values.get("class", "").split(" ")[0]):
            self._open += tag not in ("path", "circle", "ellipse", "rect", "meta", "link")
            if tag in ("path", "circle", "ellipse", "rect"):
                self.drawn.append(
                    (tag, *(values.get(n) for n in ("d", "cx", "cy", "r", "stroke-dasharray")))
                )

    def handle_endtag(self, tag):
        if self._open and tag not in ("path", "circle", "ellipse", "rect", "meta", "link"):
            self._open -= 1


def drawings(text, inside="main"):
    found = Pictures(inside)
    found.feed(text)
    return tuple(found.drawn)


def test_page_shows_the_boards_hours_of_today_against_the_own_target(site):
    row = site.watch.board().infants[0].row
    text = shown(site).text
    big = re.search(r"<strong>([\d.]+)</strong>", text).group(1)
    # Rounded down: 2.97 h are not 3 yet.
    assert (big, round(row.ssc_hours, 2)) == ("2.9", 2.97)
    assert re.search(r'class="target">(\d+)<', text).group(1) == "12"
    board = site.browser(Role.NURSE).get("/").text
    assert f"<strong>{big}</strong>" in board
    # Of the ring as much is filled as of the target.
    filled = re.search(r'class="confirmed"[^>]*stroke-dasharray="([\d.]+) 100"', text).group(1)
    assert float(filled) == site.watch.board().infants[0].confirmed_percent


def test_page_opens_without_an_account_and_names_nothing(site):
    answer = shown(site)
    text = answer.text
    for name in (CODE, "KMC", "0012", ward.BAND_LABEL, "Amina", "P-", site.token, "infants"):
        assert name not in text, name
    assert "csrf" not in text
    assert '<meta name="referrer" content="no-referrer">' in text
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["cache-control"] == "no-store"
    assert '<meta name="robots" content="noindex' in text
    assert '<meta http-equiv="refresh" content="60">' in text
    assert "style=" not in text
    # One script of our own, which loads the page again.
    assert re.findall("<script[^>]*", text) == [
        '<script src="/static/family.js" data-reload-s="60" defer'
    ]


def test_page_is_the_same_for_staff(site):
    browser = site.browser(Role.NURSE)
    assert CODE not in browser.get(f"/m/{site.token}").text


def test_every_link_that_opens_nothing_gets_the_same_answer(own_site):
    site = own_site
    ended = site.token
    site.store.family_links.make(CODE, when_utc_s=site.now_utc_s, who="Amina")
    tokens = [
        ended, "x" * TOKEN_CHARACTERS, "x", "x" * 500, "%3Cscript%3E", "%00", "%D8%A7",
    ]  # fmt: skip
    answers = [site.nobody().get(f"/m/{token}") for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "noindex" in answers[0].headers["x-robots-tag"]
    assert drawings(answers[0].text)


def test_link_closes_when_the_band_moves_and_when_the_infant_goes_home(own_site):
    site, nurse = own_site, own_site.browser(Role.NURSE)
    site.store.admissions.admit("bed-7", when_utc_s=site.now_utc_s, who="Amina")
    nurse.post(f"/infants/{CODE}/move", {"to": "bed-7"})
    assert site.nobody().get(f"/m/{site.token}").status_code == 404
    made = nurse.post("/infants/bed-7/link")
    token = re.search(r"/m/([\w-]{27})", made.text).group(1)
    assert site.nobody().get(f"/m/{token}").status_code == 200
    site.now_utc_s += 60
    nurse.post("/infants/bed-7/discharge")
    assert site.nobody().get(f"/m/{token}").status_code == 404


def test_link_is_made_shown_once_and_ended_by_hand(tmp_path):
    settings = WebSettings(address="https://ward.local:8443/")
    with opened(tmp_path, settings=settings) as site:
        nurse = site.browser(Role.NURSE)
        before = nurse.get(f"/infants/{CODE}/link").text
        assert site.token not in before
        made = nurse.post(f"/infants/{CODE}/link")
        assert made.status_code == 200
        address = re.search(r"<code>(.*?)</code>", made.text).group(1)
        assert re.fullmatch(r"https://ward\.local:8443/m/[\w-]{27}", address)
        assert "<svg viewBox=" in made.text
        assert "style=" not in made.text
        path = address.removeprefix("https://ward.local:8443")
        assert site.nobody().get(path).status_code == 200
        # The one before is worth nothing any more, and the new one is not shown again.
        assert site.nobody().get(f"/m/{site.token}").status_code == 404
        assert path not in nurse.get(f"/infants/{CODE}/link").text
        ended = nurse.post(f"/infants/{CODE}/link/end")
        assert ended.headers["location"] == f"/infants/{CODE}/link?note=link_ended"
        assert site.nobody().get(path).status_code == 404


def test_link_code_holds_the_address(tmp_path):
    with opened(tmp_path) as site:
        made = site.browser(Role.NURSE).post(f"/infants/{CODE}/link").text
    address = re.search(r"<code>(.*?)</code>", made).group(1)
    path = re.search(r'class="qr">.*?<path[^>]* d="([^"]+)"', made, re.DOTALL).group(1)
    wanted = segno.make_qr(address, error="q").svg_inline(border=4, omitsize=True)
    assert path in wanted
    assert address.startswith("http://ward.test/m/")


STATES = {
    "warm": {"temperature_c": 36.7},
    "cold": {"temperature_c": 35.9},
    "dangerously cold": {"temperature_c": 34.5},
    "hot": {"temperature_c": 37.2},
    "dangerously hot": {"temperature_c": 38.6},
    "band off": {"on_infant": False, "together": False, "temperature_c": 27.0},
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the page of each state that an infant can be in."""
    found = {}
    for name, options in STATES.items():
        with opened(tmp_path_factory.mktemp("state"), **options) as site:
            found[name] = shown(site).text
            if name == "warm":
                site.now_utc_s += 2 * HOUR_S
                site.watch.step()
                found["stale"] = shown(site).text
    return found


def test_each_state_has_its_own_picture_without_a_word(pages):
    # Goal: who does not read knows as much. Method: all that is not drawn is taken away.
    found = {name: drawings(text, inside="warmth") for name, text in pages.items()}
    for name, drawn in found.items():
        assert len(drawn) >= 2, name
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("state", "feeling", "actions"),
    [
        ("warm", "warm", []),
        ("cold", "cold", ["skin_to_skin_and_cap", "cover"]),
        ("dangerously cold", "cold", ["call_nurse", "skin_to_skin_and_cap", "cover"]),
        ("hot", "hot", ["uncover"]),
        ("dangerously hot", "hot", ["call_nurse", "uncover"]),
        ("band off", "not_known", ["put_band_on"]),
        ("stale", "not_known", ["find_band"]),
    ],
)
def test_state_says_by_picture_what_to_do(pages, state, feeling, actions):
    section = re.search(r'<section class="warmth.*?</section>', pages[state], re.DOTALL).group()
    assert re.findall(r'data-picture="(\w+)"', section) == [feeling, *actions]


def test_what_is_not_known_is_never_shown_as_warm(pages):
    warm = drawings(re.search(r'data-picture="warm".*?</svg>', pages["warm"], re.DOTALL).group())
    for name in ("stale", "band off"):
        assert 'data-picture="warm"' not in pages[name]
        assert not set(warm) & set(drawings(pages[name], inside="warmth"))


def test_old_data_is_said_by_a_picture(pages):
    now = {
        name: re.search(r'<section class="now">.*?</section>', text, re.DOTALL).group()
        for name, text in pages.items()
    }
    assert 'data-picture="old"' in now["stale"]
    assert 'data-picture="fresh"' not in now["stale"]
    assert 'data-picture="fresh"' in now["warm"]
    assert 'data-picture="old"' not in now["warm"]
    # Whether they are together now is not known then, so no picture says so.
    assert 'data-picture="together"' in pages["warm"]
    assert not re.search(r'data-picture="(together|apart)"', pages["stale"])


def test_days_before_are_rings_and_one_without_data_is_no_empty_ring(tmp_path):
    with opened(tmp_path) as site:
        site.now_utc_s = ward.START_UTC_S + 30.0 * HOUR_S
        texts = [shown(site).text]
        site.watch.step()
        texts.append(shown(site).text)
    weeks = [re.search(r'<ol class="week".*?</ol>', text, re.DOTALL).group() for text in texts]
    # The same whether the ward has worked the days out since midnight or not yet.
    assert weeks[0].split("is-today")[0] == weeks[1].split("is-today")[0]
    week = weeks[1]
    items = re.findall(r"<li.*?</li>", week, re.DOTALL)
    assert len(items) == 7
    pictures = [re.findall(r'data-picture="([\w-]+)"', item)[-1] for item in items]
    assert pictures[:5] == ["ring-unknown"] * 5
    yesterday = items[5]
    assert 'data-picture="yesterday"' in yesterday
    assert pictures[5] == "ring"
    assert re.search(r'class="digits">([^<]+)<', yesterday).group(1) == "2.9"
    filled = re.search(r'class="confirmed"[^>]*stroke-dasharray="([\d.]+) 100"', yesterday)
    assert float(filled.group(1)) == pytest.approx(25, abs=0.5)


def test_target_that_is_met_opens_the_whole_flower(tmp_path):
    with opened(tmp_path) as site:
        flowers = {}
        for target_minutes in (720, 360, 178):
            site.store.admissions.edit(
                CODE, when_utc_s=site.now_utc_s, who="Amina", weight_g=None,
                gestation_days=None, target_minutes=target_minutes, born_on=None,
            )  # fmt: skip
            site.watch.step()
            text = shown(site).text
            flowers[target_minutes] = text.count("petal is-open")
            assert ('data-picture="ring-met"' in text) == (target_minutes == 178)
    assert flowers == {720: 2, 360: 4, 178: 8}


def test_language_is_chosen_by_its_name_and_stays(site):
    browser = site.nobody()
    address = f"/m/{site.token}"
    text = browser.get(address).text
    codes = re.findall(r'href="\?language=([\w-]+)"', text)
    assert "en" in codes
    for code in codes:
        answer = browser.get(f"{address}?language={code}")
        assert answer.status_code == 303
        assert answer.headers["location"] == address
        cookie = answer.headers["set-cookie"].lower()
        assert "path=/m" in cookie
        assert "httponly" in cookie
        assert f'<html lang="{code}"' in browser.get(address).text
    odd = browser.get(f"{address}?language=xx")
    assert odd.status_code == 200
    assert "set-cookie" not in odd.headers


def test_phone_is_asked_in_which_language_it_is(site):
    for code in re.findall(r'href="\?language=([\w-]+)"', shown(site).text):
        assert f'<html lang="{code}"' in shown(site, **{"accept-language": f"{code};q=0.9"}).text


def test_guessing_is_slowed_down_and_no_family_is_locked_out(own_site):
    site = own_site
    shown(site)
    fresh = site.store.family_links
    for number in range(20):
        assert site.nobody().get(f"/m/{number:027d}").status_code == 404
    blocked = site.nobody().get(f"/m/{20:027d}")
    assert blocked.status_code == 429
    # A phone that had opened its page goes on, on the same network.
    shown(site)
    # A new one waits with the guesser, until ten minutes are over.
    site.token = fresh.make(CODE, when_utc_s=site.now_utc_s, who="Amina")
    assert site.nobody().get(f"/m/{site.token}").status_code == 429
    site.now_utc_s += 601
    shown(site)


def test_page_only_answers_to_looking(site):
    assert site.nobody().post(f"/m/{site.token}").status_code == 405


def test_key_of_a_family_is_in_no_log(own_site, caplog, monkeypatch):
    def torn(_token):
        raise StoreError(f"store {own_site.store.name}: the file is damaged")

    monkeypatch.setattr(own_site.store.family_links, "code_of", torn)
    answer = own_site.nobody().get(f"/m/{own_site.token}")
    assert answer.status_code == 503
    assert f"/m/{{token}}: store {own_site.store.name}: the file is damaged" in caplog.text
    assert own_site.token not in caplog.text
    # The log says where the store lies, the page does not.
    assert "store ward.sqlite: the file is damaged" in answer.text
    assert str(Path(own_site.store.name).parent) not in answer.text


def test_link_made_behind_a_proxy_leads_to_https(tmp_path):
    with opened(tmp_path, settings=WebSettings(https=True)) as site:
        answer = site.browser(Role.NURSE).post(f"/infants/{CODE}/link")
        assert answer.status_code == 200
        assert "https://ward.test/m/" in answer.text
        assert "http://ward.test/m/" not in answer.text
