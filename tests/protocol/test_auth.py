"""HMAC-SHA256 against RFC 4231, and what a tag covers. Runs in both interpreters."""

from pouch_protocol import auth
from pouch_protocol import constants as c

KEY = bytes(range(16))
NONCE = bytes(range(16, 32))
CONFIGURE = {
    "interval_s": 30,
    "plan": 0,
    "switches": 0,
    "quiet_from_min": 0,
    "quiet_until_min": 0,
    "utc_offset_min": 0,
    "target_min": 480,
}


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
        assert auth.hmac_sha256(key, data) == bytes.fromhex(expected)


def test_equal_tells_equal_from_different():
    assert auth.equal(b"abc", b"abc")
    for other in (b"abd", b"bbc", b"ab", b"abcd", b""):
        assert not auth.equal(b"abc", other)


def test_tag_covers_key_nonce_band_opcode_and_every_field():
    tags = {auth.request_tag(KEY, NONCE, 1, c.OP_CONFIGURE, CONFIGURE)}
    tags.add(auth.request_tag(bytes(16), NONCE, 1, c.OP_CONFIGURE, CONFIGURE))
    tags.add(auth.request_tag(KEY, KEY, 1, c.OP_CONFIGURE, CONFIGURE))
    tags.add(auth.request_tag(KEY, NONCE, 2, c.OP_CONFIGURE, CONFIGURE))
    tags.add(auth.request_tag(KEY, NONCE, 1, c.OP_FACTORY_RESET, {}))
    for name in CONFIGURE:
        changed = dict(CONFIGURE)
        changed[name] += 1
        tags.add(auth.request_tag(KEY, NONCE, 1, c.OP_CONFIGURE, changed))
    assert len(tags) == 5 + len(CONFIGURE)


def test_tag_itself_is_not_covered():
    tagged = dict(CONFIGURE, tag=b"x" * 32)
    assert auth.request_tag(KEY, NONCE, 1, c.OP_CONFIGURE, CONFIGURE) == auth.request_tag(
        KEY, NONCE, 1, c.OP_CONFIGURE, tagged
    )
