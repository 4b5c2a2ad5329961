"""Locked bytes: what a band has once written, every later version must read and write alike.

A vector is never changed. A new field or message gets a new vector beside the old ones.
"""

import json

from pouch_protocol import auth, cable, cobs, messages, records, segments
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.errors import Corrupt
from pouch_protocol.frames import Joiner, Splitter
from pouch_protocol.host import HostSession
from pouch_protocol.sealing import Opener, Sealer
from tests.protocol.plain import ListSource, Suite, raises

FOLDER = __file__.replace("\\", "/").rsplit("tests/", 1)[0] + "protocol/vectors/"


def _load(name):
    with open(FOLDER + name + ".json") as file:
        return json.load(file)


def test_records_match_their_vectors():
    for vector in _load("records"):
        data = bytes.fromhex(vector["hex"])
        place = (vector["log_id"], vector["record_no"])
        assert records.encode(vector["kind"], vector["fields"], *place) == data, vector["about"]
        decoded = records.decode(data, *place)
        for name in vector["fields"]:
            assert decoded[name] == vector["fields"][name], (vector["about"], name)


def test_segment_headers_match_their_vectors():
    for vector in _load("segments"):
        data = bytes.fromhex(vector["hex"])
        fields = vector["fields"]
        assert segments.encode_header(**fields) == data, vector["about"]
        decoded = segments.decode_header(data)
        for name in fields:
            assert decoded[name] == fields[name], (vector["about"], name)


def test_slots_match_their_vectors():
    for vector in _load("slots"):
        data = bytes.fromhex(vector["hex"])
        attached = bytes.fromhex(vector["records"])
        fields = vector["fields"]
        encoded = segments.encode_slot(records=attached, **fields)
        assert encoded == data, vector["about"]
        assert segments.decode_slot(data) == (fields, attached), vector["about"]


def _message_fields(vector):
    """Return a message's fields; byte strings are hexadecimal in the vectors."""
    layout = messages.LAYOUTS[vector["opcode"]]
    codes = dict(zip(layout.names, layout.codes))
    fields = vector["fields"]
    return {
        name: bytes.fromhex(fields[name]) if codes[name][-1] == "s" else fields[name]
        for name in fields
    }


def test_messages_match_their_vectors():
    for vector in _load("messages"):
        data = bytes.fromhex(vector["hex"])
        fields = _message_fields(vector)
        attached = bytes.fromhex(vector["records"])
        encoded = messages.encode(vector["opcode"], vector["procedure"], fields, attached)
        assert encoded == data, vector["about"]
        message = messages.decode(data)
        assert message.opcode == vector["opcode"]
        assert message.procedure == vector["procedure"]
        assert message.fields == fields, vector["about"]
        assert message.payload == attached, vector["about"]


def test_frames_match_their_vectors():
    for vector in _load("frames"):
        splitter, joiner = Splitter(), Joiner()
        joined = []
        for message, frames in zip(vector["messages"], vector["frames"]):
            splitter.load(bytes.fromhex(message))
            for frame in frames:
                data = bytes.fromhex(frame)
                assert splitter.next_frame(vector["frame_bytes_max"]) == data, vector["about"]
                joined.append(joiner.join(data))
        assert [part for part in joined if part] == [
            bytes.fromhex(message) for message in vector["messages"]
        ]


def test_cable_matches_its_vectors():
    vectors = _load("cable")
    for vector in vectors["cobs"]:
        data, coded = bytes.fromhex(vector["data"]), bytes.fromhex(vector["coded"])
        assert cobs.encode(data) == coded, vector["about"]
        assert cobs.decode(coded) == data, vector["about"]
    for vector in vectors["lines"]:
        channel = vector["channel"]
        data, line = bytes.fromhex(vector["data"]), bytes.fromhex(vector["line"])
        wrapped = cable.wrap_text(data) if channel is None else cable.wrap(channel, data)
        assert wrapped == line, vector["about"]
        assert cable.Unwrapper().feed(line) == [(channel, data)], vector["about"]


def test_refused_bytes_are_refused():
    for vector in _load("refused"):
        data = bytes.fromhex(vector["hex"])
        error = getattr(__import__("pouch_protocol.errors", None, None, ("*",)), vector["error"])
        if vector["unit"] == "record":
            raises(error, records.decode, data, vector["log_id"], vector["record_no"])
        elif vector["unit"] == "segment":
            raises(error, segments.decode_header, data)
        else:
            raises(error, messages.decode, data)


def test_keys_match_their_vectors():
    vectors = _load("keys")
    for vector in vectors["hkdf"]:
        key, salt, info, made = _bytes(vector, "key", "salt", "info", "made")
        assert auth.hkdf_sha256(Suite, key, salt, info, len(made)) == made, vector["about"]
    for vector in vectors["recognition"]:
        key, token, hint = _bytes(vector, "key", "token", "hint")
        recognition = auth.Recognition(Suite, key)
        assert recognition.token(token[:3]) == token, vector["about"]
        assert recognition.made_token(token), vector["about"]
        nonces = _bytes(vector, "host_nonce", "band_nonce")
        assert recognition.hint(*nonces) == hint, vector["about"]


