"""Each aim against a campaign that meets it, and one in which a planted fault breaks it."""

import numpy as np
import pytest

from pouch_sim.validation.aims import AIMS, WHOLE_METHOD, verdicts
from tests.sim.validation.scores import (
    CAREGIVER,
    INFANT,
    OFF,
    SSC,
    TRUE,
    UNKNOWN,
    campaign,
    clumsy,
    day,
    rival,
    run,
)


def _by_key(runs):
    return {one.aim.key: one for one in verdicts(runs)}


def _shuffled():
    return np.random.default_rng(5).permutation(TRUE)


def _longer(minutes):
    """Return the day with contact that is said to last too long."""
    said = TRUE.copy()
    said[720 : 720 + minutes] = SSC
    return said


def _wrong(minutes):
    """Return the day with minutes of another state than contact taken for a third one."""
    said = TRUE.copy()
    said[:minutes] = CAREGIVER
    return said


def _better_rival():
    return {WHOLE_METHOD: rival(clumsy()), "plain": rival(TRUE)}


# Aim, and what breaks it: runs that are added to, or put in the place of, the good ones.
PLANTED = [
    ("kappa", [run(_shuffled()) for _ in range(10)]),
    ("bias_h_per_day", [run(_longer(40)) for _ in range(10)]),
    ("error_percent_full_coverage", [run(_longer(20)) for _ in range(10)]),
    ("bounds_coverage", [run(days=(day(hours_upper=5.9),)) for _ in range(10)]),
    ("wrong_share_worst_row", [*campaign(), run(_wrong(90), row="oil")]),
    ("false_alerts_per_baby_day", [run(false_alerts=1) for _ in range(10)]),
    ("kappa_beyond_rivals", [run(rivals=_better_rival()) for _ in range(10)]),
    ("mae_below_rivals_h", [run(rivals=_better_rival()) for _ in range(10)]),
]


def test_campaign_without_a_fault_meets_every_aim():
    found = _by_key(campaign())
    assert list(found) == [aim.key for aim in AIMS]
    assert {key: one.is_met for key, one in found.items()} == dict.fromkeys(found, True)
    assert not any(one.is_refuted for one in found.values())


@pytest.mark.parametrize(("key", "runs"), PLANTED, ids=[key for key, _ in PLANTED])
def test_planted_fault_breaks_its_aim_beyond_chance(key, runs):
    found = _by_key(runs)[key]
    assert found.is_met is False
    assert found.is_refuted


def test_every_aim_has_a_planted_fault():
    assert {key for key, _ in PLANTED} == {aim.key for aim in AIMS}


def test_one_bad_run_of_many_misses_an_aim_that_chance_may_excuse():
    found = _by_key(campaign(run(false_alerts=4)))["false_alerts_per_baby_day"]
    assert found.is_met is False
    assert not found.is_refuted
    low, high = found.found.ci95
    assert low <= 0.2 <= high


def test_alerts_of_situations_are_not_held_against_ordinary_days():
    loud = [run(row="wet_nappy", false_alerts=20) for _ in range(5)]
    assert _by_key(campaign(*loud))["false_alerts_per_baby_day"].is_met


def test_short_day_weighs_by_its_length():
    # Half an hour too much in two hours that count, and three whole days without an error.
    short = day(TRUE[360:480], np.full(120, SSC, np.uint8), hours=2.5)
    found = _by_key([run(days=(day(), day(), day(), short))])["bias_h_per_day"]
    assert found.found.value == pytest.approx(0.5 / (3 + 120 / 1440))


def test_percent_error_leaves_out_days_with_little_contact_or_little_knowledge():
    runs = [
        run(days=(day(true_h=0.5, hours=1.0), day(hours=3.0, coverage=0.98), day(hours=5.7))),
        run(),
    ]
    found = _by_key(runs)["error_percent_full_coverage"]
    assert found.found.value == pytest.approx((5.0 + 0.0) / 2)


def test_worst_situation_is_named_and_counts_known_minutes_only():
    said = np.full(len(TRUE), UNKNOWN, np.uint8)
    said[:100] = INFANT
    said[90:100] = OFF
    found = _by_key(campaign(run(said, row="sun")))["wrong_share_worst_row"].found
    assert found.where == "sun"
    assert found.value == pytest.approx(0.1)
    # Ten minutes are less than one event of a quarter of an hour: chance may be the reason.
    assert found.ci95[0] < 0.02


def test_rival_that_speaks_only_of_easy_minutes_does_not_win():
    timid = np.full(len(TRUE), UNKNOWN, np.uint8)
    timid[:30] = INFANT
    timid[400:430] = SSC
    said = _wrong(10)
    runs = [run(said, rivals={WHOLE_METHOD: rival(said), "timid": rival(timid)})] * 4
    found = _by_key(runs)
    assert found["kappa_beyond_rivals"].is_met
    assert found["kappa_beyond_rivals"].found.where == "timid"


def test_without_rivals_their_aims_are_not_told():
    keys = set(_by_key([run(rivals={}), run(rivals={})]))
    assert keys == {aim.key for aim in AIMS} - {"kappa_beyond_rivals", "mae_below_rivals_h"}


def test_single_run_has_figures_and_no_interval_of_runs():
    found = _by_key([run()])
    assert found["kappa"].found.value == 1.0
    assert found["kappa"].found.ci95 is None


def test_where_nothing_can_be_counted_an_aim_cannot_say():
    found = _by_key([run(np.full(len(TRUE), UNKNOWN, np.uint8), row="oil", days=())])
    for key in ("kappa", "bias_h_per_day", "wrong_share_worst_row", "false_alerts_per_baby_day"):
        assert found[key].is_met is None, key
        assert not found[key].is_refuted, key
