"""Bands that say no name are known by their keys, and by nothing else."""

import secrets

import pytest

from pouch_host.band_keys import KeyRing
from pouch_host.collect.known import KnownBands, KnownKey
from pouch_host.collect.suite import HostSuite
from pouch_protocol import auth
from pouch_protocol.band import BandSession
from pouch_protocol.host import HostSession
from tests.protocol.plain import HOST_NONCE, ListSource, deliver

ONE, TWO, OTHER = (bytes((number,)) * 16 for number in (1, 2, 3))
KEYS = {"P-00000001": (ONE,), "P-00000002": (TWO,)}


def token_of(key, nonce=b"abc"):
    return auth.Recognition(HostSuite(), key).token(nonce)


def greeted(key):
    """Return a host's session after the HELLO of a band with this key."""
    host, band = HostSession(), BandSession(ListSource([], key=key))
    host.hello(HOST_NONCE)
    deliver(band, host)
    return host


def test_token_tells_the_label_of_its_band_and_of_no_other():
    known = KnownBands.of(KEYS)
    for nonce in (b"abc", b"xyz"):
        assert known.label_of(token_of(ONE, nonce)) == "P-00000001"
        assert known.label_of(token_of(TWO, nonce)) == "P-00000002"
        assert known.label_of(token_of(OTHER, nonce)) is None


@pytest.mark.parametrize("token", [b"", b"abc", bytes(6), bytes(27)])
def test_what_is_no_token_is_nobodys(token):
    assert KnownBands.of(KEYS).label_of(token) is None


def test_key_without_a_label_knows_its_band_and_not_its_name():
    known = KnownBands.of({"": (ONE,)})
    assert known.label_of(token_of(ONE)) == ""
    assert known.key_of(greeted(ONE)) == KnownKey(None, ONE)
    assert known.may_have("P-00000009")


def test_hint_tells_which_key_a_band_has():
    known = KnownBands.of(KEYS)
    assert known.key_of(greeted(TWO)) == KnownKey("P-00000002", TWO)
    assert known.key_of(greeted(OTHER)) is None
    assert known.key_of(greeted(None)) is None
    assert KnownBands.of({}).key_of(greeted(ONE)) is None


def test_label_is_known_only_with_its_key():
    known = KnownBands.of(KEYS)
    assert known.may_have("P-00000001")
    assert not known.may_have("P-00000003")


def test_key_file_that_comes_later_is_seen_without_a_restart(tmp_path):
    ring = KeyRing(tmp_path, on_note=lambda _text: None)
    known = KnownBands(ring.keys)
    token = token_of(ONE)
    assert known.label_of(token) is None
    path = tmp_path / "P-00000001.key"
    path.write_text(ONE.hex())
    path.chmod(0o600)
    assert known.label_of(token) == "P-00000001"
    assert known.key_of(greeted(ONE)) == KnownKey("P-00000001", ONE)
    path.unlink()
    assert known.label_of(token) is None


def test_while_a_key_is_replaced_both_are_tried(tmp_path):
    ring = KeyRing(tmp_path, on_note=lambda _text: None)
    ring.add("P-00000001", ONE, instead=False)
    new_key = ring.draw("P-00000001")
    known = KnownBands(ring.keys, ring.settle)
    for key in (ONE, new_key.key):
        assert known.label_of(token_of(key)) == "P-00000001"
        assert known.key_of(greeted(key)) == KnownKey("P-00000001", key)
    known.proved("P-00000001", KnownKey("P-00000001", new_key.key))
    assert known.key_of(greeted(ONE)) is None
    assert known.key_of(greeted(new_key.key)) == KnownKey("P-00000001", new_key.key)


def test_what_is_remembered_of_tokens_is_bounded():
    known = KnownBands.of(KEYS)
    for _ in range(5000):
        known.label_of(secrets.token_bytes(6))
    assert len(known._tokens) <= 4096
