"""Who has no key: what they learn and what they can do. Runs in both interpreters."""

from pouch_protocol import auth, messages
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.errors import NotAuthentic
from pouch_protocol.frames import Splitter
from pouch_protocol.host import HostSession, Refused, Replied
from tests.protocol.plain import (
    HOST_NONCE,
    KEY,
    OTHER_KEY,
    ListSource,
    Suite,
    deliver,
    raises,
    trusted,
)

# A request of every kind with fields that it could have.
REQUESTS = {
    c.OP_INFO: {},
    c.OP_TIME: {},
    c.OP_COUNT: {"first_record_no": 0, "last_record_no": 9},
    c.OP_REPORT: {"first_record_no": 0, "last_record_no": 9},
    c.OP_SET_TIME: {"utc_s": 1_790_000_000, "utc_ms": 0, "source": 1, "round_trip_ms": 0},
    c.OP_ABORT: {},
    c.OP_SELF_TEST: {},
    c.OP_IDENTIFY: {"duration_s": 5},
    c.OP_SETTINGS: {},
    c.OP_CONFIGURE: {
        "interval_s": 30,
        "plan": 0,
        "switches": 0,
        "quiet_from_min": 0,
        "quiet_until_min": 0,
        "utc_offset_min": 0,
        "target_min": 480,
    },
    c.OP_UPDATE_BEGIN: {"total_bytes": 9, "index_bytes": 9, "index_sha256": bytes(32)},
    c.OP_UPDATE_DATA: {"data_offset": messages.UPDATE_DATA_OFFSET, "position": 0},
    c.OP_UPDATE_FINISH: {},
    c.OP_FACTORY_RESET: {},
    c.OP_SET_KEY: {"key": bytes(16)},
}
HANDSHAKE = (c.OP_HELLO, c.OP_AUTH)
CABLE = (
    c.OP_INFO,
    c.OP_SELF_TEST,
    c.OP_IDENTIFY,
    c.OP_SETTINGS,
    c.OP_ABORT,
    c.OP_SET_KEY,
    c.OP_FACTORY_RESET,
)


class Watched(ListSource):
    """A band that notes whatever reaches it."""

    def __init__(self, key=KEY):
        super().__init__([], key=key)
        self.reached = []

    def handle(self, request, trusted, local):
        self.reached.append(request.opcode)
        return c.OP_RESPONSE, {"request": request.opcode, "code": c.CODE_SUCCESS}


def _ask(host, band, opcode):
    """Return the code that a request is refused with, None if it is not."""
    host.request(opcode, c.OP_RESPONSE, REQUESTS[opcode])
    events = deliver(band, host)
    host._expected = 0
    return events[-1].code if events and isinstance(events[-1], Refused) else None


def test_every_request_is_tried():
    requests = {op for op in messages.LAYOUTS if not op & c.OP_REPLY_BIT}
    assert requests == set(REQUESTS) | set(HANDSHAKE)
    assert set(c.CABLE_OPS) == set(CABLE)


def test_stranger_on_the_radio_is_refused_everything():
    for key in (KEY, None):
        for opcode in REQUESTS:
            source = Watched(key)
            band, host = BandSession(source), HostSession()
            assert _ask(host, band, opcode) == c.CODE_NOT_AUTHENTICATED, opcode
            assert source.reached == []
            assert source.times == []


def test_stranger_on_the_radio_learns_version_and_battery_and_nothing_else():
    seen = []
    for key in (KEY, OTHER_KEY, None):
        for _ in range(3):
            source = Watched(key)
            source._drawn = len(seen) * 7
            band, host = BandSession(source), HostSession()
            host.hello(HOST_NONCE)
            (reply,) = deliver(band, host)
            fields = reply.fields
            assert set(fields) == {"wire_version", "battery_class", "nonce", "hint"}
            assert (fields["wire_version"], fields["battery_class"]) == (1, c.BATTERY_FULL)
            seen.append(fields["hint"])
    # The host asks with the same nonce each time, and no answer tells two of them apart.
    assert len(set(seen)) == len(seen)


def test_stranger_on_the_cable_may_look_and_press_buttons():
    for opcode in REQUESTS:
        source = Watched()
        band, host = BandSession(source, local=True), HostSession()
        code = _ask(host, band, opcode)
        assert code == (None if opcode in CABLE else c.CODE_NOT_AUTHENTICATED), opcode


