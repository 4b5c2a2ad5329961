import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pouch_host.store.decode import BandDecoder, _crc_holds, _fields_in_range
from pouch_host.store.rows import Segment
from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_protocol.errors import Corrupt
from tests.host.band_records import boot_bytes, event_values, tally_values
from tests.host.store.plain_records import (
    BAND_ID,
    BOOT_ID,
    LOG_ID,
    START_UTC_S,
    add,
    anchor,
    samples,
)

_STORE = "ward.sqlite"


def segment(key, first, data, *, count=None, boot_id=BOOT_ID, log_id=LOG_ID):
    count = len(data) // c.RECORD_BYTES if count is None else count
    return Segment(key, BAND_ID, log_id, boot_id, first, count, data, START_UTC_S)


def decode(*segments):
    decoder = BandDecoder(_STORE)
    decoder.feed(segments)
    return decoder.decoded()


def flipped(data, record, byte=9):
    damaged = bytearray(data)
    damaged[record * c.RECORD_BYTES + byte] ^= 0x10
    return bytes(damaged)


def reseal(body, record_no, log_id=LOG_ID):
    return body + records.crc(body, log_id, record_no).to_bytes(2, "little")


def test_decode_nothing_gives_nothing():
    decoded = decode()
    assert decoded.boots == ()
    assert decoded.problems == ()


def test_decode_one_record_gives_its_fields():
    (boot,) = decode(segment(1, 7, samples(7, 1))).boots
    expected = records.decode(samples(7, 1), LOG_ID, 7)
    assert {name: boot.samples[name][0] for name in boot.samples.dtype.names} == expected
    assert list(boot.sample_no) == list(boot.record_no) == [7]


def test_decode_every_kind_is_numbered_and_sorted_by_kind():
    data = samples(0, 2) + anchor(2) + samples(3, 1)
    (boot,) = decode(segment(1, 0, data)).boots
    assert list(boot.record_no) == [0, 1, 2, 3]
    assert list(boot.sample_no) == [0, 1, 3]
    assert list(boot.anchors["utc_s"]) == [START_UTC_S]
    assert list(boot.uptime_s) == [0, 30, 60, 90]


def test_decode_tallies_and_events_are_kept_apart():
    rows = [
        (c.KIND_TALLY, tally_values(3600, contact_s=1200, contact_24h_min=480)),
        (c.KIND_EVENT, event_values(3630, c.EVENT_ALERT_COLD, detail=4540, value=3550)),
        (c.KIND_EVENT, event_values(3660, c.EVENT_ALERT_CLEARED, detail=0x8000, value=3550)),
    ]
    (boot,) = decode(segment(1, 0, boot_bytes(rows, anchored=False, log_id=LOG_ID))).boots
    assert [int(boot.tallies[0][name]) for name in ("span_s", "contact_s")] == [3600, 1200]
    assert list(boot.tallies["contact_24h_min"]) == [480]
    assert list(boot.events["event"]) == [c.EVENT_ALERT_COLD, c.EVENT_ALERT_CLEARED]
    assert list(boot.events["detail"]) == [4540, 0x8000]
    assert list(boot.events["value"]) == [3550, 3550]
    assert len(boot.samples) == len(boot.anchors) == 0


def test_decode_segments_out_of_order_are_put_in_order():
    (boot,) = decode(segment(1, 5, samples(5, 2)), segment(2, 0, samples(0, 5))).boots
    assert list(boot.record_no) == list(range(7))


def test_decode_boots_come_in_the_order_in_which_they_happened():
    old_log, new_log = LOG_ID, LOG_ID + 1
    decoded = decode(
        segment(1, 10, samples(10, 2), boot_id=2),
        segment(2, 0, samples(0, 2), boot_id=1),
        segment(3, 0, samples(0, 2, log_id=new_log), boot_id=3, log_id=new_log),
    )
    found = [(boot.log_id, boot.boot_id) for boot in decoded.boots]
    assert found == [(old_log, 1), (old_log, 2), (new_log, 3)]


def test_decode_flipped_bit_is_named_and_the_rest_counts():
    decoded = decode(segment(12, 100, flipped(samples(100, 5), 3)))
    assert list(decoded.boots[0].record_no) == [100, 101, 102, 104]
    (problem,) = decoded.problems
    assert str(problem) == (
        "store ward.sqlite: segment 12 of band P-0012ABCD, record 103: the checksum does not hold"
    )


def test_decode_run_of_damage_is_one_problem():
    data = samples(0, 3) + bytes(4 * c.RECORD_BYTES) + samples(7, 1)
    decoded = decode(segment(1, 0, data))
    (problem,) = decoded.problems
    assert "records 3 to 6" in str(problem)
    assert list(decoded.boots[0].record_no) == [0, 1, 2, 7]


