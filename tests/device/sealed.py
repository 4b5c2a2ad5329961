"""AES of the interpreter, and a sealed session from the band's side, byte for byte and in time."""

import time

from pouch_protocol import auth, messages
from pouch_protocol import constants as c
from pouch_protocol.band import BandSession
from pouch_protocol.errors import Corrupt
from pouch_protocol.frames import Joiner, Splitter
from pouch_protocol.sealing import Opener, Sealer
from tests.protocol.plain import HOST_NONCE, KEY, ListSource, raises
from tests.support.on_band.device import skip
from tests.support.on_band.vectors import read

# A frame that fills the largest link packet, sealed.
FRAME = b"\xc0" + bytes(range(235))
ROUNDS = 8


def _suite():
    """Return the band's own suite; skip the test where there is no AES."""
    try:
        from band import suite
    except ImportError:
        return skip("no cryptolib in this interpreter")
    return suite


def _keys():
    return auth.SessionKeys(_suite(), KEY, bytes(32), b"hello", b"reply").of_band()


def test_aes_of_fips_197():
    # Appendix B, and the same block twice: each is encrypted by itself.
    encrypt = _suite().block_cipher(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
    block = bytes.fromhex("3243f6a8885a308d313198a2e0370734")
    expected = bytes.fromhex("3925841d02dc09fbdc118597196a0b32")
    assert encrypt(block + block) == expected + expected
    assert encrypt(bytearray(block)) == expected


def test_sealed_frame_is_a_hosts_to_the_bit():
    sealer = Sealer(_keys(), c.CHANNEL_STREAM)
    sealed = sealer.seal(b"\xc0" + bytes(range(20)))
    # Worked out once with a host's suite.
    assert sealed == bytes.fromhex("c0c17474a4a57018781e516f5178c55c1e6eb19fb9225994878969bffa")
    assert sealer.seal(b"\xc1x") == bytes.fromhex("c17110de4d01e35c957b")


def test_sealed_frame_opens_once_and_a_changed_one_does_not():
    keys = _keys()
    sealed = Sealer(keys, c.CHANNEL_STREAM).seal(FRAME)
    opener = Opener(keys, c.CHANNEL_STREAM)
    raises(Corrupt, opener.open, sealed[:9] + bytes((sealed[9] ^ 1,)) + sealed[10:])
    assert opener.open(sealed) == FRAME
    assert opener.open(sealed) is None


def test_vectors():
    suite = _suite()
    for vector in read("sealed"):
        keys = (
            suite.block_cipher(bytes.fromhex(vector["encrypt"])),
            suite.mac(bytes.fromhex(vector["mac"])),
        )
        sealer = Sealer(keys, vector["channel"])
        counter = 0
        for frame in vector["frames"]:
            while counter < frame["counter"]:
                # Frames that the vector does not list.
                sealer.seal(bytes((0xC0 | counter & 0x3F, 0)))
                counter += 1
            sealed = sealer.seal(bytes.fromhex(frame["clear"]))
            assert sealed == bytes.fromhex(frame["sealed"]), vector["about"]
            counter += 1


def _us(action, *arguments):
    """Return how long a call takes, from several: microseconds."""
    begin_us = time.ticks_us()
    for _ in range(ROUNDS):
        action(*arguments)
    return time.ticks_diff(time.ticks_us(), begin_us) // ROUNDS


def test_speed_of_sealing_is_printed():
    # Not held to anything: it differs from board to board, and a simulated one's time stands.
    suite = _suite()
    encrypt, mac = keys = _keys()
    print("AES of 240 bytes: %d us" % _us(encrypt, bytes(240)))
    print("HMAC of 241 bytes: %d us" % _us(mac, FRAME))
    print("to seal 244 bytes: %d us" % _us(Sealer(keys, c.CHANNEL_STREAM).seal, FRAME))
    sealed = Sealer(keys, c.CHANNEL_STREAM).seal(FRAME)
    print("to open 244 bytes: %d us" % _us(_open, keys, sealed))
    print("token of a window: %d us" % _us(_token, suite))


def _open(keys, sealed):
    return Opener(keys, c.CHANNEL_STREAM).open(sealed)


def _token(suite):
    return auth.Recognition(suite, KEY).token(FRAME)


class Host:
    """As much of a host as a session needs."""

    def __init__(self, frame_bytes):
        self.source = ListSource([])
        self.source.suite = _suite()
        self.session = BandSession(self.source)
        self.frame_bytes = frame_bytes
        self.sealer = self.opener = None
        self.splitter, self.joiner = Splitter(), Joiner()

    def ask(self, opcode, fields):
        """Ask; return both messages."""
        asked = messages.encode(opcode, 9, fields)
        self.splitter.load(asked)
        while self.splitter.busy:
            frame = self.splitter.next_frame(12)
            self.session.receive(frame if self.sealer is None else self.sealer.seal(frame))
        answer = None
        item = self.session.next_frame(self.frame_bytes)
        while item is not None:
            assert len(item[1]) <= self.frame_bytes
            frame = item[1] if self.opener is None else self.opener.open(item[1])
            answer = self.joiner.join(frame)
            item = self.session.next_frame(self.frame_bytes)
        return asked, answer

    def authenticate(self):
        """Prove to have the key, have the band prove it, and seal from then on."""
        asked = {"wire_version": c.WIRE_VERSION, "nonce": HOST_NONCE}
        hello, reply = self.ask(c.OP_HELLO, asked)
        nonces = HOST_NONCE + messages.decode(reply).fields["nonce"]
        keys = auth.SessionKeys(self.source.suite, KEY, nonces, hello, reply)
        _, answer = self.ask(c.OP_AUTH, {"proof": keys.host_proof})
        assert messages.decode(answer).fields == {"proof": keys.band_proof}
        self.splitter, self.joiner = Splitter(), Joiner()
        self.sealer = Sealer(keys.of_host(), c.CHANNEL_CONTROL)
        self.opener = Opener(keys.of_band(), c.CHANNEL_CONTROL)


def test_session_is_sealed_in_small_frames():
    _check_session(20)


def test_session_is_sealed_in_large_frames():
    _check_session(244)


def _check_session(frame_bytes):
    host = Host(frame_bytes)
    _, refused = host.ask(c.OP_INFO, {})
    assert messages.decode(refused).fields["code"] == c.CODE_NOT_AUTHENTICATED
    host.authenticate()
    assert host.session.trusted
    _, answer = host.ask(c.OP_INFO, {})
    assert messages.decode(answer).fields == host.source.info()