def test_band_without_a_key_is_open_on_the_cable_but_for_what_needs_one():
    for opcode in REQUESTS:
        source = Watched(key=None)
        band, host = BandSession(source, local=True), HostSession()
        code = _ask(host, band, opcode)
        if opcode in (c.OP_COUNT, c.OP_REPORT):
            assert code in (None, c.CODE_NO_RECORDS)
        else:
            assert code == (c.CODE_NO_KEY if opcode in c.KEYED_OPS else None), opcode


def test_who_has_the_key_may_ask_everything_on_both_ways():
    for local in (False, True):
        for opcode in REQUESTS:
            host, band = trusted(Watched(), local=local)
            assert host.sealed
            assert band.trusted
            assert _ask(host, band, opcode) in (None, c.CODE_NO_RECORDS), opcode


def test_answer_to_the_first_sealed_request_is_sealed_however_soon_that_comes():
    # A band that is busy with its radio reads it before it goes on with what it has to say.
    host, band = HostSession(), BandSession(Watched())
    host.hello(HOST_NONCE)
    deliver(band, host)
    host.authenticate(Suite, KEY)
    band.receive(host.next_frame(244))
    assert host.receive(*band.next_frame(244))
    host.info()
    band.receive(host.next_frame(244))
    (reply,) = deliver(band, host)
    assert reply.opcode == c.OP_INFO_REPLY
    assert host.damaged_count == 0


def test_wrong_key_is_refused_and_so_is_any_key_by_a_band_without_one():
    for held, given in ((KEY, OTHER_KEY), (None, KEY)):
        band, host = BandSession(Watched(held)), HostSession()
        host.hello(HOST_NONCE)
        deliver(band, host)
        host.authenticate(Suite, given)
        (refused,) = deliver(band, host)
        assert (refused.request, refused.code) == (c.OP_AUTH, c.CODE_NOT_AUTHENTICATED)
        assert not band.trusted
        assert not host.sealed
        # What follows is refused as before.
        assert _ask(host, band, c.OP_INFO) == c.CODE_NOT_AUTHENTICATED


