"""The chain against every path written out, and its intervals against what could have been."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pouch_host.analysis.chain import Blocks, smooth

PRIOR = np.array([0.5, 0.3, 0.2])
CHANGE = 0.1
GROUPS = [np.array([True, False, False]), np.array([False, True, True])]
WORST = 4.0


def by_paths(evidence, prior=PRIOR, change=CHANGE):
    """Return the probability of each state in each minute, summed over all paths."""
    minutes, states = evidence.shape
    total = np.zeros((minutes, states))
    for path in itertools.product(range(states), repeat=minutes):
        weight = prior[path[0]] * np.exp(evidence[0, path[0]])
        for minute in range(1, minutes):
            old, new = path[minute - 1], path[minute]
            weight *= (1 - change) * (old == new) + change * prior[new]
            weight *= np.exp(evidence[minute, new])
        for minute, state in enumerate(path):
            total[minute, state] += weight
    return total / total.sum(axis=1, keepdims=True)


def bounds_of(low, high, *, block=None, margin=0):
    return smooth(low, high, PRIOR, CHANGE, GROUPS, Blocks(block or len(low), margin))


evidences = st.lists(
    st.tuples(*[st.floats(-WORST, 0) for _ in PRIOR]), min_size=1, max_size=6
).map(np.array)


@settings(deadline=None)
@given(evidences)
def test_chain_without_gaps_is_the_sum_over_all_paths(evidence):
    bounds = bounds_of(evidence, evidence)
    paths = by_paths(evidence)
    expected = np.stack([paths[:, group].sum(axis=1) for group in GROUPS], axis=1)
    assert bounds.low == pytest.approx(expected, abs=1e-9)
    assert bounds.high == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(evidences, st.data())
def test_chain_interval_holds_whatever_missing_minutes_would_have_said(evidence, data):
    gaps = data.draw(st.lists(st.booleans(), min_size=len(evidence), max_size=len(evidence)))
    low, high = evidence.copy(), evidence.copy()
    low[np.array(gaps)] = -WORST
    high[np.array(gaps)] = 0
    bounds = bounds_of(low, high)
    paths = by_paths(evidence)
    for column, group in enumerate(GROUPS):
        truth = paths[:, group].sum(axis=1)
        assert (bounds.low[:, column] <= truth + 1e-9).all()
        assert (truth <= bounds.high[:, column] + 1e-9).all()


@settings(deadline=None)
@given(evidences, st.data())
def test_chain_wider_evidence_only_widens_the_bounds(evidence, data):
    part = st.lists(st.booleans(), min_size=len(evidence), max_size=len(evidence))
    few = np.array(data.draw(part))
    more = few | np.array(data.draw(part))
    narrow, wide = [
        bounds_of(
            np.where(gaps[:, np.newaxis], -WORST, evidence),
            np.where(gaps[:, np.newaxis], 0.0, evidence),
        )
        for gaps in (few, more)
    ]
    assert (wide.low <= narrow.low + 1e-12).all()
    assert (wide.high >= narrow.high - 1e-12).all()


def test_chain_a_short_gap_in_long_contact_stays_contact_and_a_long_one_does_not():
    evidence = np.tile([0.0, -2.0, -3.0], (60, 1))
    answers = {}
    for minutes in (1, 2, 10):
        low, high = evidence.copy(), evidence.copy()
        low[30 : 30 + minutes], high[30 : 30 + minutes] = -WORST, 0.0
        bounds = smooth(low, high, PRIOR, 0.022, GROUPS, Blocks(60, 0))
        answers[minutes] = bounds.low[30 + minutes // 2, 0]
    assert answers[1] > answers[2] > answers[10]
    assert answers[1] > 0.95
    assert answers[10] < 0.01


def test_chain_gap_is_as_narrow_for_each_group():
    # Goal: ratios to a state that is improbable would blow the interval up for all the others.
    for favourite, group in ((0, 0), (1, 1)):
        evidence = np.full((60, 3), -3.0)
        evidence[:, favourite] = 0.0
        low, high = evidence.copy(), evidence.copy()
        low[30], high[30] = -WORST, 0.0
        bounds = smooth(low, high, PRIOR, 0.022, GROUPS, Blocks(60, 0))
        assert bounds.low[30, group] > 0.95


def test_chain_blocks_see_their_margin_and_nothing_further():
    rng = np.random.default_rng(5)
    evidence = -WORST * rng.random((4 + 3 * 10 + 4, 3))
    whole = bounds_of(evidence, evidence, block=10, margin=4)
    assert whole.low.shape == (30, 2)
    # The middle block by itself is the same.
    middle = evidence[10 : 10 + 18]
    alone = bounds_of(middle, middle, block=10, margin=4)
    assert whole.low[10:20] == pytest.approx(alone.low, abs=1e-12)
    # What lies beyond its margin does not matter.
    changed = evidence.copy()
    changed[:10] = 0.0
    assert bounds_of(changed, changed, block=10, margin=4).low[10:20] == pytest.approx(
        alone.low, abs=1e-12
    )
