"""The record: damage and misplacement are always seen."""

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_protocol.crc import crc16
from pouch_protocol.errors import Corrupt, Truncated, Unsupported
from tests.protocol.plain import raises, sample

LOG = 0xDEADBEEF


def _flip(record, bits):
    damaged = bytearray(record)
    for bit in bits:
        damaged[bit // 8] ^= 1 << (bit % 8)
    return bytes(damaged)


def test_every_kind_is_twenty_bytes():
    for kind in records.LAYOUTS:
        assert records.LAYOUTS[kind].size == c.RECORD_BYTES - 2, kind


def test_sample_round_trip_keeps_every_field():
    fields = sample(infant_temperature_c128=-1, flags=0x010F)
    decoded = records.decode(records.encode(c.KIND_SAMPLE, fields, LOG, 77), LOG, 77)
    for name in fields:
        assert decoded[name] == fields[name], name


def test_crc16_check_value_is_the_published_one():
    # CRC-16/CCITT-FALSE of "123456789" (Williams, "A painless guide to CRC error detection").
    assert crc16(b"123456789") == 0x29B1


def test_every_flip_of_up_to_three_bits_is_seen():
    # A CRC is linear: an error is seen if and only if the CRC of the error pattern alone, with
    # a zero start, differs from zero. So each bit's share is computed once and combined.
    shares = []
    for bit in range(records.BODY_BYTES * 8):
        shares.append(crc16(_flip(bytes(records.BODY_BYTES), (bit,)), 0))
    shares += [1 << bit for bit in range(16)]
    seen = set(shares)
    assert 0 not in seen
    assert len(seen) == len(shares)
    for index, one in enumerate(shares):
        for two in shares[:index]:
            assert one ^ two not in seen


def test_damaged_record_raises_corrupt():
    record = records.encode(c.KIND_SAMPLE, sample(), LOG, 5)
    raises(Corrupt, records.decode, _flip(record, (40,)), LOG, 5)


def test_record_in_another_place_or_log_is_corrupt():
    record = records.encode(c.KIND_SAMPLE, sample(), LOG, 1000)
    for record_no in range(900, 1100):
        assert records.check(record, LOG, record_no) == (record_no == 1000), record_no
    assert not records.check(record, LOG + 1, 1000)


def test_every_truncation_raises():
    record = records.encode(c.KIND_SAMPLE, sample(), LOG, 5)
    for size in range(c.RECORD_BYTES):
        raises(Truncated, records.decode, record[:size], LOG, 5)
        assert not records.check(record[:size], LOG, 5)


def test_kind_of_a_later_version_is_unsupported_but_intact():
    body = bytes((99,)) + bytes(17)
    record = body + records.crc(body, LOG, 5).to_bytes(2, "little")
    assert records.check(record, LOG, 5)
    raises(Unsupported, records.decode, record, LOG, 5)


def test_erased_flash_is_no_record():
    assert not records.check(b"\xff" * c.RECORD_BYTES, LOG, 5)
    assert not records.check(bytes(c.RECORD_BYTES), LOG, 5)


def test_encode_out_of_range_raises():
    raises(ValueError, records.encode, c.KIND_SAMPLE, sample(activity_mg=256), LOG, 5)


def test_label_round_trip():
    for band_id in (0, 0x0012ABCD, 0xFFFFFFFF):
        assert c.parse_band_label(c.band_label(band_id)) == band_id
    assert c.band_label(0x0012ABCD) == "P-0012ABCD"
    for bad in (
        "",
        "P-",
        "X-0012ABCD",
        "P-0012ABC",
        "P-0012ABCG",
        "P-0012ABCD0",
        "P-+012ABCD",
        "P-0012_BCD",
    ):
        raises(ValueError, c.parse_band_label, bad)
