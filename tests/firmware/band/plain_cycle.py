"""Runs in MicroPython: the band's pace, its order, and standing still in it."""

from band.cycle import Cycle
from tests.protocol.plain import sample
from tests.support.on_band.hand_board import START_MS, HandClock, gaps

CONVERSION_MS = 180
WINDOW_MS = 1_000
DRAIN_MS = 30_000


class Over(Exception):
    """The test has seen enough."""


class Contact:
    state = 3


class Tally:
    reached = True


class Parts:
    """Every part of a cycle in one, and a log of what is asked of them: `(uptime, what)`."""

    contact = Contact()
    tally = Tally()
    dt_s = 30
    window_ms = WINDOW_MS

    def __init__(self):
        self.clock = HandClock()
        self.log = []
        # What the parts answer.
        self.settles = [0]
        self.must_stop = False
        self.is_open = False
        # Whether a host that is sent away stays for a while.
        self.clings = False
        self.opened_count = 0
        self.window_due = False
        self.healthy = False
        self.charged_after_ms = 600_000
        self.is_durable = False
        self.cycle = Cycle(self.clock, *(self,) * 10)

    def note(self, *what):
        self.log.append((self.clock.now_ms,) + what)

    # The Rest.
    async def until(self, due_ms):
        self.clock.pass_until(due_ms)

    # The Link.
    def send_away(self):
        if self.is_open:
            self.note("send away")
            self.is_open = self.clings

    # The Sampler.
    def start(self):
        self.note("start")
        self.settles_left = list(self.settles)
        return CONVERSION_MS

    def settle(self):
        self.note("settle")
        return self.settles_left.pop(0)

    def finish(self, uptime_cs):
        self.note("finish", uptime_cs)
        return sample(uptime_cs=uptime_cs, flags=4)

    def drain_motion(self):
        self.note("drain")

    # The Recorder.
    def add_boot(self):
        self.note("boot")

    def add_sample(self, fields):
        self.note("record", fields["uptime_cs"])

    # The Decision, with whose events the Notices are given.
    def take(self, *given):
        if len(given) == 1:
            self.note("decide", given[0]["uptime_cs"])
            return (7, 15)
        self.note("tell", given)
        return None

    # The Reports and the Supply.
    def write(self, now_ms):
        self.note("report", now_ms)

    def read(self):
        self.note("battery")

    async def stand_still(self, was_running, expect):
        self.note("stand still", was_running)
        expect(600_000)
        self.clock.pass_until(self.clock.now_ms + self.charged_after_ms)
        self.must_stop = False

    # The Plan and the Link.
    def due(self, now_ms):
        return self.window_due

    def open(self, window_ms):
        self.note("radio", window_ms)
        self.opened_count += 1

    # The Health.
    def expect(self, within_ms):
        self.note("expect", within_ms)

    def cycle_done(self, flushed, heard):
        self.note("done", flushed, heard)
        was_healthy, self.healthy = self.healthy, False
        return was_healthy

    def run(self, duration_ms, interval_s=30):
        """Let cycles run for so long."""
        self.clock.at(self.clock.now_ms + duration_ms, self._end)
        coroutine = self.cycle.run(
            interval_s,
            lambda: self.note("on start"),
            lambda stopped: self.note("on stop", stopped),
            lambda: self.note("healthy"),
        )
        try:
            coroutine.send(None)
        except Over:
            return
        raise AssertionError("it waits for nothing that a test knows")

    def _end(self):
        raise Over

    def times(self, what):
        return [entry[0] for entry in self.log if entry[1] == what]

    def names(self):
        return [entry[1] for entry in self.log]


def test_one_cycle_does_everything_in_its_order():
    parts = Parts()
    parts.window_due = True
    parts.run(25_000)
    assert parts.names() == [
        "battery",
        "boot",
        "on start",
        "battery",
        "start",
        "settle",
        "finish",
        "record",
        "decide",
        "tell",
        "report",
        "radio",
        "done",
    ]


def test_battery_is_read_before_anything_loads_it():
    parts = Parts()
    parts.window_due = True
    parts.run(200_000)
    cycle = parts.names()[3:]
    assert cycle[:10] * 7 == cycle[: 10 * 7]
    assert cycle[0] == "battery"


def test_sample_is_dated_at_the_start_of_its_conversions():
    parts = Parts()
    parts.run(100_000)
    starts_ms = parts.times("start")
    recorded = [entry[2] * 10 for entry in parts.log if entry[1] == "record"]
    assert recorded == starts_ms
    # And read when they are over.
    assert parts.times("finish") == [at_ms + CONVERSION_MS for at_ms in starts_ms]
    assert parts.cycle.newest["uptime_cs"] * 10 == starts_ms[-1]


def test_samples_keep_their_phase():
    for interval_s in (10, 30, 45, 300):
        parts = Parts()
        parts.run(7_200_000, interval_s)
        step_ms = interval_s * 1000
        assert parts.times("start") == list(range(START_MS, 7_201_000, step_ms))


def test_new_measurements_are_waited_for():
    parts = Parts()
    parts.settles = [200, 220, 0]
    parts.run(25_000)
    first_ms = START_MS + CONVERSION_MS
    assert parts.times("settle") == [first_ms, first_ms + 200, first_ms + 420]
    assert parts.times("finish") == [first_ms + 420]


