"""Runs in MicroPython and CPython: what the band writes of itself, and when."""

from band.reports import Reports
from pouch_protocol import constants as c

HOUR_MS = 3_600_000


class Band:
    """Every part that reports, and a log of what is written: names in their order."""

    def __init__(self, restarts=3):
        self.log = []
        self.days_left = 12
        self.refused = 0
        self.faults = {"touch_faults": 0}
        self.health_is_due = False
        self.reports = Reports(*(self,) * 6, restarts)

    # The Recorder and the Decision.
    def add_status(self):
        self.log.append("status")

    def add(self, kind, fields):
        assert kind == c.KIND_HEALTH
        self.log.append(fields)

    def add_tally(self, battery_days):
        self.log.append(("tally", battery_days))

    # The Sampler and the SegmentLog count anew when they are asked.
    def take_fault_counts(self):
        taken, self.faults = self.faults, {"touch_faults": 0}
        return taken

    def take_refused(self):
        taken, self.refused = self.refused, 0
        return taken

    # The Health.
    def take(self, faults, refused, restarts):
        self.asked = (faults, refused, restarts)
        return {"restarts": restarts} if self.health_is_due else None

    def write(self, now_ms):
        """Return what is written at an uptime."""
        self.log.clear()
        self.reports.write(now_ms)
        return list(self.log)


def test_first_sample_brings_a_status_and_no_tally():
    # A tally would cover no time.
    band = Band()
    assert band.write(0) == ["status"]
    band = Band()
    assert band.write(95_000) == ["status"]


def test_each_hour_brings_both_and_nothing_between():
    band = Band()
    band.write(1_180)
    written = {}
    for now_ms in range(31_180, 10 * HOUR_MS, 30_000):
        found = band.write(now_ms)
        if found:
            written[now_ms] = found
    assert sorted(written) == [1_180 + hour * HOUR_MS for hour in range(1, 10)]
    assert all(found == ["status", ("tally", 12)] for found in written.values())


def test_tally_says_how_long_the_battery_lasts_now():
    band = Band()
    band.write(0)
    band.days_left = 2
    assert band.write(HOUR_MS) == ["status", ("tally", 2)]


def test_health_is_written_when_it_is_due():
    band = Band()
    band.health_is_due = True
    assert band.write(0) == ["status", {"restarts": 3}]
    band.health_is_due = False
    assert band.write(HOUR_MS) == ["status", ("tally", 12)]
    band.health_is_due = True
    assert band.write(2 * HOUR_MS) == ["status", ("tally", 12), {"restarts": 3}]


def test_health_is_given_what_failed_since_the_last_hour():
    band = Band()
    band.write(0)
    band.refused = 2
    band.faults = {"touch_faults": 9}
    # Not counted before it is due.
    band.write(HOUR_MS - 1)
    assert band.asked == ({"touch_faults": 0}, 0, 3)
    band.write(HOUR_MS)
    assert band.asked == ({"touch_faults": 9}, 2, 3)
    band.write(2 * HOUR_MS)
    assert band.asked == ({"touch_faults": 0}, 0, 3)


def test_hours_that_were_missed_are_written_once():
    # The band stood still with an empty battery.
    band = Band()
    band.write(0)
    assert band.write(50 * HOUR_MS) == ["status", ("tally", 12)]
    assert band.write(50 * HOUR_MS + 30_000) == []
    assert band.write(51 * HOUR_MS) == ["status", ("tally", 12)]
