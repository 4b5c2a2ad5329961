"""How far the core lies above chest skin, and how far a day's bounds have to reach."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, timezone

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.days import daily_hours
from pouch_host.analysis.infant import analyse
from pouch_host.analysis.minutes import MinuteStates, minute_states
from pouch_host.analysis.parameters import CoreGap, DayBounds, Parameters
from pouch_host.analysis.states import MINUTE_S, State

from .training import Labelled

_DAY_S = 86_400
_EDGES_MIN = (0, 1, 2, 3)
_SHARES = (0.0, 0.005, 0.01, 0.02, 0.03)
_HOURS = (0.0, 0.03, 0.05, 0.1, 0.15, 0.2)
# Bounds that hold on just as many training days as promised would fail on others.
_HELD_MIN = 0.985
_SD_WIDER = 1.25
# Differences beyond these percentiles are not extrapolated to. Tighter above: a gap that is taken
# for larger than it is hides a cold infant.
_USUAL = (1, 95)


def fit_core(runs: Sequence[Labelled], parameters: Parameters) -> dict[State, CoreGap]:
    """Return the line that explains core minus skin best, for each state on the infant."""
    found: dict[State, list[NDArray[np.float64]]] = {State.SSC: [], State.INFANT_ONLY: []}
    for run in runs:
        span = (run.first_utc_s, run.first_utc_s + MINUTE_S * len(run.minute_state))
        of_run = analyse(
            run.samples,
            run.first_utc_s,
            len(run.minute_state),
            timezone(timedelta()),
            spans=[span],
            parameters=parameters,
        )
        skin_c, outer_c = of_run.temperatures.skin_c, of_run.temperatures.outer_c
        for state, rows in found.items():
            chosen = of_run.temperatures.valid & (of_run.minutes.states == state)
            chosen &= ~np.isnan(outer_c)
            gap_c = (run.core_c - skin_c)[chosen]
            # Each run weighs the same, however long it stayed in the state.
            rows.append(
                np.stack([gap_c, (skin_c - outer_c)[chosen]])[:, :: max(1, len(gap_c) // 300)]
            )
    return {state: _core_gap(np.concatenate(rows, axis=1)) for state, rows in found.items()}


def _core_gap(rows: NDArray[np.float64]) -> CoreGap:
    gap_c, difference_c = rows
    low, high = np.percentile(difference_c, _USUAL)
    limited = np.clip(difference_c, low, high)
    slope, offset = np.polyfit(limited, gap_c, 1)
    residual = gap_c - offset - slope * limited
    return CoreGap(
        offset_c=round(float(offset), 3),
        per_difference=round(float(slope), 3),
        difference_c_min=round(float(low), 1),
        difference_c_max=round(float(high), 1),
        usual_difference_c=round(float(np.median(difference_c)), 1),
        sd_c=round(float(_SD_WIDER * np.std(residual)), 2),
        sd_blind_c=round(float(_SD_WIDER * np.std(gap_c)), 2),
    )


def fit_day_bounds(
    runs: Sequence[Labelled], parameters: Parameters
) -> tuple[DayBounds, float, float]:
    """Return the narrowest bounds that held, on how many days, and how wide they are in hours."""
    found = [
        minute_states(run.samples, run.first_utc_s, len(run.minute_state), parameters=parameters)
        for run in runs
    ]
    best = None
    for edge, share, hours in itertools.product(_EDGES_MIN, _SHARES, _HOURS):
        tried = replace(parameters.day_bounds, edge_min=edge, share=share, hours=hours)
        held, width_h = _held(runs, found, replace(parameters, day_bounds=tried))
        if held >= _HELD_MIN and (best is None or width_h < best[2]):
            best = tried, held, width_h
    if best is None:
        raise ValueError("no bounds that were tried hold often enough: look at the minutes first")
    return best


def _held(
    runs: Sequence[Labelled], found: Sequence[MinuteStates], parameters: Parameters
) -> tuple[float, float]:
    """Return on what share of days the truth lay inside, and the mean width in hours.

    Days begin with the run: only where they begin differs from local ones.
    """
    inside, width_h = [], []
    for run, minutes in zip(runs, found, strict=True):
        zone = timezone(timedelta(seconds=-(run.first_utc_s % _DAY_S)))
        ssc = run.minute_state == State.SSC
        first = 0
        for day in daily_hours(
            minutes, np.ones(len(minutes), np.bool_), zone, parameters=parameters
        ):
            true_h = np.count_nonzero(ssc[first : first + day.elapsed_minutes]) / 60
            first += day.elapsed_minutes
            inside.append(day.hours_lower - 1e-9 <= true_h <= day.hours_upper + 1e-9)
            width_h.append(day.hours_upper - day.hours_lower)
    return float(np.mean(inside)), float(np.mean(width_h))
