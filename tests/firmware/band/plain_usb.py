"""Runs in MicroPython: conversations over the USB port, on a port made of lists."""

import asyncio

from band.usb import UsbLink
from pouch_protocol import cable, messages, records
from pouch_protocol import constants as c
from pouch_protocol.host import HostSession, Records, Replied, Reported
from tests.protocol.plain import BAND_ID, HOST_NONCE, KEY, ListSource, Suite, sample

GREETING = cable.wrap_text(cable.GREETING)
FAREWELL = cable.wrap_text(cable.FAREWELL)
CTRL_C = b"\x03"
NO_INTERRUPT = -1


class Unplugged(Exception):
    """The list of what the computer says is at its end."""


class FakeClock:
    """Moves when it is told to."""

    def __init__(self):
        self.now_ms = 0

    def uptime_ms(self):
        return self.now_ms


class FakePort:
    """A port on which a computer says one thing after the other.

    `said` holds bytes, or functions that are given the port and return bytes. Each reading takes
    `step_ms`.
    From write `deaf_from` on nobody takes what is written.
    """

    def __init__(self, clock, said, step_ms=10, deaf_from=1_000_000):
        self._clock = clock
        self._said = said
        self._step_ms = step_ms
        self._deaf_from = deaf_from
        self.writes = 0
        self.line = b""
        self._heard_bytes = 0

    def heard(self):
        """Return what the computer has got since it asked last."""
        begin, self._heard_bytes = self._heard_bytes, len(self.line)
        return self.line[begin:]

    async def read(self):
        self._clock.now_ms += self._step_ms
        if not self._said:
            raise Unplugged
        said = self._said.pop(0)
        return said if isinstance(said, bytes) else said(self)

    def take(self):
        return b""

    def write(self, data):
        self.writes += 1
        if self.writes >= self._deaf_from:
            return False
        self.line += data
        return True


def _serve(said, source=None, **port_options):
    """Serve until the computer has said all; return the port, and each setting of byte 3."""
    clock = FakeClock()
    port = FakePort(clock, list(said), **port_options)
    settings = []
    link = UsbLink(port, source or ListSource([]), clock, settings.append)
    try:
        asyncio.run(link.serve())
    except Unplugged:
        return port, settings
    raise AssertionError("the link stopped serving by itself")


def _ask(host, start):
    """Return what carries a request over the line."""
    start()
    frames = []
    while True:
        frame = host.next_frame(cable.FRAME_BYTES_MAX)
        if frame is None:
            return b"".join(frames)
        frames.append(cable.wrap(c.CHANNEL_CONTROL, frame))


def _ask_hello(host):
    return _ask(host, lambda: host.hello(HOST_NONCE))


def _events(host, line):
    events = []
    for channel, frame in cable.Unwrapper().feed(line):
        if channel is not None:
            events += host.receive(channel, frame)
    return events


def test_greeting_is_answered_and_frees_byte_3_until_the_farewell():
    port, settings = _serve([b"junk" + GREETING, FAREWELL, b"x"])
    assert port.line == GREETING
    assert settings == [NO_INTERRUPT, 3]


def test_request_is_answered_over_the_same_session_as_on_the_radio():
    host = HostSession()
    port, _ = _serve([GREETING, _ask(host, host.info), FAREWELL])
    (reply,) = _events(host, port.line)
    assert isinstance(reply, Replied)
    assert reply.fields["band_id"] == BAND_ID


def test_host_with_the_key_talks_sealed_over_the_cable_too():
    host = HostSession()

    def authenticate(port):
        _events(host, port.heard())
        return _ask(host, lambda: host.authenticate(Suite, KEY))

    def ask_time(port):
        _events(host, port.heard())
        assert host.sealed
        return _ask(host, host.time)

    port, _ = _serve([GREETING, _ask_hello(host), authenticate, ask_time, FAREWELL])
    (reply,) = _events(host, port.heard())
    assert isinstance(reply, Replied)
    assert reply.opcode == c.OP_TIME_REPLY