def test_slots_that_were_missed_are_skipped_and_the_phase_is_kept():
    # 0 to 29 s late: none is missed. 30 to 59 s: one is.
    for late_ms, next_ms in ((0, 30_000), (29_000, 30_000), (30_000, 60_000), (95_000, 120_000)):
        parts = Parts()
        parts.settles = [late_ms - CONVERSION_MS, 0] if late_ms else [0]
        parts.clock.at(START_MS + late_ms, setattr, parts, "settles", [0])
        parts.run(200_000)
        starts_ms = parts.times("start")
        assert starts_ms[1] - START_MS == next_ms, late_ms
        assert set(gaps(starts_ms[1:])) == {30_000}


def test_fifo_is_emptied_in_time_at_long_intervals():
    for interval_s in (45, 60, 61, 300):
        parts = Parts()
        parts.run(2_000_000, interval_s)
        # `finish` empties it too.
        emptied_ms = sorted(parts.times("drain") + parts.times("finish"))
        gaps_ms = gaps(emptied_ms)
        # 41 s fill it; a conversion lies between two waits.
        assert max(gaps_ms) <= DRAIN_MS + CONVERSION_MS, interval_s
        assert parts.times("drain")


def test_fifo_is_emptied_by_the_samples_alone_at_short_intervals():
    for interval_s in (10, 30):
        parts = Parts()
        parts.run(600_000, interval_s)
        assert parts.times("drain") == []


def test_notices_are_given_what_the_decision_found():
    parts = Parts()
    parts.run(10_000)
    ((_, _, given),) = [entry for entry in parts.log if entry[1] == "tell"]
    assert given == (4, Contact.state, (7, 15), Tally.reached, Parts.dt_s)


def test_radio_opens_when_its_plan_says_so_and_not_twice():
    parts = Parts()
    parts.run(100_000)
    assert parts.times("radio") == []
    parts = Parts()
    parts.window_due = True
    parts.is_open = True
    parts.run(100_000)
    assert parts.times("radio") == []
    parts = Parts()
    parts.window_due = True
    parts.run(100_000)
    assert [entry[2] for entry in parts.log if entry[1] == "radio"] == [WINDOW_MS] * 4


def test_health_hears_of_every_cycle_what_is_durable_and_heard():
    parts = Parts()
    parts.clock.at(40_000, setattr, parts, "is_durable", True)
    parts.clock.at(70_000, setattr, parts, "window_due", True)
    parts.run(100_000)
    done = [entry[2:] for entry in parts.log if entry[1] == "done"]
    assert done == [(False, False), (False, False), (True, False), (True, True)]


def test_healthy_is_told_when_health_says_so():
    parts = Parts()
    parts.run(100_000)
    assert parts.times("healthy") == []
    parts = Parts()
    parts.clock.at(50_000, setattr, parts, "healthy", True)
    parts.run(300_000)
    assert parts.times("healthy") == [61_000 + CONVERSION_MS]


def test_band_that_starts_empty_says_nothing_before_it_is_charged():
    parts = Parts()
    parts.must_stop = True
    parts.run(650_000)
    before = [entry for entry in parts.log if entry[0] < START_MS + 600_000]
    assert before == [
        (START_MS, "battery"),
        (START_MS, "on stop", True),
        (START_MS, "stand still", False),
        (START_MS, "expect", 600_000),
    ]
    assert parts.names()[4:8] == ["on stop", "boot", "on start", "battery"]
    # It begins where it was charged.
    assert parts.times("start")[0] == START_MS + 600_000


def test_band_that_runs_empty_stops_after_the_sample_and_opens_no_radio():
    parts = Parts()
    parts.window_due = True
    parts.clock.at(50_000, setattr, parts, "must_stop", True)
    parts.charged_after_ms = 7_777_000
    parts.run(9_000_000)
    stopped_ms = 61_000 + CONVERSION_MS
    assert parts.times("stand still") == [stopped_ms]
    assert parts.times("on stop") == [stopped_ms, stopped_ms + 7_777_000]
    between = [e for e in parts.log if stopped_ms <= e[0] < stopped_ms + 7_777_000]
    names = [entry[1] for entry in between]
    assert "radio" not in names
    assert names[-3:] == ["on stop", "stand still", "expect"]
    assert between[-2][2:] == (True,)


def test_samples_go_on_in_phase_after_the_charge():
    parts = Parts()
    parts.clock.at(50_000, setattr, parts, "must_stop", True)
    parts.charged_after_ms = 7_777_000
    parts.run(9_000_000)
    starts_ms = parts.times("start")
    assert starts_ms[:3] == [1_000, 31_000, 61_000]
    assert starts_ms[3] in range(61_000 + 7_777_000, 61_000 + 7_777_000 + 31_000)
    assert {(at_ms - START_MS) % 30_000 for at_ms in starts_ms} == {0}


def test_health_hears_at_once_after_the_charge():
    parts = Parts()
    parts.must_stop = True
    parts.clock.at(START_MS + 700_000, setattr, parts, "must_stop", True)
    parts.run(2_000_000)
    resumed_ms = parts.times("on stop")[-1]
    assert resumed_ms in parts.times("done")


def test_host_is_sent_away_and_the_radio_off_before_the_band_stops():
    parts = Parts()
    parts.window_due = True
    parts.is_open = parts.clings = True
    parts.clock.at(40_000, setattr, parts, "must_stop", True)
    parts.clock.at(100_000, setattr, parts, "is_open", False)
    parts.run(400_000)
    assert parts.times("stand still") == [121_000 + CONVERSION_MS]
    assert parts.times("send away")[0] < 100_000
    assert [at_ms for at_ms in parts.times("radio") if at_ms < 700_000] == []


def test_part_that_fails_ends_the_pace():
    parts = Parts()
    parts.clock.at(40_000, setattr, parts, "settles", ["not a time"])
    try:
        parts.run(100_000)
    except TypeError:
        return
    raise AssertionError("the failure was lost")
