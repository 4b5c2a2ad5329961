"""The segment's header says whose the records are, or is refused."""

from pouch_protocol import segments
from pouch_protocol.errors import Corrupt, Truncated, Unsupported
from tests.protocol.plain import raises

HEADER = segments.encode_header(0x0012ABCD, 0xDEADBEEF, 3, 30, 400, 1_200_000)


def test_header_round_trip():
    fields = segments.decode_header(HEADER + b"records")
    assert fields["band_id"] == 0x0012ABCD
    assert fields["log_id"] == 0xDEADBEEF
    assert fields["boot_id"] == 3
    assert fields["interval_s"] == 30
    assert fields["first_record_no"] == 400
    assert fields["opened_uptime_cs"] == 1_200_000


def test_header_every_truncation_raises():
    for size in range(segments.HEADER_BYTES):
        raises(Truncated, segments.decode_header, HEADER[:size])


def test_header_every_flipped_bit_raises():
    for bit in range(len(HEADER) * 8):
        damaged = bytearray(HEADER)
        damaged[bit // 8] ^= 1 << (bit % 8)
        raises((Corrupt, Unsupported), segments.decode_header, bytes(damaged))


def test_header_of_newer_flash_version_is_unsupported():
    raises(Unsupported, segments.decode_header, HEADER[:4] + b"\x02" + HEADER[5:])


def test_record_count_ignores_a_torn_last_record():
    for size, count in ((0, 0), (31, 0), (32, 0), (51, 0), (52, 1), (71, 1), (72, 2)):
        assert segments.record_count(size) == count, size
    assert segments.record_offset(2) == 72


def test_slot_round_trip():
    fields, records = segments.decode_slot(segments.encode_slot(0xDEADBEEF, 3, 120, b"r" * 40))
    assert fields == {"log_id": 0xDEADBEEF, "boot_id": 3, "first_record_no": 120}
    assert records == b"r" * 40


def test_slot_header_every_truncation_and_flipped_bit_raises():
    slot = segments.encode_slot(0xDEADBEEF, 3, 120, b"")
    assert len(slot) == segments.SLOT_HEADER_BYTES
    for size in range(len(slot)):
        raises(Truncated, segments.decode_slot, slot[:size])
    for bit in range(len(slot) * 8):
        damaged = bytearray(slot)
        damaged[bit // 8] ^= 1 << (bit % 8)
        raises(Corrupt, segments.decode_slot, bytes(damaged))
