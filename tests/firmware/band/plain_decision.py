"""Runs in MicroPython: what the band records of its own decisions."""

from band.config import Config
from band.contact import SSC, UNKNOWN, ContactRule
from band.decision import Decision
from band.recorder import Recorder
from band.store import SegmentLog
from band.tally import Tally
from band.touch import TouchBaseline
from band.warmth import WarmthRule
from pouch_protocol import constants as c
from tests.firmware.band.plain_recorder import HandClock, StubBoard, _of_kind
from tests.protocol.plain import sample
from tests.support.on_band.ram_flash import ROOT, RamFlash, mount, power_cycle

INTERVAL_MS = 30_000
HOUR_S = 3600
TOUCHED_PF512, DRY_PF512 = 9 * 512, 2 * 512


class Worn:
    """A band's decisions and their log, on a flash that outlives its boots."""

    def __init__(self, target_min=480):
        mount(RamFlash(64), format_it=True)
        self.target_min = target_min
        self.boot()

    def boot(self):
        self.clock = HandClock()
        settings = Config(0x0012ABCD)
        self.log = SegmentLog(ROOT, settings.band_id, settings.interval_s, lambda: 77)
        recorder = Recorder(self.log, self.clock, StubBoard(), settings, (1, 2, 3))
        self.decision = Decision(
            TouchBaseline(), ContactRule(30), WarmthRule(), Tally(self.target_min), recorder
        )
        self.decision.restore(self.log)
        self.recorder = recorder

    def feel(self, for_s, infant_pf512=TOUCHED_PF512, caregiver_pf512=DRY_PF512, **fields):
        """Sample for a time; return the events of that time."""
        events = []
        for _ in range(for_s * 1000 // INTERVAL_MS):
            self.clock.now_ms += INTERVAL_MS
            values = sample(
                uptime_cs=self.clock.uptime_cs(),
                infant_touch_pf512=infant_pf512,
                caregiver_touch_pf512=caregiver_pf512,
                **fields,
            )
            self.recorder.add_sample(values)
            events.extend(self.decision.take(values))
        return events

    def contact(self, for_s):
        return self.feel(for_s, caregiver_pf512=TOUCHED_PF512, **_warm(36.6))


def _warm(temperature_c):
    c128 = round(temperature_c * 128)
    return {"infant_temperature_c128": c128, "caregiver_temperature_c128": c128}


def test_tally_tells_what_was_counted_and_the_target_is_announced():
    worn = Worn(target_min=60)
    worn.feel(HOUR_S, **_warm(36.0))
    assert worn.contact(HOUR_S + 60) == [c.EVENT_TARGET_REACHED]
    assert worn.decision.contact.state == SSC
    worn.decision.add_tally(12)
    (tally,) = _of_kind(worn.log, c.KIND_TALLY)
    # The first sample has no time before it.
    assert (tally["span_s"], tally["contact_s"], tally["unknown_s"]) == (7230, 3660, 0)
    assert (tally["contact_24h_min"], tally["battery_days"], tally["alerts"]) == (61, 12, 0)
    (event,) = _of_kind(worn.log, c.KIND_EVENT)
    assert (event["event"], event["value"]) == (c.EVENT_TARGET_REACHED, 60)


def test_alert_is_recorded_with_skin_and_line_and_counted_once():
    worn = Worn()
    assert worn.feel(HOUR_S, **_warm(35.25)) == [c.EVENT_ALERT_COLD, c.EVENT_ALERT_ESCALATED]
    assert worn.decision.acknowledge()
    assert not worn.decision.acknowledge()
    assert worn.feel(HOUR_S, **_warm(36.5)) == [c.EVENT_ALERT_CLEARED]
    events = _of_kind(worn.log, c.KIND_EVENT)
    assert [event["event"] for event in events] == [
        c.EVENT_ALERT_COLD,
        c.EVENT_ALERT_ESCALATED,
        c.EVENT_ALERT_ACKNOWLEDGED,
        c.EVENT_ALERT_CLEARED,
    ]
    assert [events[n]["detail"] for n in (0, 1, 3)] == [4512, 4512, 4672]
    assert [events[n]["value"] for n in (0, 1, 3)] == [3550, 3550, 3550]
    for alerts in (1, 0):
        worn.decision.add_tally(255)
        assert _of_kind(worn.log, c.KIND_TALLY)[-1]["alerts"] == alerts


def test_alert_that_lost_the_infant_says_so():
    worn = Worn()
    worn.feel(HOUR_S // 2, **_warm(35.25))
    assert worn.feel(HOUR_S, infant_pf512=DRY_PF512, **_warm(25.0)) == [c.EVENT_ALERT_CLEARED]
    assert _of_kind(worn.log, c.KIND_EVENT)[-1]["detail"] == 0x8000


def test_missing_values_of_a_sample_are_unknown():
    worn = Worn()
    worn.contact(HOUR_S)
    before_s = worn.decision.tally.contact_24h_min
    missing = c.TOUCH_MISSING
    assert worn.feel(HOUR_S, missing, missing, **_warm(35.0)) == []
    assert worn.decision.contact.state == UNKNOWN
    assert worn.decision.tally.contact_24h_min == before_s
    worn.decision.add_tally(255)
    assert _of_kind(worn.log, c.KIND_TALLY)[-1]["unknown_s"] == HOUR_S
    cold_without_value = {
        "infant_temperature_c128": c.TEMPERATURE_MISSING,
        "caregiver_temperature_c128": 36 * 128,
    }
    assert worn.feel(2 * HOUR_S, **cold_without_value) == []


def test_odd_milliseconds_lose_no_time():
    worn = Worn()
    for _ in range(1000):
        worn.clock.now_ms += 29_970
        fields = sample(uptime_cs=worn.clock.uptime_cs())
        worn.decision.take(fields)
    worn.decision.add_tally(255)
    # Whole seconds of each would be a loss of sixteen minutes.
    assert abs(_of_kind(worn.log, c.KIND_TALLY)[0]["span_s"] - 999 * 29.97) <= 1


def test_restart_goes_on_from_the_newest_tally():
    worn = Worn()
    for _ in range(5):
        worn.contact(HOUR_S)
        worn.decision.add_tally(255)
    shown_min = worn.decision.tally.contact_24h_min
    assert shown_min >= 298
    worn.contact(HOUR_S // 2)
    worn.log.flush()
    power_cycle()
    worn.boot()
    assert worn.log.boot_id == 2
    assert worn.decision.tally.contact_24h_min == shown_min


def test_restart_without_a_tally_begins_at_nothing():
    worn = Worn()
    worn.contact(HOUR_S // 2)
    worn.log.flush()
    power_cycle()
    worn.boot()
    assert worn.decision.tally.contact_24h_min == 0


def test_first_boot_of_all_has_nothing_to_restore():
    assert Worn().decision.tally.contact_24h_min == 0
