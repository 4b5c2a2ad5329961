import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from tests.host import ward

ROOT = Path(__file__).parents[3]
NOW = "2026-03-01T03:30:00+00:00"


@pytest.fixture
def store(tmp_path):
    return ward.fill(tmp_path / "ward.sqlite")


def report(*arguments, infant=ward.INFANT):
    words = ["report", *arguments, "--infant", infant, "--now", NOW]
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(("name", "head"), [("a.png", b"\x89PNG"), ("a.PDF", b"%PDF-")])
def test_report_makes_the_file_that_its_name_asks_for(store, tmp_path, name, head):
    path = tmp_path / "pages" / name
    result = report(store, "--out", path)
    assert result.exit_code == 0, result.output
    assert "infant bed-1: 1 day is in" in " ".join(result.stderr.split())
    assert path.read_bytes().startswith(head)
    assert list(path.parent.iterdir()) == [path]


def test_report_replaces_a_file_only_when_forced(store, tmp_path):
    path = tmp_path / "page.png"
    path.write_text("mine")
    result = report(store, "--out", path)
    assert (result.exit_code, path.read_text()) == (1, "mine")
    assert "exists already" in result.stderr
    assert report(store, "--out", path, "--force").exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_report_of_dates_names_how_many_days(store, tmp_path):
    options = ("--from", "2026-02-20", "--to", "2026-03-04", "--out", tmp_path / "page.png")
    assert "13 days" in report(store, *options).stderr


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        (("--from", "2026-03-04", "--to", "2026-03-01"), 1, "is after"),
        (("--from", "2025-03-01"), 1, "a page holds 28"),
        (("--from", "yesterday"), 2, "is not a date such as"),
    ],
)
def test_report_of_impossible_dates_leaves_nothing(store, tmp_path, options, exit_code, says):
    path = tmp_path / "page.png"
    result = report(store, *options, "--out", path)
    assert result.exit_code == exit_code
    assert says in " ".join(result.stderr.split())
    assert not path.exists()


def test_report_of_another_kind_of_file_is_refused(store, tmp_path):
    result = report(store, "--out", tmp_path / "page.doc")
    assert result.exit_code == 2
    assert "neither a .png nor a .pdf" in " ".join(result.stderr.replace("│", " ").split())


def test_report_of_an_unknown_infant_or_store_is_one_line(store, tmp_path):
    path = tmp_path / "page.png"
    for result in (
        report(store, "--out", path, infant="bed-9"),
        report(tmp_path / "none.sqlite", "--out", path),
    ):
        assert result.exit_code == 1
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1
        assert not path.exists()


def test_report_of_a_damaged_store_is_made_and_fails(tmp_path):
    store = ward.fill(tmp_path / "ward.sqlite", damage_record=17)
    result = report(store, "--out", tmp_path / "page.png")
    assert result.exit_code == 1
    assert ward.BAND_LABEL in result.stderr
    assert (tmp_path / "page.png").exists()


def test_other_commands_do_not_wait_for_the_library_that_draws():
    script = (
        "import sys; from typer.testing import CliRunner; from pouch_host.cli import app;"
        "CliRunner().invoke(app, ['report', '--help']); sys.exit('matplotlib' in sys.modules)"
    )
    places = os.pathsep.join(str(ROOT / name) for name in ("protocol", "host", "sim"))
    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": places},
    )
