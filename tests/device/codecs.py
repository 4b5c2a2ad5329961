"""Records, segments, slots and messages: the locked bytes of protocol/vectors, both ways."""

from pouch_protocol import errors, messages, records, segments
from tests.support.on_band.vectors import read


# In parts, since one would leave more garbage than fits where none is collected in between.
def test_records_0():
    _check_records(0)


def test_records_1():
    _check_records(1)


def test_messages_0():
    _check_messages(0)


def test_messages_1():
    _check_messages(1)


def test_messages_2():
    _check_messages(2)


def test_messages_3():
    _check_messages(3)


def _check_records(part):
    for vector in read("records", part=part, parts=2):
        data = bytes.fromhex(vector["hex"])
        place = vector["log_id"], vector["record_no"]
        assert records.encode(vector["kind"], vector["fields"], *place) == data, vector["about"]
        _has(records.decode(data, *place), vector)


def test_segment_headers():
    for vector in read("segments"):
        data = bytes.fromhex(vector["hex"])
        assert segments.encode_header(**vector["fields"]) == data, vector["about"]
        _has(segments.decode_header(data), vector)


def test_slots():
    for vector in read("slots"):
        data, held = bytes.fromhex(vector["hex"]), bytes.fromhex(vector["records"])
        assert segments.encode_slot(records=held, **vector["fields"]) == data, vector["about"]
        assert segments.decode_slot(data) == (vector["fields"], held), vector["about"]


def test_refused():
    decoders = {"segment": segments.decode_header, "message": messages.decode}
    for vector in read("refused"):
        data = bytes.fromhex(vector["hex"])
        try:
            if vector["unit"] == "record":
                records.decode(data, vector["log_id"], vector["record_no"])
            else:
                decoders[vector["unit"]](data)
        except getattr(errors, vector["error"]):
            continue
        raise AssertionError("not refused: " + vector["about"])


def _check_messages(part):
    for vector in read("messages", part=part, parts=4):
        data = bytes.fromhex(vector["hex"])
        opcode = vector["opcode"]
        fields = _with_bytes(messages.LAYOUTS[opcode], vector["fields"])
        held = bytes.fromhex(vector["records"])
        assert messages.encode(opcode, vector["procedure"], fields, held) == data, vector["about"]
        message = messages.decode(data)
        assert (message.opcode, message.procedure) == (opcode, vector["procedure"])
        assert (message.fields, message.payload) == (fields, held), vector["about"]


def _with_bytes(layout, fields):
    """Return a message's fields; byte strings are hexadecimal in the vectors."""
    return {
        name: bytes.fromhex(fields[name]) if code.endswith("s") else fields[name]
        for name, code in zip(layout.names, layout.codes)
    }


def _has(decoded, vector):
    for name, value in vector["fields"].items():
        assert decoded[name] == value, (vector["about"], name)
