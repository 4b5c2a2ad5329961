"""Fitting on made samples whose looks are known."""

import numpy as np
import pytest

from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.samples import from_columns
from pouch_host.analysis.states import State
from pouch_sim.commands.fitting.looks import Pool, fit_breathing, fit_looks, pooled
from pouch_sim.commands.fitting.training import ACTIVITY_NAMES, Labelled

COUNT = 600


def contact(count, *, infant_touch_pf=10.0, breath_infant=80.0, activity_mg=20.0):
    return from_columns(
        30.0 * np.arange(count),
        interval_s=30,
        infant_temperature_c=np.full(count, 36.6),
        caregiver_temperature_c=np.full(count, 36.1),
        infant_touch_pf=np.full(count, infant_touch_pf),
        caregiver_touch_pf=np.full(count, 10.0),
        activity_mg=np.full(count, activity_mg),
        breath_adult=np.full(count, 92.0),
        breath_infant=np.full(count, breath_infant),
    )


def pool_of(samples, activity="ssc", state=State.SSC):
    count = len(samples)
    code = ACTIVITY_NAMES.index(activity)
    return Pool(samples, np.full(count, state, np.uint8), np.full(count, code, np.uint8))


def test_looks_move_to_what_the_samples_show():
    fitted = fit_looks(pool_of(contact(COUNT, infant_touch_pf=12.5)), default_parameters())
    place = fitted.substates.index("ssc")
    assert fitted.channels["infant_touch_pf"].mean[place] == pytest.approx(12.5)
    # The samples do not vary at all, and yet the spread stays what another pod may need.
    assert fitted.channels["infant_touch_pf"].sd[place] == pytest.approx(0.22 * 12.5)


def test_looks_of_what_no_sample_shows_stay_as_they_are():
    before = default_parameters()
    fitted = fit_looks(pool_of(contact(COUNT)), before)
    place = before.substates.index("off_dry")
    for name, channel in before.channels.items():
        assert fitted.channels[name].mean[place] == channel.mean[place]


def test_breathing_is_fitted_at_its_activity_only():
    parameters = default_parameters()
    found = fit_breathing(pool_of(contact(COUNT, breath_infant=66.0)), parameters)
    knot = list(parameters.breathing.activity_mg).index(20.0)
    both = parameters.breathing.body_of.index("both")
    means = found["both"]["infant_mean"]
    assert means[knot] == 66.0
    assert means[:knot] == list(np.round(parameters.breathing.infant.mean[:knot, both]))


def test_pool_takes_few_of_each_scenario_and_none_near_a_change():
    samples = contact(COUNT)
    near = np.where(np.arange(COUNT) < 300, 60.0, 600.0)
    run = Labelled(
        name="made",
        row="made",
        first_utc_s=0,
        samples=samples,
        sample_state=np.full(COUNT, State.SSC, np.uint8),
        sample_activity=np.zeros(COUNT, np.uint8),
        change_s=near,
        minute_state=np.full(COUNT // 2, State.SSC, np.uint8),
        core_c=np.full(COUNT // 2, 36.8),
    )
    pool = pooled([run], 100, seed=1)
    assert len(pool.samples) == len(pool.state) == len(pool.activity) == 100
    assert pool.samples.utc_s.min() >= 300 * 30.0