def test_decode_two_damaged_places_are_two_problems():
    decoded = decode(segment(1, 0, flipped(flipped(samples(0, 5), 1), 3)))
    assert [problem.first_record_no for problem in decoded.problems] == [1, 3]


def test_decode_torn_segment_names_what_is_lost():
    decoded = decode(segment(1, 0, samples(0, 5)[:-25], count=5))
    assert list(decoded.boots[0].record_no) == [0, 1, 2]
    (problem,) = decoded.problems
    assert (problem.first_record_no, problem.last_record_no) == (3, 4)
    assert "torn" in str(problem)


def test_decode_emptied_segment_names_all_of_it():
    decoded = decode(segment(1, 0, b"", count=5))
    assert decoded.boots == ()
    (problem,) = decoded.problems
    assert (problem.first_record_no, problem.last_record_no) == (0, 4)


def test_decode_too_long_segment_is_reported_and_the_surplus_ignored():
    decoded = decode(segment(1, 0, samples(0, 3), count=2))
    assert list(decoded.boots[0].record_no) == [0, 1]
    assert len(decoded.problems) == 1


def test_decode_records_in_the_wrong_place_are_damage():
    decoded = decode(segment(1, 1, samples(0, 2)))
    assert decoded.boots == ()
    assert len(decoded.problems) == 1


def test_decode_unknown_kind_is_counted_no_damage_and_no_gap():
    body = bytes([99]) + samples(1, 1)[1:18]
    data = samples(0, 1) + reseal(body, 1) + samples(2, 1)
    decoded = decode(segment(1, 0, data))
    assert list(decoded.boots[0].record_no) == [0, 1, 2]
    assert list(decoded.boots[0].sample_no) == [0, 2]
    assert decoded.problems == ()
    assert decoded.skipped_count == 1


def test_decode_field_out_of_range_is_damage_though_its_checksum_holds():
    # 60,000 milliseconds, the two bytes after kind, flags, uptime and seconds.
    body = anchor(1)[:11] + (60_000).to_bytes(2, "little") + anchor(1)[13:18]
    with pytest.raises(Corrupt):
        records.decode(reseal(body, 1), LOG_ID, 1)
    decoded = decode(segment(1, 0, samples(0, 1) + reseal(body, 1) + samples(2, 1)))
    assert list(decoded.boots[0].record_no) == [0, 2]
    assert len(decoded.boots[0].anchors) == 0
    (problem,) = decoded.problems
    assert str(problem).endswith("record 1: a field is out of range")


def test_decoder_fed_twice_adds_to_what_it_has():
    decoder = BandDecoder(_STORE)
    decoder.feed([segment(4, 0, samples(0, 2))])
    before = decoder.decoded()
    decoder.feed([])
    assert decoder.decoded() is before
    decoder.feed([segment(9, 2, samples(2, 2))])
    assert decoder.cursor == 9
    assert list(decoder.decoded().boots[0].record_no) == [0, 1, 2, 3]


def test_store_records_follow_what_is_added(store):
    assert store.records(BAND_ID).boots == ()
    add(store, 0, 2)
    first = store.records(BAND_ID)
    assert store.records(BAND_ID) is first
    add(store, 2, 2)
    assert list(store.records(BAND_ID).boots[0].record_no) == [0, 1, 2, 3]


@given(
    st.lists(st.binary(min_size=18, max_size=18), min_size=1, max_size=8),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF - 8),
    st.data(),
)
def test_crc_of_all_at_once_agrees_with_the_protocol(bodies, log_id, first, data):
    # Goal: one definition of a good record. Method: true and wrong checksums, against the
    # protocol's own check of each record.
    numbers = range(first, first + len(bodies))
    sealed = [reseal(body, number, log_id) for body, number in zip(bodies, numbers, strict=True)]
    raw = bytearray(b"".join(sealed))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=3)):
        raw[place] ^= data.draw(st.integers(1, 255))
    each = [bytes(raw[i : i + 20]) for i in range(0, len(raw), 20)]
    expected = [records.check(r, log_id, n) for r, n in zip(each, numbers, strict=True)]
    found = _crc_holds(
        np.frombuffer(bytes(raw), np.uint8).reshape(-1, 20),
        np.array([log_id ^ number for number in numbers], np.int64),
    )
    assert list(found) == expected


@given(st.sampled_from(sorted(records.LAYOUTS)), st.lists(st.binary(min_size=17, max_size=17)))
def test_range_of_all_at_once_agrees_with_the_protocol(kind, rests):
    # Goal: one definition of a legal field. Method: any bytes of each kind, against the
    # protocol's own reading of each record.
    raw = [reseal(bytes([kind]) + rest, number) for number, rest in enumerate(rests)]
    expected = []
    for number, record in enumerate(raw):
        try:
            records.decode(record, LOG_ID, number)
            expected.append(True)
        except Corrupt:
            expected.append(False)
    table = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, c.RECORD_BYTES)
    assert list(_fields_in_range(table)) == expected
