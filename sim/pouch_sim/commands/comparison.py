"""Holds what a store received against the recording that went in, row by row.

    rows        |     |     |                             |     |      a gap: rows are missing
    samples     x     x     x     o     o     o     o     x     x  o   o: a sample without a row

Each row is compared with its own sample, the nearest in time. The band also samples where the
recording has no row, and after its last row until its records are pulled; those samples hold the
nearest reading and are counted apart.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pouch_host.analysis.samples import Samples
from pouch_protocol import constants as c
from pouch_sim.world.recording import Recording

# What the path may change: the rounding of one TMP117 step, and the band's sense of time.
TEMPERATURE_TOLERANCE_C = 1 / c.STEPS_PER_C
TIME_TOLERANCE_S = 1.0

# Rows are missing where two are further apart than this many usual steps.
_GAP_STEPS = 1.5

_Floats = NDArray[np.float64]
_Indices = NDArray[np.intp]


@dataclass(frozen=True)
class ReplayResult:
    """How a recording came out at the other end.

    Attributes:
        row_count: rows of the recording.
        record_count: samples in the store that were taken within the recording.
        after_count: samples in the store beside those: taken after the last row had its sample.
        interval_s: seconds between two samples of the band.
        lost_count: rows without a sample of their own.
        off_grid_count: rows over a second away from when the band samples, so that their sample
            was taken up to half an interval earlier or later.
        gap_count: places where rows of the recording are missing.
        gap_sample_count: samples in those places.
        between_sample_count: samples elsewhere without a row: the band samples more often.
        temperature_error_c_max: largest difference between a row and its sample.
        time_error_s_max: largest distance of such a sample's time in the store from when the band
            was due to sample; that is from the row's own time, unless the row is off the grid.
    """

    row_count: int
    record_count: int
    after_count: int
    interval_s: int
    lost_count: int
    off_grid_count: int
    gap_count: int
    gap_sample_count: int
    between_sample_count: int
    temperature_error_c_max: float
    time_error_s_max: float

    @property
    def faithful(self) -> bool:
        """Whether every row arrived within the tolerances."""
        return (
            self.lost_count == 0
            and self.temperature_error_c_max <= TEMPERATURE_TOLERANCE_C
            and self.time_error_s_max <= TIME_TOLERANCE_S
        )


def band_interval_s(recording: Recording) -> int:
    """Return the longest interval, in whole seconds, at which a band meets every row.

    One that divides the recording's usual step comes first: a sample then falls on each row. A
    step of 600 s, longer than a band's longest interval, gives 300 s.
    """
    row_utc_s = np.array([row.utc_s for row in recording.rows])
    begins, ends = _windows(row_utc_s)
    longest_s = min(c.INTERVAL_S_MAX, max(c.INTERVAL_S_MIN, round(recording.step_s)))
    for interval_s in sorted(
        range(c.INTERVAL_S_MIN, longest_s + 1),
        key=lambda interval_s: (round(recording.step_s) % interval_s != 0, -interval_s),
    ):
        due_utc_s = _due_utc_s(row_utc_s, recording.first_utc_s, interval_s)
        met = (due_utc_s >= begins + TIME_TOLERANCE_S) & (due_utc_s <= ends - TIME_TOLERANCE_S)
        if met.all():
            return interval_s
    return c.INTERVAL_S_MIN


def compare(recording: Recording, samples: Samples, interval_s: int, path: Path) -> ReplayResult:
    """Compare, write one line per row and sum up.

    Args:
        recording: what went in.
        samples: what came out, by time.
        interval_s: seconds between two samples.
        path: CSV file to write. A lost row has no sample's time and temperature.
    """
    row_utc_s = np.array([row.utc_s for row in recording.rows])
    row_c = np.array([row.skin_temperature_c for row in recording.rows])
    own = _own_samples(row_utc_s, row_c, samples, interval_s)
    arrived = own >= 0
    sample_utc_s = np.where(arrived, _at(samples.utc_s, own), np.nan)
    stored_c = np.where(arrived, _at(samples.infant_temperature_c, own), np.nan)
    _write(path, row_utc_s, row_c, sample_utc_s, stored_c)

    first_utc_s = recording.first_utc_s
    due_utc_s = _due_utc_s(sample_utc_s[arrived], first_utc_s, interval_s)
    off_grid_s = np.abs(row_utc_s - _due_utc_s(row_utc_s, first_utc_s, interval_s))
    after = samples.utc_s > recording.last_utc_s + _reach_s(interval_s)
    without_row = ~after
    without_row[own[arrived]] = False
    in_gap, gap_count = _in_gaps(recording, samples.utc_s)
    temperature_error_c = np.abs(stored_c - row_c)[arrived]
    return ReplayResult(
        row_count=len(row_utc_s),
        record_count=int(np.count_nonzero(~after)),
        after_count=int(np.count_nonzero(after)),
        interval_s=interval_s,
        lost_count=int(np.count_nonzero(~arrived)),
        off_grid_count=int(np.count_nonzero(off_grid_s > TIME_TOLERANCE_S)),
        gap_count=gap_count,
        gap_sample_count=int(np.count_nonzero(without_row & in_gap)),
        between_sample_count=int(np.count_nonzero(without_row & ~in_gap)),
        temperature_error_c_max=float(np.max(temperature_error_c, initial=0.0)),
        time_error_s_max=float(np.max(np.abs(sample_utc_s[arrived] - due_utc_s), initial=0.0)),
    )


def _windows(row_utc_s: _Floats) -> tuple[_Floats, _Floats]:
    """Return from when to when each row is the nearest one."""
    turns = (row_utc_s[:-1] + row_utc_s[1:]) / 2
    return np.concatenate(([-np.inf], turns)), np.concatenate((turns, [np.inf]))


def _due_utc_s(utc_s: _Floats, first_utc_s: float, interval_s: int) -> _Floats:
    """Return for each time the nearest one at which the band is to sample."""
    return first_utc_s + np.round((utc_s - first_utc_s) / interval_s) * interval_s


def _reach_s(interval_s: int) -> float:
    """Return how far from its row a row's own sample may be."""
    return interval_s / 2 + TIME_TOLERANCE_S


