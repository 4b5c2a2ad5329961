"""Runs in MicroPython: what the band tells a host."""

from band.clock import Clock
from band.config import Config
from band.recorder import Recorder
from band.source import Source
from band.store import SegmentLog
from pouch_protocol import records
from tests.firmware.band.plain_recorder import StubBoard
from tests.protocol.plain import sample
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount


def _band(sample_count):
    mount(RamFlash(64), format_it=True)
    settings = Config(0x0012ABCD)
    log = SegmentLog(ROOT, settings.band_id, settings.interval_s, lambda: 77)
    clock = Clock()
    recorder = Recorder(log, clock, StubBoard(), settings, (1, 2, 3))
    for _ in range(sample_count):
        recorder.add_sample(sample(uptime_cs=clock.uptime_cs()))
    return Source(log, recorder, clock, StubBoard(), settings, (1, 2, 3)), log, clock


def test_time_that_a_host_sets_becomes_an_anchor_and_changes_no_uptime():
    source, log, clock = _band(3)
    before_cs = clock.uptime_cs()
    fields = {"utc_s": 1_790_000_000, "utc_ms": 250, "source": 1, "round_trip_ms": 60}
    uptime_cs, record_no = source.set_time(fields)
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
