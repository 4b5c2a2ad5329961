"""Activity and breathing of many samples at once, from the accelerometer's words.

    FIFO:    first sample configures it      drains              sample
             |-----------------------------> . ---> 30 s --> . ---> .
    words:   1 2 3 ...  80 ms apart          each drain takes what has come by then

Everything is carried from one part of a run to the next, so that a month needs no more memory than
some hours.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from . import breath
from .felt import Felt

STEP_US = 80_000
# The firmware empties the FIFO at least so often, see band/sampler.py.
DRAIN_US = 30_000_000

ACTIVITY_MISSING = 255
_ACTIVITY_MG_MAX = 254
_WINDOW_WORDS = 12
_UG_PER_COUNT = 61
_UG_PER_MG = 1000
_MG_PER_COUNT = 0.061
_COUNT_MIN, _COUNT_MAX = -0x8000, 0x7FFF
_PPM = 1_000_000
# So many words at once: six hours.
_WORDS_AT_ONCE = 270_000

Integers = NDArray[np.int64]


def to_counts(acceleration_mg: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return what the chip makes of thousandths of g: steps of 0.061 mg, clipped at 2 g."""
    counts = acceleration_mg * (1.0 / _MG_PER_COUNT)
    np.rint(counts, out=counts)
    np.clip(counts, _COUNT_MIN, _COUNT_MAX, out=counts)
    return counts.astype(np.int16)