def test_session_keys_match_their_vectors():
    block = bytes(16)
    for vector in _load("keys")["sessions"]:
        keys = auth.SessionKeys(Suite, *_bytes(vector, "key", "nonces", "hello", "hello_reply"))
        proofs = _bytes(vector, "host_proof", "band_proof")
        assert (keys.host_proof, keys.band_proof) == tuple(proofs), vector["about"]
        prove = Suite.mac(bytes.fromhex(vector["prove"]))
        assert [prove(b"host")[:16], prove(b"band")[:16]] == proofs, vector["about"]
        for way, (encrypt, mac) in (("host", keys.of_host()), ("band", keys.of_band())):
            of_cipher, of_mac = _bytes(vector, way + "_encrypt", way + "_mac")
            assert encrypt(block) == Suite.block_cipher(of_cipher)(block), vector["about"]
            assert mac(block) == Suite.mac(of_mac)(block), vector["about"]


def test_sealed_frames_match_their_vectors():
    for vector in _load("sealed"):
        encrypt, mac = _bytes(vector, "encrypt", "mac")
        keys = Suite.block_cipher(encrypt), Suite.mac(mac)
        sealer, opener = Sealer(keys, vector["channel"]), Opener(keys, vector["channel"])
        wrong = Opener(keys, 1 - vector["channel"])
        counter = 0
        for frame in vector["frames"]:
            clear, sealed = _bytes(frame, "clear", "sealed")
            while counter < frame["counter"]:
                # Frames that the vector does not list.
                other = bytes((0xC0 | counter & 0x3F, 0))
                assert opener.open(sealer.seal(other)) == other
                counter += 1
            assert sealer.seal(clear) == sealed, vector["about"]
            raises(Corrupt, wrong.open, sealed)
            assert opener.open(sealed) == clear, vector["about"]
            counter += 1


class VectorSource(ListSource):
    """A band that says what the vectors say."""

    def __init__(self, said, key_text):
        held = [bytes.fromhex(record) for record in said["records"]]
        super().__init__(held, key=bytes.fromhex(key_text) if key_text else None)
        self._said = said
        self._nonces = [bytes.fromhex(nonce) for nonce in said["band_nonces"]]

    def nonce(self):
        return self._nonces.pop(0)

    def battery_class(self):
        return self._said["battery_class"]

    def info(self):
        fields = dict(self._said["info"])
        fields["board"] = bytes.fromhex(fields["board"])
        return fields


def _begin(host, step):
    """Have the host ask what a step of a conversation asks."""
    given = step["arguments"]
    if step["call"] == "hello":
        host.hello(bytes.fromhex(given["nonce"]))
    elif step["call"] == "authenticate":
        host.authenticate(Suite, bytes.fromhex(given["key"]))
    else:
        getattr(host, step["call"])(**given)


def test_conversations_match_their_vectors():
    vectors = _load("conversations")
    for vector in vectors["conversations"]:
        size = vector["frame_bytes_max"]
        host = HostSession()
        source = VectorSource(vectors["source"], vector["key"])
        band = BandSession(source, vector["local"])
        for step in vector["steps"]:
            about = vector["about"], step["call"]
            _begin(host, step)
            for frame in step["host"]:
                assert host.next_frame(size) == bytes.fromhex(frame), about
                band.receive(bytes.fromhex(frame))
            assert host.next_frame(size) is None, about
            events = []
            for channel, frame in step["band"]:
                assert band.next_frame(size) == (channel, bytes.fromhex(frame)), about
                events += host.receive(channel, bytes.fromhex(frame))
            assert band.next_frame(size) is None, about
            assert type(events[-1]).__name__ == step["ends"], about
        assert host.sealed == band.trusted == (vector["steps"][1]["call"] == "authenticate")
        assert host.damaged_count == 0


def test_conversations_are_sealed_and_clear_with_and_without_a_key():
    loaded = _load("conversations")
    vectors = loaded["conversations"]
    reports = [vector["steps"][-1] for vector in vectors]
    assert {step["call"] for step in reports} == {"report"}
    assert {step["ends"] for step in reports} == {"Reported", "Refused"}
    # What is held of two records can be read in the clear ones only.
    for vector, step in zip(vectors, reports):
        said = "".join([frame[2:] for _, frame in step["band"]])
        in_clear = vector["local"] and vector["key"] is None
        assert (loaded["source"]["records"][0] in said) == in_clear, vector["about"]
        assert {c.CHANNEL_STREAM} <= {channel for channel, _ in step["band"]} or (
            step["ends"] == "Refused"
        )


def _bytes(vector, *names):
    return [bytes.fromhex(vector[name]) for name in names]


def test_every_kind_and_opcode_has_a_vector():
    assert {vector["kind"] for vector in _load("records")} == set(records.LAYOUTS)
    assert {vector["opcode"] for vector in _load("messages")} == set(messages.LAYOUTS)
