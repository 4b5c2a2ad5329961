"""The one place where columns are described is whole, and other readers take what comes of it."""

import json
import subprocess
import sys

import pytest

from pouch_host.export import job
from pouch_host.export.codebook import BOOK_NAME, PACKAGE_NAME
from pouch_host.export.columns import KINDS, TABLES
from pouch_host.export.columns.urdu import LABELS
from pouch_host.export.request import Request
from pouch_host.results_csv import DAY_COLUMNS, MINUTE_COLUMNS, SESSION_COLUMNS
from pouch_host.store import Store
from tests.host.export import made_study as study

_URDU = ("\u0600", "\u06ff")


@pytest.mark.parametrize("one", TABLES, ids=lambda one: one.name)
def test_a_table_is_described(one):
    assert len(set(one.names)) == len(one.names)
    assert set(one.key) <= set(one.names)
    assert one.description
    for column in one.columns:
        assert column.kind in KINDS
        assert column.description
        assert column.source
        assert column.label
        assert any(_URDU[0] <= letter <= _URDU[1] for letter in column.label_ur), column.name
        if column.name.endswith(("_c", "_c_min", "_c_median")):
            assert column.unit == "Cel", column.name
        if column.name.endswith("_utc"):
            local = column.name.removesuffix("utc") + "local"
            assert one.column(local).kind == "datetime"


def test_no_label_is_of_no_column():
    assert set(LABELS) == {column.name for one in TABLES for column in one.columns}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("minutes", MINUTE_COLUMNS), ("sessions", SESSION_COLUMNS), ("days", DAY_COLUMNS)],
)
def test_columns_have_the_names_that_analyze_gives_them(name, wanted):
    (one,) = [one for one in TABLES if one.name == name]
    assert set(wanted) <= set(one.names)


def test_no_column_calls_the_skin_axillary():
    texts = [f"{c.name} {c.description}" for one in TABLES for c in one.columns]
    assert not [text for text in texts if "axill" in text.lower()]


def test_frictionless_finds_nothing_wrong(path, tmp_path):
    request = Request(str(path), ("csv",), study.NOW_UTC_S, free_text=True)
    job.export(request, tmp_path / "out", workers=1)
    command = [sys.executable, "-m", "frictionless", "validate", "--json", PACKAGE_NAME]
    found = subprocess.run(
        command, cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    said = json.loads(found.stdout)
    assert said["valid"], [task["errors"][:3] for task in said["tasks"] if task["errors"]]
    assert {task["name"] for task in said["tasks"]} == {one.name for one in TABLES}
    assert not said["warnings"]


def test_frictionless_would_find_a_wrong_value(path, tmp_path):
    request = Request(str(path), ("csv",), study.NOW_UTC_S)
    job.export(request, tmp_path / "out", workers=1)
    days = tmp_path / "out" / "days.csv"
    days.write_text(days.read_text().replace("cannot_say", "maybe").replace("NA", ""))
    command = [sys.executable, "-m", "frictionless", "validate", "--json", PACKAGE_NAME]
    found = subprocess.run(
        command, cwd=tmp_path / "out", capture_output=True, text=True, check=False
    )
    assert not json.loads(found.stdout)["valid"]


def test_a_table_without_a_file_is_no_resource(tmp_path):
    path = tmp_path / "empty.sqlite"
    with Store.open(path):
        pass
    job.export(Request(str(path), ("parquet",), study.NOW_UTC_S), tmp_path / "out")
    package = json.loads((tmp_path / "out" / PACKAGE_NAME).read_text())
    names = {one["name"] for one in package["resources"]}
    assert {one.name for one in TABLES} - names == {"records", "minutes"}
    for resource in package["resources"]:
        paths = resource["path"]
        for one in [paths] if isinstance(paths, str) else paths:
            assert (tmp_path / "out" / one).exists()


def test_the_codebook_names_every_column_and_what_made_it(path, tmp_path):
    said = job.export(Request(str(path), ("csv",), study.NOW_UTC_S), tmp_path / "out")
    book = (tmp_path / "out" / BOOK_NAME).read_text()
    for one in TABLES:
        assert f"## {one.name}\n" in book
        for column in one.columns:
            assert f"| `{column.name}` | {column.kind} |" in book
    assert said.algorithm_version in book
    about = json.loads((tmp_path / "out" / "export.json").read_text())
    assert about["algorithm_version"] == said.algorithm_version
    assert about["parameters"]
    assert about["query"]["all_infants"]
    assert about["rows"]["days"] == len(_lines(tmp_path / "out" / "days.csv")) - 1


def _lines(path):
    return path.read_text().splitlines()
