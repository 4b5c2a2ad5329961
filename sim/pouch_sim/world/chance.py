"""Slow chance: smooth noise as a function of time, and stretches of time that fill a given share.

knots     *         *         *        normal numbers, one each period
between    cos/sin weights, so that every instant has the same standard normal distribution
stretch   while the curve lies below the quantile of the share
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .noise import TimeNoise

_QUARTER_TURN = np.pi / 2.0
_STANDARD = NormalDist()
# Shares of nothing and of everything: below and above any noise that is drawn.
_NEVER, _ALWAYS = -np.inf, np.inf


class SlowNoise:
    """Standard normal noise that takes about a period to change; the same however it is asked."""

    def __init__(self, period_s: float, *labels: object) -> None:
        """Make the key.

        Args:
            period_s: seconds between two independent values.
            labels: what tells this noise from any other, as for `TimeNoise`.
        """
        self._period_s = period_s
        self._noise = TimeNoise("slow", *labels)

    def vectors(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return four independent values for each time, as (count, 4)."""
        before, after, angle = self._between(times_s)
        return before * np.cos(angle)[:, None] + after * np.sin(angle)[:, None]

    def at(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return one value for each time in seconds: the first of its four."""
        before, after, angle = self._between(times_s)
        return before[:, 0] * np.cos(angle) + after[:, 0] * np.sin(angle)

    def _between(
        self, times_s: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return the knots before and after each time and how far it is between them, in rad."""
        position = times_s / self._period_s
        knots = np.floor(position).astype(np.int64)
        first, last = (int(knots.min()), int(knots.max())) if len(knots) else (0, 0)
        table = self._noise.normals(np.arange(first, last + 2, dtype=np.int64))
        angle = (position - knots) * _QUARTER_TURN
        knots -= first
        return table[knots], table[knots + 1], angle


def quantile(share: float) -> float:
    """Return what a standard normal number lies below in this share of cases, 0 to 1."""
    if share <= 0.0:
        return _NEVER
    if share >= 1.0:
        return _ALWAYS
    return _STANDARD.inv_cdf(share)
