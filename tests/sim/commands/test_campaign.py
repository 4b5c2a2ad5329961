"""`pouch sim campaign` with two short runs: made once, kept, made anew, and in nobody's way."""

import json

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.errors import HostError, InputError
from pouch_sim.commands import campaign
from pouch_sim.commands.campaign import MADE_FROM_NAME, make_runs
from pouch_sim.commands.campaign_plan import PlannedRun

SCENARIO = """\
title = "half an hour of contact"
split = "held_out"
zone = "UTC"
start = 2026-03-01T06:00:00
length_h = 0.5
script = [{at = "00:00", do = "ssc"}]
"""


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(SCENARIO)
    return [PlannedRun(f"short-{seed}", seed, path) for seed in (1, 2)]


@pytest.fixture
def runs_dir(tmp_path):
    return tmp_path / "out" / "runs"


def _make(plan, runs_dir, processes=1):
    shares = []
    summary = make_runs(plan, runs_dir, processes=processes, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    return summary.made, summary.kept


def _bytes(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".db"}


def test_runs_are_made_once_and_then_kept(plan, runs_dir):
    assert _make(plan, runs_dir) == (2, 0)
    stamp = (runs_dir / "short-1" / "pouch.db").stat().st_mtime_ns
    assert _make(plan, runs_dir) == (0, 2)
    assert (runs_dir / "short-1" / "pouch.db").stat().st_mtime_ns == stamp


def test_processes_make_what_one_makes(plan, runs_dir, tmp_path):
    _make(plan, runs_dir)
    assert _make(plan, tmp_path / "pool", processes=2) == (2, 0)
    for one in plan:
        assert _bytes(tmp_path / "pool" / one.folder) == _bytes(runs_dir / one.folder)


def test_run_of_another_world_is_made_anew(plan, runs_dir):
    _make(plan, runs_dir)
    (runs_dir / "short-2" / MADE_FROM_NAME).write_text("another world\n")
    assert _make(plan, runs_dir) == (1, 1)
    assert (runs_dir / "short-2" / MADE_FROM_NAME).read_text().strip() == plan[1].made_from()


def test_run_that_was_interrupted_is_made_anew(plan, runs_dir):
    under_way = runs_dir / ".short-1"
    under_way.mkdir(parents=True)
    (under_way / "pouch.db").write_text("half of it")
    assert _make(plan, runs_dir) == (2, 0)
    assert not under_way.exists()
    assert sorted(path.name for path in runs_dir.iterdir()) == ["short-1", "short-2"]


def test_folder_of_somebody_else_is_left_alone(plan, runs_dir):
    (runs_dir / "short-1").mkdir(parents=True)
    (runs_dir / "short-1" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="short-1 is in the way, and no campaign made it"):
        _make(plan, runs_dir)
    assert (runs_dir / "short-1" / "notes.txt").read_text() == "mine"


def test_failure_names_the_run(plan, runs_dir, tmp_path):
    (tmp_path / "short.toml").write_text(SCENARIO.replace("ssc", "scc"))
    with pytest.raises(HostError, match=r"short-1: .*short\.toml"):
        _make(plan, runs_dir)


def test_out_that_cannot_be_written_is_named(plan, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file: cannot write there"):
        _make(plan, tmp_path / "file")


def test_command_lists_its_runs_for_validate(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(campaign, "planned_runs", lambda **_: plan)
    out = tmp_path / "out"
    arguments = ["sim", "campaign", "--out", str(out), "--processes", "1"]
    told = CliRunner().invoke(app, [*arguments, "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["made"], found["kept"]) == (2, 0)
    assert (out / "runs.txt").read_text().split() == found["folders"]
    result = CliRunner().invoke(app, ["validate", *found["folders"], "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["seeds"] == [1, 2]
    again = CliRunner().invoke(app, arguments)
    assert "0 runs made, 2 kept" in again.stdout
