"""Samples made from a list of states, for the analysis tests."""

import numpy as np

from pouch_host.analysis.minutes import State
from pouch_host.analysis.samples import Samples

# 2026-03-01 00:00 UTC, a whole minute.
START_UTC_S = 1_772_323_200
INTERVAL_S = 30

_TOUCHED_PF = 9.0
_FREE_PF = 2.0
_INFANT = {State.SSC, State.INFANT_ONLY}
_CAREGIVER = {State.SSC, State.CAREGIVER_ONLY}


def made(states, *, start_utc_s=START_UTC_S, interval_s=INTERVAL_S, **columns):
    """Return one sample for each state, each in the middle of the time it speaks for.

    Args:
        states: a `State` each; UNKNOWN is a touch sensor that fails.
        start_utc_s: where the first sample's time begins.
        interval_s: seconds from one to the next.
        columns: arrays that replace a column of `Samples`.
    """
    count = len(states)
    begin_utc_s = start_utc_s + interval_s * np.arange(count, dtype=float)
    values = {
        "utc_s": begin_utc_s + interval_s / 2,
        "begin_utc_s": begin_utc_s,
        "end_utc_s": begin_utc_s + interval_s,
        "infant_temperature_c": np.full(count, 36.2),
        "caregiver_temperature_c": np.full(count, 35.2),
        "infant_touch_pf": np.array([_pf(state, _INFANT) for state in states], float),
        "caregiver_touch_pf": np.array([_pf(state, _CAREGIVER) for state in states], float),
        "flags": np.zeros(count, np.uint16),
    }
    return Samples(**(values | columns))


def _pf(state, touching):
    if state is State.UNKNOWN:
        return np.nan
    return _TOUCHED_PF if state in touching else _FREE_PF
