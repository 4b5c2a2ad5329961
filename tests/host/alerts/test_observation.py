import numpy as np
import pytest

from pouch_host.alerts import AlertParameters, Observation, observations_of
from pouch_host.errors import InputError
from tests.host.alerts.timelines import START_UTC_S


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"state": "kmc"}, "state 'kmc' is none of caregiver_only"),
        ({"core_c": float("nan")}, "core_c is nan: give None for unknown"),
        ({"outer_c": float("inf")}, "outer_c is inf"),
        ({"core_sd_c": -0.1}, "core_sd_c is -0.1, below 0"),
        ({"state_probability": 1.2}, "state_probability is 1.2"),
    ],
)
def test_observation_that_no_band_could_make_is_refused_with_its_minute(fields, message):
    with pytest.raises(InputError, match=f"minute {START_UTC_S}: {message}"):
        Observation(START_UTC_S, START_UTC_S, **({"state": "ssc"} | fields))


def test_columns_become_observations_with_nan_as_unknown():
    columns = {
        "utc_s": np.array([START_UTC_S, START_UTC_S + 60]),
        "received_utc_s": np.array([START_UTC_S + 300] * 2),
        "state": np.array(["ssc", "off"]),
        "core_c": np.array([36.9, np.nan]),
        "temperature_valid": np.array([True, False]),
    }
    first, second = observations_of(columns)
    assert (first.state, first.core_c, first.temperature_valid) == ("ssc", 36.9, True)
    assert second == Observation(START_UTC_S + 60, START_UTC_S + 300, "off")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_g": [1]}, "no column weight_g"),
        ({"state": ["ssc", "ssc"]}, r"differ in length: \[1, 2\]"),
    ],
)
def test_columns_that_do_not_fit_are_refused(change, message):
    columns = {"utc_s": [1], "received_utc_s": [1], "state": ["ssc"]} | change
    with pytest.raises(InputError, match=message):
        list(observations_of(columns))


def test_columns_without_a_state_are_refused():
    with pytest.raises(InputError, match="lack the column state"):
        list(observations_of({"utc_s": [1], "received_utc_s": [1]}))


@pytest.mark.parametrize("name", ["stale_after_s", "late_after_s", "hold_s"])
def test_parameter_of_nothing_is_refused(name):
    with pytest.raises(InputError, match=f"alert parameter {name} is 0: set it above 0"):
        AlertParameters(**{name: 0})


def test_parameters_without_a_rule_are_refused():
    rules = dict(AlertParameters().rules)
    del rules["stale"]
    with pytest.raises(InputError, match="no rule for stale"):
        AlertParameters(rules=rules)
