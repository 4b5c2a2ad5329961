"""When did it happen: a boot's uptime mapped to UTC through the times that hosts told the band.

An anchor is a pair of uptime and UTC. Between anchors the map is a straight line; beyond them it
goes on at the rate of the nearest hours. A band's oscillator may be off by 5 percent (an RC
oscillator; a crystal is a thousand times better), so anchors that would need more are wrong: of
contradicting anchors the largest group that agrees is kept.

A boot without anchors has no UTC. Its neighbours bound it, and its records count for nobody.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RATE_ERROR_MAX = 0.05
"""The largest relative error of a band's oscillator, that of an RC one."""

ANCHOR_ERROR_S = 2.0
"""How far an honest anchor may be off: a slow link's round trip."""

# Of anchors nearer than this one is used: between near ones the jitter would tilt the line.
_KNOT_SPACING_S = 60.0

# The rate beyond the ends comes from this much time if there is as much. An hour's rate would
# carry the room's temperature of that hour into the days of a home stay.
_RATE_SPAN_S = 6 * 3600.0

_KNOTS_FOR_RESIDUAL = 3


@dataclass(frozen=True)
class BootTimes:
    """What is known of a boot's time.

    Attributes:
        anchor_uptime_s: uptime of each anchor, seconds since boot, rising.
        anchor_utc_s: UTC that the host told there, seconds.
        first_uptime_s: uptime of the boot's first record.
        last_uptime_s: uptime of its last record.
    """

    anchor_uptime_s: Floats
    anchor_utc_s: Floats
    first_uptime_s: float
    last_uptime_s: float


@dataclass(frozen=True)
class BootClock:
    """The map from a boot's uptime to UTC.

    Attributes:
        knot_uptime_s: uptimes of the anchors in use; empty if the boot has no UTC.
        knot_utc_s: their UTC.
        rate_before: seconds of UTC for each second of uptime before the first knot.
        rate_after: likewise after the last one.
        residual_s: largest distance of an inner knot from the line between its neighbours:
            what the map may be off by between knots. NaN under three knots.
        rejected_count: anchors that contradict the others and are not used.
        earliest_utc_s: the boot's records are not older; -inf if not known.
        latest_utc_s: the boot's records are not newer; inf if not known.
    """

    knot_uptime_s: Floats = field(default_factory=lambda: np.empty(0))
    knot_utc_s: Floats = field(default_factory=lambda: np.empty(0))
    rate_before: float = 1.0
    rate_after: float = 1.0
    residual_s: float = math.nan
    rejected_count: int = 0
    earliest_utc_s: float = -math.inf
    latest_utc_s: float = math.inf

    @property
    def anchored(self) -> bool:
        """Tell whether uptimes of this boot have a UTC."""
        return len(self.knot_uptime_s) > 0

    def utc_s(self, uptime_s: npt.ArrayLike) -> Floats:
        """Return the UTC of each uptime, NaN for a boot without anchors.

        Args:
            uptime_s: seconds since the boot.
        """
        uptime = np.asarray(uptime_s, dtype=np.float64)
        if not self.anchored:
            return np.full(uptime.shape, np.nan)
        knots, utc = self.knot_uptime_s, self.knot_utc_s
        before = np.minimum(uptime - knots[0], 0) * self.rate_before
        after = np.maximum(uptime - knots[-1], 0) * self.rate_after
        return np.interp(uptime, knots, utc) + before + after


def fit_boots(boots: Sequence[BootTimes]) -> list[BootClock]:
    """Return the clock of each boot of one band.

    Args:
        boots: in the order in which they happened.

    An anchored boot that lies before an earlier boot or after a later one contradicts them. The
    order with the most anchors is kept; the others are treated as not anchored.
    """
    clocks = [fit_boot(boot.anchor_uptime_s, boot.anchor_utc_s) for boot in boots]
    anchored = [place for place, clock in enumerate(clocks) if clock.anchored]
    kept = {anchored[index] for index in _ordered([clocks[place] for place in anchored])}
    for place in anchored:
        if place not in kept:
            clocks[place] = BootClock(rejected_count=len(boots[place].anchor_uptime_s))
    return _bounded(boots, clocks)


def fit_boot(anchor_uptime_s: npt.ArrayLike, anchor_utc_s: npt.ArrayLike) -> BootClock:
    """Return the clock that one boot's anchors give, by themselves.

    Args:
        anchor_uptime_s: seconds since boot, rising.
        anchor_utc_s: the UTC told at each.

    Where two groups of the same size contradict each other, the one with the later end is kept:
    a host whose clock was wrong is more often mended than broken.
    """
    uptime = np.asarray(anchor_uptime_s, dtype=np.float64)
    utc = np.asarray(anchor_utc_s, dtype=np.float64)
    agreeing = _agreeing(uptime, utc)
    rejected_count = len(uptime) - len(agreeing)
    uptime, utc = uptime[agreeing], utc[agreeing]
    spaced = _spaced(uptime)
    uptime, utc = uptime[spaced], utc[spaced]
    if not len(uptime):
        return BootClock(rejected_count=rejected_count)
    near_start = int(np.searchsorted(uptime, uptime[0] + _RATE_SPAN_S))
    near_end = int(np.searchsorted(uptime, uptime[-1] - _RATE_SPAN_S, side="right")) - 1
    return BootClock(
        knot_uptime_s=uptime,
        knot_utc_s=utc,
        rate_before=_rate(uptime, utc, 0, min(near_start, len(uptime) - 1)),
        rate_after=_rate(uptime, utc, max(near_end, 0), len(uptime) - 1),
        residual_s=_residual_s(uptime, utc),
        rejected_count=rejected_count,
    )


