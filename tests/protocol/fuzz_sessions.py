"""Both ends of a connection in each of their states, against a peer that lies or only shouts.

A frame comes as a stranger could make it, or sealed with the right keys around a wrong content:
what a band with the key might say whose program is broken.
"""

from pouch_protocol import auth, messages
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.errors import ProtocolError
from pouch_protocol.host import HostSession, Records
from tests.protocol.fuzz_frames import message_of, record_of, spoilt, with_sum
from tests.protocol.plain import HOST_NONCE, KEY, ListSource, Suite, deliver, trusted

_REQUESTS = [op for op in sorted(messages.LAYOUTS) if not op & c.OP_REPLY_BIT]
_REPLIES = [op for op in sorted(messages.LAYOUTS) if op & c.OP_REPLY_BIT]
_RECORD = bytes(range(20))
_FRAME_BYTES = 244
# More frames than a report of all that the band here holds takes at the smallest size.
_FRAMES_MAX = 2000


def _source(key=KEY):
    return ListSource([_RECORD] * 120, oldest=10, boots=3, key=key)


class _Peer:
    """One end, and what the other end would need to lie to it.

    Attributes:
        splitters: of the lying end, by channel.
        sealers: of it, too; None before the handshake is done.
    """

    def __init__(self, splitters, sealers) -> None:
        self.splitters = splitters
        self.sealers = sealers
        self.last = b""

    def frame(self, channel, message, draw):
        """Return the next frame of a message, cut and sealed or not, and spoilt or not."""
        splitter = self.splitters[channel]
        if not splitter.busy or not draw.below(4):
            splitter.drop()
            splitter.load(message[: c.MESSAGE_BYTES_MAX] or b"\x00")
        frame = splitter.next_frame(2 + draw.below(_FRAME_BYTES) if draw.below(3) == 0 else 236)
        if self.sealers is None:
            return spoilt(frame, draw, self.last) if draw.below(2) else frame
        # Sealed around what is wrong already, or wrong in its seal; most of the time the former.
        if draw.below(2):
            frame = frame[:1] + spoilt(frame[1:], draw, self.last)
        sealed = self.sealers[channel].seal(frame)
        self.last = sealed
        return spoilt(sealed, draw, frame) if draw.below(8) == 0 else sealed


def _wrong(opcode, procedure, draw):
    message = message_of(opcode, procedure, draw)
    if draw.below(2):
        message = with_sum(spoilt(message, draw, record_of(draw)[0]))
        # Most spoilt ones would be dropped for their number alone.
        message = message[:1] + bytes((procedure,)) + message[2:]
        message = with_sum(message) if len(message) > 6 else message
    return message


# The band.


def _band(local, key, with_key):
    def begin(_draw):
        source = _source(key)
        if not with_key:
            band = BandSession(source, local)
            return band, _Peer((HostSession()._splitter,), None)
        host, band = trusted(source, local=local)
        return band, _Peer((host._splitter,), (host._sealer,))

    return begin


def _to_band(kept, draw):
    band, peer = kept
    message = _wrong(draw.one_of(_REQUESTS if draw.below(8) else _REPLIES), 1, draw)
    try:
        band.receive(peer.frame(0, message, draw))
    except ProtocolError as error:
        raise AssertionError("a band raised %r" % error) from error
    assert len(band._replies) <= 4
    for _ in range(draw.below(6)):
        item = band.next_frame(20 + draw.below(500))
        if item is None:
            break
        assert len(item[1]) <= 520
        # Who has not the key, and does not hold the cable of a band without one, gets no records.
        assert item[0] == c.CHANNEL_CONTROL or band.trusted or band._source.key is None


def _band_ends(kept):
    band, _ = kept
    for _ in range(_FRAMES_MAX):
        if band.next_frame(20) is None:
            return
    raise AssertionError("a band that never stops")


# The host.


def _start_something(host, draw):
    kind = draw.below(6)
    if kind == 0:
        host.info()
    elif kind == 1:
        host.count()
    elif kind == 2:
        host.time()
    elif kind == 3:
        host.request(c.OP_SETTINGS, c.OP_SETTINGS_REPLY, {})
    elif kind == 4:
        host.set_time(1_790_000_000_000, 30)
    else:
        host.report(draw.below(50), 50 + draw.below(100))
    _drop_frames(host)


def _drop_frames(host):
    while host.next_frame(_FRAME_BYTES) is not None:
        pass


def _clear_host(state):
    def begin(_draw):
        host, band = HostSession(), BandSession(_source())
        peer = _Peer(band._splitters, None)
        if state == "idle":
            return host, peer, None
        host.hello(HOST_NONCE)
        if state == "greeted":
            _drop_frames(host)
            return host, peer, None
        deliver(band, host)
        host.authenticate(Suite, KEY)
        _drop_frames(host)
        return host, peer, None

    return begin


def _sealed_host(restart):
    def begin(draw):
        host, band = trusted(_source())
        host.info()
        deliver(band, host)
        if restart is not None:
            restart(host, draw)
            _drop_frames(host)
        return host, _Peer(band._splitters, band._sealers), restart

    return begin


def _to_host(kept, draw):
    host, peer, restart = kept
    if restart is not None and not host.waiting:
        restart(host, draw)
        _drop_frames(host)
    procedure = host._procedure if draw.below(8) else draw.below(256)
    opcode = draw.one_of(_REPLIES if draw.below(8) else _REQUESTS)
    if draw.below(3) == 0:
        opcode = draw.one_of((c.OP_RECORDS, c.OP_REPORT_DONE, c.OP_RESPONSE))
    channel = c.CHANNEL_STREAM if opcode == c.OP_RECORDS else draw.below(2)
    frame = peer.frame(channel, _wrong(opcode, procedure, draw), draw)
    for event in host.receive(channel, frame):
        if isinstance(event, Records):
            assert len(event.data) <= c.MESSAGE_BYTES_MAX
            assert len(event.data) % c.RECORD_BYTES == 0


def _host_ends(kept):
    host, peer, _ = kept
    if peer.sealers is not None and not host.sealed:
        raise AssertionError("a session that was sealed is not any more")
    host._hello_reply = host._hello_reply or message_of(c.OP_HELLO_REPLY, 1, _Zeros())
    host.is_hint_of(auth.Recognition(Suite, KEY))
    host.abort()
    _drop_frames(host)


class _Zeros:
    def below(self, _end):
        return 0

    def bytes(self, count):
        return bytes(count)


def _report(host, _draw):
    host.report(20, 100)


def _abort(host, _draw):
    host.abort()


SESSIONS = {
    "BandSession, stranger on the air": (_band(False, KEY, False), _to_band, _band_ends),
    "BandSession, stranger on the cable": (_band(True, KEY, False), _to_band, _band_ends),
    "BandSession, without key on the cable": (_band(True, None, False), _to_band, _band_ends),
    "BandSession, sealed": (_band(False, KEY, True), _to_band, _band_ends),
    "HostSession, idle": (_clear_host("idle"), _to_host, _host_ends),
    "HostSession, greeted": (_clear_host("greeted"), _to_host, _host_ends),
    "HostSession, proving": (_clear_host("proving"), _to_host, _host_ends),
    "HostSession, sealed and idle": (_sealed_host(None), _to_host, _host_ends),
    "HostSession, sealed and asking": (_sealed_host(_start_something), _to_host, _host_ends),
    "HostSession, reporting": (_sealed_host(_report), _to_host, _host_ends),
    "HostSession, aborting": (_sealed_host(_abort), _to_host, _host_ends),
}
