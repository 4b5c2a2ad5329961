"""Runs in MicroPython: requests as they come over the air, byte for byte, sealed and clear."""

from band import suite
from pouch_protocol import auth, messages
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.crc import crc32
from pouch_protocol.frames import Joiner, Splitter
from pouch_protocol.sealing import TAG_BYTES, Opener, Sealer
from tests.firmware.band import plain_requests
from tests.firmware.band.plain_requests import KEY, OTHER_KEY, SETTINGS

# The fields of CONFIGURE in their order, and the bytes of each.
SIZES = (
    ("interval_s", 2),
    ("plan", 1),
    ("switches", 1),
    ("quiet_from_min", 2),
    ("quiet_until_min", 2),
    ("utc_offset_min", 2),
    ("target_min", 2),
)
OUT_OF_RANGE = {
    "interval_s": (0, 9, 301),
    "plan": (2, 255),
    "quiet_from_min": (1440,),
    "quiet_until_min": (1440,),
    "utc_offset_min": (-841, 841),
    "target_min": (0, 1441),
}
FRAME_BYTES = 20
HELLO = {"wire_version": c.WIRE_VERSION, "nonce": bytes(range(16))}


class Source:
    """Hands over to a band's Requests, as band.source; each nonce is another one."""

    suite = suite

    def __init__(self, band):
        self._band = band
        self._drawn = 0

    @property
    def key(self):
        return self._band.settings.key

    def nonce(self):
        self._drawn += 1
        return bytes((self._drawn,)) * 16

    def battery_class(self):
        return c.BATTERY_FULL

    def handle(self, request, trusted, local):
        return self._band.requests.handle(request, trusted, local)


class Host:
    """The other end of one connection, made of its parts: it says what no HostSession would."""

    def __init__(self, source, local=False):
        self._session = BandSession(source, local)
        self._splitter = Splitter()
        self._joiner = Joiner()
        self._sealer = self._opener = None
        # Every frame that it wrote.
        self.said = []

    def say(self, data):
        """Send a whole message; return the frames of it."""
        said = []
        self._splitter.load(data)
        while self._splitter.busy:
            if self._sealer is None:
                frame = self._splitter.next_frame(FRAME_BYTES)
            else:
                clear = self._splitter.next_frame(FRAME_BYTES - TAG_BYTES)
                frame = self._sealer.seal(clear)
            said.append(frame)
            self._session.receive(frame)
        self.said += said
        return said

    def hear(self):
        """Return the band's next message, None if it is silent."""
        data = None
        while data is None:
            item = self._session.next_frame(FRAME_BYTES)
            if item is None:
                return None
            frame = item[1] if self._opener is None else self._opener.open(item[1])
            data = self._joiner.join(frame)
        return data

    def ask(self, data):
        """Send a whole message; return the fields of the reply."""
        self.say(data)
        return messages.decode(self.hear()).fields

    def authenticate(self, key=KEY, guesses=0):
        """Prove to have a key, after so many wrong proofs; return whether that worked."""
        hello = messages.encode(c.OP_HELLO, 1, HELLO)
        self.say(hello)
        reply = self.hear()
        nonces = HELLO["nonce"] + messages.decode(reply).fields["nonce"]
        keys = auth.SessionKeys(suite, key, nonces, hello, reply)
        for _ in range(guesses):
            self.ask(messages.encode(c.OP_AUTH, 2, {"proof": bytes(16)}))
        answer = self.ask(messages.encode(c.OP_AUTH, 2, {"proof": keys.host_proof}))
        if "proof" not in answer:
            return False
        assert answer["proof"] == keys.band_proof
        # As the Link asks on until nothing is left to say, which was the last of the clear.
        assert self.hear() is None
        self._splitter, self._joiner = Splitter(), Joiner()
        self._sealer = Sealer(keys.of_host(), c.CHANNEL_CONTROL)
        self._opener = Opener(keys.of_band(), c.CHANNEL_CONTROL)
        return True

    def configure(self):
        """Send settings; return the code of the answer."""
        return self.ask(messages.encode(c.OP_CONFIGURE, 2, SETTINGS))["code"]

    def replay(self, frames):
        """Have the band read frames as somebody else has heard them."""
        for frame in frames:
            self._session.receive(frame)