def _agreeing(uptime: Floats, utc: Floats) -> npt.NDArray[np.intp]:
    """Return the longest run of anchors of which each agrees with the one before it."""
    count = len(uptime)
    if not count:
        return np.empty(0, np.intp)
    if np.all(_agree(uptime[:-1], utc[:-1], uptime[1:], utc[1:])):
        return np.arange(count)
    length = np.ones(count, np.intp)
    previous = np.full(count, -1, np.intp)
    for place in range(1, count):
        fits = _agree(uptime[:place], utc[:place], uptime[place], utc[place])
        # Of equally long runs the latest anchor, hence the reversal.
        reached = np.where(fits, length[:place], 0)[::-1]
        best = int(np.argmax(reached))
        if reached[best]:
            length[place] = reached[best] + 1
            previous[place] = place - 1 - best
    place = count - 1 - int(np.argmax(length[::-1]))
    run = []
    while place >= 0:
        run.append(place)
        place = int(previous[place])
    return np.array(run[::-1], np.intp)


def _agree(
    uptime_a: Floats, utc_a: Floats, uptime_b: Floats | np.float64, utc_b: Floats | np.float64
) -> npt.NDArray[np.bool_]:
    passed_s = uptime_b - uptime_a
    error_s = np.abs(utc_b - utc_a - passed_s)
    return error_s <= RATE_ERROR_MAX * passed_s + 2 * ANCHOR_ERROR_S


def _spaced(uptime: Floats) -> list[int]:
    if np.all(np.diff(uptime) >= _KNOT_SPACING_S):
        return list(range(len(uptime)))
    kept: list[int] = []
    for place, moment_s in enumerate(uptime):
        if not kept or moment_s - uptime[kept[-1]] >= _KNOT_SPACING_S:
            kept.append(place)
    return kept


def _rate(uptime: Floats, utc: Floats, first: int, last: int) -> float:
    if first == last:
        return 1.0
    rate = (utc[last] - utc[first]) / (uptime[last] - uptime[first])
    return float(np.clip(rate, 1 - RATE_ERROR_MAX, 1 + RATE_ERROR_MAX))


def _residual_s(uptime: Floats, utc: Floats) -> float:
    if len(uptime) < _KNOTS_FOR_RESIDUAL:
        return math.nan
    slope = (utc[2:] - utc[:-2]) / (uptime[2:] - uptime[:-2])
    between = utc[:-2] + slope * (uptime[1:-1] - uptime[:-2])
    return float(np.max(np.abs(utc[1:-1] - between)))


def _ordered(clocks: Sequence[BootClock]) -> list[int]:
    """Return the places of the boots that follow each other in time, with the most anchors."""
    weight = [len(clock.knot_utc_s) for clock in clocks]
    ends = [(float(clock.knot_utc_s[0]), float(clock.knot_utc_s[-1])) for clock in clocks]
    total = list(weight)
    previous = [-1] * len(clocks)
    for later in range(len(clocks)):
        for earlier in range(later):
            follows = ends[earlier][1] <= ends[later][0] + ANCHOR_ERROR_S
            if follows and total[earlier] + weight[later] >= total[later]:
                total[later] = total[earlier] + weight[later]
                previous[later] = earlier
    place = max(range(len(clocks)), key=lambda index: (total[index], index), default=-1)
    kept = []
    while place >= 0:
        kept.append(place)
        place = previous[place]
    return kept[::-1]


def _bounded(boots: Sequence[BootTimes], clocks: list[BootClock]) -> list[BootClock]:
    """Give each boot without a UTC the bounds that its anchored neighbours set."""
    bounded = list(clocks)
    earliest_utc_s = -math.inf
    for place, (boot, clock) in enumerate(zip(boots, clocks, strict=True)):
        if clock.anchored:
            earliest_utc_s = float(clock.utc_s(boot.last_uptime_s))
        else:
            later = (
                float(other.utc_s(times.first_uptime_s))
                for times, other in zip(boots[place:], clocks[place:], strict=True)
                if other.anchored
            )
            bounded[place] = BootClock(
                rejected_count=clock.rejected_count,
                earliest_utc_s=earliest_utc_s,
                latest_utc_s=next(later, math.inf),
            )
    return bounded
