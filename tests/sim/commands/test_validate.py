"""`pouch validate` on folders made by hand, with an analysis that says what the test says."""

import csv
import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from pouch_host.cli import app
from pouch_host.store import Store
from pouch_sim.commands import validate_runs
from pouch_sim.commands.observed import Observed
from pouch_sim.commands.run_files import RunLabel, Truth, write_label, write_truth
from pouch_sim.validation.alarms import RungAlert

# Midnight in UTC.
FIRST_UTC_S = 1_772_323_200
UNKNOWN, OFF, CAREGIVER, INFANT, SSC = range(5)
KEYS = (
    "kappa", "bias_h_per_day", "mae_h_per_day", "mape_percent", "bounds_coverage", "per_state",
    "eight_hour_sensitivity", "eight_hour_specificity", "alert_sensitivity",
    "false_alerts_per_baby_day", "alert_delay_min", "per_scenario",
)  # fmt: skip


@dataclass
class FakeDay:
    """What is asked of a day of the analysis."""

    date: date
    hours: float
    hours_lower: float
    hours_upper: float
    coverage: float = 1.0
    target_met: str = "no"


def _hours(*runs):
    """Return minutes of runs, each a state and how many hours."""
    return np.concatenate([np.full(round(60 * count), state, np.uint8) for state, count in runs])


