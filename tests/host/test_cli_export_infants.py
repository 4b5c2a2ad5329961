"""`pouch export --infants`: a study's own list of whom it enrolled."""

import json

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.export import formats, job
from pouch_host.export.request import Request
from tests.host.export import made_study as study

RUN = CliRunner()
NOW = ("--now", "2026-10-28T12:00")
# One day of one infant: lists are what is tried here.
DAY = ("--from", "2026-03-29", "--to", "2026-03-29")


@pytest.fixture
def path(tmp_path):
    return study.copied(tmp_path)


def run(path, tmp_path, text, *arguments):
    """Export with a list of that text."""
    listed = tmp_path / "enrolled.csv"
    listed.write_text(text, encoding="utf-8")
    whole = [
        "export",
        path,
        "--out",
        tmp_path / "out",
        "--infants",
        listed,
        *DAY,
        *NOW,
        *arguments,
    ]
    return RUN.invoke(app, [str(one) for one in whole])


def exported(tmp_path):
    about = json.loads((tmp_path / "out" / "export.json").read_text())
    assert not about["query"]["all_infants"]
    return about["query"]["infants"]


@pytest.mark.parametrize(
    "text",
    [
        "bed-7\nbed-8\n",
        "\ufeffcode\nbed-8\nbed-7\n",
        "Infant;Enrolled;Mother\nbed-7;2026-03-01;Zahida\nbed-8;2026-03-02;\n",
        # What a spreadsheet leaves behind: empty lines, line ends of another system.
        "bed-8\r\n\r\nbed-7\r\n",
        "code,site\nbed-7,Ward of Saint Somewhere\nbed-8,Ward of Saint Somewhere\n",
    ],
)
def test_a_list_names_the_infants_in_any_of_its_forms(path, tmp_path, text):
    found = run(path, tmp_path, text)
    assert found.exit_code == 0, found.stderr
    assert exported(tmp_path) == ["bed-7", "bed-8"]
    assert "note: " not in found.stderr


def test_rows_of_other_sites_are_those_of_other_stores(path, tmp_path):
    text = f"code,site\nbed-7,{study.SITE}\nbed-7,North\nbed-100,North\n"
    found = run(path, tmp_path, text)
    assert found.exit_code == 0, found.stderr
    assert exported(tmp_path) == ["bed-7"]
    assert "2 rows are of other sites" in found.stderr


def test_a_code_that_comes_twice_is_told_and_exported_once(path, tmp_path):
    found = run(path, tmp_path, "bed-7\nbed-8\nbed-7\n", "--infant", "bed-7")
    assert found.exit_code == 0, found.stderr
    assert "enrolled.csv:3: 'bed-7' is in line 1 already" in found.stderr
    assert exported(tmp_path) == ["bed-7", "bed-8"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bed-7\nbed-77\n", "enrolled.csv:2: there is no infant 'bed-77' in this store"),
        ("code\nbed-7\nBED-8\n", "enrolled.csv:3: there is no infant 'BED-8'"),
        ("bed-7,bed-8\n", "enrolled.csv:1: more than one field"),
        ("code,site\nbed-7,A\nbed-8,B\n", "all 2 rows are of other sites than"),
        ("code,weight\nbed-7,1,2\n", "enrolled.csv:2: 3 fields, the header has 2"),
        (f"code,site\n,{study.SITE}\n", "enrolled.csv:2: no code"),
        ("", "no infant of this store is in it"),
    ],
)
def test_what_names_nobody_is_said_with_its_line_and_leaves_nothing(path, tmp_path, text, words):
    key = tmp_path / "study.key"
    found = run(path, tmp_path, text, "--deidentify", key)
    assert found.exit_code == 1
    assert words in found.stderr
    assert "Traceback" not in found.stderr
    assert not key.exists()
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.partial").exists()


def test_all_lines_that_name_nobody_are_named_at_once(path, tmp_path):
    found = run(path, tmp_path, "a\nbed-7\nb\n")
    assert "enrolled.csv:1:" in found.stderr
    assert "enrolled.csv:3:" in found.stderr
    assert "2 of the lines name no infant: nothing exported" in found.stderr


def test_a_list_that_cannot_be_read_is_named(path, tmp_path):
    whole = ["export", path, "--out", tmp_path / "out", "--infants", tmp_path, *NOW]
    found = RUN.invoke(app, [str(one) for one in whole])
    assert found.exit_code == 1
    assert f"--infants {tmp_path}: Is a directory" in found.stderr
    (tmp_path / "utf16.csv").write_text("code\nbed-7\n", encoding="utf-16")
    whole[whole.index("--infants") + 1] = tmp_path / "utf16.csv"
    assert "save it as CSV UTF-8" in RUN.invoke(app, [str(one) for one in whole]).stderr


class Stop(Exception):
    """Ends an export from within."""


def test_an_export_does_not_go_on_with_another_list(path, tmp_path):
    def stop(progress):
        if progress.done == 1:
            raise Stop

    begun = Request(str(path), ("csv",), study.NOW_UTC_S, infants=("bed-7",))
    with pytest.raises(Stop):
        job.export(begun, tmp_path / "out", workers=1, on_progress=stop)
    listed = tmp_path / "enrolled.csv"
    listed.write_text("bed-7\nbed-8\n")
    whole = ["export", path, "--out", tmp_path / "out", "--infants", listed, *NOW, "--resume"]
    found = RUN.invoke(app, [str(one) for one in whole])
    assert found.exit_code == 1
    assert "begun with another infants" in found.stderr
    # The same infants in another form of the list are the same.
    listed.write_text("code,ward\nbed-7,1\n")
    found = RUN.invoke(app, [str(one) for one in whole])
    assert found.exit_code == 0, found.stderr


def test_all_formats_are_written_each_in_its_folder(path, tmp_path):
    found = run(path, tmp_path, "bed-7\n", "--format", "all")
    assert found.exit_code == 0, found.stderr
    folders = {one.name for one in (tmp_path / "out").iterdir() if one.is_dir()}
    assert folders == set(formats.NAMES)
    for name in folders:
        files = [one for one in (tmp_path / "out" / name).rglob("*") if one.is_file()]
        assert len(files) > 1, name
        assert all(one.stat().st_size for one in files), name
