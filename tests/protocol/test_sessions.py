"""Both ends of a connection against each other, over a list in place of a radio."""

from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.band import BandSession
from pouch_protocol.errors import Unsupported
from pouch_protocol.host import HostSession, Records, Refused, Replied, Reported
from tests.protocol.plain import ListSource, raises, sample

LOG = 7


def _records(count):
    return [
        records.encode(c.KIND_SAMPLE, sample(uptime_cs=3000 * n), LOG, n) for n in range(count)
    ]


def _deliver(band, host, frame_bytes=244, keep=None):
    """Carry frames both ways until neither speaks; `keep` decides which of the band's arrive."""
    events = []
    number = 0
    while True:
        frame = host.next_frame(frame_bytes)
        if frame is not None:
            band.receive(frame)
            continue
        item = band.next_frame(frame_bytes)
        if item is None:
            return events
        if keep is None or keep(number):
            events += host.receive(item[0], item[1])
        number += 1


def _data(events):
    return {
        event.first_record_no + index: event.data[index * 20 : index * 20 + 20]
        for event in events
        if isinstance(event, Records)
        for index in range(len(event.data) // 20)
    }


def test_hello_tells_who_the_band_is():
    host, band = HostSession(), BandSession(ListSource(_records(3)))
    host.hello()
    assert host.waiting
    (reply,) = _deliver(band, host)
    assert isinstance(reply, Replied)
    assert reply.fields["band_id"] == 0x0012ABCD
    assert reply.fields["next_record_no"] == 3
    assert not host.waiting


def test_set_time_reaches_the_band_and_its_anchor_number_comes_back():
    source = ListSource(_records(3))
    host, band = HostSession(), BandSession(source)
    host.set_time(1_790_000_000_250, 60)
    (reply,) = _deliver(band, host)
    assert reply.fields == {"uptime_cs": 123_500, "record_no": 3}
    assert source.times[0]["utc_s"] == 1_790_000_000
    assert source.times[0]["utc_ms"] == 250
    assert source.times[0]["round_trip_ms"] == 60


def test_report_brings_every_record_once_at_every_mtu():
    held = _records(300)
    for frame_bytes in (20, 61, 182, 244, 514):
        host, band = HostSession(), BandSession(ListSource(held, boots=3))
        host.report(10, 1000)
        events = _deliver(band, host, frame_bytes)
        assert isinstance(events[-1], Reported)
        assert events[-1].complete
        assert events[-1].record_count == 290
        data = _data(events)
        assert sorted(data) == list(range(10, 300))
        assert all(data[number] == held[number] for number in data)


def test_report_records_of_different_boots_come_apart():
    host, band = HostSession(), BandSession(ListSource(_records(90), boots=3))
    host.report(0, 89)
    boots = {}
    for event in _deliver(band, host)[:-1]:
        for index in range(len(event.data) // 20):
            boots[event.first_record_no + index] = event.boot_id
    assert boots == {number: number // 30 + 1 for number in range(90)}


def test_report_with_any_one_frame_lost_is_incomplete_and_asking_again_fills_it():
    held = _records(60)
    total = _frame_count(held)
    for lost in range(total - 1):
        host, band = HostSession(), BandSession(ListSource(held))
        host.report(0, 59)
        events = _deliver(band, host, 61, lambda number, lost=lost: number != lost)
        assert isinstance(events[-1], Reported), lost
        assert not events[-1].complete, lost
        data = _data(events)
        for number in range(60):
            if number not in data:
                host.report(number, number)
                data.update(_data(_deliver(band, host, 61)))
        assert [data[number] for number in range(60)] == held, lost


def test_report_with_the_end_lost_leaves_the_host_waiting_until_it_aborts():
    held = _records(60)
    total = _frame_count(held)
    host, band = HostSession(), BandSession(ListSource(held))
    host.report(0, 59)
    _deliver(band, host, 61, lambda number: number != total - 1)
    assert host.waiting
    host.abort()
    (reply,) = _deliver(band, host)
    assert reply.opcode == c.OP_RESPONSE
    assert not host.waiting


def test_abort_stops_a_report_and_its_late_records_are_dropped():
    host, band = HostSession(), BandSession(ListSource(_records(500)))
    host.report(0, 499)
    band.receive(host.next_frame(244))
    late = [band.next_frame(244) for _ in range(6)]
    host.abort()
    events = _deliver(band, host)
    assert events[-1].fields["request"] == c.OP_ABORT
    host.hello()
    for channel, frame in late:
        assert host.receive(channel, frame) == []
    assert _deliver(band, host)[-1].opcode == c.OP_HELLO_REPLY


def test_report_while_reporting_is_refused_as_busy():
    band = BandSession(ListSource(_records(500)))
    first, second = HostSession(), HostSession()
    first.report(0, 499)
    second.hello()
    second.next_frame(244)
    second.abort()
    band.receive(first.next_frame(244))
    frame = messages.encode(c.OP_HELLO, 200, {"wire_version": 1})
    band.receive(bytes((0xC1,)) + frame)
    channel, reply = band.next_frame(244)
    assert channel == c.CHANNEL_CONTROL
    response = messages.decode(reply[1:])
    assert response.fields == {"request": c.OP_HELLO, "code": c.CODE_BUSY}


def test_report_of_nothing_says_no_records():
    for first, last, code in (
        (300, 400, c.CODE_NO_RECORDS),
        (20, 10, c.CODE_INVALID_OPERAND),
        (0, 4, c.CODE_NO_RECORDS),
    ):
        host, band = HostSession(), BandSession(ListSource(_records(30), oldest=5))
        host.report(first, last)
        (event,) = _deliver(band, host)
        assert isinstance(event, Refused)
        assert event.code == code


def test_count_tells_what_is_held_of_a_range():
    host, band = HostSession(), BandSession(ListSource(_records(30), oldest=5))
    for first, last, count in ((0, 100, 25), (10, 19, 10), (40, 50, 0)):
        host.count(first, last)
        (reply,) = _deliver(band, host)
        assert reply.fields["record_count"] == count
        assert reply.fields["oldest_record_no"] == 5
        assert reply.fields["next_record_no"] == 30


def test_report_jumps_over_records_that_the_ring_reused_meanwhile():
    source = ListSource(_records(300))
    host, band = HostSession(), BandSession(source)
    host.report(0, 299)
    band.receive(host.next_frame(244))
    events = list(host.receive(*band.next_frame(244)))
    source.oldest = 200
    events += _deliver(band, host)
    assert events[-1].complete
    assert sorted(_data(events))[-100:] == list(range(200, 300))
    assert events[-1].record_count == len(_data(events))


def test_damaged_request_is_answered_and_unknown_opcode_too():
    band = BandSession(ListSource([]))
    body = b"\x70\x09"
    band.receive(b"\xc0" + body + messages.crc32(body).to_bytes(4, "little"))
    reply = messages.decode(band.next_frame(244)[1][1:])
    assert reply.procedure == 9
    assert reply.fields == {"request": 0x70, "code": c.CODE_OPCODE_UNSUPPORTED}
    band.receive(b"\xc1" + body + b"\x00\x00\x00\x00")
    reply = messages.decode(band.next_frame(244)[1][1:])
    assert reply.procedure == c.PROCEDURE_UNREADABLE
    assert reply.fields["code"] == c.CODE_CORRUPT


def test_answer_to_an_earlier_procedure_is_dropped():
    host, band = HostSession(), BandSession(ListSource(_records(3)))
    host.hello()
    band.receive(host.next_frame(244))
    late = band.next_frame(244)
    host.abort()
    _deliver(band, host)
    host.hello()
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


def test_reflected_reply_is_refused():
    band = BandSession(ListSource([]))
    message = messages.encode(c.OP_REPORT_DONE, 4, {"record_count": 1, "records_crc": 2})
    band.receive(b"\xc0" + message)
    reply = messages.decode(band.next_frame(244)[1][1:])
    assert reply.fields["code"] == c.CODE_OPCODE_UNSUPPORTED


def test_nonce_serves_for_one_keyed_request_of_a_connection():
    host, band = HostSession(), BandSession(ListSource([]), local=True)

    def reset():
        host.request(c.OP_FACTORY_RESET, c.OP_RESPONSE, {"tag": bytes(32)})
        return _deliver(band, host)[0]

    assert reset().code == c.CODE_NOT_AUTHENTICATED
    host.request(c.OP_CHALLENGE, c.OP_CHALLENGE_REPLY, {})
    (reply,) = _deliver(band, host)
    assert reply.fields == {"nonce": bytes(range(16))}
    assert isinstance(reset(), Replied)
    assert reset().code == c.CODE_NOT_AUTHENTICATED


def test_radio_is_told_from_the_cable():
    host, band = HostSession(), BandSession(ListSource([]))
    host.request(c.OP_CHALLENGE, c.OP_CHALLENGE_REPLY, {})
    _deliver(band, host)
    host.request(c.OP_SET_KEY, c.OP_RESPONSE, {"key": bytes(16)})
    (refused,) = _deliver(band, host)
    assert (refused.request, refused.code) == (c.OP_SET_KEY, c.CODE_NOT_AUTHENTICATED)


def test_update_data_arrives_whole_at_every_mtu():
    source = ListSource([])
    taken = []

    def take(request, nonce, local):
        taken.append((request.fields["position"], request.payload))
        return c.OP_UPDATE_REPLY, {"position": 5 + len(request.payload)}

    source.handle = take
    data = bytes(range(256)) * 4
    data = data[: messages.UPDATE_DATA_BYTES_MAX]
    for frame_bytes in (20, 244):
        host, band = HostSession(), BandSession(source)
        fields = {"data_offset": messages.UPDATE_DATA_OFFSET, "position": 5}
        host.request(c.OP_UPDATE_DATA, c.OP_UPDATE_REPLY, fields, data)
        (reply,) = _deliver(band, host, frame_bytes)
        assert reply.fields == {"position": 5 + len(data)}
        assert taken.pop() == (5, data)


def test_newer_band_raises_at_the_host():
    source = ListSource([])
    fields = source.hello()
    fields["wire_version"] = 2
    source.hello = lambda: fields
    host, band = HostSession(), BandSession(source)
    host.hello()
    raises(Unsupported, _deliver, band, host)


def test_second_procedure_at_once_is_the_callers_bug():
    host = HostSession()
    host.hello()
    raises(ValueError, host.count)


def _frame_count(held):
    host, band = HostSession(), BandSession(ListSource(held))
    host.report(0, len(held) - 1)
    band.receive(host.next_frame(61))
    count = 0
    while band.next_frame(61) is not None:
        count += 1
    return count
