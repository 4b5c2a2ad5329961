"""The catalogues: current, complete, and written in the language that they are for."""

import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from pouch_host.web.languages.catalogues import faults
from tools import extract_words
from tools.extract_words import LOCALES_DIR, TEMPLATE_NAME, as_text, extract, shortcomings, update

CATALOGUES = sorted(LOCALES_DIR.glob("*.po"))
# What Urdu writes in Latin letters too: names, signs of units and what is typed as it stands.
_LATIN_IN_URDU = re.compile(
    r"%\(\w+\)s|<[^>]*>|\b(?:[A-Z]{2,}|[CFV]|Pouch|JavaScript|Bluetooth)\b"
)


@pytest.fixture(scope="module")
def template():
    return extract()


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def texts_of(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string or "",)


def catalogue(text, code="ur"):
    head = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return read_po((head + text).splitlines(keepends=True), locale=code)


def test_template_is_current(template):
    assert (LOCALES_DIR / TEMPLATE_NAME).read_text(encoding="utf-8") == as_text(template), (
        "run python -m tools.extract_words"
    )


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_catalogue_has_every_sentence_of_the_template_and_no_other(path, template):
    held = {(message.context, message.id) for message in read(path)}
    assert held == {(message.context, message.id) for message in template}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_catalogue_is_complete(path):
    assert list(shortcomings(read(path))) == []


def test_urdu_is_written_in_urdu():
    latin = [
        text
        for message in read(LOCALES_DIR / "ur.po")
        if message.id
        for text in texts_of(message)
        if re.search(r"[A-Za-z]{2,}", _LATIN_IN_URDU.sub("", text))
    ]
    assert latin == []


def test_urdu_is_written_with_its_own_letters():
    # Arabic kaf and yeh look alike and are other letters: a search would not find the word.
    arabic = [text for text in all_texts("ur") if re.search("[\u0643\u064a\u0649\u0629]", text)]
    assert arabic == []


def test_urdu_never_names_the_place_under_the_arm_but_to_measure_there():
    # Goal: chest skin is never called what it is not. "Under the arm" in Urdu may only stand
    # beside the word for a thermometer.
    wrong = [text for text in all_texts("ur") if "بغل" in text and "تھرمامیٹر" not in text]
    assert wrong == []


def all_texts(code):
    return [
        text
        for message in read(LOCALES_DIR / f"{code}.po")
        if message.id
        for text in texts_of(message)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('msgid "a"\nmsgstr ""\n', "not translated: 'a'"),
        ('#, fuzzy\nmsgid "a"\nmsgstr "b"\n', "only guessed: 'a'"),
        ('msgid "a"\nmsgstr "b "\n', "spaces around: 'a'"),
        ('msgid "%(x)s a"\nmsgstr "%(y)s b"\n', "placeholders differ"),
        ('msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] ""\n', "not translated: 'a'"),
        ('#~ msgid "a"\n#~ msgstr "b"\n', "no longer said: 'a'"),
        ('msgctxt "verb"\nmsgid "a"\nmsgstr ""\n', "not translated: 'verb: a'"),
    ],
)
def test_shortcomings_finds_each_planted_one(text, said):
    assert any(line.startswith(said) for line in shortcomings(catalogue(text)))


def test_shortcomings_of_a_complete_catalogue_are_none():
    text = (
        'msgid "%(num)s a"\nmsgid_plural "%(num)s as"\nmsgstr[0] "one b"\nmsgstr[1] "%(num)s b"\n'
    )
    assert list(shortcomings(catalogue(text))) == []
    assert list(faults(catalogue(text))) == []


def test_update_keeps_translations_and_brings_back_those_of_sentences_that_return():
    held = catalogue('msgid "a"\nmsgstr "A"\n\nmsgid "b"\nmsgstr "B"\n')
    without, whole = Catalog(), Catalog()
    without.add("a")
    whole.add("a")
    whole.add("b")
    update(held, without)
    assert "b" not in held
    assert '#~ msgid "b"' in as_text(held)
    again = read_po(as_text(held).splitlines(keepends=True), locale="ur")
    update(again, whole)
    assert [again[name].string for name in ("a", "b")] == ["A", "B"]


def test_update_guesses_nothing_and_prunes_only_if_told():
    held = catalogue('msgid "Band is off"\nmsgstr "X"\n')
    changed = Catalog()
    changed.add("Band is now off")
    update(held, changed, prune=True)
    assert not held["Band is now off"].string
    assert as_text(held).count("msgid") == 2


def test_extract_finds_words_of_templates_and_modules(tmp_path):
    (tmp_path / "page.html").write_text(
        "{# Translators: a verb #}{{ pgettext('verb', 'Lock') }}"
        "{% trans count=n %}one\n  band{% pluralize %}{{ count }} bands{% endtrans %}"
        "{{ _(name) }}"
    )
    (tmp_path / "module.py").write_text('text = language.gettext("Ward")\n')
    found = extract(tmp_path)
    assert found.get("Lock", context="verb").auto_comments == ["a verb"]
    assert ("one band", "%(count)s bands") in [message.id for message in found]
    assert found.get("Ward").locations == [("module.py", 0)]


def test_main_writes_template_and_new_language(tmp_path, capsys):
    assert extract_words.main(["--add", "ps"], tmp_path) == 1
    assert (tmp_path / TEMPLATE_NAME).is_file()
    assert read(tmp_path / "ps.po").get("Ward").string == ""
    assert "ps.po: not translated: 'Ward'" in capsys.readouterr().out


def test_main_broken_catalogue_is_named_and_left_alone(tmp_path, capsys):
    broken = 'msgid "a\nmsgstr ""\n'
    (tmp_path / "ur.po").write_text(broken, encoding="utf-8")
    assert extract_words.main([], tmp_path) == 1
    assert "ur.po line 1" in capsys.readouterr().err
    assert (tmp_path / "ur.po").read_text(encoding="utf-8") == broken
