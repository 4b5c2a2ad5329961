"""What is known of each band while a collector runs."""

import math

import pytest

from pouch_host.collect.naming import Strangers
from pouch_host.collect.pull import PullResult
from pouch_host.collect.status import WardStatus
from pouch_host.store import Store
from tests.host import ward

NOW_UTC_S = 1_790_000_000.0
LABEL = ward.BAND_LABEL


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "ward.db") as opened:
        yield opened


def result(**changes):
    counts = {"new_count": 10, "missing_count": 0, "absent_count": 0}
    counts |= {"corrupt_count": 0, "damaged_count": 0}
    return PullResult(band_id=ward.BAND_ID, **counts | changes)


def only_band(status):
    (band,) = status.bands()
    return band


def test_ward_that_was_collected_before_is_known_from_its_store(tmp_path):
    with Store.open(ward.fill(tmp_path / "old.db")) as store:
        store.add_segment(ward.BAND_ID, ward.LOG_ID, 1, 5000, ward.ward_bytes(1), 0)
        last_record_no = store.held_ranges(ward.BAND_ID, ward.LOG_ID)[0][1]
        band = only_band(WardStatus(store, lambda: NOW_UTC_S))
    assert (band.label, band.known, band.battery_mv) == (LABEL, True, 3950)
    assert band.last_contact_utc_s == ward.START_UTC_S + 3 * 3600
    assert band.missing_count == 5000 - last_record_no - 1
    assert (band.pull_count, band.new_count, band.next_utc_s) == (0, None, None)


def test_read_band_shows_what_it_told_and_when_it_is_wanted_again(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    store.record_contact(ward.BAND_ID, NOW_UTC_S, battery_mv=3700)
    status.note_read(LABEL, result(missing_count=7, corrupt_count=2, damaged_count=3), 270.0)
    status.note_read(LABEL, result(new_count=5), 270.0)
    band = only_band(status)
    assert (band.new_count, band.received_count, band.pull_count) == (5, 15, 2)
    assert (band.corrupt_count, band.damaged_count, band.missing_count) == (2, 3, 0)
    assert (band.battery_mv, band.last_contact_utc_s) == (3700, NOW_UTC_S)
    assert band.next_utc_s == NOW_UTC_S + 270


def test_records_that_the_band_holds_and_did_not_send_are_missing(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    status.note_read(LABEL, result(missing_count=7), 270.0)
    assert only_band(status).missing_count == 7


def test_failures_are_counted_by_reason_and_in_a_row_until_it_is_read(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    status.note_failed(LABEL, "silent", "nothing came", 1, 0.0)
    status.note_failed(LABEL, "lost", "it ended", 2, 90.0)
    band = only_band(status)
    assert (band.failures_in_row, band.last_failure) == (2, "it ended")
    assert band.next_utc_s == NOW_UTC_S + 90
    status.note_read(LABEL, result(), math.inf)
    band = only_band(status)
    assert (band.failures_in_row, band.last_failure, band.next_utc_s) == (0, "", None)
    assert band.failure_counts == {"silent": 1, "lost": 1}


def test_band_is_called_by_its_address_until_it_says_its_label(store):
    status = WardStatus(store, lambda: NOW_UTC_S)
    status.note_failed("AA:01", "silent", "nothing came", 1, 0.0)
    assert (only_band(status).label, only_band(status).known) == ("AA:01", False)
    status.note_read("AA:01", result(), 270.0)
    band = only_band(status)
    assert (band.label, band.known, band.failure_counts) == (LABEL, True, {"silent": 1})
    status.note_failed("AA:02", "lost", "it ended", 1, 0.0)
    status.note_read("AA:02", result(), 270.0)
    assert only_band(status).failure_counts == {"silent": 1, "lost": 1}


def test_strangers_are_counted_once_whatever_they_call_themselves_and_forgotten():
    strangers = Strangers()
    assert strangers.count(0.0) == 0
    for minute in range(10):
        for number in range(3):
            strangers.note(f"{number}@{minute}", 60.0 * minute + number)
            strangers.note(f"{number}@{minute}", 60.0 * minute + number + 0.5)
        assert strangers.count(60.0 * minute + 5) == 3
    assert strangers.count(600.0) == 3
    assert strangers.count(800.0) == 0
