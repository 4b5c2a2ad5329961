"""Sealed frames: what opens, and what does not. Runs in both interpreters."""

from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_protocol.errors import Corrupt, Truncated
from pouch_protocol.frames import Splitter
from pouch_protocol.sealing import TAG_BYTES, Opener, Sealer
from tests.protocol.plain import KEY, Suite, raises

KEYS = auth.SessionKeys(Suite, KEY, bytes(32), b"hello", b"reply")
CONTROL, STREAM = c.CHANNEL_CONTROL, c.CHANNEL_STREAM


def _frames(count, content_bytes=30):
    """Return the clear frames of so many messages of one frame each."""
    splitter = Splitter()
    made = []
    for number in range(count):
        splitter.load(bytes((number & 0xFF,)) * content_bytes)
        made.append(splitter.next_frame(500))
    return made


def _sealed(frames, keys=None, channel=STREAM):
    sealer = Sealer(keys or KEYS.of_band(), channel)
    return [sealer.seal(frame) for frame in frames]


def test_sealed_frames_open_to_what_they_were_at_every_size():
    for content_bytes in (1, 15, 16, 17, 235, 499):
        frames = _frames(200, content_bytes)
        opener = Opener(KEYS.of_band(), STREAM)
        for frame, sealed in zip(frames, _sealed(frames)):
            assert len(sealed) == len(frame) + TAG_BYTES
            assert sealed[0] == frame[0]
            assert opener.open(sealed) == frame


def test_equal_contents_do_not_look_alike():
    frames = _frames(1) * 64
    contents = {sealed[1:-TAG_BYTES] for sealed in _sealed(frames)}
    assert len(contents) == 64
    other = _sealed(frames[:1], channel=CONTROL)[0]
    assert other[1:-TAG_BYTES] not in contents


def test_frame_with_any_bit_flipped_does_not_open_and_the_next_one_does():
    frames = _frames(2)
    first, second = _sealed(frames)
    for bit in range(len(first) * 8):
        damaged = bytearray(first)
        damaged[bit // 8] ^= 1 << bit % 8
        opener = Opener(KEYS.of_band(), STREAM)
        raises(Corrupt, opener.open, bytes(damaged))
        assert opener.open(second) == frames[1]


def test_frame_that_is_cut_short_does_not_open():
    (sealed,) = _sealed(_frames(1))
    opener = Opener(KEYS.of_band(), STREAM)
    for count in range(len(sealed)):
        raises(Truncated if count <= 1 + TAG_BYTES else Corrupt, opener.open, sealed[:count])
    assert opener.open(sealed) is not None


def test_last_frame_once_more_is_dropped_in_silence_and_an_older_one_refused():
    frames = _frames(200)
    sealed = _sealed(frames)
    opener = Opener(KEYS.of_band(), STREAM)
    for number, frame in enumerate(sealed):
        assert opener.open(frame) == frames[number]
        assert opener.open(frame) is None
        if number:
            raises(Corrupt, opener.open, sealed[number - 1])
        if number >= 64:
            # The head's counter is the next one's.
            raises(Corrupt, opener.open, sealed[number - 63])


def test_up_to_63_frames_may_be_lost_in_a_row():
    frames = _frames(130)
    sealed = _sealed(frames)
    for lost in range(64):
        opener = Opener(KEYS.of_band(), STREAM)
        assert opener.open(sealed[0]) == frames[0]
        assert opener.open(sealed[1 + lost]) == frames[1 + lost]
    opener = Opener(KEYS.of_band(), STREAM)
    opener.open(sealed[0])
    raises(Corrupt, opener.open, sealed[65])


def test_frame_of_the_other_direction_or_channel_or_session_does_not_open():
    (sealed,) = _sealed(_frames(1))
    later = auth.SessionKeys(Suite, KEY, bytes(32), b"hello", b"Reply")
    for keys, channel in (
        (KEYS.of_host(), STREAM),
        (KEYS.of_band(), CONTROL),
        (later.of_band(), STREAM),
    ):
        raises(Corrupt, Opener(keys, channel).open, sealed)
