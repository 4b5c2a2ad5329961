"""Programs of different age: a longer message is read, an unknown one answered with its code."""

from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.band import BandSession
from pouch_protocol.errors import Truncated, Unsupported
from pouch_protocol.frames import Splitter
from pouch_protocol.host import HostSession
from tests.protocol.fuzz_frames import Draw, message_of
from tests.protocol.later import MORE, UNKNOWN_OP, Later
from tests.protocol.plain import HOST_NONCE, KEY, ListSource, Suite, deliver, raises, trusted
from tests.protocol.test_strangers import REQUESTS

_RECORDS = [bytes((number,)) * 20 for number in range(200)]
_SETTINGS = REQUESTS[c.OP_CONFIGURE]
_SELF_TEST = {
    "failed": 0,
    "infant_temperature_c128": 1,
    "caregiver_temperature_c128": 2,
    "infant_touch_pf512": 3,
    "caregiver_touch_pf512": 4,
    "activity_mg": 5,
    "battery_mv": 3900,
    "free_heap_bytes": 7,
    "free_blocks": 8,
    "reset_cause": 1,
}
_OTHER_REPLIES = {
    c.OP_SELF_TEST: (c.OP_SELF_TEST_REPLY, _SELF_TEST),
    c.OP_SETTINGS: (c.OP_SETTINGS_REPLY, _SETTINGS),
    c.OP_UPDATE_DATA: (c.OP_UPDATE_REPLY, {"position": 9}),
}
# What answers a request, where it is not a mere response.
_REPLIES = {
    c.OP_INFO: c.OP_INFO_REPLY,
    c.OP_TIME: c.OP_TIME_REPLY,
    c.OP_COUNT: c.OP_COUNT_REPLY,
    c.OP_SET_TIME: c.OP_SET_TIME_REPLY,
    c.OP_SELF_TEST: c.OP_SELF_TEST_REPLY,
    c.OP_SETTINGS: c.OP_SETTINGS_REPLY,
    c.OP_UPDATE_DATA: c.OP_UPDATE_REPLY,
}


class _Source(ListSource):
    """Answers whatever is asked, and notes what it was asked."""

    def __init__(self):
        super().__init__(list(_RECORDS))
        self.asked = []

    def handle(self, request, trusted, local):
        self.asked.append((request.opcode, request.fields, request.payload))
        default = c.OP_RESPONSE, {"request": request.opcode, "code": c.CODE_SUCCESS}
        return _OTHER_REPLIES.get(request.opcode, default)


def _handshake(host, band):
    host.hello(HOST_NONCE)
    deliver(band, host)
    host.authenticate(Suite, KEY)
    deliver(band, host)
    assert host.sealed
    assert band.trusted


def _ask_everything(host, band, frame_bytes):
    """Ask each request of this version; return the replies by the request's opcode."""
    replies = {}
    for opcode, fields in REQUESTS.items():
        if opcode == c.OP_REPORT:
            host.report(0, len(_RECORDS) - 1)
        else:
            asked, payload = dict(fields), b""
            if opcode == c.OP_UPDATE_DATA:
                asked["data_offset"] = _offset(host)
                payload = b"image"
            host.request(opcode, _REPLIES.get(opcode, c.OP_RESPONSE), asked, payload)
        replies[opcode] = deliver(band, host, frame_bytes)
        assert not host.waiting, opcode
    return replies


def _offset(host):
    """Return where the bytes of OP_UPDATE_DATA begin in what this host says."""
    fresh = isinstance(host, HostSession)
    return messages.UPDATE_DATA_OFFSET + (0 if fresh else 8)


def test_band_that_appends_to_every_message_is_read():
    for frame_bytes in (20, 244, 514):
        later = Later(replies=True)
        source = _Source()
        host, band = HostSession(), later.band.BandSession(source)
        _handshake(host, band)
        replies = _ask_everything(host, band, frame_bytes)
        assert host.damaged_count == 0
        # It did send each reply that there is, and each was longer.
        assert later.sent == {op for op in messages.LAYOUTS if op & c.OP_REPLY_BIT}
        assert replies[c.OP_INFO][0].fields == source.info()
        assert replies[c.OP_SELF_TEST][0].fields == _SELF_TEST
        assert replies[c.OP_SETTINGS][0].fields == _SETTINGS
        assert replies[c.OP_UPDATE_DATA][0].fields == {"position": 9}
        assert replies[c.OP_SET_KEY][0].fields["code"] == c.CODE_SUCCESS
        assert replies[c.OP_COUNT][0].fields["next_record_no"] == len(_RECORDS)
        *pieces, ended = replies[c.OP_REPORT]
        assert ended.complete
        assert b"".join(piece.data for piece in pieces) == b"".join(_RECORDS)


