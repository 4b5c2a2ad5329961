"""Runs in MicroPython: what the band tells a host."""

from band import suite
from band.clock import Clock
from band.config import Config
from band.recorder import Recorder
from band.source import Source
from band.store import SegmentLog
from pouch_protocol import auth, messages, records
from pouch_protocol import constants as c
from pouch_protocol.errors import Refusal
from pouch_protocol.messages import Message
from tests.firmware.band.plain_recorder import StubBoard
from tests.protocol.plain import KEY, OTHER_KEY, deliver, sample, trusted
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount


class Board(StubBoard):
    """Draws numbers that a test knows, and has the battery that it is given."""

    ARCH_NAME = "xiao_esp32c3"

    def __init__(self):
        self.mv = 3_777
        self.drawn = 0

    def battery_mv(self):
        return self.mv

    def random_bytes(self, count):
        self.drawn += 1
        return bytes((self.drawn + index) & 0xFF for index in range(count))


class Requests:
    """Notes what it is asked, and refuses to forget a band."""

    def __init__(self):
        self.asked = []

    def handle(self, request, trusted, local):
        self.asked.append((request.opcode, trusted, local))
        if request.opcode == c.OP_FACTORY_RESET:
            raise Refusal(c.CODE_OUT_OF_ORDER)
        return c.OP_SETTINGS_REPLY, {"plan": 1}


def _not_made():
    raise AssertionError("nothing was asked that needs it")


def _band(sample_count, make_requests=_not_made, key=KEY, board=None):
    mount(RamFlash(64), format_it=True)
    settings = Config(0x0012ABCD)
    settings.key = key
    log = SegmentLog(ROOT, settings.band_id, settings.interval_s, lambda: 77)
    clock = Clock()
    board = board or Board()
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


def test_time_is_told_as_it_was_set_and_goes_on():
    source, _, clock = _band(0)
    told = source.time()
    assert told.pop("uptime_cs") <= clock.uptime_cs()
    assert told == {
        "status": c.TIME_UNKNOWN,
        "utc_s": 0,
        "utc_ms": 0,
        "round_trip_ms": 0,
        "set_uptime_cs": 0,
    }
    uptime_cs, _ = source.set_time(
        {"utc_s": 1_790_000_000, "utc_ms": 250, "source": 1, "round_trip_ms": 60}
    )
    told = source.time()
    assert told["status"] == c.TIME_SET
    assert told["round_trip_ms"] == 60
    # The clock is set, and then the anchor made.
    assert 0 <= uptime_cs - told["set_uptime_cs"] <= 100
    gone_ms = (told["uptime_cs"] - told["set_uptime_cs"]) * 10
    said_ms = (told["utc_s"] - 1_790_000_000) * 1000 + told["utc_ms"] - 250
    assert -10 <= gone_ms - said_ms <= 1_000
    assert messages.decode(messages.encode(c.OP_TIME_REPLY, 1, told)).fields == told


def test_clock_is_set_before_the_anchor_is_flushed():
    source, log, clock = _band(0)
    known = []
    flush = log.flush

    def noted_flush():
        known.append(clock.utc() is not None)
        flush()

    log.flush = noted_flush
    source.set_time({"utc_s": 1_790_000_000, "utc_ms": 0, "source": 1, "round_trip_ms": 60})
    assert known == [True]


def test_time_beyond_the_last_that_a_message_holds_ends_no_band():
    source, _, clock = _band(0)
    source.set_time({"utc_s": 0xFFFFFFFF, "utc_ms": 999, "source": 1, "round_trip_ms": 0xFFFF})
    clock._told_uptime_ms -= 5_000
    told = source.time()
    assert told["utc_s"] == 0xFFFFFFFF
    messages.encode(c.OP_TIME_REPLY, 1, dict(told, set_uptime_cs=0))


def test_info_counts_what_can_be_read():
    source, log, _ = _band(7)
    info = source.info()
    assert info["next_record_no"] == log.next_record_no == 7
    assert len(source.read(0, 100)[2]) == 7 * 20
    assert (info["band_id"], info["log_id"], info["battery_mv"]) == (0x0012ABCD, 77, 3_777)


def test_info_says_what_a_host_needs_to_know():
    source, log, clock = _band(2)
    info = source.info()
    assert info["flash_version"] == c.FLASH_VERSION
    assert (info["boot_id"], info["interval_s"]) == (log.boot_id, 30)
    version = [info["firmware_" + part] for part in ("major", "minor", "patch")]
    assert version == [1, 2, 3]
    assert info["uptime_cs"] <= clock.uptime_cs()
    assert info["board"] == b"xiao_esp32c3" + bytes(4)
    assert info["capabilities"] == 0x1F
    assert KEY not in info.values()
    # All fields of the reply, no other.
    data = messages.encode(c.OP_INFO_REPLY, 1, info)
    assert messages.decode(data).fields == info


