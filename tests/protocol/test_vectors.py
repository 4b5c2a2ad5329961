"""Locked bytes: what a band has once written, every later version must read and write alike.

A vector is never changed. A new field or message gets a new vector beside the old ones.
"""

import json

from pouch_protocol import cable, cobs, messages, records, segments
from pouch_protocol.frames import Joiner, Splitter
from tests.protocol.plain import raises

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


def test_every_kind_and_opcode_has_a_vector():
    assert {vector["kind"] for vector in _load("records")} == set(records.LAYOUTS)
    assert {vector["opcode"] for vector in _load("messages")} == set(messages.LAYOUTS)
