"""What `drivers.breathing` promises, a second time: whole arrays of numpy in place of loops.

The integers are the same to the last bit, so that the comparison is exact. `rms_byte` is the
scale alone, for comparison with what physics says.
"""

import math

import numpy as np

RATE_HZ = 12.5
MG_PER_COUNT = 0.061
WINDOW_VALUES = 64
HOP_VALUES = 32
ADULT_BINS = (2, 3, 4)
INFANT_BINS = tuple(range(6, 16))
MISSING = 255

_TURNS = np.arange(WINDOW_VALUES) / WINDOW_VALUES
_SINE = np.rint(127 * np.sin(2 * math.pi * _TURNS)).astype(np.int64)
_HANN = (128 - np.roll(_SINE, -WINDOW_VALUES // 4)) // 2


def halved(counts):
    """Return what is in the ring after each second word: weights 1-2-1, half the rate."""
    offset = np.asarray(counts, dtype=np.int64) + 32_768
    offset = offset[: len(offset) // 2 * 2]
    # What came before the first word is nothing.
    before = np.concatenate([np.zeros((1, 3), dtype=np.int64), offset[1:-1:2]])
    return before + 2 * offset[0::2] + offset[1::2] >> 2


def powers(values):
    """Return the adult and the infant band's power of one window (64, 3)."""
    steps = values - (values.sum(axis=0) >> 6) >> 2
    weighted = np.clip(steps, -511, 511) * _HANN[:, np.newaxis] >> 5
    sums = []
    for bins in (ADULT_BINS, INFANT_BINS):
        turns = np.outer(bins, np.arange(WINDOW_VALUES)) % WINDOW_VALUES
        imaginary = _SINE[turns] @ weighted >> 10
        real = np.roll(_SINE, -WINDOW_VALUES // 4)[turns] @ weighted >> 10
        sums.append(int((real**2 + imaginary**2).sum()))
    return tuple(sums)


def power_byte(power):
    """Return a power on the record's scale: eight steps per doubling."""
    if power <= 0:
        return 0
    shift = power.bit_length() - 8
    eight_bits = power >> shift if shift >= 0 else power << -shift
    eighths = math.floor(8 * math.log2(eight_bits / 128) + 0.5)
    return min(max(8 * (shift + 7) + eighths - 45, 0), 254)


def rms_byte(rms_mg):
    """Return where an acceleration lies on the scale, with its fraction."""
    return 16 * math.log2(rms_mg / 0.125)


def windows(counts):
    """Return the two bytes of every window that words (n, 3) from a reset on make."""
    values = halved(counts)
    return [
        tuple(map(power_byte, powers(values[end - WINDOW_VALUES : end])))
        for end in range(WINDOW_VALUES, len(values) + 1, HOP_VALUES)
    ]


def breath(counts):
    """Return what `take` gives after these words: the lower quartile of the windows, by band."""
    bytes_of = windows(counts)
    if not bytes_of:
        return [MISSING, MISSING]
    return [sorted(band)[len(band) // 4] for band in zip(*bytes_of, strict=True)]
