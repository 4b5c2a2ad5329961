from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.store import Store
from pouch_protocol.constants import RECORD_BYTES
from tests.host.store.plain_records import BAND_ID, BOOT_ID, LOG_ID, START_UTC_S, add, samples

_U32_MAX = 0xFFFFFFFF
_MEMORY = "sqlite://"

pieces = st.lists(st.tuples(st.integers(0, 80), st.integers(1, 25)), max_size=12)


def test_add_new_records_are_stored_as_sent(store):
    assert add(store, 10, 5) == 5
    (segment,) = store.segments(BAND_ID)
    assert segment.data == samples(10, 5)
    assert (segment.log_id, segment.boot_id) == (LOG_ID, BOOT_ID)
    assert (segment.first_record_no, segment.last_record_no) == (10, 14)
    assert segment.received_utc_s == START_UTC_S


def test_add_held_records_again_stores_nothing(store):
    add(store, 10, 5)
    assert add(store, 10, 5) == 0
    assert add(store, 11, 2) == 0
    assert len(store.segments(BAND_ID)) == 1


def test_add_across_held_ranges_stores_only_the_gaps(store):
    add(store, 10, 5)
    add(store, 20, 5)
    assert add(store, 5, 25) == 15
    new = store.segments(BAND_ID, after_id=2)
    assert [(s.first_record_no, s.last_record_no) for s in new] == [(5, 9), (15, 19), (25, 29)]
    assert all(s.data == samples(s.first_record_no, s.record_count) for s in new)


def test_add_same_numbers_of_another_log_are_other_records(store):
    add(store, 0, 5)
    assert add(store, 0, 5, log_id=LOG_ID + 1) == 5
    assert add(store, 0, 5, band_id=BAND_ID + 1) == 5


def test_add_empty_data_stores_nothing(store):
    assert store.add_segment(BAND_ID, LOG_ID, BOOT_ID, 0, b"", START_UTC_S) == 0
    assert store.segments(BAND_ID) == []


def test_add_part_of_a_record_is_refused(store):
    with pytest.raises(ValueError, match="whole number"):
        store.add_segment(BAND_ID, LOG_ID, BOOT_ID, 0, bytes(RECORD_BYTES + 1), START_UTC_S)


def test_add_numbers_beyond_u32_are_refused(store):
    data = bytes(2 * RECORD_BYTES)
    with pytest.raises(ValueError, match="u32"):
        store.add_segment(BAND_ID, LOG_ID, BOOT_ID, _U32_MAX, data, START_UTC_S)
    assert store.bands() == []


def test_add_last_number_of_all_is_stored(store):
    data = bytes(RECORD_BYTES)
    assert store.add_segment(_U32_MAX, _U32_MAX, BOOT_ID, _U32_MAX, data, START_UTC_S) == 1
    assert store.held_ranges(_U32_MAX, _U32_MAX) == [(_U32_MAX, _U32_MAX)]


def test_missing_count_is_of_holes_between_the_first_and_the_last_of_each_log(store):
    assert store.missing_count(BAND_ID) == 0
    add(store, 100, 5)
    assert store.missing_count(BAND_ID) == 0
    add(store, 110, 5)
    add(store, 118, 2)
    add(store, 7, 5, log_id=LOG_ID + 1)
    add(store, 13, 5, log_id=LOG_ID + 1)
    add(store, 0, 1, band_id=BAND_ID + 1)
    add(store, 9, 1, band_id=BAND_ID + 1)
    assert store.missing_count(BAND_ID) == 5 + 3 + 1
    add(store, 100, 20)
    assert store.missing_count(BAND_ID) == 1


def test_segments_of_a_later_program_run_continue_the_cursor(path):
    with Store.open(path) as store:
        add(store, 0, 2)
        cursor = store.segments(BAND_ID)[-1].segment_id
    with Store.open(path) as store:
        add(store, 2, 2)
        (new,) = store.segments(BAND_ID, after_id=cursor)
    assert new.first_record_no == 2


def test_segment_after_a_deleted_one_is_still_behind_the_cursor(store):
    add(store, 0, 2)
    cursor = store.segments(BAND_ID)[-1].segment_id
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM segment")
    add(store, 0, 2)
    assert len(store.segments(BAND_ID, after_id=cursor)) == 1


def test_two_programs_adding_the_same_records_store_them_once(path):
    with Store.open(path) as one, Store.open(path) as other:
        assert add(one, 0, 10) == 10
        assert add(other, 5, 10) == 5
        assert one.held_ranges(BAND_ID, LOG_ID) == [(0, 14)]


def test_add_from_several_threads_stores_each_record_once(store):
    starts = [0, 10, 5, 15, 0, 20, 3, 18] * 4
    with ThreadPoolExecutor(max_workers=4) as pool:
        new_counts = list(pool.map(lambda first: add(store, first, 10), starts))
    assert sum(new_counts) == 30
    assert store.held_ranges(BAND_ID, LOG_ID) == [(0, 29)]
    assert sum(segment.record_count for segment in store.segments(BAND_ID)) == 30


@given(pieces, st.integers(0, 90), st.integers(0, 30))
def test_add_any_pieces_in_any_order_holds_their_union_once(added, first, length):
    # Goal: at least once on the air, exactly once in the store. Method: pieces that overlap in
    # every way, against a plain set of numbers.
    expected: set[int] = set()
    with Store.open(_MEMORY) as store:
        for start, count in added:
            new = set(range(start, start + count)) - expected
            assert add(store, start, count) == len(new)
            expected |= new
        stored = store.segments(BAND_ID)
        held = store.held_ranges(BAND_ID, LOG_ID)
        holes = store.holes(BAND_ID, LOG_ID, first, first + length)
    listed = [n for s in stored for n in range(s.first_record_no, s.last_record_no + 1)]
    assert sorted(listed) == sorted(expected)
    assert all(s.data == samples(s.first_record_no, s.record_count) for s in stored)
    assert {n for a, b in held for n in range(a, b + 1)} == expected
    asked = set(range(first, first + length + 1))
    assert {n for a, b in holes for n in range(a, b + 1)} == asked - expected
