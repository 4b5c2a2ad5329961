"""A share of `make validate` that fits into a test run: every held-out file and some infants.

Each file runs once and a dozen infants for two days, all in the quick gear and with the seed of
the test run. That is too little to tell an aim that is missed by a little from bad luck. So an aim
fails here only if its whole 95 % interval lies outside: runs drawn again and again, and for the
worst situation wrong minutes by the quarter of an hour. `make validate` runs enough to hold the
figures themselves against the aims, and docs/VALIDATION.md tells them.
"""

import numpy as np

from pouch_sim.commands.campaign import make_runs
from pouch_sim.commands.campaign_plan import planned_runs
from pouch_sim.commands.validate_runs import score_run
from pouch_sim.validation.aims import AIMS, verdicts
from pouch_sim.validation.scored import MIXED
from tests.sim.validation.scores import CAREGIVER, TRUE, run

INFANTS = 12
DAYS = 2
BLAMED_MAX = 3


def _wrong_minutes(run):
    known = run.table[1:, 1:]
    return int(known.sum() - np.trace(known))


def _error_h(run):
    return sum(abs(day.error_h) for day in run.days)


# By what the runs are found that have most to do with a figure.
BLAME = {
    "kappa": _wrong_minutes,
    "bias_h_per_day": _error_h,
    "error_percent_full_coverage": _error_h,
    "bounds_coverage": lambda run: sum(not day.in_bounds for day in run.days),
    "wrong_share_worst_row": _wrong_minutes,
    "false_alerts_per_baby_day": lambda run: (run.row == MIXED) * sum(run.alarms.false.values()),
    "kappa_beyond_rivals": _wrong_minutes,
    "mae_below_rivals_h": _error_h,
}


def _complaint(verdict, plan, scores):
    """Return what is wrong, and the lines that repeat the runs that have most to do with it."""
    aim, found = verdict.aim, verdict.found
    # `where` names a rival or a situation; a situation's own runs are to blame.
    of_situation = found.where in {run.situation for run in scores}
    concerned = [
        (BLAME[aim.key](run), planned.repeat_line())
        for planned, run in zip(plan, scores, strict=True)
        if not of_situation or run.situation == found.where
    ]
    worst = sorted((one for one in concerned if one[0]), reverse=True)[:BLAMED_MAX]
    head = f"{aim.words} {found.where}: {found.value:.3f}, {found.ci95}, not {aim.limit_text}"
    return "\n".join([head, *(f"    {line}" for _, line in worst)])


def test_share_of_the_campaign_refutes_no_aim(tmp_path, seed):
    plan = planned_runs(
        seeds=(seed,), infants=INFANTS, days=DAYS, population_seed=seed, true_gear=False
    )
    make_runs(plan, tmp_path, processes=1, on_progress=lambda _share: None)
    scores = [score_run(tmp_path / one.folder, with_rivals=True) for one in plan]
    assert sum(run.row == MIXED for run in scores) == INFANTS
    found = verdicts(scores)
    assert [one.aim for one in found] == list(AIMS)
    assert [one.aim.key for one in found if one.is_met is None] == []
    missed = [one for one in found if one.is_refuted]
    complaints = [_complaint(one, plan, scores) for one in missed]
    assert not complaints, "\n" + "\n".join(complaints)


def test_complaint_names_the_runs_that_are_to_blame():
    plan = planned_runs(seeds=(4,), infants=1, days=2, population_seed=4, true_gear=False)
    said = TRUE.copy()
    said[:90] = CAREGIVER
    bad = next(index for index, one in enumerate(plan) if one.folder == "oil-4")
    scores = [
        run(said, row="oil") if index == bad else run(row="table") for index in range(len(plan))
    ]
    (refuted,) = [one for one in verdicts(scores) if one.is_refuted]
    text = _complaint(refuted, plan, scores)
    assert "worst situation oil: 0.0" in text
    assert text.splitlines()[1:] == [f"    {plan[bad].repeat_line()}"]


def test_each_aim_has_somebody_to_blame():
    assert set(BLAME) == {aim.key for aim in AIMS}
