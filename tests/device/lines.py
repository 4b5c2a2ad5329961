"""Frames over the air and over the cable: the locked bytes, and what survives a noisy line."""

from pouch_protocol import cable, cobs
from pouch_protocol import constants as c
from pouch_protocol.errors import BadSequence
from pouch_protocol.frames import Joiner, Splitter
from tests.protocol.plain import raises
from tests.support.on_band.vectors import read


def test_frames():
    for vector in read("frames"):
        splitter, joiner = Splitter(), Joiner()
        for message, frames in zip(vector["messages"], vector["frames"]):
            splitter.load(bytes.fromhex(message))
            joined = None
            for frame in frames:
                data = bytes.fromhex(frame)
                assert splitter.next_frame(vector["frame_bytes_max"]) == data, vector["about"]
                joined = joiner.join(data)
            assert joined == bytes.fromhex(message), vector["about"]


def test_lost_frame_is_noticed():
    splitter, joiner = Splitter(), Joiner()
    splitter.load(bytes(range(60)))
    frames = [splitter.next_frame(20) for _ in range(4)]
    joiner.join(frames[0])
    raises(BadSequence, joiner.join, frames[2])


def test_cobs_0():
    _check_cobs(0)


def test_cobs_1():
    _check_cobs(1)


def _check_cobs(part):
    for vector in read("cable", indent=4, part=part, parts=2):
        if "coded" in vector:
            data, coded = bytes.fromhex(vector["data"]), bytes.fromhex(vector["coded"])
            assert cobs.encode(data) == coded, vector["about"]
            assert cobs.decode(coded) == data, vector["about"]


def test_lines_0():
    _check_lines(0)


def test_lines_1():
    _check_lines(1)


def _check_lines(part):
    for vector in read("cable", indent=4, part=part, parts=2):
        if "line" in vector:
            channel = vector["channel"]
            data, line = bytes.fromhex(vector["data"]), bytes.fromhex(vector["line"])
            wrapped = cable.wrap_text(data) if channel is None else cable.wrap(channel, data)
            assert wrapped == line, vector["about"]
            assert cable.Unwrapper().feed(line) == [(channel, data)], vector["about"]


def test_printed_text_between_frames_spoils_neither():
    frame = cable.wrap(c.CHANNEL_CONTROL, b"\xc0frame")
    unwrapper = cable.Unwrapper()
    found = unwrapper.feed(b"OSError: 5\r\n" + frame + b"Traceback" + frame + b"\x00")
    assert found == [(c.CHANNEL_CONTROL, b"\xc0frame")] * 2
    assert unwrapper.damaged_count == 2
