"""Samples and minutes made from a list of states, for the analysis tests."""

from dataclasses import replace

import numpy as np

from pouch_host.analysis.minutes import MinuteStates
from pouch_host.analysis.parameters import default_parameters
from pouch_host.analysis.samples import Samples
from pouch_host.analysis.states import State

# 2026-03-01 00:00 UTC, a whole minute.
START_UTC_S = 1_772_323_200
INTERVAL_S = 30

# Blocks that are worked out in a tenth of the time; a margin is still far longer than it takes a
# state to settle.
QUICK = replace(default_parameters(), block_min=60, margin_min=30)

_TOUCHED_PF, _FREE_PF = 9.0, 2.0
_INFANT = {State.SSC, State.INFANT_ONLY}
_CAREGIVER = {State.SSC, State.CAREGIVER_ONLY}

# Infant face and outer face, degrees Celsius: in the middle of what each state shows.
_TEMPERATURES_C = {
    State.UNKNOWN: (36.2, 35.6),
    State.OFF: (26.0, 26.0),
    State.CAREGIVER_ONLY: (34.2, 35.1),
    State.INFANT_ONLY: (35.9, 33.7),
    State.SSC: (36.2, 35.6),
}


def made(states, *, start_utc_s=START_UTC_S, interval_s=INTERVAL_S, **columns):
    """Return one sample for each state, each in the middle of the time it speaks for.

    Args:
        states: a `State` each; UNKNOWN is a sample in which no sensor works.
        start_utc_s: where the first sample's time begins.
        interval_s: seconds from one to the next.
        columns: arrays that replace a column of `Samples`.
    """
    count = len(states)
    begin_utc_s = start_utc_s + interval_s * np.arange(count, dtype=float)
    temperatures_c = np.array([_TEMPERATURES_C[state] for state in states]).reshape(-1, 2)
    silent = np.array([state is State.UNKNOWN for state in states], bool)
    measured = {
        "infant_temperature_c": temperatures_c[:, 0],
        "caregiver_temperature_c": temperatures_c[:, 1],
        "infant_touch_pf": _where(states, _INFANT, _TOUCHED_PF, _FREE_PF),
        "caregiver_touch_pf": _where(states, _CAREGIVER, _TOUCHED_PF, _FREE_PF),
        "activity_mg": _where(states, {State.OFF}, 8.0, 22.0),
        "breath_adult": _where(states, _CAREGIVER, 97.0, 38.0),
        "breath_infant": _where(states, _INFANT, 82.0, 51.0),
    }
    values = {name: np.where(silent, np.nan, value) for name, value in measured.items()}
    values |= {
        "utc_s": begin_utc_s + interval_s / 2,
        "begin_utc_s": begin_utc_s,
        "end_utc_s": begin_utc_s + interval_s,
        "flags": np.zeros(count, np.uint16),
    }
    return Samples(**(values | columns))


def made_minutes(states, *, first_utc_s=START_UTC_S):
    """Return minutes of which each is certainly what it is; an UNKNOWN one may be anything."""
    states = np.array(states, np.uint8)
    unknown = states == State.UNKNOWN
    ssc = states == State.SSC
    on_infant = ssc | (states == State.INFANT_ONLY)
    return MinuteStates(
        first_utc_s,
        states,
        np.where(unknown, np.nan, 1.0),
        ssc_low=ssc.astype(float),
        ssc_high=(ssc | unknown).astype(float),
        on_infant_low=on_infant.astype(float),
        covered=(~unknown).astype(float),
        algorithm_version="made",
    )


def take(samples, keep):
    """Return some of the samples, as if the others had never been made."""
    return Samples(**{name: value[keep] for name, value in vars(samples).items()})


def _where(states, among, inside, outside):
    return np.array([inside if state in among else outside for state in states], float)
