import json
import re
from datetime import date
from zoneinfo import ZoneInfo

import jinja2
import pytest
from babel import Locale
from babel.support import NullTranslations

from pouch_host.web import filters
from pouch_host.web.languages.language import Language

UTC_S = 1_772_700_120  # 2026-03-05 13:42:00 in Karachi, 08:42:00 in UTC


class Shouting(NullTranslations):
    """Words that can be told from English."""

    def gettext(self, message):
        return re.sub(r"%\(\w+\)s|.", lambda part: shouted(part[0]), message, flags=re.DOTALL)

    def ngettext(self, msgid1, msgid2, n):
        return self.gettext(msgid1 if n == 1 else msgid2)


def shouted(part):
    return part if len(part) > 1 else part.upper()


@pytest.fixture
def render():
    templates = {}
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, loader=jinja2.DictLoader(templates)
    )
    filters.install(environment)

    def rendered(text, locale="en_GB", unit="c", others=(), **values):
        templates.update(others)
        language = Language(Locale.parse(locale), Shouting())
        html = environment.from_string(text).render(
            language=language, unit=unit, zone=ZoneInfo("Asia/Karachi"), **values
        )
        return html.replace("\u00a0", " ")

    return rendered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 5.2 | hours }}", "5.2 H"),
        ("{{ 36.74 | temperature }}", "36.7 °C"),
        ("{{ 36.5 | temperature('f') }}", "97.7 °F"),
        ("{{ 36.74 | degrees }} {{ unit | unit_sign }}", "36.7 °C"),
        ("{{ 0.2 | difference }}", "0.2 °C"),
        ("{{ 3.14159 | number(2) }} {{ 8.0 | number(1, trim=True) }}", "3.14 8"),
        ("{{ 0.5 | percent }} {{ 1450 | weight }} {{ 3950 | volts }}", "50% 1,450 G 3.95 V"),
        ("{{ 240 | age }} {{ 2700 | duration }} {{ 12 | whole }}", "4 MIN AGO 45 MIN 12"),
        ("{{ day | date }} {{ day | day_short }}", "5 Mar 2026 Thu 5 Mar"),
        ("{{ utc_s | date }} {{ utc_s | date_long }}", "5 Mar 2026 Thursday, 5 March 2026"),
        ("{{ utc_s | clock_time }} {{ utc_s | clock_time(seconds=True) }}", "13:42 13:42:00"),
        ("{{ utc_s | clock_time(utc) }}", "08:42"),
        ("{{ utc_s | date_time }}", "5 Mar 2026, 13:42"),
    ],
)
def test_filters_read_language_and_zone_of_the_page(render, text, expected):
    found = render(text, utc_s=UTC_S, day=date(2026, 3, 5), utc=ZoneInfo("UTC"))
    assert found == expected


def test_temperature_is_in_the_unit_of_the_page(render):
    assert render("{{ 36.5 | temperature }}", unit="f") == "97.7 °F"


def test_gettext_translates_and_fills_in(render):
    assert render('{{ _("Hello %(name)s", name=name) }}', name="Noor") == "HELLO Noor"
    assert (
        render("{% trans name=name %}Hello {{ name }}{% endtrans %}", name="Noor") == "HELLO Noor"
    )


def test_gettext_escapes_what_is_put_in_and_keeps_the_sentence(render):
    found = render('{{ _("<b>hello %(name)s</b>", name=name) }}', name="<script>")
    assert found == "<B>HELLO &lt;script&gt;</B>"


def test_ngettext_has_the_digits_of_the_language(render):
    text = '{{ ngettext("%(num)s infant", "%(num)s infants", count) }}'
    assert render(text, count=1) == "1 INFANT"
    assert render(text, count=12, locale="fa") == "۱۲ INFANTS"
    block = "{% trans count=count %}one infant{% pluralize %}{{ count }} infants{% endtrans %}"
    assert render(block, count=1) == "ONE INFANT"
    assert render(block, count=12, locale="fa") == "۱۲ INFANTS"


def test_percent_signs_in_a_sentence_are_only_signs(render):
    assert render('{{ _("100 % or %(name)s", name="x") }}') == "100 % OR x"
    assert render("{% trans %}100 %{% endtrans %}") == "100 %"


def test_place_that_nobody_fills_is_an_error(render):
    with pytest.raises(KeyError):
        render('{{ _("Hello %(name)s", other=1) }}')


def test_macro_imported_with_context_knows_the_language(render):
    macros = {"words.html": '{% macro hello() %}{{ _("hello") }} {{ 5.2 | hours }}{% endmacro %}'}
    text = '{% import "words.html" as words with context %}{{ words.hello() }}'
    assert render(text, others=macros) == "HELLO 5.2 H"


def test_macro_imported_without_context_says_what_to_do(render):
    macros = {"words.html": '{% macro hello() %}{{ _("hello") }}{% endmacro %}'}
    text = '{% import "words.html" as words %}{{ words.hello() }}'
    with pytest.raises(jinja2.TemplateRuntimeError, match="with context"):
        render(text, others=macros)


def test_words_for_a_script_are_data_that_cannot_end_their_element(render):
    text = '{{ words_for("board", {"lost": _("lost </script> & %(count)s"), "x": "\\u00e9"}) }}'
    found = render(text)
    element = re.fullmatch(
        r'<script type="application/json" id="words-board">(.*)</script>', found
    )
    assert "<" not in element[1]
    assert json.loads(element[1]) == {"lost": "LOST </SCRIPT> & %(count)s", "x": "é"}
