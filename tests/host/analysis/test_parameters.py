import re
from importlib import resources
from itertools import pairwise

import numpy as np
import pytest

from pouch_host.analysis.parameters import METHOD_VERSION, default_parameters, parse
from pouch_host.analysis.states import KNOWN_STATES, State

TEXT = (resources.files("pouch_host.analysis") / "parameters.toml").read_text()


def test_parameters_are_whole():
    parameters = default_parameters()
    assert parameters.prior.sum() == pytest.approx(1.0)
    assert set(parameters.state_of) == {int(state) for state in KNOWN_STATES}
    for channel in parameters.channels.values():
        assert channel.mean.shape == channel.sd.shape == (len(parameters.substates),)
        assert (channel.sd > 0).all()
        assert 0 < channel.weight <= 1
    assert 0.5 < parameters.probability_min < 1
    assert set(parameters.core_gap) == {State.SSC, State.INFANT_ONLY}


def test_parameters_version_changes_with_any_number():
    version = parse(TEXT.encode()).algorithm_version
    assert version.startswith(METHOD_VERSION)
    changed = re.sub(r"probability_min = 0\.8\b", "probability_min = 0.81", TEXT, count=1)
    assert changed != TEXT
    assert parse(changed.encode()).algorithm_version != version


def test_parameters_each_table_has_its_reason():
    # Goal: one documented file. Method: each table has a comment in it or just before it; tables
    # of one kind share that of the first.
    parts = re.split(r"^\[", TEXT, flags=re.MULTILINE)
    kinds = set()
    for before, table in pairwise(parts):
        kind = table.split("]")[0].split(".")[0]
        commented = "#" in table or "#" in before.splitlines()[-1]
        assert commented or kind in kinds, table.splitlines()[0]
        kinds.add(kind)


def test_parameters_two_changes_cost_more_than_one_missing_minute_may_say():
    # What `chain` promises: one missing minute ends no session.
    parameters = default_parameters()
    prior = parameters.prior[parameters.substates_of(State.SSC)].max()
    cost = -np.log(parameters.change_per_minute) - np.log(parameters.change_per_minute * prior)
    assert 2 * parameters.evidence_max < cost
