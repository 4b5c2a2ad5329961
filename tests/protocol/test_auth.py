"""HMAC and HKDF against their RFCs, recognition and session keys. Runs in both interpreters."""

from pouch_protocol import auth
from tests.protocol.plain import KEY, OTHER_KEY, Suite

HOST = bytes(range(16))
BAND = bytes(range(16, 32))


def test_hmac_of_rfc_4231():
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
            b"\xaa" * 20,
            b"\xdd" * 50,
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    )
    for key, data, expected in cases:
        assert auth.hmac_sha256(key)(data) == bytes.fromhex(expected)
        # In pieces it is the same.
        assert auth.hmac_sha256(key)(data[:3], b"", data[3:]) == bytes.fromhex(expected)


def test_hkdf_of_rfc_5869():
    # Appendix A.1, A.2 and A.3: basic, longer than a block, no salt and no info.
    cases = (
        (
            b"\x0b" * 22,
            bytes(range(13)),
            bytes(range(0xF0, 0xFA)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x50)),
            bytes(range(0x60, 0xB0)),
            bytes(range(0xB0, 0x100)),
            (
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                "cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
        ),
        (
            b"\x0b" * 22,
            b"",
            b"",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    )
    for key, salt, info, expected in cases:
        made = bytes.fromhex(expected)
        assert auth.hkdf_sha256(Suite, key, salt, info, len(made)) == made


def test_aes_of_fips_197():
    # Appendix B, and the same block twice: each is encrypted by itself.
    encrypt = Suite.block_cipher(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    block = bytes.fromhex("3243f6a8885a308d313198a2e0370734")
    expected = bytes.fromhex("3925841d02dc09fbdc118597196a0b32")
    assert encrypt(block + block) == expected + expected


def test_equal_tells_equal_from_different():
    assert auth.equal(b"abc", b"abc")
    for other in (b"abd", b"bbc", b"ab", b"abcd", b""):
        assert not auth.equal(b"abc", other)


def test_token_is_known_by_its_key_and_by_no_other():
    mine, other = auth.Recognition(Suite, KEY), auth.Recognition(Suite, OTHER_KEY)
    seen = []
    for number in range(50):
        token = mine.token(bytes((number, 7, 9, 1, 2, 3)))
        assert len(token) == auth.TOKEN_BYTES
        assert mine.made_token(token)
        assert not other.made_token(token)
        for at in range(len(token)):
            flipped = token[:at] + bytes((token[at] ^ 1,)) + token[at + 1 :]
            assert not mine.made_token(flipped)
        seen.append(token)
    # Nothing in one tells that another is of the same band.
    assert len({token[3:] for token in seen}) == len(seen)
    for token in (b"", bytes(5), bytes(7)):
        assert not mine.made_token(token)


def test_hint_is_of_key_and_both_nonces():
    hints = {auth.Recognition(Suite, KEY).hint(HOST, BAND)}
    hints.add(auth.Recognition(Suite, OTHER_KEY).hint(HOST, BAND))
    hints.add(auth.Recognition(Suite, KEY).hint(BAND, HOST))
    hints.add(auth.Recognition(Suite, KEY).hint(HOST, HOST))
    assert len(hints) == 4
    assert {len(hint) for hint in hints} == {auth.HINT_BYTES}


def _parts(keys):
    """Return all that a session's keys show of themselves."""
    block = bytes(16)
    found = [keys.host_proof, keys.band_proof]
    for encrypt, mac in (keys.of_host(), keys.of_band()):
        found += [encrypt(block), mac(block)]
    return found


def test_session_keys_depend_on_all_that_was_said_and_differ_from_each_other():
    same = (KEY, HOST + BAND, b"hello", b"reply")
    parts = _parts(auth.SessionKeys(Suite, *same))
    assert parts == _parts(auth.SessionKeys(Suite, *same))
    assert len({bytes(part[:16]) for part in parts}) == len(parts)
    for changed in (
        (OTHER_KEY, HOST + BAND, b"hello", b"reply"),
        (KEY, BAND + HOST, b"hello", b"reply"),
        (KEY, HOST + BAND, b"hallo", b"reply"),
        (KEY, HOST + BAND, b"hello", b"repl\x00"),
    ):
        others = _parts(auth.SessionKeys(Suite, *changed))
        assert not {bytes(part) for part in others} & {bytes(part) for part in parts}
