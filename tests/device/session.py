"""A connection from the band's side: what a host asks, frame by frame, and what comes back.

In the clear, as on a cable: what is sealed is tried in sealed.py.
"""

from pouch_protocol import auth, messages, records
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.crc import crc32
from pouch_protocol.frames import Joiner, Splitter
from tests.protocol.plain import HOST_NONCE, KEY, ListSource, sample

LOG_ID = 7
COUNT = 7
HELLO = {"wire_version": 1, "nonce": HOST_NONCE}


def _source(key=None):
    made = []
    for number in range(COUNT):
        fields = sample(uptime_cs=3000 * number)
        made.append(records.encode(c.KIND_SAMPLE, fields, LOG_ID, number))
    return ListSource(made, boots=2, key=key)


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


def _local(source):
    return BandSession(source, local=True)


def test_info_says_who_the_band_is():
    source = _source(KEY)
    ((channel, message),) = _ask(_local(source), c.OP_INFO, {}, 20)
    assert (channel, message.opcode, message.procedure) == (0, c.OP_INFO_REPLY, 9)
    assert message.fields == source.info()


def test_greeting_tells_version_battery_and_a_hint():
    source = _source(KEY)
    ((_, message),) = _ask(BandSession(source), c.OP_HELLO, HELLO, 20)
    fields = message.fields
    assert (fields["wire_version"], fields["battery_class"]) == (1, c.BATTERY_FULL)
    known = auth.Recognition(source.suite, KEY)
    assert fields["hint"] == known.hint(HOST_NONCE, fields["nonce"])


def test_stranger_on_the_radio_is_refused():
    source = _source(KEY)
    for opcode, asked in (
        (c.OP_AUTH, {"proof": bytes(16)}),
        (c.OP_INFO, {}),
        (c.OP_REPORT, {"first_record_no": 0, "last_record_no": 9}),
        (c.OP_SET_KEY, {"key": bytes(16)}),
    ):
        ((_, message),) = _ask(BandSession(source), opcode, asked, 20)
        assert message.fields == {"request": opcode, "code": c.CODE_NOT_AUTHENTICATED}


def test_wrong_proof_is_refused():
    session = BandSession(_source(KEY))
    _ask(session, c.OP_HELLO, HELLO, 20)
    # The second message's frames count on from the first one's.
    session._joiner = Joiner()
    ((_, message),) = _ask(session, c.OP_AUTH, {"proof": bytes(16)}, 20)
    assert message.fields == {"request": c.OP_AUTH, "code": c.CODE_NOT_AUTHENTICATED}
    assert not session.trusted


def test_report_in_small_frames_brings_every_record_once():
    _check_report(20)


def test_report_in_large_frames_brings_every_record_once():
    _check_report(244)


def _check_report(frame_bytes):
    source = _source()
    asked = {"first_record_no": 2, "last_record_no": 0xFFFFFFFE}
    found = _ask(_local(source), c.OP_REPORT, asked, frame_bytes)
    (_, done) = found.pop()
    brought = b"".join(message.payload for _, message in found)
    assert brought == b"".join(source.records[2:])
    # Boots are not mixed in one message.
    assert {message.fields["boot_id"] for _, message in found} == {1, 2, 3}
    assert done.opcode == c.OP_REPORT_DONE
    assert done.fields == {"record_count": COUNT - 2, "records_crc": crc32(brought)}


def test_damaged_question_is_answered_as_unreadable():
    session = BandSession(_source(KEY))
    message = bytearray(messages.encode(c.OP_HELLO, 9, HELLO))
    message[1] ^= 0x10
    session.receive(b"\xc0" + message)
    _, frame = session.next_frame(20)
    answer = messages.decode(frame[1:])
    assert answer.fields == {"request": 0, "code": c.CODE_CORRUPT}
