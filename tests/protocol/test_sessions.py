"""Both ends of a connection against each other, over a list in place of a radio."""

from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.band import BandSession
from pouch_protocol.errors import Unsupported
from pouch_protocol.host import HostSession, Records, Refused, Replied, Reported
from tests.protocol.plain import HOST_NONCE, ListSource, deliver, raises, sample, trusted

LOG = 7


def _records(count):
    return [
        records.encode(c.KIND_SAMPLE, sample(uptime_cs=3000 * n), LOG, n) for n in range(count)
    ]


def _data(events):
    return {
        event.first_record_no + index: event.data[index * 20 : index * 20 + 20]
        for event in events
        if isinstance(event, Records)
        for index in range(len(event.data) // 20)
    }


def test_info_tells_who_the_band_is():
    host, band = trusted(ListSource(_records(3)))
    host.info()
    assert host.waiting
    (reply,) = deliver(band, host)
    assert isinstance(reply, Replied)
    assert reply.fields["band_id"] == 0x0012ABCD
    assert reply.fields["next_record_no"] == 3
    assert not host.waiting


def test_set_time_reaches_the_band_and_its_anchor_number_comes_back():
    source = ListSource(_records(3))
    host, band = trusted(source)
    host.set_time(1_790_000_000_250, 60)
    (reply,) = deliver(band, host)
    assert reply.fields == {"uptime_cs": 123_500, "record_no": 3}
    assert source.times[0]["utc_s"] == 1_790_000_000
    assert source.times[0]["utc_ms"] == 250
    assert source.times[0]["round_trip_ms"] == 60


def test_report_brings_every_record_once_at_every_mtu():
    held = _records(300)
    for frame_bytes in (20, 61, 182, 244, 514):
        host, band = trusted(ListSource(held, boots=3))
        host.report(10, 1000)
        events = deliver(band, host, frame_bytes)
        assert isinstance(events[-1], Reported)
        assert events[-1].complete
        assert events[-1].record_count == 290
        data = _data(events)
        assert sorted(data) == list(range(10, 300))
        assert all(data[number] == held[number] for number in data)


def test_report_records_of_different_boots_come_apart():
    host, band = trusted(ListSource(_records(90), boots=3))
    host.report(0, 89)
    boots = {}
    for event in deliver(band, host)[:-1]:
        for index in range(len(event.data) // 20):
            boots[event.first_record_no + index] = event.boot_id
    assert boots == {number: number // 30 + 1 for number in range(90)}


def test_report_with_any_one_frame_lost_is_incomplete_and_asking_again_fills_it():
    held = _records(60)
    total = _frame_count(held)
    for lost in range(total - 1):
        host, band = trusted(ListSource(held))
        host.report(0, 59)
        events = deliver(band, host, 61, lambda number, lost=lost: number != lost)
        assert isinstance(events[-1], Reported), lost
        assert not events[-1].complete, lost
        data = _data(events)
        for number in range(60):
            if number not in data:
                host.report(number, number)
                data.update(_data(deliver(band, host, 61)))
        assert [data[number] for number in range(60)] == held, lost


def test_report_with_the_end_lost_leaves_the_host_waiting_until_it_aborts():
    held = _records(60)
    total = _frame_count(held)
    host, band = trusted(ListSource(held))
    host.report(0, 59)
    deliver(band, host, 61, lambda number: number != total - 1)
    assert host.waiting
    host.abort()
    (reply,) = deliver(band, host)
    assert reply.opcode == c.OP_RESPONSE
    assert not host.waiting


def test_abort_stops_a_report_and_its_late_records_are_dropped():
    host, band = trusted(ListSource(_records(500)))
    host.report(0, 499)
    band.receive(host.next_frame(244))
    late = [band.next_frame(244) for _ in range(6)]
    host.abort()
    events = deliver(band, host)
    assert events[-1].fields["request"] == c.OP_ABORT
    host.info()
    for channel, frame in late:
        assert host.receive(channel, frame) == []
    assert deliver(band, host)[-1].opcode == c.OP_INFO_REPLY


def test_abort_ends_the_message_that_is_half_said():
    host, band = trusted(ListSource(_records(500)))
    host.report(0, 499)
    band.receive(host.next_frame(244))
    assert band.next_frame(244)[0] == c.CHANNEL_STREAM
    host.abort()
    band.receive(host.next_frame(244))
    # The answer is the very next frame, and nothing follows.
    assert band.next_frame(244)[0] == c.CHANNEL_CONTROL
    assert band.next_frame(244) is None


def test_report_while_reporting_is_refused_as_busy():
    host, band = trusted(ListSource(_records(500)))
    host.report(0, 499)
    band.receive(host.next_frame(244))
    # A host that has forgotten that it waits.
    host._expected = 0
    host.info()
    band.receive(host.next_frame(244))
    (refused,) = host.receive(*band.next_frame(244))
    assert (refused.request, refused.code) == (c.OP_INFO, c.CODE_BUSY)


def test_report_of_nothing_says_no_records():
    for first, last, code in (
        (300, 400, c.CODE_NO_RECORDS),
        (20, 10, c.CODE_INVALID_OPERAND),
        (0, 4, c.CODE_NO_RECORDS),
    ):
        host, band = trusted(ListSource(_records(30), oldest=5))
        host.report(first, last)
        (event,) = deliver(band, host)
        assert isinstance(event, Refused)
        assert event.code == code


def test_count_tells_what_is_held_of_a_range():
    host, band = trusted(ListSource(_records(30), oldest=5))
    for first, last, count in ((0, 100, 25), (10, 19, 10), (40, 50, 0)):
        host.count(first, last)
        (reply,) = deliver(band, host)
        assert reply.fields["record_count"] == count
        assert reply.fields["oldest_record_no"] == 5
        assert reply.fields["next_record_no"] == 30


def test_report_jumps_over_records_that_the_ring_reused_meanwhile():
    source = ListSource(_records(300))
    host, band = trusted(source)
    host.report(0, 299)
    band.receive(host.next_frame(244))
    events = list(host.receive(*band.next_frame(244)))
    source.oldest = 200
    events += deliver(band, host)
    assert events[-1].complete
    assert sorted(_data(events))[-100:] == list(range(200, 300))
    assert events[-1].record_count == len(_data(events))


def _clear(source):
    """Return the band's end of a cable to a band that was never given a key."""
    source.key = None
    return BandSession(source, local=True)


def test_damaged_request_is_answered_and_unknown_opcode_too():
    band = _clear(ListSource([]))
    body = b"\x70\x09"
    band.receive(b"\xc0" + body + messages.crc32(body).to_bytes(4, "little"))
    reply = messages.decode(band.next_frame(244)[1][1:])
    assert reply.procedure == 9
    assert reply.fields == {"request": 0x70, "code": c.CODE_OPCODE_UNSUPPORTED}
    band.receive(b"\xc1" + body + b"\x00\x00\x00\x00")
    reply = messages.decode(band.next_frame(244)[1][1:])
    assert reply.procedure == c.PROCEDURE_UNREADABLE
    assert reply.fields["code"] == c.CODE_CORRUPT


def test_unknown_message_in_a_sealed_session_is_answered_with_its_code():
    host, band = trusted(ListSource([]))
    texts = messages.LAYOUTS._texts
    texts[0x70] = "flavour B"
    try:
        host.request(0x70, c.OP_RESPONSE, {"flavour": 3})
    finally:
        del texts[0x70]
    (refused,) = deliver(band, host)
    assert (refused.request, refused.code) == (0x70, c.CODE_OPCODE_UNSUPPORTED)


def test_answer_to_an_earlier_procedure_is_dropped():
    host, band = trusted(ListSource(_records(3)))
    host.info()
    band.receive(host.next_frame(244))
    late = band.next_frame(244)
    host.abort()
    deliver(band, host)
    host.info()
    assert host.receive(late[0], late[1]) == []
    assert host.waiting


def test_junk_piles_up_no_answers():
    band = BandSession(ListSource([]))
    for number in range(1000):
        band.receive(bytes((0xC0 | (number & 0x3F),)) + b"junk that is no message")
    answers = 0
    while band.next_frame(244) is not None:
        answers += 1
    assert 0 < answers <= 4


def test_reply_sent_to_a_band_is_refused():
    band = _clear(ListSource([]))
    message = messages.encode(c.OP_REPORT_DONE, 4, {"record_count": 1, "records_crc": 2})
    band.receive(b"\xc0" + message)
    reply = messages.decode(band.next_frame(244)[1][1:])
    assert reply.fields["code"] == c.CODE_OPCODE_UNSUPPORTED


def test_update_data_arrives_whole_at_every_mtu():
    source = ListSource([])
    taken = []

    def take(request, trusted, local):
        taken.append((request.fields["position"], request.payload))
        return c.OP_UPDATE_REPLY, {"position": 5 + len(request.payload)}

    source.handle = take
    data = bytes(range(256)) * 4
    data = data[: messages.UPDATE_DATA_BYTES_MAX]
    for frame_bytes in (20, 244):
        host, band = trusted(source)
        fields = {"data_offset": messages.UPDATE_DATA_OFFSET, "position": 5}
        host.request(c.OP_UPDATE_DATA, c.OP_UPDATE_REPLY, fields, data)
        (reply,) = deliver(band, host, frame_bytes)
        assert reply.fields == {"position": 5 + len(data)}
        assert taken.pop() == (5, data)


def test_newer_band_raises_at_the_host():
    host = HostSession()
    host.hello(HOST_NONCE)
    fields = {"wire_version": 2, "battery_class": 0, "nonce": HOST_NONCE, "hint": bytes(8)}
    reply = messages.encode(c.OP_HELLO_REPLY, 1, fields)
    raises(Unsupported, host.receive, c.CHANNEL_CONTROL, b"\xc0" + reply)


def test_second_procedure_at_once_is_the_callers_bug():
    host = HostSession()
    host.hello(HOST_NONCE)
    raises(ValueError, host.count)


def _frame_count(held):
    host, band = trusted(ListSource(held))
    host.report(0, len(held) - 1)
    band.receive(host.next_frame(61))
    count = 0
    while band.next_frame(61) is not None:
        count += 1
    return count
