"""Every page in a made-up language, in which each sentence of the catalogues stands in brackets.

What is readable outside of the brackets did not come out of a catalogue.
"""

from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from fastapi.routing import APIRoute

from pouch_host.accounts.roles import Role
from pouch_host.alerts import AlertClass, AlertParameters
from pouch_host.web import language as languages
from pouch_host.web.board_parts import BoardParts, Viewer
from pouch_host.web.language import Languages
from pouch_host.web.pages import ROUTERS
from pouch_host.web.render import Renderer
from tests.host import ward
from tests.host.web import made_board, said
from tests.host.web import site as sites
from tools.extract_words import as_text, extract

# Any language that CLDR knows and Pouch does not have: Swahili lends its file name.
CODE = "sw"
NO_BAND = "bed-2"
# What is read by programs; what changes when it is read; what a person never sees alone.
NO_PAGES = ("/api/", "/events", "/manifest", "/sw.js")
# Attributes in which a browser takes marks of direction for what they are.
_FREE_TEXT = {"alt", "title", "placeholder", "aria-label", "content", "label", "value"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locales")
    pseudo = Catalog(locale=CODE, fuzzy=False)
    for message in extract():
        if isinstance(message.id, tuple | list):
            forms = [f"⟦{message.id[0]}⟧", *[f"⟦{message.id[1]}⟧"] * (pseudo.num_plurals - 1)]
            pseudo.add(tuple(message.id), tuple(forms), context=message.context)
        elif message.id:
            pseudo.add(message.id, f"⟦{message.id}⟧", context=message.context)
    (folder / f"{CODE}.po").write_text(as_text(pseudo), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory, folder):
    pseudo = Languages(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "installed", lambda: pseudo)
        with sites.opened(tmp_path_factory.mktemp("site")) as opened:
            yield opened


@pytest.fixture(scope="module")
def urdu_site(tmp_path_factory):
    with sites.opened(tmp_path_factory.mktemp("site")) as opened:
        yield opened


def pages(site, code):
    """Yield (path, HTML) of each page that anybody can open."""
    browsers = [site.nobody(), site.screen(), *(site.browser(role) for role in Role)]
    site.store.ensure_infant(NO_BAND)
    token = site.store.family_links.make(ward.INFANT, when_utc_s=site.now_utc_s, who="Amina")
    for path in sorted(readable(token)):
        shown = set()
        for browser in browsers:
            answer = browser.get(path, **{"accept-language": code})
            if answer.headers.get("content-type", "").startswith("text/html"):
                shown.add(answer.text)
        for html in sorted(shown):
            yield path, html


@pytest.fixture(scope="module")
def shown(site):
    return list(pages(site, CODE))


def readable(token):
    """Yield the address of each page, of an infant with a band and of one without."""
    yield "/nowhere"
    yield "/m/no-such-link"
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            if "GET" in (route.methods or ()) and not route.path.startswith(NO_PAGES):
                path = route.path.replace("{token}", token)
                yield from {path.replace("{code}", code) for code in (ward.INFANT, NO_BAND)}


def data_words():
    """Return what the store and the calendar bring in, which is no sentence."""
    locale = Locale.parse(CODE)
    calendar = [
        *(name for width in locale.months["format"].values() for name in width.values()),
        *(name for width in locale.days["format"].values() for name in width.values()),
    ]
    return said.words_in(
        *calendar, *sites.NAMES.values(), ward.INFANT, ward.BAND_LABEL, "door", "UTC"
    )


def data_texts():
    """Return whole texts that are the same in every language: its own name, a zone's name."""
    names = [language.name for language in Languages()]
    return {*available_timezones(), *names, Locale.parse(CODE).display_name}


def test_no_page_says_anything_by_itself(shown):
    words, texts = data_words(), data_texts()
    found = {(path, word) for path, html in shown for word in said.words_of(html, words, texts)}
    assert sorted(found) == []


def test_pages_are_looked_at(shown):
    seen = [(path, html) for path, html in shown if "<html" in html]
    assert len({path for path, _ in seen}) > 20
    assert [path for path, html in seen if f'lang="{CODE}"' not in html] == []
    assert [path for path, html in seen if "⟦" not in html] == []


def test_no_alert_or_state_on_the_board_says_anything_by_itself(folder, site):
    states = ("ssc", "infant_only", "caregiver_only", "off", "unknown")
    told = [
        made_board.infant(
            f"bed-{number}",
            made_board.alert(alert_class, escalated=number % 2 == 1),
            made_board.alert(alert_class, 8, ringing=False, acknowledged_by="Amina",
                             acknowledged_utc_s=made_board.NOW_UTC_S - 60,
                             muted_until_utc_s=made_board.NOW_UTC_S + 600),
            mutes=[made_board.mute(alert_class, 10)],
            state=states[number % len(states)],
            core_c=34.0 + number / 3,
        )
        for number, alert_class in enumerate(AlertClass)
    ]  # fmt: skip
    board = made_board.HandWard(site.store).show(*told)
    parts = BoardParts(Renderer(), AlertParameters())
    for way in ("tend", "ask", "look"):
        viewer = Viewer(Languages(folder).get(CODE), "c", ZoneInfo("UTC"), way, True)
        cards = parts.cards(board, viewer)
        assert len(cards) == len(told)
        html = "".join([*cards.values(), parts.head(board, viewer)])
        assert said.words_of(html, data_words()) == []


def test_no_attribute_for_machines_bears_marks_of_direction(urdu_site):
    found = {
        (path, tag, name, value)
        for path, html in pages(urdu_site, "ur")
        for tag, name, value in said.attributes_of(html)
        if name not in _FREE_TEXT and not name.startswith("data-say")
        if "\u2068" in value or "\u2069" in value
    }
    assert sorted(found) == []