def activities_mg(counts: NDArray[np.int16], drain_counts: Integers) -> Integers:
    """Return the activity of each drain, as `firmware/drivers/activity.py` does.

    Args:
        counts: words (n, 3), drain after drain.
        drain_counts: words of each; their sum is n.
    """
    firsts = np.cumsum(drain_counts) - drain_counts
    activity = np.zeros(len(drain_counts), dtype=np.int64)
    long = drain_counts >= _WINDOW_WORDS
    activity[long] = _of_windows(counts, firsts[long], drain_counts[long] // _WINDOW_WORDS)
    # Fewer words than a window are taken as one.
    for drain in np.flatnonzero(~long & (drain_counts > 0)):
        words = counts[firsts[drain] : firsts[drain] + drain_counts[drain]].astype(np.int64)
        spread_ug = int((words.max(axis=0) - words.min(axis=0)).max()) * _UG_PER_COUNT
        activity[drain] = (spread_ug + _UG_PER_MG // 2) // _UG_PER_MG
    return np.minimum(activity, _ACTIVITY_MG_MAX)


def _of_windows(
    counts: NDArray[np.int16], drain_firsts: Integers, window_counts: Integers
) -> Integers:
    """Return the mean over whole windows of the largest axis' peak-to-peak value, in mg."""
    if not len(drain_firsts):
        return np.empty(0, dtype=np.int64)
    window_firsts = np.cumsum(window_counts) - window_counts
    within = np.arange(window_counts.sum()) - np.repeat(window_firsts, window_counts)
    firsts = np.repeat(drain_firsts, window_counts) + _WINDOW_WORDS * within
    high = counts[firsts].astype(np.int32)
    low = high.copy()
    # Place by place: twelve passes over few numbers cost less than one over a copy of all words.
    for place in range(1, _WINDOW_WORDS):
        words = counts[firsts + place]
        np.maximum(high, words, out=high)
        np.minimum(low, words, out=low)
    largest = (high - low).max(axis=1).astype(np.int64)
    spread_ug = np.add.reduceat(largest, window_firsts) * _UG_PER_COUNT
    unit = window_counts * _UG_PER_MG
    return (spread_ug + unit // 2) // unit


def drain_times_us(begin_us: Integers, finish_us: Integers, drift_ppm: float) -> Integers:
    """Return when the FIFO is emptied for each sample but the first, as (samples - 1, drains).

    Args:
        begin_us: true time at which each sample begins, all in the same distance.
        finish_us: true time at which it reads its sensors; that of the first starts the FIFO.
        drift_ppm: how fast the band's clock runs, which times the drains between samples.
    """
    if len(begin_us) == 1:
        return np.empty((0, 1), dtype=np.int64)
    drain_us = round(DRAIN_US / (1 + drift_ppm / _PPM))
    left_us = int(begin_us[1] - finish_us[0])
    between = max(0, -(-left_us // drain_us) - 1)
    before = finish_us[:-1, np.newaxis] + drain_us * np.arange(1, between + 1)
    return np.concatenate([before, finish_us[1:, np.newaxis]], axis=1)


def movements(
    felt: Felt, begin_us: Integers, finish_us: Integers, drift_ppm: float
) -> tuple[Integers, NDArray[np.uint8]]:
    """Return the activity (n) and both breathing bands (n, 2) of the samples of one boot.

    The first sample has none: it starts the FIFO.

    Args:
        felt: what the accelerometer feels.
        begin_us: true time at which each sample begins.
        finish_us: true time at which it reads its sensors.
        drift_ppm: how fast the band's clock runs.
    """
    times_us = drain_times_us(begin_us, finish_us, drift_ppm)
    word_ends = (times_us.ravel() - finish_us[0]) // STEP_US
    word_counts = np.diff(word_ends, prepend=0)
    of_drains = [np.empty(0, dtype=np.int64)]
    of_windows = [np.empty((0, 2), dtype=np.uint8)]
    windows = _Windows()
    for drains in _parts(word_ends):
        first = int(word_ends[drains.start] - word_counts[drains.start])
        count = int(word_ends[drains.stop - 1]) - first
        first_us = int(finish_us[0]) + (first + 1) * STEP_US
        counts = to_counts(felt.acceleration_mg(first_us, STEP_US, count))
        of_drains.append(activities_mg(counts, word_counts[drains]))
        of_windows.append(windows.feed(counts))
    activity = np.full(len(finish_us), ACTIVITY_MISSING, dtype=np.int64)
    words = word_counts.reshape(times_us.shape)
    weighted = np.concatenate(of_drains).reshape(times_us.shape) * words
    activity[1:] = weighted.sum(axis=1) // np.maximum(words.sum(axis=1), 1)
    window_ends = _window_counts(word_ends.reshape(times_us.shape)[:, -1])
    taken = np.diff(window_ends, prepend=0)
    quartiles = breath.lower_quartiles(np.concatenate(of_windows), taken)
    first_missing = np.full((1, 2), breath.MISSING, dtype=np.uint8)
    return activity, np.concatenate([first_missing, quartiles])


class _Windows:
    """Windows of breathing over words that come part by part."""

    def __init__(self) -> None:
        # Words from `_first` on, an even number: those of the next window and one value before.
        self._held = np.empty((0, 3), dtype=np.int16)
        self._first = 0

    def feed(self, counts: NDArray[np.int16]) -> NDArray[np.uint8]:
        """Return the bytes (n, 2) of the windows that these words complete."""
        words = np.concatenate([self._held, counts])
        end = self._first + len(words)
        values = breath.halved(words)
        if self._first:
            # Its word before is not held.
            values = values[1:]
        made = breath.window_bytes(values)
        next_end = breath.WINDOW_WORDS + breath.HOP_WORDS * int(_window_counts(np.array(end)))
        first = max(0, next_end - breath.WINDOW_WORDS - breath.WORDS_PER_VALUE)
        self._held = words[first - self._first :]
        self._first = first
        return made


def _window_counts(word_ends: Integers) -> Integers:
    """Return how many windows are whole after so many words."""
    return np.maximum((word_ends - breath.WINDOW_WORDS) // breath.HOP_WORDS + 1, 0)


def _parts(word_ends: Integers) -> Iterator[slice]:
    """Yield runs of drains that hold not many more than _WORDS_AT_ONCE words each."""
    first = 0
    while first < len(word_ends):
        done = int(word_ends[first - 1]) if first else 0
        last = int(np.searchsorted(word_ends, done + _WORDS_AT_ONCE)) + 1
        yield slice(first, min(last, len(word_ends)))
        first = last
