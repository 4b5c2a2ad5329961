import itertools

from hypothesis import given
from hypothesis import strategies as st

from pouch_host.store.ranges import merge, subtract

pieces = st.tuples(st.integers(0, 60), st.integers(0, 9)).map(lambda p: (p[0], p[0] + p[1]))


def numbers(ranges):
    return {number for first, last in ranges for number in range(first, last + 1)}


def test_merge_touching_ranges_become_one():
    assert merge([(4, 6), (0, 3), (8, 8)]) == [(0, 6), (8, 8)]


def test_subtract_held_in_the_middle_leaves_both_ends():
    assert subtract((0, 9), [(3, 5)]) == [(0, 2), (6, 9)]


def test_subtract_held_beyond_both_ends_leaves_nothing():
    assert subtract((3, 5), [(0, 9)]) == []


def test_subtract_from_an_empty_range_leaves_nothing():
    assert subtract((5, 4), [(0, 1)]) == []


@given(st.lists(pieces))
def test_merge_any_ranges_keeps_the_numbers_and_never_touches(ranges):
    merged = merge(ranges)
    assert numbers(merged) == numbers(ranges)
    assert all(a[1] + 1 < b[0] for a, b in itertools.pairwise(merged))


@given(pieces, st.lists(pieces))
def test_subtract_any_ranges_is_set_difference(whole, held):
    assert numbers(subtract(whole, held)) == numbers([whole]) - numbers(held)