def test_battery_is_told_to_everybody_in_classes():
    board = Board()
    source, _, _ = _band(0, board=board)
    seen = []
    for mv in range(0, 4_300, 5):
        board.mv = mv
        if not seen or source.battery_class() != seen[-1][1]:
            seen.append((mv, source.battery_class(), source.battery_level()))
    # No word of a divider that is broken; nearly empty where the light says so; 30 and 70 %.
    assert seen == [
        (0, c.BATTERY_UNKNOWN, 0),
        (2_005, c.BATTERY_EMPTY, 10),
        (3_505, c.BATTERY_LOW, 40),
        (3_770, c.BATTERY_MEDIUM, 70),
        (3_950, c.BATTERY_FULL, 100),
    ]


def test_token_is_of_the_key_and_another_one_each_time():
    source, _, _ = _band(0)
    mine = auth.Recognition(suite, KEY)
    tokens = [source.token() for _ in range(5)]
    assert len(set(tokens)) == len({token[3:] for token in tokens}) == 5
    assert all(mine.made_token(token) for token in tokens)
    assert not any(auth.Recognition(suite, OTHER_KEY).made_token(token) for token in tokens)


def test_key_is_worked_on_once_and_not_for_each_token():
    made = []
    real = auth.Recognition

    def counted(suite, key):
        made.append(key)
        return real(suite, key)

    auth.Recognition = counted
    try:
        source, _, _ = _band(0)
        for _ in range(5):
            source.token()
        source._config.key = OTHER_KEY
        source.token()
    finally:
        auth.Recognition = real
    assert made == [KEY, OTHER_KEY]


def test_token_of_a_band_without_a_key_is_drawn_whole():
    board = Board()
    source, _, _ = _band(0, key=None, board=board)
    assert source.key is None
    tokens = [source.token() for _ in range(5)]
    assert tokens == [Board.random_bytes(_drawn(number), 6) for number in range(5)]


def _drawn(number):
    """Return a board that has drawn so often."""
    board = Board()
    board.drawn = number
    return board


def test_new_key_is_in_the_next_token_and_hint():
    source, _, _ = _band(0)
    source.token()
    source._config.key = OTHER_KEY
    assert source.key == OTHER_KEY
    assert auth.Recognition(suite, OTHER_KEY).made_token(source.token())
    for key in (OTHER_KEY, KEY):
        host, band = trusted(source, key)
        assert band.trusted == (key == OTHER_KEY)
        assert host.is_hint_of(auth.Recognition(suite, OTHER_KEY))


def test_bounds_are_of_what_can_be_read_at_once():
    source, log, _ = _band(3)
    assert source.bounds() == (0, 3)
    assert source.read(0, 100)[1:] == (0, log.read(0, 100)[2])
    assert len(source.read(2, 100)[2]) == 20
    assert source.read(3, 100)[2] == b""


def test_nonce_is_drawn_by_the_board():
    source, _, _ = _band(0)
    assert [source.nonce() for _ in range(2)] == [bytes(range(1, 17)), bytes(range(2, 18))]


def test_requests_are_made_with_the_first_and_kept():
    made = []

    def make():
        made.append(Requests())
        return made[-1]

    source, _, _ = _band(1, make)
    source.info()
    source.time()
    source.bounds()
    source.nonce()
    source.token()
    assert made == []
    reply = source.handle(Message(c.OP_SETTINGS, 1, {}), True, False)
    assert reply == (c.OP_SETTINGS_REPLY, {"plan": 1})
    source.handle(Message(c.OP_IDENTIFY, 2, {"duration_s": 5}), False, True)
    (requests,) = made
    assert requests.asked == [(c.OP_SETTINGS, True, False), (c.OP_IDENTIFY, False, True)]


def test_refusal_reaches_the_host():
    source, _, _ = _band(1, Requests)
    host, band = trusted(source)
    assert host.sealed
    host.request(c.OP_FACTORY_RESET, c.OP_RESPONSE, {})
    (refused,) = deliver(band, host)
    assert (refused.request, refused.code) == (c.OP_FACTORY_RESET, c.CODE_OUT_OF_ORDER)


def test_records_arrive_over_a_sealed_session():
    source, log, _ = _band(40)
    host, band = trusted(source)
    host.report(0, 39)
    events = deliver(band, host)
    assert events[-1].complete
    got = b"".join(event.data for event in events[:-1])
    assert got == b"".join(log.read(first, 1)[2] for first in range(40))