def test_stranger_on_the_cable_is_told_no_time():
    host = HostSession()
    port, _ = _serve([GREETING, _ask(host, host.time), FAREWELL])
    (refused,) = _events(host, port.line)
    assert (refused.request, refused.code) == (c.OP_TIME, c.CODE_NOT_AUTHENTICATED)


def test_host_on_a_cable_is_local_and_one_before_the_greeting_is_nobody():
    early, host = HostSession(), HostSession()

    def set_key(port):
        _events(host, port.line)
        fields = {"key": bytes(16)}
        return _ask(host, lambda: host.request(c.OP_SET_KEY, c.OP_RESPONSE, fields))

    source = ListSource([], key=None)
    said = [_ask_hello(early), GREETING, _ask_hello(host), set_key, FAREWELL]
    port, _ = _serve(said, source)
    assert port.line.startswith(GREETING)
    (reply,) = _events(host, port.line)
    assert isinstance(reply, Replied)
    assert reply.fields == {"request": c.OP_SET_KEY, "code": c.CODE_SUCCESS}


def test_long_report_arrives_whole_between_printed_lines():
    held = [records.encode(c.KIND_SAMPLE, sample(uptime_cs=n), 7, n) for n in range(300)]
    host = HostSession()
    printed = b"Traceback (most recent call last):\r\n"
    request = _ask(host, lambda: host.report(0, 299))
    source = ListSource(held, key=None)
    port, _ = _serve([GREETING + printed, printed + request, FAREWELL], source)
    events = _events(host, port.line.replace(b"\x00\x00", b"\x00" + printed + b"\x00"))
    assert isinstance(events[-1], Reported)
    assert events[-1].complete
    got = b"".join(event.data for event in events if isinstance(event, Records))
    assert got == b"".join(held)


def test_ten_seconds_without_a_frame_give_the_prompt_back_whatever_else_comes():
    port, settings = _serve([GREETING] + [CTRL_C + b"\r"] * 30, step_ms=1_000)
    assert settings == [NO_INTERRUPT, 3]
    # Nine of the thirty were waited for; the others went to the prompt.
    assert port.line == GREETING


def test_frames_keep_the_conversation():
    host = HostSession()
    said = [GREETING]
    for _ in range(5):
        said.append(_ask_hello(host))
        host._expected = 0
    port, settings = _serve(said, step_ms=9_000)
    assert settings == [NO_INTERRUPT, 3]
    assert port.writes == 6


def test_second_greeting_begins_a_new_session():
    # A proof belongs to the greeting that it was made for.
    host = HostSession()

    def authenticate(port):
        _events(host, port.heard())
        return GREETING + _ask(host, lambda: host.authenticate(Suite, KEY))

    port, _ = _serve([GREETING, _ask_hello(host), authenticate, FAREWELL])
    said = cable.Unwrapper().feed(port.heard())
    (frame,) = [content for channel, content in said if channel is not None]
    # Its frames count from 0 again.
    assert frame[0] == 0xC0
    refused = messages.decode(frame[1:]).fields
    assert refused == {"request": c.OP_AUTH, "code": c.CODE_NOT_AUTHENTICATED}


def test_nobody_takes_the_answer_and_the_prompt_comes_back_at_once():
    port, settings = _serve([GREETING, GREETING], deaf_from=1)
    assert settings == [NO_INTERRUPT, 3] * 2
    assert port.line == b""


def test_host_that_goes_away_in_a_report_ends_it():
    held = [records.encode(c.KIND_SAMPLE, sample(uptime_cs=n), 7, n) for n in range(2000)]
    host = HostSession()
    request = _ask(host, lambda: host.report(0, 1999))
    source = ListSource(held, key=None)
    port, settings = _serve([GREETING, request], source, deaf_from=20)
    assert settings == [NO_INTERRUPT, 3]
    assert port.writes == 20
