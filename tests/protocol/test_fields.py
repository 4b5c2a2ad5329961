"""Layouts refuse in both interpreters what `struct` refuses in one of them or in none."""

from pouch_protocol.errors import Corrupt, Truncated
from pouch_protocol.fields import Layout
from tests.protocol.plain import raises

LAYOUT = Layout("kind B, offset h, count I, ms H 0 999, id 3s")
GOOD = {"kind": 1, "offset": -2, "count": 3, "ms": 999, "id": b"abc"}


def test_encode_good_values_gives_little_endian_bytes():
    assert LAYOUT.encode(GOOD) == b"\x01\xfe\xff\x03\x00\x00\x00\xe7\x03abc"


def test_layout_offsets_and_size_follow_the_codes():
    assert LAYOUT.offsets == (0, 1, 3, 7, 9)
    assert LAYOUT.size == 12


def test_encode_value_outside_its_width_raises():
    for name, value in (
        ("kind", 256),
        ("kind", -1),
        ("offset", 32_768),
        ("offset", -32_769),
        ("count", 1 << 32),
        ("count", -1),
    ):
        bad = dict(GOOD)
        bad[name] = value
        raises(ValueError, LAYOUT.encode, bad)


def test_encode_value_outside_its_meaning_raises():
    bad = dict(GOOD)
    bad["ms"] = 1000
    raises(ValueError, LAYOUT.encode, bad)


def test_encode_missing_unknown_or_misshapen_field_raises():
    missing = dict(GOOD)
    del missing["count"]
    renamed = dict(missing)
    renamed["counts"] = 3
    surplus = dict(GOOD)
    surplus["more"] = 1
    short = dict(GOOD)
    short["id"] = b"ab"
    for bad in (missing, renamed, surplus, short):
        raises(ValueError, LAYOUT.encode, bad)


def test_decode_every_truncation_raises():
    data = LAYOUT.encode(GOOD)
    for size in range(len(data)):
        raises(Truncated, LAYOUT.decode, data[:size])
    raises(Truncated, LAYOUT.decode, data, 1)
    raises(Truncated, LAYOUT.decode, data, -1)


def test_decode_value_outside_its_meaning_raises():
    data = LAYOUT.encode(GOOD)
    raises(Corrupt, LAYOUT.decode, data[:7] + b"\xe8\x03" + data[9:])


def test_decode_ignores_what_follows():
    decoded = LAYOUT.decode(b"\xff" + LAYOUT.encode(GOOD) + b"later", 1)
    assert decoded == GOOD
