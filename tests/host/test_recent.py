"""The newest days of a band, kept in memory that does not grow, against all of its records."""

import gc
import random
import tracemalloc

import numpy as np
import pytest

from pouch_host.derive import RecentRecords, board, is_shown, newest_day, row_of
from pouch_host.derive.inputs import Context
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.derived_ward import BAND_ID, DAY_S, HOUR_S, LOG_ID, hour_bytes, pull
from tests.host.ward import START_UTC_S, anchor_values, sample_values

OTHER_ID = 0x00000009
HOURS = 75


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.sqlite") as opened:
        yield opened


def rows(store, recent, now_utc_s):
    """Return the board's rows as `board` makes them, but from the newest days alone."""
    recent.look(now_utc_s)
    context = Context.of(store, now_utc_s, records=recent)
    bands = {band.band_id: band for band in store.bands()}
    given = {}
    for one in store.assignments():
        given.setdefault(one.infant_id, []).append(one)
    for band_id in bands:
        recent.read(band_id)
    return [
        row_of(context, newest_day(context, infant, of_infant), bands)
        for infant in store.infants()
        if is_shown(context, infant, of_infant := given.get(infant.infant_id, []))
    ]


def assert_same(store, recent, now_utc_s):
    made = rows(store, recent, now_utc_s)
    assert made == board(store, now_utc_s)
    return made


def kept_samples(recent, band_id=BAND_ID):
    return recent.timeline(band_id).samples


def test_newest_days_hour_by_hour_say_what_all_records_say(store):
    store.set_zone("Asia/Karachi")
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    recent = RecentRecords(store)
    for hour in range(HOURS):
        pull(store, [hour])
        if hour % 19 == 0 or hour > HOURS - 3:
            assert_same(store, recent, START_UTC_S + (hour + 1) * HOUR_S + 130)
    kept = kept_samples(recent)
    assert len(kept) < HOURS * 60 * 0.75
    assert kept.utc_s[0] > START_UTC_S + 20 * HOUR_S


