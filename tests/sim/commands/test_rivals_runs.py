"""Other ways to decide on a run that the simulator lived through, and `--ablation`."""

import json
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_sim.commands.rivals import RIVALS
from pouch_sim.commands.validate_runs import score_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the folder of a run that lasts some hours: a band on a table, between contacts."""
    folder = tmp_path_factory.mktemp("runs") / "table"
    told = CliRunner().invoke(app, ["sim", "run", "training/table", "--quick", "--out", folder])
    assert told.exit_code == 0, told.output
    return folder


@pytest.fixture(scope="module")
def scored(run):
    return score_run(run, with_rivals=True)


def test_each_rival_has_the_same_minutes_and_days_as_the_method(scored):
    assert list(scored.rivals) == list(RIVALS)
    for name, rival in scored.rivals.items():
        assert rival.table.sum(axis=1).tolist() == scored.table.sum(axis=1).tolist(), name
        assert len(rival.errors_h) == len(scored.days), name
    assert scored.table.sum() > 400


def test_whole_method_among_the_rivals_is_the_method(scored):
    whole = scored.rivals["all"]
    assert np.abs(whole.table - scored.table).sum() <= 0.02 * scored.table.sum()
    errors_h = [day.error_h for day in scored.days]
    assert whole.errors_h == pytest.approx(errors_h, abs=0.05)


def test_whole_method_is_right_more_often_than_wear_detection(scored):
    right = {
        name: np.trace(rival.table) / rival.table.sum() for name, rival in scored.rivals.items()
    }
    assert right["all"] > 0.9
    assert right["DETACH slope rule"] < 0.8


def test_validate_with_ablation_adds_a_line_for_each_rival(run):
    told = CliRunner().invoke(app, ["validate", "--ablation", "--json", str(run)])
    assert told.exit_code == 0, told.output
    figures = json.loads(told.stdout)
    assert list(figures["ablation"]) == list(RIVALS)
    assert figures["ablation"]["all"]["kappa"] == pytest.approx(figures["kappa"], abs=0.02)
    assert {"kappa_beyond_rivals", "mae_below_rivals_h"} <= {one["key"] for one in figures["aims"]}
    shown = CliRunner().invoke(app, ["validate", "--ablation", str(run)])
    assert all(f"{name}: {rival.tells}." in shown.stdout for name, rival in RIVALS.items())


def test_validate_without_ablation_leaves_it_out_and_loads_no_rival(run):
    script = (
        "import sys; from pouch_host.cli import app; "
        "app(['validate', '--json', sys.argv[1]], standalone_mode=False); "
        "loaded = {name.rsplit('.', 1)[-1] for name in sys.modules}; "
        "assert not loaded & {'rivals', 'rivals_runs', 'nimbaldetach'}, loaded"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(run)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "ablation" not in json.loads(told.stdout)
