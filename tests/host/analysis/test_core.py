import numpy as np
import pytest

from pouch_host.analysis.core import core_over_time
from pouch_host.analysis.parameters import default_parameters

RULE = default_parameters().core_filter


def estimate(said_c):
    return core_over_time(np.array(said_c, float), RULE)


def test_core_of_steady_skin_is_what_it_says():
    core_c, sd_c = estimate([36.9] * 240)
    assert core_c[-1] == pytest.approx(36.9, abs=0.02)
    assert 0 < sd_c[-1] < sd_c[0]


def test_core_of_a_cold_infant_is_believed_from_the_first_minutes():
    core_c, _ = estimate([35.2] * 30)
    assert core_c[9] < 35.5


def test_core_does_not_follow_skin_that_gets_wet():
    # A degree and a half in five minutes, dry again within the hour.
    wet = [36.8] * 180 + list(np.linspace(36.8, 35.3, 5)) + [35.3] * 15
    wet += list(np.linspace(35.3, 36.8, 40)) + [36.8] * 60
    core_c, _ = estimate(wet)
    assert core_c.min() > 36.1


def test_core_follows_an_infant_that_goes_cold():
    # 0.02 C a minute for two hours, as bare in a cool room: under 36.0 C after 40 minutes. What
    # tells a wet skin apart costs as much again.
    said = [36.8] * 180 + [36.8 - 0.02 * minute for minute in range(120)]
    core_c, _ = estimate(said)
    below = np.flatnonzero(core_c < 36.0)
    assert 180 + 40 <= below[0] <= 180 + 40 + 45


def test_core_follows_an_infant_that_cools_slowly_without_much_delay():
    # 0.005 C a minute, as under a blanket.
    said = [36.8] * 180 + [36.8 - 0.005 * minute for minute in range(360)]
    core_c, _ = estimate(said)
    assert core_c[-1] - said[-1] < 0.4


def test_core_is_less_sure_after_hours_without_a_reading():
    core_c, sd_c = estimate([36.8] * 120 + [np.nan] * 600 + [36.8])
    assert np.isnan(core_c[120:720]).all()
    assert sd_c[-1] > 1.3 * sd_c[119]


def test_core_looks_back_only():
    rng = np.random.default_rng(3)
    said = 36.6 + 0.3 * rng.standard_normal(200)
    whole, _ = core_over_time(said, RULE)
    part, _ = core_over_time(said[:120], RULE)
    assert (whole[:120] == part).all()


def test_core_of_nothing_is_nothing():
    core_c, sd_c = estimate([])
    assert len(core_c) == len(sd_c) == 0
