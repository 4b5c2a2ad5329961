"""`pouch sim run` and its relatives as a person meets them, and `pouch validate` after them."""

import json
import signal
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_sim.commands import sim_run
from pouch_sim.commands.run_files import read_label, read_truth
from pouch_sim.scenarios import shipped

SCENARIO = """\
title = "An hour together, an hour apart"
zone = "Asia/Karachi"
start = 2026-03-01T06:00:00
length_h = 2

[link]
pull_every_min = 30

[[script]]
at = "00:00"
do = "ssc"

[[script]]
at = "01:00"
do = "cot"
"""


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "made.toml"
    path.write_text(SCENARIO)
    return path


def _pouch(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _json(*arguments):
    result = _pouch(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _error(*arguments):
    result = _pouch(*arguments)
    assert result.exit_code == 1, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    return line


def _counts(folder):
    """Return how many records of each kind a store holds."""
    with Store.open(folder / "pouch.db", create=False) as store:
        (band,) = store.bands()
        data = b"".join(segment.data for segment in store.segments(band.band_id))
        assert store.records(band.band_id).problems == ()
    kinds = data[:: c.RECORD_BYTES]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def test_both_gears_leave_the_same_truth_and_stores_that_validate_alike(scenario, tmp_path):
    true = _json("sim", "run", scenario, "--out", tmp_path / "true", "--seed", 5)
    quick = _json("sim", "run", scenario, "--out", tmp_path / "quick", "--seed", 5, "--quick")
    assert true["failures"] == quick["failures"] == []
    assert (true["seed"], quick["seed"]) == (5, 5)
    truths = [(tmp_path / name / "truth.csv").read_bytes() for name in ("true", "quick")]
    assert truths[0] == truths[1]
    assert len(read_truth(tmp_path / "true" / "truth.csv").state) == 120
    assert [read_label(tmp_path / name).gear for name in ("true", "quick")] == ["true", "quick"]
    true_counts, quick_counts = _counts(tmp_path / "true"), _counts(tmp_path / "quick")
    # The collector hears the band up to two minutes after the end.
    assert 240 <= true_counts[c.KIND_SAMPLE] <= 245
    assert quick_counts == {c.KIND_SAMPLE: 240, c.KIND_ANCHOR: 2, c.KIND_BOOT: 1}
    assert true_counts[c.KIND_BOOT] == 1
    found = [_json("validate", tmp_path / name) for name in ("true", "quick")]
    assert found[0]["per_scenario"].keys() == found[1]["per_scenario"].keys() == {"made"}
    assert found[0]["minutes"] == found[1]["minutes"] == 120
    assert found[0]["days"] == found[1]["days"] == 1
    assert found[0]["known_share"] == pytest.approx(found[1]["known_share"], abs=0.05)


def test_interrupted_run_keeps_what_is_stored_and_ends_with_130(scenario, tmp_path, monkeypatch):
    @contextmanager
    def bar(_title):
        yield lambda _share: signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(sim_run, "progress_bar", bar)
    out = tmp_path / "out"
    result = _pouch("sim", "run", scenario, "--out", out)
    assert result.exit_code == 130, result.output
    # The first round is over when its progress is told.
    assert 55 <= _counts(out)[c.KIND_SAMPLE] <= 65
    assert len(read_truth(out / "truth.csv").state) == 120
    assert _json("validate", out)["minutes"] == 120


def test_population_gives_a_folder_for_each_infant_that_validates(tmp_path):
    out = tmp_path / "out"
    told = _json("sim", "population", "--count", 2, "--days", 1, "--seed", 4, "--out", out)
    assert sorted(told["folders"]) == sorted(map(str, out.iterdir()))
    found = _json("validate", *told["folders"])
    assert (found["runs"], found["days"], found["minutes"]) == (2, 2, 2880)
    assert {read_label(path).split for path in out.iterdir()} == {"held_out"}


def test_scenarios_lists_what_is_shipped():
    listed = _json("sim", "scenarios")
    assert [one["name"] for one in listed] == list(shipped())
    result = _pouch("sim", "scenarios")
    assert all(one["name"] in result.stdout for one in listed)


def test_shipped_scenario_runs_by_its_name(tmp_path):
    told = _json("sim", "run", "training/table", "--out", tmp_path / "out", "--quick")
    assert (told["name"], told["row"], told["split"]) == ("table", "table", "training")


def test_mistakes_are_one_line_that_says_what_to_do(scenario, tmp_path):
    out = tmp_path / "out"
    assert "nowhere: no such file, and no scenario of that name: see `pouch sim scenarios`" in (
        _error("sim", "run", "nowhere", "--out", out)
    )
    assert "did you mean training/table or held_out/table?" in _error(
        "sim", "run", "table", "--out", out
    )
    scenario.write_text(SCENARIO.replace('do = "cot"', 'do = "cto"'))
    assert "made.toml" in _error("sim", "run", scenario, "--out", out)
    assert not out.exists()
    (tmp_path / "file").write_text("")
    scenario.write_text(SCENARIO)
    assert "cannot write there" in _error("sim", "run", scenario, "--out", tmp_path / "file")


def test_population_of_an_unknown_split_is_a_usage_error(tmp_path):
    result = _pouch("sim", "population", "--split", "mine", "--out", tmp_path)
    assert result.exit_code == 2
    assert "give training or held_out" in result.output
