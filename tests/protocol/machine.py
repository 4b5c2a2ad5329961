"""Both ends of a connection and a bad radio between them, as a machine that Hypothesis drives.

    hosts with the right key,        --- way up: frames under way --->   one band, whose log
    a wrong one or none           <--- way down: frames under way ---    grows meanwhile

Every rule may come at any moment. After each of them the invariants hold; whenever the radio is
sound for a while, what was begun comes to an end; and in the end each host that has the key gets
what the band holds, to the byte.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pouch_host.collect.suite import HostSuite
from pouch_host.store.ranges import merge, subtract
from pouch_protocol import auth, messages, records
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.errors import NotAuthentic, ProtocolError, Unsupported
from pouch_protocol.host import HostSession, Records
from tests.protocol.plain import KEY, OTHER_KEY, ListSource, deliver, sample
from tests.protocol.test_strangers import REQUESTS

LOG_ID = 7
_KEYS = (KEY, OTHER_KEY, bytes(16))
# MTU 23, 72, 192 and 247. At 72 and 192 a sealed frame carries three and nine whole records: there
# a frame that is missing in a message shows in no length.
_FRAME_BYTES = (20, 69, 189, 244)
# What one rule may let cross at once, and what a settled radio may take to come to an end: more
# than a report of all records at MTU 23, with a retry.
_SETTLE_FRAMES_MAX = 4000
_ROUNDS_MAX = 4
# More lost in a row than a sealed frame's counter can tell (63) end a session, by design.
_UNDER_WAY_MAX = 48
_PLAIN_REPLIES = (c.OP_HELLO_REPLY, c.OP_AUTH_REPLY, c.OP_RESPONSE)
_INDEX = st.integers(0, _UNDER_WAY_MAX - 1)


class NotedSuite(HostSuite):
    """AES that notes each block, of which no key may ever encrypt one twice."""

    def __init__(self):
        self.blocks = set()
        self.twice = []

    def block_cipher(self, key):
        encrypt = super().block_cipher(key)

        def noted(data):
            for at in range(0, len(data), 16):
                block = key, bytes(data[at : at + 16])
                if block in self.blocks:
                    self.twice.append(block)
                self.blocks.add(block)
            return encrypt(data)

        return noted


class Host:
    """A host over many connections: a key and what it holds of the band's log."""

    def __init__(self, key):
        self.key = key
        self.held = {}

    def take(self, event, asked):
        """Hold the records that were asked for, as `pull` does."""
        for index in range(len(event.data) // 20):
            number = event.first_record_no + index
            if asked is not None and asked[0] <= number <= asked[1]:
                self.held.setdefault(number, event.data[index * 20 : index * 20 + 20])


class Link(RuleBasedStateMachine):
    """See the module's docstring."""

    def __init__(self):
        super().__init__()
        # The band opens what the host seals with the same key: one notebook for each end.
        self.band_suite, self.host_suite = NotedSuite(), NotedSuite()
        self.source = type("NotedSource", (ListSource,), {"suite": self.band_suite})([], key=KEY)
        self.source._per_boot = 40
        self.drawn = 0
        self.source.nonce = self._nonce
        self.hosts = [Host(key) for key in (*_KEYS[:2], KEY)]
        self.old_frames = []
        self._grow(30)
        self._connect(0, 244)

    def _nonce(self):
        self.drawn += 1
        return self.drawn.to_bytes(16, "little")

    def _grow(self, count):
        for _ in range(count):
            number = len(self.source.records)
            fields = sample(uptime_cs=3000 * number)
            self.source.records.append(records.encode(c.KIND_SAMPLE, fields, LOG_ID, number))

    # The radio.

    def _connect(self, host_no, frame_bytes):
        self.host = self.hosts[host_no]
        self.session, self.band = HostSession(), BandSession(self.source)
        self.frame_bytes = frame_bytes
        self.up, self.down = [], []
        self.asked = None
        self.clear_joined = b""
        self.band_keys = {self.source.key}

    def _to_band(self, frame):
        try:
            self.band.receive(frame)
        except ProtocolError as error:
            raise AssertionError(f"the band raised {error!r}") from error

    def _to_host(self, item):
        try:
            events = self.session.receive(*item)
        except (NotAuthentic, Unsupported):
            # The host leaves; whoever asks again does so over another connection.
            self._connect(self.hosts.index(self.host), self.frame_bytes)
            return
        for event in events:
            if isinstance(event, Records):
                self.host.take(event, self.asked)

    def _say(self):
        while (frame := self.session.next_frame(self.frame_bytes)) is not None:
            self._put(self.up, frame)

    def _put(self, way, item):
        if len(way) < _UNDER_WAY_MAX:
            way.append(item)

    def _band_says(self, count):
        for _ in range(min(count, _UNDER_WAY_MAX - len(self.down))):
            item = self.band.next_frame(self.frame_bytes)
            if item is None:
                return
            self._look_at(item)
            self.down.append(item)

    def _look_at(self, item):
        """See that nothing but the handshake's words goes out in the clear."""
        if self.band._sealers is not None:
            return
        channel, frame = item
        assert channel == c.CHANNEL_CONTROL, "records for a stranger"
        self.clear_joined = (b"" if frame[0] & 0x80 else self.clear_joined) + frame[1:]
        if frame[0] & 0x40:
            assert messages.decode(self.clear_joined).opcode in _PLAIN_REPLIES

    @initialize(frame_bytes=st.sampled_from(_FRAME_BYTES))
    def begin(self, frame_bytes):
        self._connect(0, frame_bytes)

    @rule(
        host_no=st.integers(0, 2), frame_bytes=st.sampled_from(_FRAME_BYTES), proven=st.booleans()
    )
    def reconnect(self, host_no, frame_bytes, proven):
        self.old_frames += self.up[:2] + [frame for _, frame in self.down[:2]]
        del self.old_frames[:-20]
        self._connect(host_no, frame_bytes)
        if proven:
            assert self._shake() == (self.host.key == self.source.key)

    @rule(count=st.integers(1, 40))
    def band_says(self, count):
        self._band_says(count)

    @rule(count=st.integers(1, _UNDER_WAY_MAX))
    def frames_arrive(self, count):
        for _ in range(min(count, len(self.up))):
            self._to_band(self.up.pop(0))
        for _ in range(min(count, len(self.down))):
            self._to_host(self.down.pop(0))

    @rule(upward=st.booleans(), at=_INDEX)
    def frame_is_lost(self, upward, at):
        way = self.up if upward else self.down
        if way:
            way.pop(at % len(way))

    @rule(upward=st.booleans(), at=_INDEX, to=_INDEX)
    def frame_is_repeated(self, upward, at, to):
        way = self.up if upward else self.down
        if way:
            way.insert(to % (len(way) + 1), way[at % len(way)])

    @rule(upward=st.booleans(), at=_INDEX, to=_INDEX)
    def frame_is_late(self, upward, at, to):
        way = self.up if upward else self.down
        if way:
            item = way.pop(at % len(way))
            way.insert(to % (len(way) + 1), item)

    @rule(upward=st.booleans(), at=_INDEX, byte=_INDEX, bit=st.integers(0, 7))
    def bit_is_flipped(self, upward, at, byte, bit):
        way = self.up if upward else self.down
        if way:
            at %= len(way)
            item = way[at]
            frame = bytearray(item if upward else item[1])
            frame[byte % len(frame)] ^= 1 << bit
            way[at] = bytes(frame) if upward else (item[0], bytes(frame))

    @rule(upward=st.booleans(), at=_INDEX)
    @precondition(lambda self: self.old_frames)
    def recorded_frame_is_sent_again(self, upward, at):
        frame = self.old_frames[at % len(self.old_frames)]
        if upward:
            self._to_band(frame)
        else:
            self._to_host((c.CHANNEL_STREAM, frame))

    # What the two do.

    @rule()
    @precondition(lambda self: not self.session.waiting)
    def greet(self):
        self.session.hello(self._nonce())
        self._say()

    @rule()
    @precondition(lambda self: not self.session.waiting and self.session._hello_reply)
    def prove(self):
        self.session.authenticate(self.host_suite, self.host.key)
        self._say()

    @rule(opcode=st.sampled_from(sorted(REQUESTS)))
    @precondition(lambda self: not self.session.waiting)
    def ask(self, opcode):
        self.session.request(opcode, c.OP_RESPONSE, REQUESTS[opcode])
        self._say()

    @rule(first=st.integers(0, 60), count=st.integers(1, 60))
    @precondition(lambda self: not self.session.waiting)
    def report(self, first, count):
        self.asked = first, first + count - 1
        self.session.report(*self.asked)
        self._say()

    @rule(count=st.integers(10, 40))
    def report_is_under_way(self, count):
        if not self.session.sealed or self.session.waiting:
            self.source.key = self.host.key
            self._connect(self.hosts.index(self.host), self.frame_bytes)
            assert self._shake()
        self.report(0, 120)
        self.frames_arrive(_UNDER_WAY_MAX)
        self._band_says(count)

    @rule(count=st.integers(1, 8))
    def abort(self, count):
        for _ in range(count):
            self.session.abort()
            self._say()

    @rule(count=st.integers(1, 5))
    @precondition(lambda self: len(self.source.records) < 120)
    def band_records(self, count):
        self._grow(count)

    @rule(key=st.sampled_from((*_KEYS, None)))
    def key_is_changed(self, key):
        self.source.key = key
        self.band_keys.add(key)

    @rule()
    def radio_is_sound_for_a_while(self):
        for _ in range(_ROUNDS_MAX):
            self._settle()
            if not self.session.waiting:
                return
            self.session.abort()
            self._say()
        # A proof of which one half was lost leaves the two with different ideas of the seal: then
        # it is for the connection to end. Nothing else may leave a procedure open.
        assert self.band.trusted != self.session.sealed, "a procedure never ends"

    def _settle(self):
        for _ in range(_SETTLE_FRAMES_MAX):
            self._say()
            self._band_says(1)
            if self.up:
                self._to_band(self.up.pop(0))
            elif self.down:
                self._to_host(self.down.pop(0))
            else:
                return
        raise AssertionError("the two never stop talking")

    def _shake(self):
        self.session.hello(self._nonce())
        deliver(self.band, self.session, self.frame_bytes)
        recognition = auth.Recognition(self.host_suite, self.host.key)
        hinted = self.session.is_hint_of(recognition)
        assert hinted == (self.host.key == self.source.key)
        self.session.authenticate(self.host_suite, self.host.key)
        deliver(self.band, self.session, self.frame_bytes)
        assert self.session.sealed == self.band.trusted
        return self.session.sealed

    def fetch(self):
        """Ask for what the host does not hold, over a sound radio; return whether all came."""
        self.session.count()
        (reply,) = deliver(self.band, self.session, self.frame_bytes)
        whole = reply.fields["oldest_record_no"], reply.fields["next_record_no"] - 1
        for first, last in subtract(whole, merge((number, number) for number in self.host.held)):
            self.session.report(first, last)
            for event in deliver(self.band, self.session, self.frame_bytes):
                if isinstance(event, Records):
                    self.host.take(event, (first, last))

    # What holds at any moment.

    @invariant()
    def nothing_is_sealed_twice_with_the_same_counter(self):
        assert not self.band_suite.twice
        assert not self.host_suite.twice

    @invariant()
    def band_holds_little(self):
        assert len(self.band._replies) <= 4
        assert len(self.band._joiner._parts) <= c.MESSAGE_BYTES_MAX

    @invariant()
    def host_holds_what_the_band_has_recorded(self):
        for number, record in self.host.held.items():
            assert record == self.source.records[number], f"record {number} is another one"

    @invariant()
    def trust_is_for_who_has_the_key(self):
        # One that was changed since the handshake counts until the connection ends.
        assert not self.session.sealed or self.band.trusted
        assert not self.band.trusted or self.host.key in self.band_keys

    def teardown(self):
        """Let each host that has a key of the band read it over a sound radio."""
        for host_no, host in enumerate(self.hosts):
            self.source.key = host.key
            self._connect(host_no, 244)
            assert self._shake()
            self.fetch()
            assert host.held == dict(enumerate(self.source.records))
