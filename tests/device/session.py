"""A connection from the band's side: what a host asks, frame by frame, and what comes back."""

from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.band import BandSession
from pouch_protocol.crc import crc32
from pouch_protocol.frames import Joiner, Splitter
from tests.protocol.plain import ListSource, sample

LOG_ID = 7
COUNT = 7


def _source():
    made = []
    for number in range(COUNT):
        fields = sample(uptime_cs=3000 * number)
        made.append(records.encode(c.KIND_SAMPLE, fields, LOG_ID, number))
    return ListSource(made, boots=2)


def _ask(session, opcode, fields, frame_bytes):
    """Ask, and return the messages that come back, each with its channel."""
    splitter = Splitter()
    splitter.load(messages.encode(opcode, 9, fields))
    while splitter.busy:
        session.receive(splitter.next_frame(20))
    joiners = Joiner(), Joiner()
    found = []
    item = session.next_frame(frame_bytes)
    while item is not None:
        assert len(item[1]) <= frame_bytes
        data = joiners[item[0]].join(item[1])
        if data is not None:
            found.append((item[0], messages.decode(data)))
        item = session.next_frame(frame_bytes)
    return found


def test_hello_says_who_the_band_is():
    source = _source()
    ((channel, message),) = _ask(BandSession(source), c.OP_HELLO, {"wire_version": 1}, 20)
    assert (channel, message.opcode, message.procedure) == (0, c.OP_HELLO_REPLY, 9)
    assert message.fields == source.hello()


def test_report_in_small_frames_brings_every_record_once():
    _check_report(20)


def test_report_in_large_frames_brings_every_record_once():
    _check_report(244)


def _check_report(frame_bytes):
    source = _source()
    asked = {"first_record_no": 2, "last_record_no": 0xFFFFFFFE}
    found = _ask(BandSession(source), c.OP_REPORT, asked, frame_bytes)
    (_, done) = found.pop()
    brought = b"".join(message.payload for _, message in found)
    assert brought == b"".join(source.records[2:])
    # Boots are not mixed in one message.
    assert {message.fields["boot_id"] for _, message in found} == {1, 2, 3}
    assert done.opcode == c.OP_REPORT_DONE
    assert done.fields == {"record_count": COUNT - 2, "records_crc": crc32(brought)}


def test_damaged_question_is_answered_as_unreadable():
    session = BandSession(_source())
    message = bytearray(messages.encode(c.OP_HELLO, 9, {"wire_version": 1}))
    message[1] ^= 0x10
    session.receive(b"\xc0" + message)
    _, frame = session.next_frame(20)
    answer = messages.decode(frame[1:])
    assert answer.fields == {"request": 0, "code": c.CODE_CORRUPT}
