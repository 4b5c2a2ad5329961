"""The two breathing bands of a sample, as `firmware/drivers/breathing.py` works them out.

The same integers to the last bit, for all windows of many hours at once. That file says what the
bands are and why; here are only its arrays.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = 255
WINDOW_VALUES = 64
HOP_VALUES = 32
# Two words of the accelerometer make a value.
WORDS_PER_VALUE = 2
HOP_WORDS = HOP_VALUES * WORDS_PER_VALUE
WINDOW_WORDS = WINDOW_VALUES * WORDS_PER_VALUE

ADULT_BINS = np.arange(2, 5)
INFANT_BINS = np.arange(6, 16)
_BINS = np.concatenate([ADULT_BINS, INFANT_BINS])

_SINE_PEAK = 127
_OFFSET = 1 << 15
_CLIP = 511
_BYTE_MAX = 254
# Where the scale has its zero: eighths of an octave of power at 0.125 mg.
_ZERO_EIGHTHS = 45
_BITS = 8
_EIGHTHS_PER_OCTAVE = 8
# 128 * 2^((n + 1/2) / 8): where an eighth of an octave rounds up.
_LIMITS = np.ceil(128 * 2 ** ((np.arange(_EIGHTHS_PER_OCTAVE) + 0.5) / 8)).astype(np.int64)

_SINE = np.rint(_SINE_PEAK * np.sin(2 * np.pi * np.arange(WINDOW_VALUES) / WINDOW_VALUES)).astype(
    np.int64
)
_COSINE = np.roll(_SINE, -WINDOW_VALUES // 4)
_HANN = (128 - _COSINE) // 2
_TURNS = np.outer(_BINS, np.arange(WINDOW_VALUES)) % WINDOW_VALUES
# In floating point the matrix product is a library's. No sum exceeds 64 * 2027 * 127, so all of
# them are exact.
_WAVES = np.concatenate([_COSINE[_TURNS], _SINE[_TURNS]]).T.astype(np.float64)

# A window of three axes takes 5 kB on the way: as many at once as stay in a processor's cache.
_WINDOWS_AT_ONCE = 512


def halved(counts: NDArray[np.integer[Any]]) -> NDArray[np.int32]:
    """Return what the driver's ring gets: weights 1-2-1, every second value.

    Args:
        counts: words (n, 3) since the FIFO began, steps of 0.061 mg. A last odd one is left out.
    """
    offset = np.asarray(counts).astype(np.int32) + _OFFSET
    offset = offset[: len(offset) // WORDS_PER_VALUE * WORDS_PER_VALUE]
    # What came before the first word is nothing.
    before = np.concatenate([np.zeros((min(1, len(offset)), 3), dtype=np.int32), offset[1:-1:2]])
    return before + 2 * offset[0::2] + offset[1::2] >> 2


def window_powers(values: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the adult and the infant band's power (n, 2) of windows of values (n, 64, 3)."""
    mean = values.sum(axis=1, keepdims=True) >> 6
    steps = np.clip(values - mean >> 2, -_CLIP, _CLIP)
    weighted = steps * _HANN[:, np.newaxis] >> 5
    sums = np.swapaxes(weighted, 1, 2).astype(np.float64) @ _WAVES
    parts = sums.astype(np.int64) >> 10
    power = (parts**2).sum(axis=1)
    power = power[:, : len(_BINS)] + power[:, len(_BINS) :]
    adult = power[:, : len(ADULT_BINS)].sum(axis=1)
    return np.stack([adult, power[:, len(ADULT_BINS) :].sum(axis=1)], axis=1)


def power_bytes(power: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return powers on the record's scale: sixteen steps per doubling of the amplitude."""
    # frexp counts a number's bits, exactly so below 2^53.
    bit_count = np.frexp(power.astype(np.float64))[1].astype(np.int64)
    shift = bit_count - _BITS
    eight_bits = (power >> np.maximum(shift, 0)) << np.maximum(-shift, 0)
    eighths = _EIGHTHS_PER_OCTAVE * (shift + _BITS - 1) - _ZERO_EIGHTHS
    eighths = eighths + np.searchsorted(_LIMITS, eight_bits, side="right")
    return np.where(power > 0, np.clip(eighths, 0, _BYTE_MAX), 0).astype(np.uint8)


def window_bytes(values: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Return both bands' bytes (n, 2) of every window in values (m, 3) of `halved`, in order."""
    if len(values) < WINDOW_VALUES:
        return np.empty((0, 2), dtype=np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(values, WINDOW_VALUES, axis=0)
    windows = np.swapaxes(windows[::HOP_VALUES], 1, 2)
    powers = [
        window_powers(windows[first : first + _WINDOWS_AT_ONCE])
        for first in range(0, len(windows), _WINDOWS_AT_ONCE)
    ]
    return power_bytes(np.concatenate(powers))


def lower_quartiles(
    values: NDArray[np.uint8], group_counts: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Return the lower quartile of each group of windows, by band; MISSING for an empty group.

    Args:
        values: bytes (n, 2) of the windows, group after group.
        group_counts: windows of each group; their sum is n.
    """
    quartiles = np.full((len(group_counts), 2), MISSING, dtype=np.uint8)
    firsts = np.cumsum(group_counts) - group_counts
    for count in np.unique(group_counts[group_counts > 0]):
        of_count = np.flatnonzero(group_counts == count)
        groups = values[firsts[of_count, np.newaxis] + np.arange(count)]
        quartiles[of_count] = np.sort(groups, axis=1)[:, count // 4]
    return quartiles