def _said(*runs, alerts=(), days=None):
    """Return a day of 24 h of which an analysis says this."""
    states = _hours(*runs)
    hours = np.count_nonzero(states == SSC) / 60
    unknown_h = np.count_nonzero(states == UNKNOWN) / 60
    usual = (FakeDay(date(2026, 3, 1), hours, hours, hours + unknown_h, 1 - unknown_h / 24),)
    return Observed(
        FIRST_UTC_S,
        states,
        np.ones(len(states)),
        np.ones(len(states), dtype=bool),
        tuple((day, slice(0, len(states))) for day in (usual if days is None else days)),
        np.full(len(states), np.nan),
        tuple(alerts),
        "made-1",
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return what makes a run's folder of a true day and of what is said of it."""
    said_of = {}

    def observed_minutes(store, _infant, _end_utc_s):
        return said_of[store.name]

    monkeypatch.setattr(validate_runs, "observed_minutes", observed_minutes)

    def make(name, true, said, *, core_c=None, label=None):
        path = tmp_path / name
        path.mkdir()
        states = _hours(*true)
        core_c = np.full(len(states), 37.0) if core_c is None else core_c
        write_truth(path / "truth.csv", Truth(FIRST_UTC_S, states, core_c, core_c - 0.3))
        if label is not None:
            write_label(path / "scenario.json", label)
        with Store.open(path / "pouch.db") as store:
            store.assign(1, "infant-1", FIRST_UTC_S)
            said_of[store.name] = said
        return path

    return make


def _validate(*arguments):
    return CliRunner().invoke(app, ["validate", *map(str, arguments)])


def _json(*arguments):
    result = _validate(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_figures_of_two_days_are_those_worked_out_by_hand(folder):
    first = folder("a", [(SSC, 8), (INFANT, 16)], _said((SSC, 8), (INFANT, 16)))
    second = folder("b", [(SSC, 10), (INFANT, 14)], _said((SSC, 7), (UNKNOWN, 2), (INFANT, 15)))
    found = _json(first, second)
    assert set(KEYS) <= set(found)
    # Known minutes in hours, true by said: ssc 15 and 1, infant only 0 and 30; of 46.
    by_chance = (16 * 15 + 30 * 31) / 46**2
    assert found["kappa"] == pytest.approx((45 / 46 - by_chance) / (1 - by_chance))
    assert found["known_share"] == pytest.approx(46 / 48)
    assert found["per_state"]["ssc"]["sensitivity"] == pytest.approx(15 / 16)
    assert found["per_state"]["ssc"]["specificity"] == 1.0
    assert found["bias_h_per_day"] == pytest.approx(-1.5)
    assert found["mae_h_per_day"] == pytest.approx(1.5)
    assert found["mape_percent"] == pytest.approx(15.0)
    # 10 h do not lie within 7 to 9.
    assert found["bounds_coverage"] == pytest.approx(0.5)
    assert found["eight_hour_sensitivity"] == pytest.approx(0.5)
    assert found["eight_hour_specificity"] is None
    assert found["algorithm_version"] == "made-1"
    assert (found["runs"], found["days"], found["minutes"]) == (2, 2, 2880)
    assert found["per_scenario"]["a"]["kappa"] == 1.0
    assert found["per_scenario"]["b"]["bias_h_per_day"] == pytest.approx(-3.0)


def test_alerts_are_scored_against_the_true_core(folder):
    core_c = np.full(1440, 37.0)
    core_c[600:640] = 36.2
    alerts = [
        RungAlert(FIRST_UTC_S + 60 * 615, FIRST_UTC_S + 60 * 650, "cold_stress", False, 36.5),
        RungAlert(FIRST_UTC_S + 60 * 1200, None, "cold_stress", False, 36.5),
    ]
    path = folder("a", [(SSC, 24)], _said((SSC, 24), alerts=alerts), core_c=core_c)
    found = _json(path)
    assert found["alert_sensitivity"] == 1.0
    assert found["alert_delay_min"] == 15.0
    assert found["false_alerts_per_baby_day"] == 1.0


def test_what_has_no_denominator_is_null(folder):
    found = _json(folder("a", [(SSC, 24)], _said((UNKNOWN, 24))))
    for name in ("kappa", "alert_sensitivity", "alert_delay_min", "eight_hour_specificity"):
        assert found[name] is None, name
    assert found["known_share"] == 0.0
    assert found["per_state"]["off"]["sensitivity"] is None
    assert found["bland_altman"] is None


def test_runs_of_one_scenario_are_put_together_by_their_label(folder):
    label = RunLabel("table", "table", "held_out", 5)
    first = folder("a", [(OFF, 24)], _said((OFF, 24)), label=label)
    second = folder("b", [(OFF, 24)], _said((SSC, 24)), label=label)
    found = _json(first, second)
    assert list(found["per_scenario"]) == ["table"]
    of_table = found["per_scenario"]["table"]
    assert (of_table["runs"], of_table["row"]) == (2, "table")
    assert of_table["per_state"]["off"]["confident_wrong_share"] == pytest.approx(0.5)
    assert found["seeds"] == [5]


def test_runs_are_put_together_by_situation_too(folder):
    twins = [RunLabel(name, "twins", "held_out", 1) for name in ("twins_first", "twins_second")]
    drawn = RunLabel("held_out-7-0001", "mixed", "held_out", 7)
    own = RunLabel("my_day", "mixed", "own", 1)
    found = _json(
        *(
            folder(str(number), [(OFF, 24)], _said((OFF, 24)), label=label)
            for number, label in enumerate([*twins, drawn, own])
        )
    )
    assert {name: of_row["runs"] for name, of_row in found["per_row"].items()} == {
        "twins": 2, "mixed": 1, "my_day": 1,
    }  # fmt: skip
    assert (found["situations"]["runs"], found["mixed_days"]["runs"]) == (2, 2)
    assert found["mixed_days"]["seeds"] == [1, 7]


def test_run_in_both_gears_counts_once_and_is_shown_beside(folder):
    true, quick, other = (
        RunLabel("table", "table", "held_out", seed, gear=gear)
        for seed, gear in ((5, "true"), (5, "quick"), (6, "quick"))
    )
    found = _json(
        folder("a", [(OFF, 24)], _said((OFF, 23), (UNKNOWN, 1)), label=true),
        folder("b", [(OFF, 24)], _said((OFF, 12), (UNKNOWN, 12)), label=quick),
        folder("c", [(OFF, 24)], _said((OFF, 24)), label=other),
    )
    assert (found["runs"], found["minutes"], found["days"]) == (2, 2880, 2)
    assert found["known_share"] == pytest.approx(47 / 48)
    (pair,) = found["gears"]
    assert (pair["scenario"], pair["seed"]) == ("table", 5)
    assert pair["true"]["known_share"] == pytest.approx(23 / 24)
    assert pair["quick"]["known_share"] == pytest.approx(0.5)


def test_run_in_both_gears_stands_once_in_the_table_and_not_with_another_splits(folder, tmp_path):
    labels = [
        RunLabel("table", "table", split, 5, gear=gear)
        for split, gear in (("held_out", "true"), ("held_out", "quick"), ("training", "quick"))
    ]
    paths = [
        folder(name, [(OFF, 24)], _said((OFF, 24)), label=label)
        for name, label in zip("abc", labels, strict=True)
    ]
    assert _validate(*paths, "--out", tmp_path / "out").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "out" / "days.csv").read_text().splitlines()))
    assert len(rows) == 2


def test_aims_say_what_was_found_and_whether_it_is_enough(folder):
    good = folder("a", [(SSC, 8), (INFANT, 16)], _said((SSC, 8), (INFANT, 16)))
    bad = folder("b", [(SSC, 8), (INFANT, 16)], _said((SSC, 10), (INFANT, 14)))
    aims = {aim["key"]: aim for aim in _json(good, bad)["aims"]}
    assert aims["kappa"]["is_met"] is True
    assert aims["kappa"]["aim"] == ">= 0.8"
    bias = aims["bias_h_per_day"]
    assert (bias["value"], bias["is_met"]) == (pytest.approx(1.0), False)
    worst = aims["wrong_share_worst_row"]
    assert (worst["where"], worst["value"]) == ("b", pytest.approx(2 / 24))
    shown = _validate(good, bad)
    assert shown.exit_code == 0
    assert "NOT MET" in shown.stdout
    assert "share of confident minutes wrong, worst situation (b)" in shown.stdout


