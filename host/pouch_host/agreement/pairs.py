"""Two sources beside each other, for one infant: counts that later add up over infants.

minutes     known to both, and each either contact or none
slots       at least half of each known to both; contact if most of that is
looks       a look, and the other source's minute at that moment
episodes    a match: what two have in common is more than half of the longer one
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.days import local_days
from pouch_host.analysis.states import MINUTE_S

from .told import Floats, Grid, Times, Told

Counts = npt.NDArray[np.int64]
"""Shape (2, 2): rows what the reference says, columns the other; none first, then contact."""

_HALF = 0.5
_HOUR_MIN = 60


@dataclass(frozen=True, slots=True)
class PairDay:
    """One infant's day as two sources have it, over the minutes that both know.

    Attributes:
        code: the infant.
        date: the local day.
        known_min: minutes known to both.
        reference_h: hours of contact in them by the reference.
        other_h: likewise by the other.
    """

    code: str
    date: date
    known_min: int
    reference_h: float
    other_h: float


@dataclass(frozen=True, slots=True)
class Episodes:
    """Counts of episodes.

    Attributes:
        reference: episodes of the reference of which at least half is known to both.
        other: likewise.
        matched: pairs of them that match.
        left_out: episodes of either of which less than half is known to both.
        begin_differences_min: of matched pairs, other minus reference.
        end_differences_min: likewise.
    """

    reference: int
    other: int
    matched: int
    left_out: int
    begin_differences_min: tuple[float, ...]
    end_differences_min: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class PairOfInfant:
    """Two sources of one infant.

    Attributes:
        code: the infant.
        days: by date, those with a minute known to both.
        reference_min: minutes that the reference knows.
        other_min: likewise the other.
        both_min: known to both.
        unplaced_min: of those, minutes of which a source says only how much was contact.
        tables: counts for minute, slot and look.
        slots_left_out: slots of which less than half is known to both.
        looks_left_out: looks at which the other source knows nothing.
        episodes: counts.
    """

    code: str
    days: tuple[PairDay, ...]
    reference_min: int
    other_min: int
    both_min: int
    unplaced_min: int
    tables: dict[str, Counts]
    slots_left_out: int
    looks_left_out: int
    episodes: Episodes


def pair_of(code: str, reference: Told, other: Told, grid: Grid, slot_min: int) -> PairOfInfant:
    """Return two sources beside each other.

    Args:
        code: the infant.
        reference: what the other is held against.
        other: the other.
        grid: of both.
        slot_min: length of slots where neither source has its own, minutes.
    """
    a, b = reference.share, other.share
    both = ~np.isnan(a) & ~np.isnan(b)
    placed = both & np.isin(a, (0.0, 1.0)) & np.isin(b, (0.0, 1.0))
    units = reference.units or other.units
    edges = _own_slots(units, grid) if units else _day_slots(grid, slot_min)
    slots, slots_left_out = _slots(a, b, both, edges)
    looks, looks_left_out = _looks(reference, other, grid)
    return PairOfInfant(
        code=code,
        days=tuple(_days(code, a, b, both, grid)),
        reference_min=int(np.count_nonzero(~np.isnan(a))),
        other_min=int(np.count_nonzero(~np.isnan(b))),
        both_min=int(np.count_nonzero(both)),
        unplaced_min=int(np.count_nonzero(both & ~placed)),
        tables={
            "minute": _table(a[placed] > _HALF, b[placed] > _HALF),
            "slot": slots,
            "look": looks,
        },
        slots_left_out=slots_left_out,
        looks_left_out=looks_left_out,
        episodes=_episodes(reference, other, grid),
    )


def _days(
    code: str, a: Floats, b: Floats, both: npt.NDArray[np.bool_], grid: Grid
) -> list[PairDay]:
    days = []
    for day, _, part in local_days(grid.first_utc_s, grid.count, grid.zone):
        known = both[part]
        if known.any():
            hours = (float(one[part][known].sum()) / _HOUR_MIN for one in (a, b))
            days.append(PairDay(code, day, int(known.sum()), *hours))
    return days


def _table(reference: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> Counts:
    kinds = 2 * reference.astype(np.int64) + other
    return np.bincount(kinds, minlength=4).reshape(2, 2)


def _own_slots(units: Times, grid: Grid) -> npt.NDArray[np.int64]:
    return np.array([(grid.place(begin), grid.place(end)) for begin, end in units], np.int64)


def _day_slots(grid: Grid, slot_min: int) -> npt.NDArray[np.int64]:
    """Return slots that begin with each local day; its last one may be shorter."""
    found: list[tuple[int, int]] = []
    for day, day_min, part in local_days(grid.first_utc_s, grid.count, grid.zone):
        del day
        # The first day of a grid may begin before it: its slots still begin with the day.
        begin = part.stop - day_min
        found += [
            (max(first, part.start), min(first + slot_min, part.stop))
            for first in range(begin, part.stop, slot_min)
            if first + slot_min > part.start
        ]
    return np.clip(np.array(found, np.int64).reshape(-1, 2), 0, grid.count)


def _slots(
    a: Floats, b: Floats, both: npt.NDArray[np.bool_], edges: npt.NDArray[np.int64]
) -> tuple[Counts, int]:
    def sums(values: Floats) -> Floats:
        total = np.concatenate([[0.0], np.cumsum(np.where(both, values, 0.0))])
        return total[edges[:, 1]] - total[edges[:, 0]]

    known = sums(np.ones(len(a)))
    length = edges[:, 1] - edges[:, 0]
    # Only slots of which a source speaks at all: the rest of the grid is nobody's.
    spoken = known > 0
    used = spoken & (known >= _HALF * length)
    contact = [sums(one)[used] > _HALF * known[used] for one in (a, b)]
    return _table(*contact), int(np.count_nonzero(spoken & ~used))


def _looks(reference: Told, other: Told, grid: Grid) -> tuple[Counts, int]:
    """Return looks of one source and the minute of the other; of the reference if both looked."""
    counts = np.zeros((2, 2), np.int64)
    looks, against = reference.looks, other.share
    if not looks:
        looks, against = other.looks, reference.share
    left_out = 0
    for utc_s, contact in looks:
        value = against[(utc_s - grid.first_utc_s) // MINUTE_S]
        if value not in (0.0, 1.0):
            left_out += 1
            continue
        said = (contact, bool(value)) if reference.looks else (bool(value), contact)
        counts[int(said[0]), int(said[1])] += 1
    return counts, left_out


def _episodes(reference: Told, other: Told, grid: Grid) -> Episodes:
    both = ~np.isnan(reference.share) & ~np.isnan(other.share)
    ours = _known_enough(reference.episodes, both, grid)
    theirs = _known_enough(other.episodes, both, grid)
    matches = [
        (one, two)
        for one in ours
        for two in theirs
        if two[0] < one[1] and one[0] < two[1] and _match(one, two)
    ]
    total = len(_within(reference.episodes, grid)) + len(_within(other.episodes, grid))
    return Episodes(
        reference=len(ours),
        other=len(theirs),
        matched=len(matches),
        left_out=total - len(ours) - len(theirs),
        begin_differences_min=tuple((two[0] - one[0]) / MINUTE_S for one, two in matches),
        end_differences_min=tuple((two[1] - one[1]) / MINUTE_S for one, two in matches),
    )


def _match(one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Tell whether more than half of the longer one is common: then neither matches a third."""
    common_s = min(one[1], two[1]) - max(one[0], two[0])
    return common_s > _HALF * max(one[1] - one[0], two[1] - two[0])


def _within(episodes: Times, grid: Grid) -> list[tuple[int, int]]:
    parts = [(one, grid.part(*one)) for one in episodes]
    return [one for one, part in parts if part.stop > part.start]


def _known_enough(
    episodes: Times, both: npt.NDArray[np.bool_], grid: Grid
) -> list[tuple[int, int]]:
    return [one for one in _within(episodes, grid) if np.mean(both[grid.part(*one)]) >= _HALF]
