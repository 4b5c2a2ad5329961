"""Runs in MicroPython: the battery's warning, the stop in order, and the way back from it."""

from band import patterns as p
from band import power
from band.rest import Awake, Rest
from band.supply import Supply
from pouch_protocol import constants as c
from tests.support.on_band.hand_board import HandBoard, SpyRecorder, SpySignals, gaps
from tests.support.on_band.hand_time import World

READ_MS = 300_000
CHECK_MS = 600_000
HOUR_MS = 3_600_000
STOP_SHOWN = ("show", p.BATTERY_STOP)
EXPECTED = ("expect", CHECK_MS)


class Cell:
    """A Supply on a board whose voltage a test sets. Spies share one log, for the order."""

    def __init__(self, battery_mv=3_900, plan=c.PLAN_DEFAULT):
        self.world = World()
        self.board = HandBoard(self.world)
        self.board.mv = battery_mv
        self.log = []
        self.signals = SpySignals(self.log)
        self.gauge = power.Gauge(plan)
        self.fed = []
        rest = Rest(self.board, self.world, Awake(), lambda: self.fed.append(self.world.now_ms))
        recorder = SpyRecorder(self.log)
        self.supply = Supply(self.board, self.gauge, recorder, self.signals, rest, self.world)
        self.expected = []

    def pass_ms(self, duration_ms, step_ms=30_000):
        """Let samples come, and read at each."""
        end_ms = self.world.now_ms + duration_ms
        while self.world.now_ms < end_ms:
            self.world.now_ms += step_ms
            self.supply.read()

    def at(self, battery_mv, duration_ms=4 * HOUR_MS):
        self.board.mv = battery_mv
        self.pass_ms(duration_ms)

    def expect(self, within_ms):
        self.expected.append((self.world.now_ms, within_ms))
        self.log.append(("expect", within_ms))

    def stand_still(self, was_running):
        self.world.finish(self.supply.stand_still(was_running, self.expect))

    def events(self):
        return [entry for entry in self.log if isinstance(entry[0], int)]


def test_battery_is_read_every_five_minutes():
    cell = Cell()
    reads = []
    cell.board.battery_mv = lambda: reads.append(cell.world.now_ms) or 3_900
    cell.supply.read()
    cell.pass_ms(2 * HOUR_MS, 10_000)
    assert set(gaps(reads)) == {READ_MS}


def test_good_battery_says_nothing():
    cell = Cell(4_150)
    cell.supply.read()
    cell.at(4_100)
    assert cell.log == []
    assert not cell.supply.must_stop


def test_low_battery_is_told_once():
    cell = Cell(4_150)
    cell.supply.read()
    cell.at(3_480)
    event, shown = cell.log
    assert event[0] == c.EVENT_BATTERY_LOW
    # The smoothed voltage, on its way down.
    assert 3_480 <= event[2] <= 4_150
    assert shown == ("show", p.BATTERY_LOW)
    cell.at(3_460)
    # Near the line, up and down.
    for battery_mv in (3_520, 3_490, 3_530, 3_480) * 20:
        cell.at(battery_mv, READ_MS)
    assert len(cell.log) == 2


def test_charger_takes_the_warning_back_and_the_next_low_is_told_again():
    cell = Cell(4_150)
    cell.supply.read()
    cell.at(3_480)
    cell.log.clear()
    cell.at(4_100)
    assert cell.log == [("hide", p.BATTERY_LOW)]
    cell.at(3_480)
    assert [event[0] for event in cell.events()] == [c.EVENT_BATTERY_LOW]


def test_low_at_the_start_is_told_with_the_second_reading():
    # A band that falls whenever its radio starts must leave no record each time.
    cell = Cell(3_480)
    cell.supply.read()
    cell.pass_ms(READ_MS - 30_000)
    assert cell.log == []
    cell.pass_ms(30_000)
    assert [entry[0] for entry in cell.events()] == [c.EVENT_BATTERY_LOW]


def test_empty_battery_is_read_at_every_chance():
    # Whether the link is still open, the cycle knows: it asks again with every sample.
    cell = Cell(3_380)
    reads = []
    cell.board.battery_mv = lambda: reads.append(cell.world.now_ms) or 3_380
    cell.supply.read()
    assert cell.supply.must_stop
    cell.pass_ms(90_000)
    assert len(reads) == 4


