"""The serial line: known bytes, and frames that arrive whatever else is printed between them."""

from pouch_protocol import cable, cobs
from pouch_protocol import constants as c
from pouch_protocol.errors import Corrupt
from tests.protocol.plain import raises

TRACEBACK = b'Traceback (most recent call):\r\n  File "band/app.py", line 8\r\nOSError: 5\r\n'


def test_cobs_round_trip_of_every_length_around_a_full_run():
    for size in (0, 1, 2, 253, 254, 255, 256, 508, 509, 600):
        for data in (bytes(size), b"\x07" * size, bytes(n & 0xFF for n in range(size))):
            coded = cobs.encode(data)
            assert 0 not in coded
            assert len(coded) <= size + size // cobs.RUN_BYTES_MAX + 1
            assert cobs.decode(coded) == data


def test_cobs_that_is_none_is_refused():
    for data in (b"\x00", b"\x02", b"\x03\x41", b"\x03\x41\x00", b"\x01\x05\x01"):
        raises(Corrupt, cobs.decode, data)


def test_frames_arrive_in_any_pieces():
    frames = [(c.CHANNEL_CONTROL, b"\xc0one"), (c.CHANNEL_STREAM, bytes(cable.FRAME_BYTES_MAX))]
    line = b"".join(cable.wrap(channel, frame) for channel, frame in frames)
    for step in (1, 3, 64, len(line)):
        unwrapper = cable.Unwrapper()
        found = []
        for at in range(0, len(line), step):
            found += unwrapper.feed(line[at : at + step])
        assert found == frames
        assert unwrapper.damaged_count == 0


def test_largest_frame_grows_by_one_byte_and_its_two_delimiters():
    frame = b"\x11" * cable.FRAME_BYTES_MAX
    assert len(cable.wrap(c.CHANNEL_CONTROL, frame)) == 1 + len(frame) + 1 + 2


def test_printed_text_between_frames_spoils_neither():
    frame = cable.wrap(c.CHANNEL_CONTROL, b"\xc0frame")
    unwrapper = cable.Unwrapper()
    found = unwrapper.feed(TRACEBACK + frame + TRACEBACK + frame + frame + TRACEBACK * 9 + frame)
    assert found == [(c.CHANNEL_CONTROL, b"\xc0frame")] * 4
    # The first text, before any delimiter, could have been the end of a frame.
    assert unwrapper.damaged_count == 3


def test_greeting_and_farewell_are_told_from_frames_and_hold_no_interrupt():
    for text in (cable.GREETING, cable.FAREWELL):
        line = cable.wrap_text(text)
        assert 3 not in line
        assert cable.Unwrapper().feed(line) == [(None, text)]


def test_greeting_at_a_prompt_is_not_its_own_answer():
    # A prompt shows what is typed: the letters come back, the code byte does not.
    unwrapper = cable.Unwrapper()
    assert unwrapper.feed(b"\r\n>>> POUCH\x00POUCH\x00") == []


def test_junk_without_end_is_not_held():
    unwrapper = cable.Unwrapper()
    for _ in range(1000):
        assert unwrapper.feed(b"junk") == []
    assert len(unwrapper._held) <= cobs.RUN_BYTES_MAX + 1
    assert unwrapper.feed(cable.wrap(c.CHANNEL_CONTROL, b"\xc0a")) == [(0, b"\xc0a")]


def test_unknown_channel_and_empty_frame_are_dropped():
    unwrapper = cable.Unwrapper()
    assert unwrapper.feed(cable.wrap(7, b"\xc0a")) == []
    assert unwrapper.feed(cable.wrap(c.CHANNEL_CONTROL, b"")) == []
    assert unwrapper.damaged_count == 2
