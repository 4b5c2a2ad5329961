import numpy as np
import pytest

from pouch_sim.commands.rivals import RIVALS
from pouch_sim.commands.rivals_score import ablation, confirmed_error_h, show_ablation
from pouch_sim.validation.scored import RivalScore
from tests.sim.validation.scores import day, run

UNKNOWN, OFF, CAREGIVER_ONLY, INFANT_ONLY, SSC = range(5)


def _ablation(table, *, errors_h=(0.0,), runs=1):
    """Return the figures of rivals that all made the same of some runs of a day."""
    rival = RivalScore(table, np.array(errors_h))
    return ablation([run(days=(day(),), rivals=dict.fromkeys(RIVALS, rival))] * runs)


def test_confirmed_error_counts_minutes_that_are_said_to_be_contact():
    true = np.array([SSC] * 90 + [OFF] * 60, np.uint8)
    said = np.array([SSC] * 30 + [UNKNOWN] * 60 + [SSC] * 15 + [OFF] * 45, np.uint8)
    assert confirmed_error_h(true, said) == pytest.approx(-0.75)


def test_ablation_figures_by_hand():
    # 100 minutes of contact, 60 called contact, 20 called off, 20 unknown; 100 minutes off, 10 of
    # them called contact, 90 off.
    table = np.zeros((5, 5), np.int64)
    table[SSC, [SSC, OFF, UNKNOWN]] = 60, 20, 20
    table[OFF, [SSC, OFF]] = 10, 90
    figures = _ablation(table // 2, runs=2)["all"]
    assert figures["minutes"] == 200
    assert figures["known_share"] == pytest.approx(0.9)
    assert figures["confident_wrong_share"] == pytest.approx(30 / 200)
    assert figures["wrong_share_of_known"] == pytest.approx(30 / 180)
    assert figures["ssc_sensitivity"] == pytest.approx(60 / 80)
    assert figures["ssc_specificity"] == pytest.approx(90 / 100)
    agreed, chance = 150 / 180, (80 * 70 + 100 * 110) / 180**2
    assert figures["kappa_ssc"] == pytest.approx((agreed - chance) / (1 - chance))
    agreed, chance = 150 / 200, (100 * 70 + 100 * 110) / 200**2
    assert figures["kappa_ssc_with_unknown"] == pytest.approx((agreed - chance) / (1 - chance))


def test_ablation_hours_are_per_day_with_a_band():
    table = np.zeros((5, 5), np.int64)
    table[SSC, SSC] = 9
    figures = ablation(
        [
            run(days=(day(), day()), rivals=dict.fromkeys(RIVALS, RivalScore(table, errors)))
            for errors in (np.array([1.0, -2.0]), np.array([-1.0, 0.0]))
        ]
    )["touch only"]
    assert figures["bias_h_per_day"] == pytest.approx(-0.5)
    assert figures["mae_h_per_day"] == pytest.approx(1.0)


def test_ablation_kappa_ssc_does_not_mind_which_other_state_it_was():
    table = np.zeros((5, 5), np.int64)
    table[SSC, SSC] = 50
    table[INFANT_ONLY, OFF] = table[CAREGIVER_ONLY, INFANT_ONLY] = 25
    figures = _ablation(table)["DETACH slope rule"]
    assert figures["kappa_ssc"] == pytest.approx(1.0)
    assert figures["kappa"] < 0.6


def test_ablation_of_no_run_is_empty():
    assert ablation([]) == {}


def test_show_ablation_names_each_rival_and_what_it_tells(capsys):
    table = np.zeros((5, 5), np.int64)
    table[OFF, OFF] = 7
    show_ablation(_ablation(table))
    text = " ".join(capsys.readouterr().out.split())
    for name, rival in RIVALS.items():
        assert f"{name}: {rival.tells}." in text
    # All minutes off and called off: chance alone would agree, so there is no kappa to tell.
    assert "all - - - 1.000 0.000 - 1.000 0.000 0.000" in text
