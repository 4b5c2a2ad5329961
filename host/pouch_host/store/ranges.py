"""Sets of record numbers as sorted, disjoint ranges `(first, last)`, both ends included."""

from collections.abc import Iterable

Range = tuple[int, int]


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Return the same numbers as few, sorted ranges that neither overlap nor touch."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def subtract(whole: Range, held: Iterable[Range]) -> list[Range]:
    """Return the parts of one range that none of the others covers.

    Args:
        whole: the range to look at. It may be empty: `first` one above `last`.
        held: ranges in any order; they may overlap each other and reach beyond the whole.
    """
    first, last = whole
    missing: list[Range] = []
    for held_first, held_last in merge(held):
        if held_last < first:
            continue
        if held_first > last:
            break
        if held_first > first:
            missing.append((first, held_first - 1))
        first = held_last + 1
    if first <= last:
        missing.append((first, last))
    return missing
