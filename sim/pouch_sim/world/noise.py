"""Noise as a function of time: the same instant always has the same noise, in any order of asking.

A counter-based generator: 64 bits of time are mixed with a key (splitmix64, Steele et al., 2014)
and 16-bit parts of the result pick values from one table of a standard normal distribution.
"""

import hashlib
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_WORD = 0xFFFFFFFFFFFFFFFF

_TABLE_BITS = 16
_TABLE_MASK = (1 << _TABLE_BITS) - 1
# Quantiles coarsely enough spaced to build in milliseconds; 16 of them repeat to fill the table.
_QUANTILES = 4096
_PARTS = 4


def _normal_table() -> NDArray[np.float64]:
    """Return the quantiles of the standard normal distribution, each as often as the others."""
    normal = NormalDist()
    quantiles = [normal.inv_cdf((n + 0.5) / _QUANTILES) for n in range(_QUANTILES)]
    return np.repeat(np.array(quantiles), (_TABLE_MASK + 1) // _QUANTILES)


_TABLE = _normal_table()


class TimeNoise:
    """Independent noise for one purpose of one band."""

    def __init__(self, *labels: object) -> None:
        """Make the key.

        Args:
            labels: what tells this noise from any other, such as seed, band and purpose. Their
                texts make the key, so it is the same on every machine.
        """
        text = "\0".join(str(label) for label in labels)
        self._key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
        self._key_word = np.uint64(self._key)

    def word(self, index: int) -> int:
        """Return 64 random bits for a whole number, such as a time or the number of a slot."""
        mixed = (index * _GOLDEN + self._key) & _WORD
        mixed = (mixed ^ mixed >> 30) * _MIX_1 & _WORD
        mixed = (mixed ^ mixed >> 27) * _MIX_2 & _WORD
        return mixed ^ mixed >> 31

    def uniform(self, index: int) -> float:
        """Return a number from 0 up to but not including 1."""
        return (self.word(index) >> 11) / (1 << 53)

    def normal(self, index: int) -> float:
        """Return a number of the standard normal distribution."""
        return float(_TABLE[self.word(index) & _TABLE_MASK])

    def normals(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return four independent standard normal numbers for each index, as (count, 4)."""
        mixed = indices.astype(np.uint64)
        mixed *= np.uint64(_GOLDEN)
        mixed += self._key_word
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(_MIX_1)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(_MIX_2)
        mixed ^= mixed >> np.uint64(31)
        parts = np.ascontiguousarray(mixed, dtype="<u8").view("<u2").reshape(-1, _PARTS)
        return _TABLE[parts]
