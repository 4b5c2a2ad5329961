"""What the firmware takes for granted of an interpreter, where interpreters could differ."""

import binascii
import hashlib
import json
import os
from array import array


def test_numbers_beyond_a_small_integer():
    # A board's small integers have 31 bits; a u32 field or a month of milliseconds has more.
    assert 0x3FFFFFFF + 1 == 1 << 30
    assert (0xDEADBEEF ^ 0xFFFFFFFF) & 0xFFFF == 0x4110
    assert 0xFFFFFFFF * 0xFFFFFFFF >> 32 == 0xFFFFFFFE
    assert 28 * 86_400_000 // 10 == 241_920_000
    assert (-7 // 2, -7 % 5, -1 >> 1, -(1 << 31) >> 31) == (-4, 3, -1, -1)


def test_numbers_as_bytes_and_text():
    assert (0xDEADBEEF).to_bytes(4, "little") == b"\xef\xbe\xad\xde"
    assert int.from_bytes(b"\xef\xbe\xad\xde", "little") == 0xDEADBEEF
    assert "%08x" % 0xFFFFFFFF == "ffffffff"
    assert int("deadbeef", 16) == 0xDEADBEEF


def test_checksums_are_the_published_ones_and_unsigned():
    from pouch_protocol.crc import crc16, crc32

    # Check values of CRC-32 and CRC-16/CCITT-FALSE over these digits.
    assert binascii.crc32(b"123456789") == 0xCBF43926
    assert crc32(b"6789", crc32(b"12345")) == 0xCBF43926
    assert crc16(b"123456789") == crc16(b"6789", crc16(b"12345")) == 0x29B1


def test_sha256_in_pieces():
    digest = hashlib.sha256(b"ab")
    digest.update(memoryview(b"_c_")[1:2])
    # FIPS 180-2, appendix B.1: of "abc".
    assert binascii.hexlify(digest.digest())[:16] == b"ba7816bf8f01cfea"


def test_arrays_are_as_wide_as_native_code_takes_them():
    ring, state = array("H", bytes(6)), array("i", bytes(8))
    assert (len(ring), len(state)) == (3, 2)
    ring[0] = 0xFFFF
    state[1] = (1 << 31) - 1
    assert (ring[0], state[1]) == (0xFFFF, 0x7FFFFFFF)


def test_views_share_memory_and_slices_do_not():
    data = bytearray(range(8))
    view = memoryview(data)[2:6]
    view[0] = 99
    copy = bytes(data[2:4])
    data[3] = 98
    assert (data[2], copy) == (99, b"\x63\x03")
    assert view[1] == 98


def test_json_keeps_kinds_apart():
    values = json.loads(json.dumps({"a": True, "b": 1, "c": None, "d": 0xFFFFFFFF}))
    assert values["a"] is True
    assert values["b"] == 1
    assert values["b"] is not True
    assert values["c"] is None
    assert values["d"] == 0xFFFFFFFF


def test_missing_files_are_os_errors():
    # Of which number is not said: file systems differ.
    for action in (os.stat, os.remove, open, os.rmdir, os.ilistdir):
        try:
            action("/no-such-file")
        except OSError as error:
            assert error.errno > 0
        else:
            raise AssertionError("nothing was raised")