def test_day_whose_truth_ends_early_is_left_out_and_its_minutes_count(folder):
    path = folder("a", [(SSC, 12)], _said((SSC, 24)))
    found = _json(path)
    assert found["days"] == 0
    assert found["minutes"] == 720
    assert found["bias_h_per_day"] is None


def test_out_gets_days_figures_and_the_same_drawing_twice(folder, tmp_path):
    paths = [
        folder(name, [(SSC, 8), (OFF, 16)], _said((SSC, said_h), (OFF, 24 - said_h)))
        for name, said_h in (("a", 8), ("b", 7), ("c", 9))
    ]
    for out in ("one", "two"):
        assert _validate(*paths, "--out", tmp_path / out).exit_code == 0
    names = ["bland_altman.png", "bland_altman.svg", "days.csv", "validation.json"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == names
    for name in names:
        one, two = ((tmp_path / out / name).read_bytes() for out in ("one", "two"))
        assert one == two, name
    rows = list(csv.DictReader((tmp_path / "one" / "days.csv").read_text().splitlines()))
    assert [row["error_h"] for row in rows] == ["0.0000", "-1.0000", "1.0000"]
    assert [row["in_bounds"] for row in rows] == ["1", "0", "0"]
    held = json.loads((tmp_path / "one" / "validation.json").read_text())
    assert held["bland_altman"]["bias_h"] == pytest.approx(0.0)
    assert held["bland_altman"]["upper_limit_h"] == pytest.approx(1.95996, abs=1e-4)


def test_table_shows_the_figures_and_a_dash_for_none(folder):
    result = _validate(folder("a", [(SSC, 24)], _said((SSC, 24))))
    assert result.exit_code == 0, result.output
    assert "made-1 on 1 runs" in result.stdout
    figures = result.stdout.split("Figures", 1)[1].splitlines()
    line = next(line for line in figures if "inside the bounds" in line)
    assert line.split()[-1] == "1.000"
    line = next(line for line in figures if "kappa of known minutes" in line)
    assert line.split()[-1] == "-"


def _error(*arguments):
    result = _validate(*arguments)
    assert result.exit_code == 1, result.output
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    return line


def test_folder_without_store_truth_or_existence_is_named(folder, tmp_path):
    path = folder("a", [(SSC, 1)], _said((SSC, 1)))
    (path / "truth.csv").rename(path / "elsewhere.csv")
    assert f"{path / 'truth.csv'}: there is no such file" in _error(path)
    (path / "elsewhere.csv").rename(path / "truth.csv")
    (path / "pouch.db").unlink()
    assert f"{path / 'pouch.db'}: there is no such file" in _error(path)
    assert "gone: there is no such folder" in _error(tmp_path / "gone")


def test_torn_truth_is_named_with_its_line(folder):
    path = folder("a", [(SSC, 1)], _said((SSC, 1)))
    text = (path / "truth.csv").read_text()
    (path / "truth.csv").write_text(text[:-9])
    assert f"{path / 'truth.csv'}: line 61: torn: " in _error(path)


def test_truth_of_another_time_is_refused(folder):
    path = folder("a", [(SSC, 1)], _said((SSC, 1)))
    later = Truth(
        FIRST_UTC_S + 86_400, np.full(9, SSC, np.uint8), np.full(9, 37.0), np.full(9, 36.5)
    )
    write_truth(path / "truth.csv", later)
    assert f"{path}: truth.csv and pouch.db have no minute in common" in _error(path)


@pytest.mark.parametrize("infants", [[], ["infant-1", "infant-2"]])
def test_store_without_exactly_one_infant_is_refused(folder, infants):
    path = folder("a", [(SSC, 1)], _said((SSC, 1)))
    (path / "pouch.db").unlink()
    with Store.open(path / "pouch.db") as store:
        for code in infants:
            store.ensure_infant(code)
    assert f"{len(infants)} infants; a run has one" in _error(path)


def test_out_that_cannot_be_written_is_named(folder, tmp_path):
    (tmp_path / "file").write_text("")
    path = folder("a", [(SSC, 24)], _said((SSC, 24)))
    for option in ("--out", "--document"):
        out = tmp_path / "file" / "below"
        assert f"{option} {out}: cannot write there" in _error(path, option, out)
