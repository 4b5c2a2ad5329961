"""The worked example of keys in SPEC.md, worked out again: by the formulas and by the code."""

import hashlib
import hmac
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pouch_protocol import auth, messages, sealing
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.host import HostSession
from tests.protocol.plain import ListSource, Suite
from tests.protocol.spec_text import blocks, section

_HEAD_BYTES = 1
_FRAME_BYTES = 244
_TAG_BYTES = 8


def _read(block):
    """Return the values of a block of names and hexadecimal numbers."""
    found = {}
    name = ""
    for line in block:
        name = line[:15].strip() or name
        found[name] = found.get(name, "") + line[15:].replace(" ", "")
    return found


TEXT = section("### 7.4 Worked example")
GIVEN, RECOGNISED, CLEAR, MADE, SEALED, STREAM = [_read(block) for block in blocks(TEXT)]


def _value(values, name):
    return bytes.fromhex(values[name])


def _hmac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def _hkdf(key, salt, info, count):
    made, block, number = b"", b"", 1
    extracted = _hmac(salt, key)
    while len(made) < count:
        block = _hmac(extracted, block, info, bytes((number,)))
        made += block
        number += 1
    return made[:count]


def _aes_counter(key, first_block, data):
    cipher = Cipher(algorithms.AES(key), modes.CTR(first_block)).encryptor()
    return cipher.update(data) + cipher.finalize()


def test_example_is_of_the_keys_and_nonces_that_are_easy_to_remember():
    assert _value(GIVEN, "key") == bytes(range(0x10))
    assert _value(GIVEN, "host nonce") == bytes(range(0x10, 0x20))
    assert _value(GIVEN, "band nonce") == bytes(range(0x20, 0x30))
    assert _value(GIVEN, "token nonce") == bytes((1, 2, 3))


def test_recognition_by_the_formulas():
    key, drawn = _value(GIVEN, "key"), _value(GIVEN, "token nonce")
    recognition = _hkdf(key, b"", b"pouch recognition", 32)
    assert recognition == _value(RECOGNISED, "recognition")
    assert _value(RECOGNISED, "token") == drawn + _hmac(recognition, b"token", drawn)[:3]
    nonces = _value(GIVEN, "host nonce"), _value(GIVEN, "band nonce")
    assert _value(RECOGNISED, "hint") == _hmac(recognition, b"hint", *nonces)[:8]


def test_session_by_the_formulas():
    salt = _value(GIVEN, "host nonce") + _value(GIVEN, "band nonce")
    assert _value(MADE, "salt") == salt
    label = re.match("[0-9a-f]+", MADE["info"]).group()
    assert bytes.fromhex(label) == b"pouch session 1"
    hellos = _value(CLEAR, "HELLO")[_HEAD_BYTES:] + _value(CLEAR, "HELLO_REPLY")[_HEAD_BYTES:]
    made = _hkdf(_value(GIVEN, "key"), salt, b"pouch session 1" + hellos, 128)
    names = ("prove", "host encrypt", "host mac", "band encrypt", "band mac")
    assert made == b"".join(_value(MADE, name) for name in names)
    assert [len(_value(MADE, name)) for name in names] == [32, 16, 32, 16, 32]
    for who, opcode in (("host", "AUTH"), ("band", "AUTH_REPLY")):
        proof = _hmac(_value(MADE, "prove"), who.encode())[:16]
        assert proof == _value(MADE, f"{who} proof")
        assert proof in _value(CLEAR, opcode)


def test_sealed_frames_by_the_formulas():
    clear, place = _value(SEALED, "clear"), _value(SEALED, "place")
    content = _aes_counter(_value(MADE, "host encrypt"), place + bytes(11), clear[_HEAD_BYTES:])
    stream = _aes_counter(_value(MADE, "host encrypt"), place + bytes(11), bytes(16))
    assert stream == _value(SEALED, "key stream")
    body = clear[:_HEAD_BYTES] + content
    tag = _hmac(_value(MADE, "host mac"), place, body)[:_TAG_BYTES]
    assert _value(SEALED, "sealed") == body + tag
    # And one of the band, which opens to a message.
    sealed, place = _value(STREAM, "sealed"), _value(STREAM, "place")
    body, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    assert tag == _hmac(_value(MADE, "band mac"), place, body)[:_TAG_BYTES]
    content = _aes_counter(_value(MADE, "band encrypt"), place + bytes(11), body[_HEAD_BYTES:])
    assert int.from_bytes(place[1:], "little") & 0x3F == sealed[0] & 0x3F
    (example,) = blocks(section("### 6.20 RECORDS"))
    assert content.hex() == "".join(example).replace(" ", "")


def test_whole_example_by_the_code():
    key = _value(GIVEN, "key")
    recognition = auth.Recognition(Suite, key)
    assert recognition.token(_value(GIVEN, "token nonce")) == _value(RECOGNISED, "token")

    class Source(ListSource):
        def nonce(self):
            return _value(GIVEN, "band nonce")

        def battery_class(self):
            return c.BATTERY_MEDIUM

    host, band = HostSession(), BandSession(Source([], key=key))
    said = []

    def talk():
        frame = host.next_frame(_FRAME_BYTES)
        band.receive(frame)
        channel, answer = band.next_frame(_FRAME_BYTES)
        host.receive(channel, answer)
        said.extend((frame, answer))

    host.hello(_value(GIVEN, "host nonce"))
    talk()
    assert host.is_hint_of(recognition)
    host.authenticate(Suite, key)
    talk()
    assert said == [_value(CLEAR, name) for name in ("HELLO", "HELLO_REPLY", "AUTH", "AUTH_REPLY")]
    assert host.sealed
    host.info()
    frame = host.next_frame(_FRAME_BYTES)
    assert frame == _value(SEALED, "sealed")
    assert messages.encode(c.OP_INFO, 3, {}) == _value(SEALED, "clear")[_HEAD_BYTES:]
    band.receive(frame)
    assert band.next_frame(_FRAME_BYTES) is not None
    assert sealing.TAG_BYTES == _TAG_BYTES
