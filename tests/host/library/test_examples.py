"""Examples of the document and of the docstrings do what they say, in a ward as it tells."""

import doctest
import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import pouch_host as pouch
from tests.support.example_ward import EXAMPLE
from tests.tidy.source import ROOT

MODULES = ("comparison", "named_tables", "opening", "samples", "statistics", "study")
API = ROOT / "docs" / "API.md"
FLAGS = doctest.NORMALIZE_WHITESPACE


@pytest.fixture
def folder(example, tmp_path, monkeypatch):
    """Return a copy of the example's ward, which is the current folder."""
    copy = tmp_path / "example"
    shutil.copytree(example, copy)
    monkeypatch.chdir(copy)
    return copy


def run(examples, lines):
    """Run some examples; return how many failed, and put into `lines` what is told of them."""
    return doctest.DocTestRunner(optionflags=FLAGS).run(examples, out=lines.append).failed


def of_text(text, names):
    return doctest.DocTestParser().get_doctest(text, names, "text", None, 0)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_are_right(folder, name):
    module = import_module(f"pouch_host.library.{name}")
    with pouch.open_store("ward.sqlite") as study:
        names = {"pouch": pouch, "study": study}
        if name == "comparison":
            # What `Comparison`'s own example makes; its methods' examples go on with it.
            names["found"] = study.agreement(observer="observer.csv", known_h=8)
        found = [
            one for one in doctest.DocTestFinder().find(module, extraglobs=names) if one.examples
        ]
        lines = []
        failed = sum(run(one, lines) for one in found)
    assert found
    assert failed == 0, "".join(lines)


def test_examples_of_the_document_are_right(folder):
    examples = of_text(API.read_text(encoding="utf-8"), {})
    lines = []
    assert len(examples.examples) > 50
    assert run(examples, lines) == 0, "".join(lines)
    assert Path("s-03.svg").stat().st_size > 1000


def test_modules_without_examples_are_not_forgotten():
    folder = ROOT / "host" / "pouch_host" / "library"
    with_examples = {
        path.stem for path in folder.glob("*.py") if ">>> " in path.read_text(encoding="utf-8")
    }
    assert with_examples == set(MODULES)


def test_wrong_example_is_found(folder):
    text = '>>> import pouch_host as pouch\n>>> pouch.open_store("ward.sqlite").zone\n'
    assert run(of_text(text + "'Africa/Kampala'\n", {}), []) == 0
    lines = []
    assert run(of_text(text + "'Asia/Karachi'\n", {}), lines) == 1
    assert "'Africa/Kampala'" in "".join(lines)


def test_document_says_how_its_ward_is_made():
    said = re.search(r"pouch sim ward --out \w+ (.*)", API.read_text(encoding="utf-8"))
    assert said is not None
    assert said[1] == (
        f"--infants {EXAMPLE.infants} --days {EXAMPLE.days} --stay {EXAMPLE.stay_days} "
        f"--seed {EXAMPLE.seed}"
    )


def test_document_names_everything_of_the_figures():
    told = set(re.findall(r"`pouch\.figures\.(\w+)`", API.read_text(encoding="utf-8")))
    assert told == set(pouch.figures.__all__)
