import numpy as np
import pytest

from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.states import State
from pouch_sim.commands.fitting.margins import fit_core, fit_day_bounds
from pouch_sim.commands.fitting.training import Labelled
from tests.sim.commands.fitting.test_looks import contact

MINUTES = 600


def run_in_contact(*, true_state=State.SSC, gap_c=0.4):
    samples = contact(2 * MINUTES)
    return Labelled(
        name="made",
        row="made",
        first_utc_s=0,
        samples=samples,
        sample_state=np.full(2 * MINUTES, true_state, np.uint8),
        sample_activity=np.zeros(2 * MINUTES, np.uint8),
        change_s=np.full(2 * MINUTES, 1e6),
        minute_state=np.full(MINUTES, true_state, np.uint8),
        core_c=np.full(MINUTES, 36.6 + gap_c),
    )


def test_day_bounds_are_narrow_where_all_is_right():
    bounds, held, width_h = fit_day_bounds([run_in_contact()], default_parameters())
    assert held == 1.0
    assert bounds.hours <= 0.1
    assert width_h < 0.5


def test_day_bounds_that_cannot_hold_are_refused():
    # Goal: a method that is wrong all day must not get bounds that are wide enough for anything.
    with pytest.raises(ValueError, match="look at the minutes first"):
        fit_day_bounds([run_in_contact(true_state=State.OFF)], default_parameters())


def test_core_fit_finds_the_gap_at_the_usual_difference():
    moved = run_in_contact(gap_c=0.4)
    samples = moved.samples
    samples.caregiver_temperature_c[:] = 36.1 + 0.3 * np.sin(np.arange(len(samples)) / 50)
    with np.errstate(all="ignore"):
        gaps = fit_core([moved, run_in_cot()], default_parameters())
    gap = gaps[State.SSC]
    usual_c = gap.offset_c + gap.per_difference * gap.usual_difference_c
    assert usual_c == pytest.approx(0.4, abs=0.05)


def run_in_cot():
    run = run_in_contact(true_state=State.INFANT_ONLY, gap_c=0.8)
    run.samples.caregiver_touch_pf[:] = 2.2
    run.samples.caregiver_temperature_c[:] = 35.4 + 0.2 * np.sin(np.arange(len(run.samples)) / 50)
    run.samples.breath_adult[:] = 36.0
    return run