def test_samples_that_are_kept_are_the_same_to_the_last_bit(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    pull(store, range(HOURS), interval_s=30)
    recent = RecentRecords(store)
    recent.look(START_UTC_S + HOURS * HOUR_S)
    recent.read(BAND_ID)
    kept = kept_samples(recent)
    whole = Context.of(store, START_UTC_S).records.timeline(BAND_ID).samples
    behind = whole.utc_s > kept.utc_s[0]
    # The first one has no neighbour any more.
    for name in ("utc_s", "begin_utc_s", "end_utc_s", "infant_temperature_c", "flags"):
        np.testing.assert_array_equal(getattr(kept, name)[1:], getattr(whole, name)[behind])


@pytest.mark.parametrize("seed", range(3))
def test_newest_days_pulled_in_any_order_say_what_all_records_say(store, seed):
    chance = random.Random(seed)
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    recent = RecentRecords(store)
    waiting = list(range(HOURS))
    now_utc_s = START_UTC_S + 40 * HOUR_S
    while waiting:
        number = chance.randrange(8, 30)
        # Most of it in order, and some holes that are filled later.
        some = [waiting.pop(0 if chance.random() < 0.9 else -1) for _ in waiting[:number]]
        pull(store, some, anchored=chance.random() < 0.9)
        now_utc_s += chance.randrange(0, 4 * HOUR_S)
        assert_same(store, recent, now_utc_s)


def test_boot_that_gets_its_time_late_is_found_again(store):
    # Goal: records that were dropped for lying in the past, and then turn out to be of today.
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    recent = RecentRecords(store)
    now_utc_s = START_UTC_S + HOURS * HOUR_S
    wrong = [
        (c.KIND_ANCHOR, anchor_values(0, START_UTC_S)),
        *(
            (c.KIND_SAMPLE, sample_values(60 * n, infant_touched=True, caregiver_touched=True))
            for n in range(1, 120)
        ),
    ]
    # Two that agree with each other and not with the first: the band slept for three days.
    right = [
        (c.KIND_ANCHOR, anchor_values(7200 + n, START_UTC_S + (HOURS - 1) * HOUR_S + n))
        for n in (0, 600)
    ]
    data = [
        records.encode(kind, values, LOG_ID, number)
        for number, (kind, values) in enumerate([*wrong, *right])
    ]
    store.add_segment(BAND_ID, LOG_ID, 1, 0, b"".join(data[: len(wrong)]), now_utc_s)
    (before,) = assert_same(store, recent, now_utc_s)
    store.add_segment(BAND_ID, LOG_ID, 1, len(wrong), b"".join(data[len(wrong) :]), now_utc_s)
    (after,) = assert_same(store, recent, now_utc_s)
    assert before.ssc_hours == 0
    assert after.last_record_age_s is not None
    assert after.last_record_age_s < 4 * HOUR_S


def test_clock_set_back_by_days_finds_what_was_dropped(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    pull(store, range(HOURS))
    recent = RecentRecords(store)
    assert_same(store, recent, START_UTC_S + HOURS * HOUR_S)
    (row,) = assert_same(store, recent, START_UTC_S + 12 * HOUR_S)
    assert row.ssc_hours > 4


def test_silent_infant_keeps_its_last_reading(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    pull(store, range(5))
    recent = RecentRecords(store)
    (row,) = assert_same(store, recent, START_UTC_S + 20 * DAY_S)
    assert row.last_record_age_s == pytest.approx(20 * DAY_S - 5 * HOUR_S, abs=60)
    assert row.temperature_c is not None


def test_silent_infant_whose_band_went_on_keeps_its_last_reading(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    pull(store, range(5))
    store.assign(OTHER_ID, "bed-1", START_UTC_S + 5 * HOUR_S)
    store.assign(BAND_ID, "bed-2", START_UTC_S + 6 * HOUR_S)
    pull(store, range(8, HOURS))
    recent = RecentRecords(store)
    row, _ = assert_same(store, recent, START_UTC_S + HOURS * HOUR_S)
    assert row.infant_code == "bed-1"
    assert row.temperature_c is not None


def test_damage_and_samples_without_a_time_are_told_however_old(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    first, data = hour_bytes(0)
    damaged = bytearray(data)
    damaged[5 * c.RECORD_BYTES + 8] ^= 1
    store.add_segment(BAND_ID, LOG_ID, 1, first, bytes(damaged), START_UTC_S)
    pull(store, [1], boot_id=2, anchored=False)
    pull(store, range(2, HOURS), boot_id=3)
    recent = RecentRecords(store)
    (row,) = assert_same(store, recent, START_UTC_S + HOURS * HOUR_S)
    assert len(row.problems) == 2


def test_arrivals_tell_when_the_host_had_each_sample(store):
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    for hour in range(3):
        first, data = hour_bytes(hour)
        store.add_segment(BAND_ID, LOG_ID, 1, first, data, START_UTC_S + 10 * hour)
    recent = RecentRecords(store)
    recent.look(START_UTC_S + 3 * HOUR_S)
    recent.read(BAND_ID)
    utc_s, received_utc_s = recent.arrivals(BAND_ID)
    expected = START_UTC_S + 10 * ((utc_s - START_UTC_S) // HOUR_S)
    np.testing.assert_array_equal(received_utc_s, expected)


def test_bands_that_nobody_wears_are_forgotten(store):
    pull(store, range(2))
    recent = RecentRecords(store)
    recent.look(START_UTC_S + 2 * HOUR_S)
    recent.read(BAND_ID)
    recent.keep_only(set())
    assert not recent._bands
    assert not recent._timed


def test_memory_of_a_band_does_not_grow_with_its_records(store):
    # Goal: months of a ward in one computer. Method: the memory after each further week.
    store.assign(BAND_ID, "bed-1", START_UTC_S)
    recent = RecentRecords(store)
    # Of the database's own library nothing, which forgets when it likes.
    ours = tracemalloc.Filter(inclusive=True, filename_pattern="*/pouch_host/*")
    sizes = []
    tracemalloc.start()
    try:
        for week in range(4):
            pull(store, range(week * 7 * 24, (week + 1) * 7 * 24), interval_s=300)
            recent.look(START_UTC_S + (week + 1) * 7 * DAY_S)
            recent.read(BAND_ID)
            recent.timeline(BAND_ID)
            hour_bytes.cache_clear()
            gc.collect()
            found = tracemalloc.take_snapshot().filter_traces([ours])
            sizes.append(sum(trace.size for trace in found.traces))
    finally:
        tracemalloc.stop()
    # Two weeks of records are 80 kB as bytes alone, their anchors 8 kB.
    assert sizes[-1] - sizes[1] < 30_000
