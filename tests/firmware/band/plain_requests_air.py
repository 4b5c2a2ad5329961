"""Runs in MicroPython: keyed requests as they come over the air, byte for byte."""

from pouch_protocol import auth, messages
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.crc import crc32
from pouch_protocol.frames import Joiner, Splitter
from tests.firmware.band import plain_requests
from tests.firmware.band.plain_requests import BAND_ID, KEY, SETTINGS

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


class Source:
    """Hands over to a band's Requests, as band.source; each nonce is another one."""

    def __init__(self, band):
        self._band = band
        self._drawn = 0

    def nonce(self):
        self._drawn += 1
        return bytes((self._drawn,)) * 16

    def handle(self, request, nonce, local):
        return self._band.requests.handle(request, nonce, local)


class Host:
    """The other end of one connection."""

    def __init__(self, source):
        self._session = BandSession(source)
        self._splitter = Splitter()
        self._joiner = Joiner()

    def ask(self, data):
        """Send a whole message; return the fields of the reply."""
        self._splitter.load(data)
        while self._splitter.busy:
            self._session.receive(self._splitter.next_frame(20))
        reply = None
        while reply is None:
            reply = self._joiner.join(self._session.next_frame(20)[1])
        return messages.decode(reply).fields

    def challenge(self):
        return self.ask(messages.encode(c.OP_CHALLENGE, 1, {}))["nonce"]

    def configure(self, band, nonce):
        """Send settings with the tag for a nonce; return the code of the answer."""
        fields = band.signed(c.OP_CONFIGURE, SETTINGS, nonce=nonce)
        return self.ask(messages.encode(c.OP_CONFIGURE, 2, fields))["code"]


def test_nonce_serves_for_one_request_of_one_connection():
    band = plain_requests.Band()
    source = Source(band)
    host = Host(source)
    nonce = host.challenge()
    assert host.configure(band, nonce) == c.CODE_SUCCESS
    # A recorded request is worth nothing, on this connection and on the next.
    assert host.configure(band, nonce) == c.CODE_NOT_AUTHENTICATED
    host.challenge()
    assert host.configure(band, nonce) == c.CODE_NOT_AUTHENTICATED
    other = Host(source)
    assert other.configure(band, nonce) == c.CODE_NOT_AUTHENTICATED
    assert band.restarts == 1
    assert other.configure(band, other.challenge()) == c.CODE_SUCCESS


def test_nonce_is_used_up_by_a_request_that_fails():
    band = plain_requests.Band()
    host = Host(Source(band))
    nonce = host.challenge()
    wrong = messages.encode(c.OP_FACTORY_RESET, 3, {"tag": bytes(32)})
    assert host.ask(wrong)["code"] == c.CODE_NOT_AUTHENTICATED
    assert host.configure(band, nonce) == c.CODE_NOT_AUTHENTICATED


def _with(band, nonce, name, value):
    """Return CONFIGURE with one field as it is, signed as the key's holder would."""
    body = bytearray((c.OP_CONFIGURE, 2))
    body += messages.LAYOUTS[c.OP_CONFIGURE].encode(dict(SETTINGS, tag=bytes(32)))
    at = 2
    for field, size in SIZES:
        if field == name:
            break
        at += size
    body[at : at + size] = (value & 0xFFFF).to_bytes(2, "little")[:size]
    signed = nonce + bytes(body[:1]) + bytes(body[2:-32]) + BAND_ID.to_bytes(4, "little")
    body[-32:] = auth.hmac_sha256(KEY, signed)
    return bytes(body) + crc32(bytes(body)).to_bytes(4, "little")


def test_settings_out_of_range_change_nothing_though_the_key_is_right():
    for name, values in OUT_OF_RANGE.items():
        for value in values:
            band = plain_requests.Band()
            host = Host(Source(band))
            data = _with(band, host.challenge(), name, value)
            assert host.ask(data)["code"] == c.CODE_CORRUPT, (name, value)
            assert band.ask(c.OP_SETTINGS)[1] == plain_requests.Band().ask(c.OP_SETTINGS)[1]
            assert band.restarts == 0


def test_settings_made_byte_by_byte_are_taken_when_they_are_in_range():
    # Else the test above would pass for a tag that is always wrong.
    for name in OUT_OF_RANGE:
        band = plain_requests.Band()
        host = Host(Source(band))
        data = _with(band, host.challenge(), name, SETTINGS[name])
        assert host.ask(data)["code"] == c.CODE_SUCCESS, name
