import ast
from dataclasses import replace
from pathlib import Path

import pytest

import pouch_sim
from pouch_sim.commands import campaign_plan
from pouch_sim.commands.campaign_plan import TRUE_GEAR, planned_runs
from pouch_sim.scenarios import shipped


def _plan(**changes):
    usual = {"seeds": (1, 2), "infants": 3, "days": 2, "population_seed": 9, "true_gear": True}
    return planned_runs(**(usual | changes))


def test_plan_has_every_held_out_file_with_every_seed():
    files = {name.split("/")[1] for name in shipped() if name.startswith("held_out/")}
    quick = [(one.path.stem, one.seed) for one in _plan() if one.path and one.quick]
    assert sorted(quick) == sorted((name, seed) for name in files for seed in (1, 2))


def test_plan_never_has_a_scenario_that_was_learnt_from():
    assert {one.scenario().split for one in _plan()} == {"held_out"}


def test_plan_has_the_infants_of_the_population():
    drawn = [one.scenario() for one in _plan() if one.path is None]
    assert [one.name for one in drawn] == [f"held_out-9-{index:04d}" for index in range(3)]
    assert {one.length_s for one in drawn} == {2 * 86_400}


def test_plan_runs_a_few_with_firmware_if_asked():
    true = [one for one in _plan() if not one.quick]
    assert sorted(one.path.stem for one in true) == sorted(TRUE_GEAR)
    assert {one.seed for one in true} == {1}
    assert all(one.quick for one in _plan(true_gear=False))


def test_folders_are_all_different():
    folders = [one.folder for one in _plan()]
    assert len(set(folders)) == len(folders)


@pytest.mark.parametrize("change", [{"seed": 8}, {"days": 5}, {"index": 4}, {"quick": False}])
def test_made_from_changes_with_all_that_a_run_depends_on(change):
    planned = next(one for one in _plan() if one.path is None)
    assert replace(planned, **change).made_from() != planned.made_from()


def test_made_from_changes_with_the_world_and_not_with_other_files(tmp_path, monkeypatch):
    (tmp_path / "heat.py").write_text("BLOOD_C = 37\n")
    monkeypatch.setattr(campaign_plan, "_QUICK_SOURCES", (tmp_path,))
    planned = _plan()[-1]

    def made_from():
        campaign_plan._digest.cache_clear()
        return planned.made_from()

    before = made_from()
    (tmp_path / "heat.cpython-311.pyc").write_bytes(b"compiled")
    assert made_from() == before
    (tmp_path / "heat.py").write_text("BLOOD_C = 38\n")
    assert made_from() != before
    campaign_plan._digest.cache_clear()


def test_repeat_line_names_scenario_gear_and_seed():
    true, drawn, quick = _plan()[0], _plan()[4], _plan()[-1]
    assert "held_out/ward_day_mixed --seed 1 --out DIR" in true.repeat_line()
    assert "held_out/wet_nappy --quick --seed 2 --out DIR" in quick.repeat_line()
    assert "--seed 9 --count 1 --days 2 --out DIR" in drawn.repeat_line()
    assert all("&& pouch validate DIR" in one.repeat_line() for one in (true, drawn, quick))


def test_made_from_knows_every_module_that_the_quick_gear_is_made_of():
    # Goal: no run is kept though what made it has changed. Method: the imports of its packages.
    sim_dir = Path(pouch_sim.__file__).parent
    known = {
        path.relative_to(sim_dir)
        for source in campaign_plan._QUICK_SOURCES
        if source.is_relative_to(sim_dir)
        for path in ([source] if source.is_file() else source.rglob("*.py"))
    }
    for path in sorted(known):
        # What sets up the true gear stands among the scenarios.
        if path.parts[0] == "commands" or path.name == "running.py" or path.parts[0] == "hardware":
            continue
        for node in ast.walk(ast.parse((sim_dir / path).read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pouch_sim."):
                module = Path(*node.module.split(".")[1:])
                there = {module.with_suffix(".py"), module / "__init__.py"}
                assert there & (known | {Path("errors.py")}), f"{path} imports {node.module}"
