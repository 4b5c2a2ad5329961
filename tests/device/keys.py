"""What is made of a band's key: HMAC, HKDF, token, hint and proofs. Needs SHA-256 alone.

Numbers that stand in no standard were worked out once with a host's suite.
"""

from pouch_protocol import auth
from tests.protocol.plain import KEY, OTHER_KEY, Suite
from tests.support.on_band.vectors import read


def test_hmac_of_rfc_4231():
    # Test cases 2 and 6: a short key, and one longer than a block.
    mac = auth.hmac_sha256(b"Jefe")
    made = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    assert mac(b"what do ya want ", memoryview(b"_for nothing?")[1:]) == made
    mac = auth.hmac_sha256(b"\xaa" * 131)
    made = bytes.fromhex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    assert mac(b"Test Using Larger Than Block-Size Key - Hash Key First") == made


def test_hkdf_of_rfc_5869():
    # Appendix A.1.
    info = bytes(range(0xF0, 0xFA))
    made = auth.hkdf_sha256(Suite, b"\x0b" * 22, bytes(range(13)), info, 42)
    assert made == bytes.fromhex(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_token_is_known_by_its_key_alone():
    mine = auth.Recognition(Suite, KEY)
    token = mine.token(b"abcdef")
    assert token == bytes.fromhex("616263a780ef")
    assert mine.made_token(token)
    assert not auth.Recognition(Suite, OTHER_KEY).made_token(token)
    assert not mine.made_token(token[:-1] + b"\x00")


def test_hint_is_of_both_nonces():
    mine = auth.Recognition(Suite, KEY)
    assert mine.hint(bytes(16), bytes(range(16))) == bytes.fromhex("d6db71a97be0fea4")
    assert mine.hint(bytes(range(16)), bytes(16)) != mine.hint(bytes(16), bytes(range(16)))


def test_proofs_are_of_all_that_was_said():
    keys = auth.SessionKeys(Suite, KEY, bytes(32), b"hello", b"reply")
    assert keys.host_proof == bytes.fromhex("618ac3c3ff59171739f683f88f8a76a5")
    assert keys.band_proof == bytes.fromhex("3a0c7f39b56386ff23ca57e7f732e384")
    other = auth.SessionKeys(Suite, KEY, bytes(32), b"hello", b"replY")
    assert other.host_proof != keys.host_proof


# In parts, since one would leave more garbage than fits where none is collected in between.
def test_vectors_0():
    _check_vectors(0)


def test_vectors_1():
    _check_vectors(1)


def test_vectors_2():
    _check_vectors(2)


def test_vectors_3():
    _check_vectors(3)


def test_vectors_4():
    _check_vectors(4)


def _check_vectors(part):
    for vector in read("keys", indent=4, part=part, parts=5):
        given = {name: bytes.fromhex(vector[name]) for name in vector if name != "about"}
        if "made" in given:
            made = given.pop("made")
            assert auth.hkdf_sha256(Suite, count=len(made), **given) == made, vector["about"]
        elif "token" in given:
            recognition = auth.Recognition(Suite, given["key"])
            assert recognition.token(given["token"][:3]) == given["token"], vector["about"]
            hint = recognition.hint(given["host_nonce"], given["band_nonce"])
            assert hint == given["hint"], vector["about"]
        else:
            said = [given[name] for name in ("key", "nonces", "hello", "hello_reply")]
            keys = auth.SessionKeys(Suite, *said)
            assert keys.host_proof == given["host_proof"], vector["about"]
            assert keys.band_proof == given["band_proof"], vector["about"]


def test_tags_are_compared_whole():
    assert auth.equal(b"abc", b"abc")
    for other in (b"abd", b"bbc", b"ab", b""):
        assert not auth.equal(b"abc", other)
