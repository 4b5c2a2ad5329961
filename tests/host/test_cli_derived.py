import json

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.store import Store
from tests.host.derived_ward import BAND_ID, DAY_S, pull
from tests.host.ward import START_UTC_S

NOW = "2026-03-03T00:30:00+00:00"


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def recompute(store, *options):
    result = run("recompute", store, "--now", NOW, "--json", *options)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert answer["algorithm_version"]
    return [(one["infant"], one["date"], one["removed"]) for one in answer["changed"]]


def target(store, *arguments):
    result = run("target", store, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "ward.sqlite"
    with Store.open(path) as opened:
        opened.assign(BAND_ID, "bed-1", START_UTC_S)
        opened.assign(BAND_ID + 1, "bed-2", START_UTC_S + DAY_S)
        pull(opened, range(3))
    return path


def test_recompute_tells_the_days_that_changed_and_then_none(store):
    assert recompute(store) == [
        ("bed-1", "2026-03-01", False),
        ("bed-1", "2026-03-02", False),
        ("bed-2", "2026-03-02", False),
    ]
    assert recompute(store) == []


def test_recompute_prints_a_table_or_says_that_there_is_nothing(store):
    lines = run("recompute", store, "--now", NOW).stdout.splitlines()
    rows = [line.split() for line in lines if "bed-1" in line]
    assert [row[1] for row in rows] == ["2026-03-01", "2026-03-02"]
    result = run("recompute", store, "--now", NOW)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "every stored day is up to date\n"


def test_recompute_of_one_infant_and_of_all_anew(store):
    assert recompute(store, "--infant", "bed-2") == [("bed-2", "2026-03-02", False)]
    assert len(recompute(store)) == 2
    assert len(recompute(store, "--all")) == 3


def test_recompute_tells_of_days_that_are_no_more(store):
    recompute(store)
    with Store.open(store) as opened:
        opened.release(BAND_ID, START_UTC_S + DAY_S - 60, when_utc_s=START_UTC_S)
    assert recompute(store) == [("bed-1", "2026-03-01", False), ("bed-1", "2026-03-02", True)]


def test_days_leave_nothing_for_recompute(store):
    assert run("days", store, "--now", NOW).exit_code == 0
    assert recompute(store) == []


def test_recompute_unknown_infant_or_store_is_one_line(store, tmp_path):
    for arguments, part in (
        ((store, "--infant", "bed-9"), "bed-9"),
        ((tmp_path / "typo.sqlite",), "typo.sqlite"),
    ):
        result = run("recompute", *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        (line,) = result.stderr.splitlines()
        assert part in line


def test_target_is_the_usual_one_until_it_is_set_and_again_after(store):
    assert target(store, "bed-1") == "8\n"
    assert target(store, "bed-1", "12.5") == "12.5\n"
    assert target(store, "bed-1") == "12.5\n"
    assert target(store, "bed-2") == "8\n"
    days = json.loads(run("days", store, "--now", NOW, "--json").stdout)["days"]
    assert {(day["infant"], day["target_h"]) for day in days} == {("bed-1", 12.5), ("bed-2", 8)}
    assert target(store, "bed-1", "--usual") == "8\n"


@pytest.mark.parametrize("hours", ["0", "24.5", "nan"])
def test_target_that_no_day_has_is_one_line_and_stores_nothing(store, hours):
    result = run("target", store, "bed-1", hours)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert "cannot be a target" in line
    assert target(store, "bed-1") == "8\n"


@pytest.mark.parametrize("arguments", [["bed-9"], ["bed-9", "8"]])
def test_target_of_an_unknown_infant_is_one_line(store, arguments):
    result = run("target", store, *arguments)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "bed-9" in line


def test_target_set_and_put_back_at_once_is_a_usage_error(store):
    assert run("target", store, "bed-1", "8", "--usual").exit_code == 2
