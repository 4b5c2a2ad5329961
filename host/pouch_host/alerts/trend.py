"""Whether the core falls such that it will soon be at a line: Theil and Sen's slope over an hour.

    minutes in one state, settled  ->  medians of 5 min  ->  median of all slopes between them

The slope is the median over all pairs (Theil 1950; Sen 1968, 10.1080/01621459.1968.10480934), so
three of twelve points may be wrong. Medians of five minutes keep it at 66 pairs a time; single
minutes would be 1,770. A run ends where the state changes or the face is lost: skin dips when an
infant is moved and recovers by itself, and the core does not follow (pubmed 22497906, 24399321).
"""

from itertools import combinations
from statistics import median
from typing import Any

from .watch import Side

BLOCK_S = 300
"""One point of the slope; the analysis decides on windows of this length too."""

BLOCK_MINUTES_MIN = 3
"""More than half of a block, or its median is not one of the block."""

POINTS_MIN = 6
"""Half an hour. Below that a nappy or a feed is a slope."""

POINTS_MAX = 12
"""One hour: what lies further back says little of the next half hour."""

FALL_C_PER_H = 0.3
"""A wrapped infant out of SSC loses 0.5 C in 30 to 60 minutes: about half of the slower end."""

REACH_MIN = 30.0
"""A warning that comes later than one look ahead comes too late, one much earlier is a guess."""

_CLEAR_SHARE = 0.5
_S_PER_H = 3600
_MIN_PER_H = 60


class CoolingTrend:
    """Follows one run of valid minutes in one state.

    Attributes:
        slope_c_per_h: of the run so far; None before there are points enough.
        reach_min: minutes until the line at that slope; None where it is not falling.
        side: of the condition that it falls and will be at the line soon.
    """

    def __init__(self, line_c: float) -> None:
        """Begin without a run.

        Args:
            line_c: the line to warn of, degrees Celsius of the core.
        """
        self._line_c = line_c
        self.reset()

    def reset(self) -> None:
        """End the run."""
        self._state = ""
        self._last_utc_s = 0
        self._block = -1
        self._block_c: list[float] = []
        self._points: list[tuple[int, float]] = []
        self.slope_c_per_h: float | None = None
        self.reach_min: float | None = None
        self.side = Side.BETWEEN

    def take(self, utc_s: int, state: str, core_c: float) -> Side:
        """Take a valid minute; return `side`."""
        if state != self._state or utc_s - self._last_utc_s > BLOCK_S:
            self.reset()
            self._state = state
        self._last_utc_s = utc_s
        block = utc_s // BLOCK_S
        if block != self._block:
            self._close()
            self._block = block
        self._block_c.append(core_c)
        return self.side

    def _close(self) -> None:
        """Turn the block that is over into a point."""
        if len(self._block_c) >= BLOCK_MINUTES_MIN:
            self._points.append((self._block * BLOCK_S, median(self._block_c)))
            del self._points[:-POINTS_MAX]
            if len(self._points) >= POINTS_MIN:
                self._judge()
        self._block_c = []

    def _judge(self) -> None:
        slope = median(
            (late_c - early_c) / (late_s - early_s)
            for (early_s, early_c), (late_s, late_c) in combinations(self._points, 2)
        )
        last_s = self._points[-1][0]
        # The fit's height at the last point: one odd point does not move it.
        level_c = median(core_c - slope * (utc_s - last_s) for utc_s, core_c in self._points)
        fall_c_per_h = -slope * _S_PER_H
        self.slope_c_per_h = -fall_c_per_h
        self.reach_min = None
        self.side = Side.CLEAR
        if fall_c_per_h <= 0:
            return
        self.reach_min = max(0.0, (level_c - self._line_c) / fall_c_per_h * _MIN_PER_H)
        if fall_c_per_h >= FALL_C_PER_H and self.reach_min <= REACH_MIN:
            self.side = Side.BEYOND
        elif (
            fall_c_per_h >= FALL_C_PER_H * _CLEAR_SHARE
            and self.reach_min <= REACH_MIN / _CLEAR_SHARE
        ):
            self.side = Side.BETWEEN

    def values(self) -> dict[str, float]:
        """Return slope and reach by name, as far as they are known."""
        found = {"slope_c_per_h": self.slope_c_per_h, "reach_min": self.reach_min}
        return {name: round(value, 3) for name, value in found.items() if value is not None}

    def state(self) -> dict[str, Any]:
        """Return all of it as data that JSON takes."""
        return {
            "state": self._state,
            "last_utc_s": self._last_utc_s,
            "block": self._block,
            "block_c": list(self._block_c),
            "points": [list(point) for point in self._points],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self.reset()
        self._state = str(state["state"])
        self._last_utc_s = int(state["last_utc_s"])
        self._block = int(state["block"])
        self._block_c = [float(value) for value in state["block_c"]]
        self._points = [(int(utc_s), float(core_c)) for utc_s, core_c in state["points"]]
        if len(self._points) >= POINTS_MIN:
            self._judge()
