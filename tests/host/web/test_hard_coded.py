"""No screen says anything by itself: all words come out of a catalogue."""

import re

import pytest
from jinja2 import nodes

from tests.host.web import said
from tools.extract_words import WEB_DIR

TEMPLATES = sorted((WEB_DIR / "templates").rglob("*.html"))
SCRIPTS = sorted(path for path in (WEB_DIR / "static").rglob("*.js") if "vendor" not in path.parts)
SHEETS = sorted(path for path in (WEB_DIR / "static").glob("*.css"))

# A text in a script, with what stands right before it.
_STRING = re.compile(
    r"""(?P<before>[\w.]*\s*\(?)(?P<quote>["'`])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"""
)
_COMMENT = re.compile(r"^\s*//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL)
# Two words side by side, or one that begins like a sentence.
_SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]{2,}\b")
_NAMES = {  # of keys, headers and events that a browser knows
    "Accept", "Accept-Language", "Content-Type", "Enter", "Escape", "Home", "End", "Tab", "Space",
    "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Last-Event-ID", "Backspace",
    "use strict", "AbortError", "Etc/UTC", "BarcodeDetector",
}  # fmt: skip


def sentences(script):
    """Return the texts in a script that a person could be meant to read."""
    return [
        text
        for match in _STRING.finditer(_COMMENT.sub("", script))
        if _SENTENCE.search(text := match["text"])
        and text not in _NAMES
        and not match["before"].startswith("Error")
        and not re.search(r"[#<>\[\]{}=]|\.[\w-]+ |px |rgba?\(", text)
    ]


def by_name(path):
    return path.relative_to(WEB_DIR).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=by_name)
def test_template_says_nothing_by_itself(path):
    assert said.hard_coded(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=by_name)
def test_template_writes_no_number_by_itself(path):
    # What formats a number without knowing the language.
    tree = said.ENVIRONMENT.parse(path.read_text(encoding="utf-8"))
    found = {node.name for node in tree.find_all(nodes.Filter)} & {"format", "round"}
    methods = {node.attr for node in tree.find_all(nodes.Getattr)} & {"strftime", "format"}
    assert found | methods == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=by_name)
def test_template_imports_with_context_what_says_or_formats_anything(path):
    tree = said.ENVIRONMENT.parse(path.read_text(encoding="utf-8"))
    for node in tree.find_all((nodes.Import, nodes.FromImport)):
        assert isinstance(node.template, nodes.Const)
        imported = (WEB_DIR / "templates" / node.template.value).read_text(encoding="utf-8")
        assert node.with_context or not speaks(imported), node.template.value


def speaks(source):
    """Tell whether a template needs to know the language."""
    tree = said.ENVIRONMENT.parse(source)
    names = {node.name for node in tree.find_all(nodes.Name)}
    return bool(names & {"_", "gettext", "ngettext", "pgettext", "language", "unit", "page"})


@pytest.mark.parametrize("path", SCRIPTS, ids=by_name)
def test_script_has_no_words_of_its_own(path):
    assert sentences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", SHEETS, ids=by_name)
def test_sheet_has_no_words_of_its_own(path):
    texts = re.findall(r"content:\s*\"([^\"]*)\"", path.read_text(encoding="utf-8"))
    assert [text for text in texts if re.search(r"[^\W\d_]", text)] == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Band off</p>", ["Band", "off"]),
        ('<p>{{ "low" if x else _("high") }}</p>', ["low"]),
        ('<p>{{ _("Ward") ~ " and " }}</p>', ["and"]),
        ('<p>{{ x or "none" }}</p>', ["none"]),
        ('<p>{{ x | default("none") }}</p>', ["none"]),
        ('<img alt="A band">', ["A", "band"]),
        ('<input type="submit" value="Save">', ["Save"]),
        ('<a title="{{ x }} ago" href="/">{{ x }}</a>', ["ago"]),
        ("{% if x %}<p>{{ y }}&nbsp;min</p>{% endif %}", ["min"]),
    ],
)
def test_hard_coded_finds_planted_words(source, words):
    assert said.hard_coded(source) == words


@pytest.mark.parametrize(
    "source",
    [
        '<p class="{{ "is-stale" if x }}">{{ _("Band off") }}</p>',
        "{% trans count=n %}one band{% pluralize %}{{ count }} bands{% endtrans %}",
        "<p>{{ x | temperature }} <bdi>bed-3</bdi> <code>pouch serve</code> 12:30</p>",
        '{# a comment #}<input name="code" value="{{ x }}" type="text">',
        '<p>{{ words.state("ssc") }} Pouch</p>',
        '{% set names = {"saved": _("Saved.")} %}{{ names["saved"] }}',
    ],
)
def test_hard_coded_lets_translated_words_and_codes_pass(source):
    assert said.hard_coded(source) == []


def test_words_of_leaves_out_what_is_in_brackets_even_nested():
    html = "<p>⟦Data ⟦4 min ago⟧⟧ and ⟦more⟧</p><p>5 Mac</p>"
    assert said.words_of(html, {"Mac"}) == ["and"]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('x.textContent = "Connection lost";', ["Connection lost"]),
        ("x.title = 'Saved';", ["Saved"]),
        ('say("lost"); x.className = "is-lost"; // Not this', []),
        ('throw new Error("no words for " + name);', []),
        ('document.querySelector("#main .card [data-id]"); fetch("/x", {method: "POST"})', []),
    ],
)
def test_sentences_are_what_a_person_could_read(script, found):
    assert sentences(script) == found


def test_speaks_only_if_language_matters():
    assert speaks('{% macro x() %}{{ _("Ward") }}{% endmacro %}')
    assert not speaks('{% macro x(name) %}<svg class="{{ name }}"></svg>{% endmacro %}')
