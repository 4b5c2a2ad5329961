"""Runs in MicroPython: what the band tells a host."""

from band.clock import Clock
from band.config import Config
from band.recorder import Recorder
from band.source import Source
from band.store import SegmentLog
from pouch_protocol import constants as c
from pouch_protocol import messages, records
from pouch_protocol.band import BandSession, Refusal
from pouch_protocol.frames import Joiner, Splitter
from pouch_protocol.messages import Message
from tests.firmware.band.plain_recorder import StubBoard
from tests.protocol.plain import sample
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount


class Board(StubBoard):
    """Draws numbers that a test knows."""

    def random_bytes(self, count):
        return bytes(range(count))


class Requests:
    """Notes what it is asked, and refuses to forget a band."""

    def __init__(self):
        self.asked = []

    def handle(self, request, nonce, local):
        self.asked.append((request.opcode, nonce, local))
        if request.opcode == c.OP_FACTORY_RESET:
            raise Refusal(c.CODE_NO_KEY)
        return c.OP_SETTINGS_REPLY, {"plan": 1}


def _not_made():
    raise AssertionError("nothing was asked that needs it")


def _band(sample_count, make_requests=_not_made):
    mount(RamFlash(64), format_it=True)
    settings = Config(0x0012ABCD)
    log = SegmentLog(ROOT, settings.band_id, settings.interval_s, lambda: 77)
    clock = Clock()
    board = Board()
    recorder = Recorder(log, clock, board, settings, (1, 2, 3))
    for _ in range(sample_count):
        recorder.add_sample(sample(uptime_cs=clock.uptime_cs()))
    source = Source(log, recorder, clock, board, settings, (1, 2, 3), make_requests)
    return source, log, clock


def test_time_that_a_host_sets_becomes_an_anchor_and_changes_no_uptime():
    # One record less than what is flushed by itself.
    source, log, clock = _band(2)
    before_cs = clock.uptime_cs()
    fields = {"utc_s": 1_790_000_000, "utc_ms": 250, "source": 1, "round_trip_ms": 60}
    uptime_cs, record_no = source.set_time(fields)
    # Durable before it is answered: the host will not set the time again for an hour.
    assert log.flushed_record_no == log.next_record_no == record_no + 1
    _, first, data = source.read(source.bounds()[1] - 1, 1)
    anchor = records.decode(data, log.log_id, first)
    assert (anchor["uptime_cs"], first) == (uptime_cs, record_no)
    assert {name: anchor[name] for name in fields} == fields
    assert before_cs <= uptime_cs <= clock.uptime_cs()


def test_time_of_day_is_known_once_a_host_told_it():
    source, _, clock = _band(0)
    assert clock.local_min(300) is None
    # 2026-09-21 14:13:20 UTC.
    source.set_time({"utc_s": 1_790_000_000, "utc_ms": 0, "source": 1, "round_trip_ms": 60})
    assert clock.local_min(0) == 14 * 60 + 13
    assert clock.local_min(300) == 19 * 60 + 13
    assert clock.local_min(-900) == 23 * 60 + 13


def test_hello_counts_what_can_be_read():
    source, log, _ = _band(7)
    hello = source.hello()
    assert hello["next_record_no"] == log.next_record_no == 7
    assert len(source.read(0, 100)[2]) == 7 * 20
    assert (hello["band_id"], hello["log_id"], hello["battery_mv"]) == (0x0012ABCD, 77, 3_777)


def test_hello_says_what_the_session_needs_to_know():
    source, log, clock = _band(2)
    hello = source.hello()
    assert hello["wire_version"] == c.WIRE_VERSION
    assert hello["flash_version"] == c.FLASH_VERSION
    assert (hello["boot_id"], hello["interval_s"]) == (log.boot_id, 30)
    version = [hello["firmware_" + part] for part in ("major", "minor", "patch")]
    assert version == [1, 2, 3]
    assert hello["uptime_cs"] <= clock.uptime_cs()
    # All fields of the reply, no other.
    data = messages.encode(c.OP_HELLO_REPLY, 1, hello)
    assert messages.decode(data).fields == hello


def test_bounds_are_of_what_can_be_read_at_once():
    source, log, _ = _band(3)
    assert source.bounds() == (0, 3)
    assert source.read(0, 100)[1:] == (0, log.read(0, 100)[2])
    assert len(source.read(2, 100)[2]) == 20
    assert source.read(3, 100)[2] == b""


def test_nonce_is_drawn_by_the_board():
    source, _, _ = _band(0)
    assert source.nonce() == bytes(range(16))


def test_requests_are_made_with_the_first_and_kept():
    made = []

    def make():
        made.append(Requests())
        return made[-1]

    source, _, _ = _band(1, make)
    source.hello()
    source.bounds()
    source.nonce()
    assert made == []
    reply = source.handle(Message(c.OP_SETTINGS, 1, {}), None, False)
    assert reply == (c.OP_SETTINGS_REPLY, {"plan": 1})
    source.handle(Message(c.OP_IDENTIFY, 2, {"duration_s": 5}), b"n" * 16, True)
    (requests,) = made
    assert requests.asked == [
        (c.OP_SETTINGS, None, False),
        (c.OP_IDENTIFY, b"n" * 16, True),
    ]


def test_refusal_reaches_the_session():
    source, _, _ = _band(1, Requests)
    session = BandSession(source)
    splitter = Splitter()
    splitter.load(messages.encode(c.OP_FACTORY_RESET, 9, {"tag": bytes(32)}))
    while splitter.busy:
        session.receive(splitter.next_frame(200))
    joiner = Joiner()
    data = None
    while data is None:
        data = joiner.join(session.next_frame(20)[1])
    reply = messages.decode(data)
    assert (reply.opcode, reply.procedure) == (c.OP_RESPONSE, 9)
    assert reply.fields == {"request": c.OP_FACTORY_RESET, "code": c.CODE_NO_KEY}