def test_proof_with_any_bit_flipped_is_refused():
    for bit in range(128):
        band, host = BandSession(Watched()), HostSession()
        host.hello(HOST_NONCE)
        deliver(band, host)
        host.authenticate(Suite, KEY)
        proof = bytearray(host._keys.host_proof)
        proof[bit // 8] ^= 1 << bit % 8
        host._expected = 0
        host._start(c.OP_AUTH, c.OP_AUTH_REPLY, {"proof": bytes(proof)})
        (refused,) = deliver(band, host)
        assert refused.code == c.CODE_NOT_AUTHENTICATED
        assert not band.trusted


def test_proof_serves_once_and_for_its_own_greeting():
    band, host = BandSession(Watched()), HostSession()
    host.hello(HOST_NONCE)
    deliver(band, host)
    host.authenticate(Suite, KEY)
    proof = host._keys.host_proof
    # Greeted again, the band has drawn another nonce.
    host._expected = 0
    host.hello(HOST_NONCE)
    deliver(band, host)
    host._start(c.OP_AUTH, c.OP_AUTH_REPLY, {"proof": proof})
    assert deliver(band, host)[0].code == c.CODE_NOT_AUTHENTICATED
    # And without a greeting there is nothing to prove.
    host._start(c.OP_AUTH, c.OP_AUTH_REPLY, {"proof": proof})
    assert deliver(band, host)[0].code == c.CODE_NOT_AUTHENTICATED


def test_hint_tells_the_host_which_key_it_is():
    band, host = BandSession(Watched()), HostSession()
    host.hello(HOST_NONCE)
    deliver(band, host)
    assert host.is_hint_of(auth.Recognition(Suite, KEY))
    assert not host.is_hint_of(auth.Recognition(Suite, OTHER_KEY))


def test_recorded_connection_is_worth_nothing():
    # Every frame that a host once sent, sent again by somebody else to the same band.
    source = Watched()
    host, band = HostSession(), BandSession(source)
    said = []

    def talk():
        while True:
            frame = host.next_frame(244)
            if frame is not None:
                said.append(frame)
                band.receive(frame)
                continue
            item = band.next_frame(244)
            if item is None:
                return
            host.receive(item[0], item[1])

    host.hello(HOST_NONCE)
    talk()
    host.authenticate(Suite, KEY)
    talk()
    host.request(c.OP_IDENTIFY, c.OP_RESPONSE, {"duration_s": 5})
    talk()
    assert source.reached == [c.OP_IDENTIFY]
    again = BandSession(source)
    for frame in said:
        again.receive(frame)
        while again.next_frame(244) is not None:
            pass
    assert not again.trusted
    assert source.reached == [c.OP_IDENTIFY]
    # Nor later in the same connection.
    for frame in said:
        band.receive(frame)
    assert source.reached == [c.OP_IDENTIFY]


def test_reflection_is_refused_at_both_ends():
    source = Watched()
    host, band = trusted(source)
    host.request(c.OP_IDENTIFY, c.OP_RESPONSE, {"duration_s": 5})
    frame = host.next_frame(244)
    assert host.receive(c.CHANNEL_CONTROL, frame) == []
    assert host.damaged_count == 1
    band.receive(frame)
    channel, answer = band.next_frame(244)
    band.receive(answer)
    assert source.reached == [c.OP_IDENTIFY]
    (replied,) = host.receive(channel, answer)
    assert isinstance(replied, Replied)


def test_clear_frame_in_a_sealed_session_does_nothing():
    source = Watched()
    host, band = trusted(source)
    splitter = Splitter()
    splitter.load(messages.encode(c.OP_IDENTIFY, 9, {"duration_s": 5}))
    band.receive(splitter.next_frame(244))
    assert source.reached == []
    # It is told that something was unreadable, and the session goes on.
    (refused,) = deliver(band, host)
    assert (refused.request, refused.code) == (0, c.CODE_CORRUPT)
    assert _ask(host, band, c.OP_IDENTIFY) is None
    host.info()
    reply = messages.encode(c.OP_RESPONSE, 9, {"request": c.OP_INFO, "code": c.CODE_SUCCESS})
    assert host.receive(c.CHANNEL_CONTROL, b"\xc0" + reply) == []
    assert host.waiting


def test_greeting_in_a_sealed_session_is_out_of_order():
    host, band = trusted(Watched())
    host.hello(HOST_NONCE)
    (refused,) = deliver(band, host)
    assert (refused.request, refused.code) == (c.OP_HELLO, c.CODE_OUT_OF_ORDER)
    assert band.trusted


def test_band_that_has_not_the_key_is_found_out():
    # It lets everybody in, and answers as well as it can.
    for forged in (bytes(16), HOST_NONCE):
        host = HostSession()
        host.hello(HOST_NONCE)
        fields = {"wire_version": 1, "battery_class": 4, "nonce": forged, "hint": bytes(8)}
        splitter = Splitter()
        splitter.load(messages.encode(c.OP_HELLO_REPLY, 1, fields))
        host.receive(c.CHANNEL_CONTROL, splitter.next_frame(244))
        host.authenticate(Suite, KEY)
        # Its best guess is what the host has just said itself.
        proof = host._keys.host_proof
        splitter.load(messages.encode(c.OP_AUTH_REPLY, 2, {"proof": proof}))
        raises(NotAuthentic, host.receive, c.CHANNEL_CONTROL, splitter.next_frame(244))
        assert not host.sealed


def test_what_a_relay_changes_in_the_greeting_is_found_out():
    # Somebody between the two says that the battery is low, or that the version is another one.
    for at in (2, 3):
        band, host = BandSession(Watched()), HostSession()
        host.hello(HOST_NONCE)
        band.receive(host.next_frame(244))
        _, frame = band.next_frame(244)
        body = bytearray(frame[1:-4])
        body[at] = 0
        changed = bytes(body) + messages.crc32(body).to_bytes(4, "little")
        host.receive(c.CHANNEL_CONTROL, frame[:1] + changed)
        host.authenticate(Suite, KEY)
        (refused,) = deliver(band, host)
        assert refused.code == c.CODE_NOT_AUTHENTICATED


def test_new_key_counts_from_the_next_connection_on():
    source = Watched()
    host, band = trusted(source)
    source.key = OTHER_KEY
    assert _ask(host, band, c.OP_IDENTIFY) is None
    assert not trusted(source)[0].sealed
    assert trusted(source, OTHER_KEY)[0].sealed
