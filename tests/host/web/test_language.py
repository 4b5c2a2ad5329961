from datetime import date
from zoneinfo import ZoneInfo

import jinja2
import pytest

from pouch_host.errors import InputError
from pouch_host.web.language import Languages, chosen, install, installed

KARACHI = ZoneInfo("Asia/Karachi")
AFTERNOON_UTC_S = 1_772_700_120  # 2026-03-05 13:42:00 in Karachi

HEADER = r"""msgid ""
msgstr ""
"Language: {code}\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""
PIRATE = (
    HEADER
    + r"""
msgid "Saved."
msgstr "Stowed."

msgid "Hello %(name)s"
msgstr "Ahoy %(name)s"

msgid "%(num)s infant"
msgid_plural "%(num)s infants"
msgstr[0] "one wee one"
msgstr[1] "%(num)s wee ones"

msgctxt "verb"
msgid "Lock"
msgstr "Batten"

#, fuzzy
msgid "Ended."
msgstr "Sunk."
"""
)


def plain(text):
    return text.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "fa.po").write_text(PIRATE.format(code="fa"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def persian(folder):
    return Languages(folder).get("fa")


@pytest.fixture
def english():
    return installed().get("en")


@pytest.fixture
def urdu():
    return installed().get("ur")


def test_languages_are_english_and_one_per_file(folder):
    found = [(one.code, one.name, one.direction) for one in Languages(folder)]
    assert found == [("en", "English", "ltr"), ("fa", "فارسی", "rtl")]


def test_languages_of_this_installation_have_urdu_right_to_left(urdu):
    assert (urdu.code, urdu.name, urdu.direction) == ("ur", "اردو", "rtl")


def test_languages_with_a_country_bear_the_code_that_html_wants(tmp_path):
    (tmp_path / "ur_IN.po").write_text(HEADER.format(code="ur_IN"), encoding="utf-8")
    language = Languages(tmp_path).get("ur-IN")
    assert language.code == "ur-IN"
    # The same words in another country have other digits.
    assert language.number(36.7, 1) == "\u06f3\u06f6\u066b\u06f7"


def test_get_of_a_language_that_is_gone_is_english(folder):
    assert Languages(folder).get("sw").code == "en"


def test_gettext_finds_the_translation_and_fills_it_in(persian):
    assert persian.gettext("Saved.") == "Stowed."
    assert plain(persian.gettext("Hello %(name)s", name="Noor")) == "Ahoy Noor"


def test_gettext_of_what_nobody_translated_is_english(persian):
    assert persian.gettext("Moved.") == "Moved."
    assert persian.gettext("Ended.") == "Ended."


def test_ngettext_takes_the_form_of_the_catalogue_and_the_digits_of_the_language(persian):
    assert persian.ngettext("%(num)s infant", "%(num)s infants", 1) == "one wee one"
    assert persian.ngettext("%(num)s infant", "%(num)s infants", 12) == "۱۲ wee ones"


def test_ngettext_in_english_needs_no_catalogue(english):
    assert english.ngettext("%(num)s infant", "%(num)s infants", 1) == "1 infant"
    assert english.ngettext("%(num)s infant", "%(num)s infants", 0) == "0 infants"


def test_pgettext_tells_two_meanings_apart(persian):
    assert persian.pgettext("verb", "Lock") == "Batten"
    assert persian.pgettext("noun", "Lock") == "Lock"
    assert persian.npgettext("of people", "%(num)s left", "%(num)s left", 3) == "۳ left"


@pytest.mark.parametrize(
    ("broken", "line", "why"),
    [
        ('msgid "unclosed\nmsgstr ""\n', 7, "no quotation mark"),
        ('msgid "Moved."\nmsgstr "Moved %(when)s"\n', 7, "placeholders"),
        ('msgid "At %(when)s"\nmsgstr "At %(wen)s"\n', 7, "placeholders"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n', 7, "plural forms"),
    ],
)
def test_languages_broken_catalogue_names_file_and_line_in_one_line(tmp_path, broken, line, why):
    path = tmp_path / "ur.po"
    path.write_text(HEADER.format(code="ur") + broken, encoding="utf-8")
    with pytest.raises(InputError, match=why) as caught:
        Languages(tmp_path)
    assert f"{path} line {line}:" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_languages_catalogue_that_is_no_text_names_its_line(tmp_path):
    path = tmp_path / "ur.po"
    path.write_bytes(HEADER.format(code="ur").encode() + b'msgid "a"\nmsgstr "\xff"\n')
    with pytest.raises(InputError, match=r"line 8: not text in UTF-8"):
        Languages(tmp_path)


def test_languages_file_named_after_no_language_says_so(tmp_path):
    (tmp_path / "notes.po").write_text(HEADER.format(code="ur"), encoding="utf-8")
    with pytest.raises(InputError, match="no language is called 'notes'"):
        Languages(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "accept", "site", "code"),
    [
        (["ur"], "en", "en", "ur"),
        (["xx", "ur"], "", "en", "ur"),
        ([], "ur-PK,ur;q=0.9,en;q=0.8", "en", "ur"),
        ([], "de, ur;q=0.3", "en", "ur"),
        ([], "ur;q=0, de", "en", "en"),
        # How tablets leave the factory: it says nothing.
        ([], "en-US,en;q=0.9", "ur", "ur"),
        (["en"], "ur", "ur", "en"),
        ([], "", "ur", "ur"),
        ([], ";;,,q=,*;q=x,ur;q=no", "", "en"),
        ([], "", "", "en"),
    ],
)
def test_chosen_own_then_browser_then_site(wanted, accept, site, code):
    assert chosen(wanted, accept, site).code == code


def test_english_writes_values_as_most_of_the_world_does(english):
    written = [
        english.number(1234.56, 1),
        english.number(8.0, 1, trim=True),
        english.hours(5.2),
        english.temperature(36.74),
        english.temperature_difference(0.24),
        english.weight(1450),
        english.volts(3950),
        english.date(date(2026, 3, 5)),
        english.date_long(date(2026, 3, 5)),
        english.day_short(date(2026, 3, 5)),
        english.time(AFTERNOON_UTC_S, KARACHI),
        english.time(AFTERNOON_UTC_S, KARACHI, seconds=True),
        english.date_time(AFTERNOON_UTC_S, KARACHI),
    ]
    assert [plain(text) for text in written] == [
        "1234.6", "8", "5.2 h", "36.7 °C", "0.2 °C", "1,450 g", "3.95 V",
        "5 Mar 2026", "Thursday, 5 March 2026", "Thu 5 Mar",
        "13:42", "13:42:00", "5 Mar 2026, 13:42",
    ]  # fmt: skip


def test_urdu_writes_months_in_urdu_and_digits_as_thermometers_show_them(urdu):
    assert plain(urdu.date(date(2026, 3, 5))) == "5 مارچ، 2026"
    assert plain(urdu.day_short(date(2026, 3, 5))) == "جمعرات، 5 مارچ"
    assert plain(urdu.time(AFTERNOON_UTC_S, KARACHI)) == "13:42"
    assert plain(urdu.temperature(36.74)) == "36.7 °C"


def test_number_rounds_to_zero_without_a_sign(english):
    assert english.number(-0.04, 1) == "0.0"
    assert english.number(-0.06, 1) == "-0.1"


def test_another_language_has_its_own_digits_and_signs_everywhere(persian):
    written = [
        persian.number(-1234.5, 1),
        persian.percent(0.82),
        persian.weight(1450),
        persian.time(AFTERNOON_UTC_S, KARACHI),
        persian.count(2026),
    ]
    assert [plain(text) for text in written] == [
        "\u200e\u2212\u06f1۲۳۴\u066b\u06f5",
        "۸۲٪",
        "\u06f1٬۴\u06f5\u06f0 g",
        "۱۳:۴۲",
        "۲۰۲۶",
    ]
    assert not any(digit in persian.date(date(2026, 3, 5)) for digit in "0123456789")


def test_right_to_left_keeps_value_and_sign_in_one_piece(urdu, english):
    for text in (urdu.temperature(36.7), urdu.hours(5.2), urdu.age(240), urdu.weight(1450)):
        assert (text[0], text[-1]) == ("\u2068", "\u2069")
        # No line breaks between them either.
        assert " " not in text
    assert "\u2068" not in english.temperature(36.7)


def test_right_to_left_keeps_a_code_in_a_sentence_in_one_piece(persian, english):
    assert persian.gettext("Hello %(name)s", name="bed-3") == "Ahoy \u2068bed-3\u2069"
    hours = persian.hours(5.2)
    assert persian.gettext("Hello %(name)s", name=hours) == f"Ahoy {hours}"
    assert english.gettext("Hello %(name)s", name="bed-3") == "Hello bed-3"


def test_temperature_in_fahrenheit_is_turned_once(english):
    assert plain(english.temperature(36.5, "f")) == "97.7 °F"
    assert english.degrees(37.5, "f") == "99.5"
    # A difference has no zero to move.
    assert plain(english.temperature_difference(0.5, "f")) == "0.9 °F"


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.5, "50%"), (0.996, "99%"), (1.0, "100%")]
)
def test_percent_is_100_only_if_nothing_is_missing(english, share, text):
    assert english.percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<1 min ago"),
        (59.9, "<1 min ago"),
        (60, "1 min ago"),
        (5399, "89 min ago"),
        (5400, "1 h ago"),
        (47 * 3600, "47 h ago"),
        (48 * 3600, "2 days ago"),
    ],
)
def test_age_takes_the_largest_unit_that_is_exact_enough(english, seconds, text):
    assert plain(english.age(seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 min"),
        (59, "0 min"),
        (2700, "45 min"),
        (3600, "1 h"),
        (11_100, "3 h 5 min"),
        (4 * 86400, "4 days"),
    ],
)
def test_duration_is_in_whole_minutes(english, seconds, text):
    assert plain(english.duration(seconds)) == text


def test_install_gives_an_environment_words_and_filters():
    environment = jinja2.Environment(autoescape=True)
    install(environment)
    template = environment.from_string('{{ _("Ward") }} {{ 5.2 | hours }}')
    text = template.render(language=installed().get("en"))
    assert plain(text) == "Ward 5.2 h"