def _trusted(band, key=KEY):
    host = Host(Source(band))
    assert host.authenticate(key)
    return host


def test_request_serves_once_in_one_connection():
    band = plain_requests.Band()
    source = Source(band)
    host = Host(source)
    assert host.authenticate()
    assert host.configure() == c.CODE_SUCCESS
    recorded = list(host.said)
    # Worth nothing in this connection, nor in the next, with or without its handshake.
    host.replay(recorded)
    stranger = Host(source)
    stranger.replay(recorded)
    other = Host(source)
    assert other.authenticate()
    other.replay(recorded)
    assert band.restarts == 1
    # And none of it has put the last connection out of step.
    while other.hear() is not None:
        pass
    assert other.configure() == c.CODE_SUCCESS
    assert band.restarts == 2


def test_stranger_has_no_settings_changed_whatever_he_proves():
    band = plain_requests.Band()
    host = Host(Source(band))
    assert host.configure() == c.CODE_NOT_AUTHENTICATED
    assert not host.authenticate(OTHER_KEY)
    assert host.configure() == c.CODE_NOT_AUTHENTICATED
    assert band.restarts == 0
    # After all that the right key is let in.
    assert host.authenticate()
    assert host.configure() == c.CODE_SUCCESS


def test_greeting_is_good_for_one_proof():
    # Whoever guesses has to be given another nonce for each guess.
    host = Host(Source(plain_requests.Band()))
    assert not host.authenticate(guesses=1)
    assert host.authenticate()


def test_band_without_a_key_takes_its_first_over_the_cable_and_then_only_its_holder():
    band = plain_requests.Band(key=None)
    source = Source(band)
    set_key = messages.encode(c.OP_SET_KEY, 3, {"key": KEY})
    assert Host(source).ask(set_key)["code"] == c.CODE_NOT_AUTHENTICATED
    cable = Host(source, local=True)
    assert cable.configure() == c.CODE_NO_KEY
    assert cable.ask(set_key)["code"] == c.CODE_SUCCESS
    assert cable.configure() == c.CODE_NOT_AUTHENTICATED
    assert band.restarts == 0
    assert cable.authenticate()
    assert cable.configure() == c.CODE_SUCCESS


def test_rotated_key_is_said_sealed_and_counts_from_the_next_connection_on():
    band = plain_requests.Band()
    host = _trusted(band)
    frames = host.say(messages.encode(c.OP_SET_KEY, 3, {"key": OTHER_KEY}))
    assert messages.decode(host.hear()).fields["code"] == c.CODE_SUCCESS
    heard = b"".join(frame[1:-TAG_BYTES] for frame in frames)
    assert not any(OTHER_KEY[at : at + 4] in heard for at in range(13))
    assert host.configure() == c.CODE_SUCCESS
    assert not Host(Source(band)).authenticate(KEY)
    assert _trusted(band, OTHER_KEY).configure() == c.CODE_SUCCESS


def _with(name, value):
    """Return CONFIGURE with one field as it is, with a checksum that holds."""
    body = bytearray((c.OP_CONFIGURE, 2))
    body += messages.LAYOUTS[c.OP_CONFIGURE].encode(SETTINGS)
    at = 2
    for field, size in SIZES:
        if field == name:
            break
        at += size
    body[at : at + size] = (value & 0xFFFF).to_bytes(2, "little")[:size]
    return bytes(body) + crc32(bytes(body)).to_bytes(4, "little")


def test_settings_out_of_range_change_nothing_though_the_key_is_right():
    for name, values in OUT_OF_RANGE.items():
        for value in values:
            band = plain_requests.Band()
            assert _trusted(band).ask(_with(name, value))["code"] == c.CODE_CORRUPT, (name, value)
            assert band.ask(c.OP_SETTINGS)[1] == plain_requests.Band().ask(c.OP_SETTINGS)[1]
            assert band.restarts == 0


def test_settings_made_byte_by_byte_are_taken_when_they_are_in_range():
    # Else the test above would pass for bytes that are always wrong.
    for name in OUT_OF_RANGE:
        band = plain_requests.Band()
        assert _trusted(band).ask(_with(name, SETTINGS[name]))["code"] == c.CODE_SUCCESS, name