def _at(values: _Floats, indices: _Indices) -> _Floats:
    """Return the values at some indices; anything for an index of -1, also without values."""
    return np.append(values, np.nan)[indices]


def _own_samples(
    row_utc_s: _Floats, row_c: _Floats, samples: Samples, interval_s: int
) -> _Indices:
    """Return for each row the index of its sample, -1 where there is none.

    That is the nearest in time, at most half an interval away, unless another row is nearer to
    it. Times that differ by no more than the store's times may be off count as equal: which row
    a sample half-way between two has measured, its temperature tells.
    """
    if not len(samples.utc_s):
        return np.full(len(row_utc_s), -1, dtype=np.intp)
    after = np.searchsorted(samples.utc_s, row_utc_s)
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(samples.utc_s) - 1)
    before_s = np.abs(row_utc_s - samples.utc_s[before])
    after_s = np.abs(row_utc_s - samples.utc_s[after])
    before_c = np.abs(row_c - samples.infant_temperature_c[before])
    after_c = np.abs(row_c - samples.infant_temperature_c[after])
    equal = np.abs(before_s - after_s) <= 2 * TIME_TOLERANCE_S
    own = np.where(np.where(equal, before_c < after_c, before_s < after_s), before, after)

    begins, ends = _windows(row_utc_s)
    own_utc_s = samples.utc_s[own]
    near = np.abs(own_utc_s - row_utc_s) <= _reach_s(interval_s)
    inside = (own_utc_s >= begins - TIME_TOLERANCE_S) & (own_utc_s <= ends + TIME_TOLERANCE_S)
    measured = ~np.isnan(samples.infant_temperature_c[own])
    return np.where(near & inside & measured, own, -1)


def _in_gaps(recording: Recording, utc_s: _Floats) -> tuple[NDArray[np.bool_], int]:
    """Tell for each time whether it lies in a gap of the recording, and how many gaps it has."""
    row_utc_s = np.array([row.utc_s for row in recording.rows])
    gap_behind = np.append(np.diff(row_utc_s) > _GAP_STEPS * recording.step_s, False)
    row_before = np.maximum(np.searchsorted(row_utc_s, utc_s, side="right") - 1, 0)
    return gap_behind[row_before], int(np.count_nonzero(gap_behind))


def _write(
    path: Path, row_utc_s: _Floats, row_c: _Floats, sample_utc_s: _Floats, stored_c: _Floats
) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["row_utc", "recorded_c", "sample_utc", "stored_c", "apart_s"])
        for index, utc_s in enumerate(row_utc_s):
            cells = ["", "", ""]
            if not np.isnan(sample_utc_s[index]):
                cells = [
                    _iso(sample_utc_s[index]),
                    f"{stored_c[index]:.4f}",
                    f"{sample_utc_s[index] - utc_s:.3f}",
                ]
            writer.writerow([_iso(utc_s), f"{row_c[index]:.2f}", *cells])


def _iso(utc_s: float) -> str:
    return datetime.fromtimestamp(utc_s, UTC).isoformat(timespec="milliseconds")
