"""Brings samples whose times do not rise into order, and leaves out what was told twice.

    in the file    08:00 08:01 ... 10:00 | 09:00 09:01 ... 11:00     the clock went back an hour
    by time        08:00 ... 08:59 | ? ? ... ? | 10:01 ... 11:00     09:00 to 10:00 is not known

Lines that are merely out of order are sorted. Where two different lines claim the same time
because the clock went back, nobody can tell which of them is right: neither counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The shortest usual distance: most samples have their neighbour at least so far away.
_USUAL_PERCENTILE = 5
# Where two recordings lie over each other, one of two distances is at most half an interval.
_CLOSE_SHARE = 0.6
# In a file with fewer steps back than this the lines as they stand tell the interval best.
_SHUFFLED_SHARE = 0.01
# A clock that is set by hand or network moves by seconds to minutes; more is worth a look.
_BIG_STEP_S = 300.0
# A band's usual interval, where fewer than two samples tell none.
_INTERVAL_S_USUAL = 30.0


@dataclass(frozen=True, eq=False)
class Order:
    """Which rows count, in which order.

    Attributes:
        rows: index of each row that counts, by time.
        interval_s: the usual distance of two samples.
        notes: one line each, on what is not as it should be.
    """

    rows: Integers
    interval_s: float
    notes: tuple[str, ...]


def in_order(utc_s: Floats, line_no: Integers, columns: Sequence[Floats]) -> Order:
    """Return which rows count, in the order of their times.

    Args:
        utc_s: time of each row, as it stands in the file.
        line_no: its line.
        columns: what was measured.
    """
    interval_s = _usual_interval_s(utc_s)
    rows = np.argsort(utc_s, kind="stable").astype(np.int64)
    back = np.flatnonzero(np.diff(utc_s) < 0)
    notes = _notes_of_steps(utc_s, line_no, back)

    repeated = np.zeros(len(rows), np.bool_)
    repeated[1:] = (np.diff(utc_s[rows]) == 0) & _same(rows, columns)
    rows = rows[~repeated]

    twice = _told_twice(utc_s, rows, back, _CLOSE_SHARE * interval_s)
    if twice.any():
        first, last = np.min(line_no[rows[twice]]), np.max(line_no[rows[twice]])
        notes.append(
            f"lines {first} to {last}: {np.count_nonzero(twice):,} lines claim times that others "
            "claim, too, because the clock went back: none of them counts, the time is unknown"
        )
    rows = rows[~twice]

    other = np.zeros(len(rows), np.bool_)
    other[1:] = np.diff(utc_s[rows]) == 0
    again = int(np.count_nonzero(repeated) + np.count_nonzero(other))
    if again:
        notes.append(f"{again:,} lines repeat the time of an earlier line: the earlier one counts")
    return Order(rows[~other], interval_s, tuple(notes))


def _usual_interval_s(utc_s: Floats) -> float:
    steps = np.diff(utc_s)
    if np.count_nonzero(steps < 0) > _SHUFFLED_SHARE * len(steps):
        steps = np.diff(np.sort(utc_s))
    steps = steps[steps > 0]
    return float(np.percentile(steps, _USUAL_PERCENTILE)) if len(steps) else _INTERVAL_S_USUAL


def _notes_of_steps(utc_s: Floats, line_no: Integers, back: Integers) -> list[str]:
    if not len(back):
        return []
    steps_s = utc_s[back] - utc_s[back + 1]
    largest = int(np.argmax(steps_s))
    text = f"line {line_no[back[largest] + 1]}: time goes back by {_length(steps_s[largest])}"
    if len(back) > 1:
        text += f", the largest of {len(back):,} such steps"
    text += ": lines are taken in order of time"
    if steps_s[largest] >= _BIG_STEP_S:
        text += "; if the clock was set right there, the times before it are wrong"
    return [text]


def _length(seconds: float) -> str:
    for unit_s, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.1f} {word}"
    return f"{seconds:g} s"


def _same(rows: Integers, columns: Sequence[Floats]) -> Flags:
    """Tell for each row but the first whether it says the same as the one before."""
    same = np.ones(max(0, len(rows) - 1), np.bool_)
    for column in columns:
        value = column[rows]
        same &= (value[1:] == value[:-1]) | (np.isnan(value[1:]) & np.isnan(value[:-1]))
    return same


def _told_twice(utc_s: Floats, rows: Integers, back: Integers, close_s: float) -> Flags:
    """Tell which of some rows, by time, claim a time that another telling claims as well.

    Args:
        utc_s: times as they stand in the file.
        rows: by time.
        back: rows in the file after which time goes back.
        close_s: two samples of one telling are never so close.
    """
    by_time_s = utc_s[rows]
    # Between where time went back to and the latest time before, there may be two tellings.
    reached_s = np.maximum.accumulate(utc_s)[back] if len(back) else np.empty(0)
    edges = np.zeros(len(rows) + 1, np.int64)
    np.add.at(edges, np.searchsorted(by_time_s, utc_s[back + 1], "left"), 1)
    np.add.at(edges, np.searchsorted(by_time_s, reached_s, "right"), -1)
    doubtful = np.cumsum(edges[:-1]) > 0
    close = (np.diff(by_time_s) < close_s) & doubtful[1:] & doubtful[:-1]
    twice = np.zeros(len(rows), np.bool_)
    twice[1:] |= close
    twice[:-1] |= close
    return twice