def test_host_that_appends_to_every_message_is_understood():
    for frame_bytes in (20, 244):
        later = Later(replies=False)
        source = _Source()
        host, band = later.host.HostSession(), BandSession(source)
        _handshake(host, band)
        replies = _ask_everything(host, band, frame_bytes)
        assert later.sent == {op for op in messages.LAYOUTS if not op & c.OP_REPLY_BIT}
        asked = {opcode: (fields, payload) for opcode, fields, payload in source.asked}
        for opcode, (fields, payload) in asked.items():
            expected = dict(REQUESTS[opcode])
            if opcode == c.OP_UPDATE_DATA:
                expected["data_offset"] = _offset(host)
                assert payload == b"image"
            assert fields == expected, opcode
        assert source.times[0] == REQUESTS[c.OP_SET_TIME]
        assert replies[c.OP_REPORT][-1].complete
        assert not any(name in fields for fields, _ in asked.values() for name in MORE)


def test_any_message_with_bytes_appended_is_read_as_before_and_any_shorter_one_is_not():
    opcodes = [op for op in sorted(messages.LAYOUTS) if op not in messages._PAYLOAD_OFFSETS]
    for number, opcode in enumerate(opcodes):
        message = message_of(opcode, 5, Draw(1, number))
        fields = messages.decode(message).fields
        for more in (b"\x00", b"\xff" * 3, bytes(200)):
            body = message[:-4] + more
            longer = body + messages.crc32(body).to_bytes(4, "little")
            assert messages.decode(longer).fields == fields, opcode
        if fields:
            body = message[:-5]
            shorter = body + messages.crc32(body).to_bytes(4, "little")
            raises(Truncated, messages.decode, shorter)


def test_unknown_message_of_a_later_host_is_answered_with_its_code():
    later = Later(replies=False)
    for key_held, code in ((True, c.CODE_OPCODE_UNSUPPORTED), (False, c.CODE_NOT_AUTHENTICATED)):
        host, band = later.host.HostSession(), BandSession(_Source())
        if key_held:
            _handshake(host, band)
        host.request(UNKNOWN_OP, c.OP_RESPONSE, {"flavour": 3})
        (refused,) = deliver(band, host)
        assert (refused.request, refused.code) == (UNKNOWN_OP, code)
        # And goes on.
        if key_held:
            host.info()
            assert deliver(band, host)[0].fields["next_record_no"] == len(_RECORDS)


def test_unknown_message_of_a_later_band_is_refused_in_a_sentence():
    host, band = trusted(_Source())
    host.info()
    deliver(band, host)
    host.info()
    later = Later(replies=True)
    message = later.messages.encode(UNKNOWN_OP, host._procedure, {"flavour": 3})
    band._splitters[0].load(message)
    frame = band._sealers[0].seal(band._splitters[0].next_frame(244))
    try:
        host.receive(c.CHANNEL_CONTROL, frame)
    except Unsupported as error:
        assert str(error) == "opcode 0x70"
    else:
        raise AssertionError("an unknown message was read")


def test_newer_wire_version_is_refused_in_a_sentence_whatever_else_it_changed():
    for version in (2, 255):
        for rest in (b"", bytes(3), bytes(range(200))):
            host = HostSession()
            host.hello(HOST_NONCE)
            body = bytes((c.OP_HELLO_REPLY, 1, version)) + rest
            splitter = Splitter()
            splitter.load(body + messages.crc32(body).to_bytes(4, "little"))
            try:
                host.receive(c.CHANNEL_CONTROL, splitter.next_frame(244))
            except Unsupported as error:
                expected = "the band speaks wire version %d; this program reads up to 1"
                assert str(error) == expected % version
            else:
                raise AssertionError("a newer version was read")


def test_newer_host_is_answered_with_the_version_that_the_band_speaks():
    host, band = HostSession(), BandSession(_Source())
    host._start(c.OP_HELLO, c.OP_HELLO_REPLY, {"wire_version": 9, "nonce": HOST_NONCE})
    (reply,) = deliver(band, host)
    assert reply.fields["wire_version"] == c.WIRE_VERSION
