"""Frames: what is split is joined, and loss is noticed."""

from pouch_protocol import constants as c
from pouch_protocol.errors import BadSequence, Corrupt, Truncated
from pouch_protocol.frames import Joiner, Splitter
from tests.protocol.plain import raises


def _split(splitter, message, frame_bytes):
    splitter.load(message)
    frames = []
    while splitter.busy:
        frames.append(splitter.next_frame(frame_bytes))
    return frames


def _join(joiner, frames):
    return [message for message in (joiner.join(frame) for frame in frames) if message]


def test_split_and_join_every_length_and_mtu():
    for frame_bytes in (20, 182, 244, 514):
        splitter, joiner = Splitter(), Joiner()
        for size in (1, 18, 19, 20, 243, 244, 1000, c.MESSAGE_BYTES_MAX):
            message = bytes(n & 0xFF for n in range(size))
            frames = _split(splitter, message, frame_bytes)
            assert max(len(frame) for frame in frames) <= frame_bytes
            assert _join(joiner, frames) == [message]


def test_counter_goes_on_over_messages():
    splitter = Splitter()
    first = _split(splitter, bytes(40), 20)
    second = _split(splitter, bytes(10), 20)
    assert [frame[0] & 0x3F for frame in first + second] == [0, 1, 2, 3]
    assert [frame[0] & 0xC0 for frame in first] == [0x80, 0x00, 0x40]
    assert second[0][0] & 0xC0 == 0xC0


def test_join_repeated_frame_is_ignored():
    frames = _split(Splitter(), bytes(range(60)), 20)
    doubled = [frame for frame in frames for _ in range(2)]
    assert _join(Joiner(), doubled) == [bytes(range(60))]


def test_join_missing_middle_frame_raises_and_the_next_message_is_whole():
    splitter, joiner = Splitter(), Joiner()
    frames = _split(splitter, bytes(range(60)), 20)
    joiner.join(frames[0])
    raises(BadSequence, joiner.join, frames[2])
    raises(BadSequence, joiner.join, frames[3])
    assert _join(joiner, _split(splitter, b"next", 20)) == [b"next"]


def test_join_missing_last_frame_drops_the_message():
    splitter, joiner = Splitter(), Joiner()
    for frame in _split(splitter, bytes(range(60)), 20)[:-1]:
        joiner.join(frame)
    assert _join(joiner, _split(splitter, b"next", 20)) == [b"next"]


def test_join_without_beginning_raises():
    raises(BadSequence, Joiner().join, b"\x05tail")


def test_join_empty_frame_raises():
    raises(Truncated, Joiner().join, b"")
    raises(Truncated, Joiner().join, b"\x80")


def test_join_endless_message_is_bounded():
    joiner = Joiner()
    joiner.join(b"\x80" + bytes(500))
    joiner.join(b"\x01" + bytes(500))
    raises(Corrupt, joiner.join, b"\x02" + bytes(500))
    raises(BadSequence, joiner.join, b"\x43" + bytes(500))


def test_load_while_busy_or_of_bad_size_raises():
    splitter = Splitter()
    raises(ValueError, splitter.load, b"")
    raises(ValueError, splitter.load, bytes(c.MESSAGE_BYTES_MAX + 1))
    splitter.load(b"message")
    raises(ValueError, splitter.load, b"another")
    splitter.next_frame(20)
    assert splitter.next_frame(20) is None
