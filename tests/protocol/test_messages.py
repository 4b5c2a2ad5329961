"""Messages: damage is always seen, later versions are told apart from damage."""

from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.crc import crc32
from pouch_protocol.errors import Corrupt, Truncated, Unsupported
from tests.protocol.plain import ListSource, raises


def _seal(body):
    return body + crc32(body).to_bytes(4, "little")


def test_info_reply_round_trip():
    fields = ListSource([]).info()
    message = messages.decode(messages.encode(c.OP_INFO_REPLY, 9, fields))
    assert message.opcode == c.OP_INFO_REPLY
    assert message.procedure == 9
    assert message.fields == fields


def test_records_round_trip():
    data = bytes(range(40))
    message = messages.decode(messages.encode_records(3, 17, 1234, data))
    assert message.fields["boot_id"] == 17
    assert message.fields["first_record_no"] == 1234
    assert message.payload == data


def test_every_truncation_and_every_flipped_bit_raises():
    data = messages.encode(c.OP_SET_TIME, 1, _time())
    for size in range(len(data)):
        raises((Truncated, Corrupt), messages.decode, data[:size])
    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << (bit % 8)
        raises(Corrupt, messages.decode, bytes(damaged))


def test_appended_fields_of_a_later_version_are_ignored():
    body = messages.encode(c.OP_SET_TIME, 1, _time())[:-4] + b"later"
    assert messages.decode(_seal(body)).fields == _time()


def test_records_with_appended_header_fields_are_found():
    body = messages.encode_records(3, 17, 1234, b"")[:-4]
    longer = body[:2] + bytes((body[2] + 2,)) + body[3:] + b"xx" + bytes(20)
    assert messages.decode(_seal(longer)).payload == bytes(20)


def test_unknown_opcode_and_other_record_size_are_unsupported():
    raises(Unsupported, messages.decode, _seal(b"\x70\x01body"))
    body = messages.encode_records(3, 17, 1234, bytes(20))[:-4]
    raises(Unsupported, messages.decode, _seal(body[:3] + b"\x18" + body[4:]))


def test_records_that_are_not_whole_are_corrupt():
    body = messages.encode_records(3, 17, 1234, bytes(20))[:-4]
    raises(Corrupt, messages.decode, _seal(body[:-1]))


def test_newer_band_is_refused_whatever_follows_its_version():
    try:
        messages.decode(_seal(bytes((c.OP_HELLO_REPLY, 1, 2)) + b"another"))
    except Unsupported as error:
        assert "version 2" in str(error)
        return
    raise AssertionError("a newer band was not refused")


def test_encode_too_long_raises():
    raises(ValueError, messages.encode_records, 1, 1, 1, bytes(c.MESSAGE_BYTES_MAX))


def _time():
    return {"utc_s": 1_790_000_000, "utc_ms": 250, "source": 1, "round_trip_ms": 60}


def test_payload_that_begins_among_the_fields_or_behind_the_end_is_corrupt():
    for opcode, at in ((c.OP_RECORDS, 2), (c.OP_UPDATE_DATA, 2)):
        fields = {"records_offset": 10, "record_bytes": 20, "boot_id": 1, "first_record_no": 5}
        if opcode == c.OP_UPDATE_DATA:
            fields = {"data_offset": messages.UPDATE_DATA_OFFSET, "position": 0}
        message = messages.encode(opcode, 9, fields, bytes(20))
        sound = message[at]
        end = len(message) - 4
        for offset in range(256):
            body = message[:at] + bytes((offset,)) + message[at + 1 : end]
            changed = body + messages.crc32(body).to_bytes(4, "little")
            if offset < sound or offset > end:
                raises(Corrupt, messages.decode, changed)
            elif opcode == c.OP_UPDATE_DATA or (end - offset) % 20 == 0:
                assert len(messages.decode(changed).payload) == end - offset