def test_stop_is_recorded_first_and_shown_then():
    cell = Cell(3_380)
    cell.world.at(1_000 + 3 * CHECK_MS - 1, setattr, cell.board, "mv", 4_000)
    cell.stand_still(True)
    # And whatever is shown may take as long as it takes.
    assert cell.log == (
        [(c.EVENT_BATTERY_STOP, 0, 3_380), EXPECTED, STOP_SHOWN, ("dark",)]
        + 3 * [EXPECTED]
        + [(c.EVENT_BATTERY_RESUME, 0, 4_000)]
    )
    assert cell.world.now_ms == 1_000 + 3 * CHECK_MS


def test_standing_still_is_slept_and_the_watchdog_is_told_and_fed():
    cell = Cell(3_390)
    cell.world.at(24 * HOUR_MS, setattr, cell.board, "mv", 3_700)
    cell.stand_still(True)
    # All of it but the milliseconds around each look.
    assert cell.board.slept_ms() >= 24 * HOUR_MS - CHECK_MS
    assert max(gaps(cell.fed)) <= cell.board.SLEEP_MS_MAX
    assert cell.expected[0] == (1_000, CHECK_MS)
    assert {within_ms for _, within_ms in cell.expected} == {CHECK_MS}
    assert max(gaps([at_ms for at_ms, _ in cell.expected])) <= CHECK_MS


def test_band_that_starts_empty_writes_nothing_before_it_is_charged_or_after():
    cell = Cell(3_300)
    cell.supply.read()
    assert cell.supply.must_stop
    cell.world.at(5 * HOUR_MS, setattr, cell.board, "mv", 3_650)
    cell.stand_still(False)
    assert cell.events() == []
    assert cell.signals.log[1:3] == [STOP_SHOWN, ("dark",)]
    assert not cell.supply.must_stop


def test_only_a_charger_ends_it():
    cell = Cell(3_390)
    # Relieved of its load the cell recovers, to one below the line.
    cell.board.mv = power.RESUME_MV - 1
    cell.world.at(10 * HOUR_MS, setattr, cell.board, "mv", power.RESUME_MV)
    cell.stand_still(True)
    assert cell.world.now_ms >= 10 * HOUR_MS
    assert cell.events()[-1] == (c.EVENT_BATTERY_RESUME, 0, power.RESUME_MV)


def test_stopped_band_counts_again_from_the_charge():
    cell = Cell(4_100)
    cell.supply.read()
    cell.at(3_380, 2 * HOUR_MS)
    assert cell.supply.must_stop
    cell.world.at(cell.world.now_ms + 1, setattr, cell.board, "mv", 3_700)
    cell.stand_still(True)
    # The old smoothed value would stop it again at once.
    assert not cell.supply.must_stop
    assert cell.gauge.battery_mv == 3_700


def test_warning_after_the_charge_is_of_that_charge():
    cell = Cell(4_100)
    cell.supply.read()
    cell.at(3_380, 2 * HOUR_MS)
    cell.world.at(cell.world.now_ms + 1, setattr, cell.board, "mv", 3_620)
    cell.stand_still(True)
    cell.log.clear()
    cell.at(4_100)
    assert cell.log == [("hide", p.BATTERY_LOW)]
    cell.at(3_480)
    assert [event[0] for event in cell.events()] == [c.EVENT_BATTERY_LOW]


def test_divider_that_breaks_ends_no_recording():
    for broken_mv in (0, 12, power.BROKEN_MV):
        cell = Cell(3_900)
        cell.supply.read()
        cell.at(broken_mv)
        assert not cell.supply.must_stop
        # Somebody should look.
        assert ("show", p.BATTERY_LOW) in cell.log


def test_divider_that_breaks_while_the_band_stands_still_lets_it_go_on():
    cell = Cell(3_380)
    cell.world.at(2 * HOUR_MS, setattr, cell.board, "mv", 0)
    cell.stand_still(True)
    assert not cell.supply.must_stop
