"""Runs in MicroPython: what the band writes of itself."""

from band.config import Config
from band.recorder import Recorder
from band.store import SegmentLog
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.protocol.plain import sample
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount


class StubBoard:
    """Says what a board says."""

    def battery_mv(self):
        return 3_777

    def reset_cause(self):
        return c.RESET_WATCHDOG


class HandClock:
    """Moves when it is told to."""

    def __init__(self):
        self.now_ms = 0

    def uptime_ms(self):
        return self.now_ms

    def uptime_cs(self):
        return self.now_ms // 10


def _band(blocks=64, worn_by_infant=False):
    mount(RamFlash(blocks), format_it=True)
    settings = Config(0x0012ABCD)
    settings.worn_by_infant = worn_by_infant
    log = SegmentLog(ROOT, settings.band_id, settings.interval_s, lambda: 77)
    clock = HandClock()
    return Recorder(log, clock, StubBoard(), settings, (1, 2, 3)), log, clock


def _sample(recorder, clock, count):
    for _ in range(count):
        clock.now_ms += 30_000
        recorder.add_sample(sample(uptime_cs=clock.uptime_cs()))


def _of_kind(log, kind):
    log.commit()
    first, after = log.oldest_record_no, log.next_record_no
    found = []
    while first < after:
        _, first, data = log.read(first, 100)
        for at in range(0, len(data), 20):
            if data[at] == kind:
                found.append(records.decode(data[at : at + 20], log.log_id, first + at // 20))
        first += len(data) // 20
    return found


def test_boot_record_says_why_and_with_what():
    recorder, log, _ = _band()
    recorder.add_boot()
    (boot,) = _of_kind(log, c.KIND_BOOT)
    assert boot["boot_id"] == log.boot_id == 1
    assert boot["reset_cause"] == c.RESET_WATCHDOG
    version = (boot["firmware_major"], boot["firmware_minor"], boot["firmware_patch"])
    assert version == (1, 2, 3)


def test_status_says_battery_heap_and_what_the_ring_gave_up():
    recorder, log, clock = _band(blocks=48)
    _sample(recorder, clock, 12_000)
    assert log.oldest_record_no > 0
    recorder.add_status()
    status = _of_kind(log, c.KIND_STATUS)[-1]
    assert status["uptime_cs"] == clock.uptime_cs()
    assert status["battery_mv"] == 3_777
    assert status["free_heap_bytes"] > 0
    assert status["segments_damaged"] == 0
    assert 0 < status["records_lost"] <= log.oldest_record_no


def test_sample_says_who_wears_the_band():
    for worn_by_infant in (False, True):
        recorder, log, clock = _band(worn_by_infant=worn_by_infant)
        _sample(recorder, clock, 1)
        (taken,) = _of_kind(log, c.KIND_SAMPLE)
        assert bool(taken["flags"] & c.FLAG_WORN_BY_INFANT) == worn_by_infant


def test_event_is_durable_at_once():
    recorder, log, clock = _band()
    _sample(recorder, clock, 1)
    recorder.add_event(c.EVENT_BATTERY_STOP, value=3_400)
    assert log.flushed_record_no == log.next_record_no
    (event,) = _of_kind(log, c.KIND_EVENT)
    assert (event["event"], event["detail"], event["value"]) == (c.EVENT_BATTERY_STOP, 0, 3_400)


def test_fault_is_durable_at_once():
    recorder, log, _ = _band()
    recorder.add_fault(1, 28)
    assert log.flushed_record_no == log.next_record_no
    (fault,) = _of_kind(log, c.KIND_FAULT)
    assert (fault["module"], fault["code"], fault["fault_count"]) == (1, 28, 1)
