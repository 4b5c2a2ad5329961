"""One pull over a fake link: everything arrives once, whatever is lost on the way."""

import asyncio

import pytest

from pouch_host.collect.link import LinkError, LinkFailure
from pouch_host.collect.pull import pull
from pouch_host.errors import BandError
from pouch_host.store import Store
from tests.host.collect.fake_band import BAND_ID, LOG_ID, FakeLink, ListSource, made_records

NOW_UTC_S = 1_790_000_000.0


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "pouch.db") as opened:
        yield opened


def run_pull(link, store):
    return asyncio.run(pull(link, store, lambda: NOW_UTC_S))


def held(store):
    found = {}
    for segment in store.segments(BAND_ID):
        for index in range(segment.record_count):
            number = segment.first_record_no + index
            assert number not in found
            found[number] = segment.data[index * 20 : index * 20 + 20]
    return found


def test_pull_stores_every_record_with_its_boot(store):
    records = made_records(300)
    result = run_pull(FakeLink(ListSource(records, boots=3)), store)
    assert (result.band_id, result.new_count, result.missing_count) == (BAND_ID, 300, 0)
    assert held(store) == dict(enumerate(records))
    assert {segment.boot_id for segment in store.segments(BAND_ID)} == {1, 2, 3}
    (band,) = store.bands()
    assert band.battery_mv == 3912
    assert band.firmware_version == "0.1.0"


def test_second_pull_asks_only_for_what_is_new(store):
    records = made_records(300)
    run_pull(FakeLink(ListSource(records[:200])), store)
    link = FakeLink(ListSource(records))
    result = run_pull(link, store)
    assert result.new_count == 100
    assert held(store) == dict(enumerate(records))
    # 100 records are 2,000 bytes: nine stream frames, and three replies before, one after.
    assert link.sent < 20


def test_pull_sets_the_bands_clock_before_it_reads(store):
    source = ListSource(made_records(10))
    run_pull(FakeLink(source), store)
    (time,) = source.times
    assert time["utc_s"] == NOW_UTC_S


def test_pull_cut_after_every_frame_in_turn_is_completed_by_the_next(tmp_path):
    records = made_records(120)
    clean = FakeLink(ListSource(records))
    with Store.open(tmp_path / "clean.db") as store:
        run_pull(clean, store)
    for cut_after in range(clean.sent):
        with Store.open(tmp_path / f"{cut_after}.db") as store:
            with pytest.raises(LinkError):
                run_pull(FakeLink(ListSource(records), cut_after=cut_after), store)
            before = held(store)
            assert before.items() <= dict(enumerate(records)).items()
            result = run_pull(FakeLink(ListSource(records)), store)
            assert result.new_count == 120 - len(before)
            assert held(store) == dict(enumerate(records))


def test_lost_stream_frame_is_asked_for_again_on_the_same_connection(store):
    records = made_records(300)
    result = run_pull(FakeLink(ListSource(records), lose=lambda number: number == 9), store)
    assert result.missing_count == 0
    assert result.damaged_count == 1
    assert held(store) == dict(enumerate(records))


def test_lost_reply_ends_the_pull_as_silent(store):
    with pytest.raises(LinkError) as caught:
        run_pull(FakeLink(ListSource([]), lose=lambda number: number == 0), store)
    assert caught.value.reason is LinkFailure.SILENT


def test_records_that_the_band_gave_up_are_not_waited_for(store):
    result = run_pull(FakeLink(ListSource(made_records(300), oldest=250)), store)
    assert (result.new_count, result.missing_count, result.absent_count) == (50, 0, 0)
    assert store.held_ranges(BAND_ID, LOG_ID) == [(250, 299)]


def test_band_without_records_is_met_and_nothing_is_stored(store):
    result = run_pull(FakeLink(ListSource([])), store)
    assert result.new_count == 0
    assert store.segments(BAND_ID) == []
    assert len(store.bands()) == 1


def test_damaged_record_is_stored_as_it_is_and_counted(store):
    records = made_records(30)
    records[7] = bytes(20)
    result = run_pull(FakeLink(ListSource(records)), store)
    assert (result.new_count, result.corrupt_count) == (30, 1)
    assert held(store) == dict(enumerate(records))


def test_band_of_newer_wire_version_is_named(store):
    source = ListSource([])
    fields = source.hello() | {"wire_version": 2}
    source.hello = lambda: fields
    with pytest.raises(BandError, match=r"^band P-0012ABCD speaks wire version 2;.*update Pouch"):
        run_pull(FakeLink(source), store)
    assert store.bands() == []


def test_two_hosts_read_the_same_band_and_get_the_same(tmp_path):
    source = ListSource(made_records(100))
    stores = []
    for name in ("one", "two"):
        with Store.open(tmp_path / f"{name}.db") as store:
            run_pull(FakeLink(source), store)
            stores.append(held(store))
    assert stores[0] == stores[1]
