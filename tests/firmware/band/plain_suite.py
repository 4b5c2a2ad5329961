"""Runs in MicroPython: AES and SHA-256 of the band against the texts that define them."""

from band import suite
from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_protocol.sealing import Opener, Sealer
from tests.protocol.plain import KEY


def test_aes_of_fips_197():
    # Appendix B, and C.1.
    cases = (
        (
            "2b7e151628aed2a6abf7158809cf4f3c",
            "3243f6a8885a308d313198a2e0370734",
            "3925841d02dc09fbdc118597196a0b32",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "69c4e0d86a7b0430d8cdb78070b4c55a",
        ),
    )
    for key, clear, expected in cases:
        encrypt = suite.block_cipher(bytes.fromhex(key))
        block, made = bytes.fromhex(clear), bytes.fromhex(expected)
        assert encrypt(block) == made
        # Several at once, each by itself, and the same again: nothing chains them.
        assert encrypt(block + block) == made + made
        assert encrypt(block) == made


def test_aes_of_two_keys_at_a_time_keeps_them_apart():
    block = bytes(16)
    one, other = suite.block_cipher(KEY), suite.block_cipher(bytes(16))
    assert one(block) != other(block)
    assert one(block) == suite.block_cipher(KEY)(block)


def test_part_of_a_block_is_refused():
    encrypt = suite.block_cipher(KEY)
    for count in (1, 15, 17):
        try:
            encrypt(bytes(count))
        except ValueError:
            continue
        raise AssertionError("%d bytes were encrypted" % count)


def test_hmac_of_rfc_4231():
    # Test cases 1, 2 and 6: a short key, a text key, one longer than a block.
    cases = (
        (
            b"\x0b" * 20,
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    )
    for key, data, expected in cases:
        mac = suite.mac(key)
        assert mac(data) == bytes.fromhex(expected)
        assert mac(data[:5], b"", memoryview(data)[5:]) == bytes.fromhex(expected)


def test_hkdf_of_rfc_5869():
    # Appendix A.1.
    made = auth.hkdf_sha256(suite, b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert made == bytes.fromhex(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_session_is_that_of_a_host():
    # Worked out once with the host's suite, of the package `cryptography`.
    keys = auth.SessionKeys(suite, KEY, bytes(32), b"hello", b"reply")
    assert keys.host_proof == bytes.fromhex("618ac3c3ff59171739f683f88f8a76a5")
    assert keys.band_proof == bytes.fromhex("3a0c7f39b56386ff23ca57e7f732e384")
    sealer = Sealer(keys.of_band(), c.CHANNEL_STREAM)
    for frame, sealed in (
        (
            b"\xc0" + bytes(range(20)),
            "c0c17474a4a57018781e516f5178c55c1e6eb19fb9225994878969bffa",
        ),
        (b"\xc1x", "c17110de4d01e35c957b"),
    ):
        assert sealer.seal(frame) == bytes.fromhex(sealed)


def test_frames_of_all_sizes_open_to_what_they_were():
    keys = auth.SessionKeys(suite, KEY, bytes(32), b"hello", b"reply").of_host()
    for count in (1, 15, 16, 17, 32, 235, 499):
        sealer, opener = Sealer(keys, c.CHANNEL_CONTROL), Opener(keys, c.CHANNEL_CONTROL)
        for number in range(3):
            frame = bytes((0xC0 | number,)) + bytes((number * 7 + 1,)) * count
            assert opener.open(sealer.seal(frame)) == frame
