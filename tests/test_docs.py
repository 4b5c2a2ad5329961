"""What the documents name exists: commands, targets, files, pictures."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.tidy.source import ROOT, our_sources

DOCUMENTS = [source for source in our_sources() if source.suffix == ".md"]

_LINK = re.compile(r"\]\(([^)\s#]+)(#[^)\s]*)?\)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")
_POUCH = re.compile(r"\bpouch ([a-z]+)\b")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
# A test by its own name; those in the name of a file end with it.
_TEST = re.compile(r"\b(test_\w+)\b(?!\.py)")
_TEST_DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def _code(text):
    return "\n".join(_CODE.findall(text))


def _make_targets():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


@pytest.fixture(scope="module")
def defined_tests():
    """Return the names of all tests there are."""
    return {
        name
        for path in (ROOT / "tests").glob("**/*.py")
        if "node_modules" not in path.parts
        for name in _TEST_DEFINED.findall(path.read_text(encoding="utf-8"))
    }


@pytest.fixture(scope="module")
def pouch_commands():
    """Return the names that `pouch --help` lists, those of the simulator among them."""
    script = (
        "import typer; from pouch_host.cli import app; group = typer.main.get_command(app);"
        "print(*group.list_commands(typer.Context(group)))"
    )
    folders = os.pathsep.join(str(ROOT / folder) for folder in ("protocol", "host", "sim"))
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": folders},
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(result.stdout.split()) | set(project["entry-points"]["pouch.commands"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_document_links_lead_to_files(document):
    folder = (ROOT / document.path).parent
    targets = [target for target, _ in _LINK.findall(document.text)]
    local = [target for target in targets if "://" not in target and "@" not in target]
    assert [target for target in local if not (folder / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_document_make_targets_exist(document):
    assert set(_MAKE.findall(_code(document.text))) <= _make_targets()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_document_pouch_commands_exist(document, pouch_commands):
    assert set(_POUCH.findall(_code(document.text))) <= pouch_commands


def test_security_names_tests_that_exist_one_for_each_who(defined_tests):
    text = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    assert set(_TEST.findall(_code(text))) - defined_tests == set()
    tables = [piece for piece in text.split("\n\n") if piece.startswith("| who | can ")]
    threats = [row.split("|")[1:-1] for table in tables for row in table.strip().split("\n")[2:]]
    # One table for the bands and the air, one for the ward's screens.
    assert len(tables) == 2
    assert len(threats) >= 20
    for who, _, _, shown_by in threats:
        # What no test can show is argued in section 4.
        assert _TEST.findall(shown_by) or shown_by.strip().startswith("4"), who


def test_readme_and_contributing_name_every_pouch_command(pouch_commands):
    texts = [
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")
    ]
    assert pouch_commands - set(_POUCH.findall("\n".join(texts))) == set()


def test_ci_runs_the_readmes_test_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make test" in readme
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_link_check_planted_dead_link_is_seen():
    # The pattern must see a link at all, or the check above passes for ever.
    found = _LINK.findall("see [the design](docs/DESIGN.md#budgets) and ![page](docs/page.png)")
    assert [target for target, _ in found] == ["docs/DESIGN.md", "docs/page.png"]
    assert not Path(ROOT / "docs" / "no-such-file.md").exists()
