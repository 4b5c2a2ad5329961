"""What holds for the battery's gauge and its supply, whatever the cell and its divider read."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.firmware import load, run_plain
from tests.support.on_band.hand_board import HandBoard, HandClock, SpyRecorder, SpySignals
from tests.support.planted import load_planted

c = load("pouch_protocol.constants")
p = load("band.patterns")
power = load("band.power")
supply = load("band.supply")
plain = load("tests.firmware.band.plain_power")

PLANS = st.sampled_from([c.PLAN_DEFAULT, c.PLAN_SLOW])
ANY_MV = st.integers(0, 5_000)
CELL_MV = st.integers(3_000, 4_250)
READ_MS = 300_000
# A rise by more than this in steps of 0.1 % is a charger (power.py).
CHARGED_PERMILLE = 100
READINGS_PER_H = 12
HOURS_PER_DAY = 24


@given(PLANS, st.lists(ANY_MV, min_size=1, max_size=60))
def test_smoothed_voltage_lies_between_the_least_and_the_most_that_was_read(plan, readings):
    gauge = power.Gauge(plan)
    for number, battery_mv in enumerate(readings):
        gauge.take(battery_mv, number)
        taken = readings[: number + 1]
        assert min(taken) <= gauge.battery_mv <= max(taken)
        assert 0 <= gauge.days_left < power.DAYS_UNKNOWN


@given(PLANS, st.lists(st.integers(power.STOP_MV + 1, 5_000), max_size=60))
def test_band_never_stops_above_its_line(plan, readings):
    gauge = power.Gauge(plan)
    for number, battery_mv in enumerate(readings):
        gauge.take(battery_mv, number)
        assert not gauge.must_stop


@given(PLANS, ANY_MV, st.lists(st.integers(power.BROKEN_MV + 1, power.STOP_MV), min_size=1))
def test_band_whose_cell_stays_below_the_line_stops_within_hours(plan, first_mv, readings):
    gauge = power.Gauge(plan)
    gauge.take(first_mv, 0)
    for number in range(24):
        gauge.take(readings[number % len(readings)], 1)
    assert gauge.must_stop or gauge.battery_mv <= power.BROKEN_MV


@given(PLANS, st.lists(CELL_MV, max_size=30), CELL_MV, CELL_MV)
def test_more_voltage_is_never_less_charge(plan, history, one_mv, other_mv):
    gauges = []
    for last_mv in sorted((one_mv, other_mv)):
        gauge = power.Gauge(plan)
        for number, battery_mv in enumerate([*history, last_mv]):
            gauge.take(battery_mv, number)
        gauges.append(gauge)
    less, more = gauges
    assert less.battery_mv <= more.battery_mv
    assert power.charge_permille(less.battery_mv) <= power.charge_permille(more.battery_mv)
    assert less.must_stop or not more.must_stop


def stays_low(module, plan, readings):
    """Tell whether a gauge that is low remains so as long as no charger is there."""
    gauge = module.Gauge(plan)
    least = 1_000
    for number, battery_mv in enumerate(readings):
        was_low = gauge.is_low
        gauge.take(battery_mv, number // READINGS_PER_H)
        charge = power.charge_permille(gauge.battery_mv)
        if was_low and not gauge.is_low and charge <= least + CHARGED_PERMILLE:
            return False
        least = min(least, charge)
    return True


@given(PLANS, st.lists(CELL_MV, max_size=120))
def test_low_ends_with_a_charger_only(plan, readings):
    assert stays_low(power, plan, readings)


def pace_error(module, per_day, full, noise, until, plan=c.PLAN_DEFAULT):
    """Let a cell go down by so much a day; return estimated and true days at the end.

    Args:
        module: band.power, or one with a fault.
        per_day: in steps of 0.1 %.
        full: charge at the start, in the same steps.
        noise: error of each reading in turn, millivolts.
        until: charge at the end.
        plan: the radio's.
    """
    gauge = module.Gauge(plan)
    charge, reading = float(full), 0
    while charge > until:
        error_mv = noise[reading % len(noise)]
        gauge.take(plain.mv_of(round(charge)) + error_mv, reading // READINGS_PER_H)
        charge -= per_day / HOURS_PER_DAY / READINGS_PER_H
        reading += 1
    usable = charge - power.charge_permille(power.STOP_MV)
    return gauge.days_left, usable / per_day


@given(
    st.integers(60, 400),
    st.integers(600, 1_000),
    st.lists(st.integers(-10, 10), min_size=1, max_size=7),
)
def test_days_left_are_right_to_a_third_once_a_fifth_and_a_day_are_gone(per_day, full, noise):
    estimated, true = pace_error(power, per_day, full, noise, full - max(200, per_day * 26 // 24))
    # Whole days, rounded down.
    assert true * 2 / 3 - 1 <= estimated <= true * 4 / 3 + 0.5


@given(st.lists(st.tuples(st.integers(300, 900), st.integers(100, 300)), min_size=2, max_size=4))
def test_pace_is_that_since_the_last_charge(rounds):
    gauge = power.Gauge(c.PLAN_DEFAULT)
    charge = hour = began_h = per_day = 0
    for until, per_day in rounds:
        for _ in range(60):
            gauge.take(4_200, hour)
        began_h = hour
        charge, hour = plain.discharged(gauge, 1_000, 400, until, per_day, from_h=hour)
    assume(charge <= 800 and hour >= began_h + 26)
    usable = charge - power.charge_permille(power.STOP_MV)
    # The pace moves by whole steps of 0.1 % an hour.
    true = usable / (per_day // HOURS_PER_DAY * HOURS_PER_DAY)
    assert true * 2 / 3 - 1 <= gauge.days_left <= true * 4 / 3 + 1


class Rest:
    """Lets time pass, up to a limit: a band that is never charged would stand still for ever."""

    def __init__(self, clock):
        self._clock = clock

    async def until(self, due_ms):
        self._clock.pass_until(due_ms)


class Cell:
    """A Supply whose board reads a list, its last value for ever."""

    def __init__(self, readings, plan=c.PLAN_DEFAULT, module=supply):
        self.clock = HandClock()
        self.board = HandBoard(self.clock)
        self.board.battery_mv = self._read
        self._readings = list(readings)
        self.log = []
        self.gauge = power.Gauge(plan)
        self.supply = module.Supply(
            self.board,
            self.gauge,
            SpyRecorder(self.log),
            SpySignals(self.log),
            Rest(self.clock),
            self.clock,
        )
        self.stopped_ms = []

    def _read(self):
        return self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]

    def start(self, was_running):
        """Read as the cycle does; stand still where that is due."""
        self.supply.read()
        if self.supply.must_stop:
            self.stopped_ms.append(self.clock.now_ms)
            with pytest.raises(StopIteration):
                self.supply.stand_still(was_running, lambda within_ms: None).send(None)

    def events(self):
        return [entry[0] for entry in self.log if isinstance(entry[0], int)]


def breach(readings, plan, module=supply):
    """Return what is wrong with a supply's life, None if nothing is."""
    # At last somebody charges it.
    cell = Cell([*readings, 4_100], plan, module)
    cell.start(was_running=False)
    if cell.events():
        return "a record before the band runs"
    for _ in range(len(readings) + 20):
        cell.clock.now_ms += READ_MS
        cell.start(was_running=True)
    battery = (c.EVENT_BATTERY_STOP, c.EVENT_BATTERY_RESUME)
    stops = [event for event in cell.events() if event in battery]
    if stops != list(battery) * (len(stops) // 2):
        return "a stop without its end, or the other way round"
    resumed = [entry[2] for entry in cell.log if entry[0] == c.EVENT_BATTERY_RESUME]
    if any(power.BROKEN_MV < battery_mv < power.RESUME_MV for battery_mv in resumed):
        return "it goes on without a charge"
    if cell.supply.must_stop:
        return "a charged band stands still"
    shown = [entry for entry in cell.log if entry[1:] == (p.BATTERY_LOW,)]
    wanted = ["show", "hide"] * len(shown)
    if [entry[0] for entry in shown] != wanted[: len(shown)] or len(shown) % 2:
        return "low is not told and taken back in turn"
    if cell.events().count(c.EVENT_BATTERY_LOW) != len(shown) // 2:
        return "low is not recorded as it is shown"
    return None


LIVES = st.lists(
    st.one_of(CELL_MV, st.sampled_from([3_380, 3_400, 3_401, 3_500, 3_600, 0])), max_size=60
)


@given(LIVES, PLANS)
def test_supply_warns_stops_and_goes_on_in_turn(readings, plan):
    assert breach(readings, plan) is None


# What happened before: a flat start, a flat cell, a reading at the line, and a charge.
KNOWN_LIVES = (
    [3_300],
    [3_450],
    [4_100, *[3_380] * 24, 3_500],
    [4_000, *[3_480] * 24, *[4_100] * 24, *[3_480] * 24],
)


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        # Says at once that it is low, and so leaves a record at every start.
        (" and not was_first", ""),
        ("was_first, self._is_first = self._is_first, False", "was_first = False"),
        # Leaves no record of a stop, or only of one end.
        ("if was_running:\n            # Before", "if not was_running:\n            # Before"),
        # Goes on because the cell has recovered.
        ("battery_mv < RESUME_MV", "battery_mv < RESUME_MV - 150"),
        ("self._signals.hide(p.BATTERY_LOW)", "pass"),
    ],
)
def test_planted_fault_of_the_supply_is_found(sound, faulty):
    planted = load_planted("band.supply", sound, faulty)
    assert any(breach(readings, c.PLAN_DEFAULT, planted) for readings in KNOWN_LIVES)
    assert not any(breach(readings, c.PLAN_DEFAULT) for readings in KNOWN_LIVES)


FLICKERING = "self.is_low = low"


def test_planted_flicker_of_low_is_found():
    planted = load_planted("band.power", "self.is_low = low or self._stays_low", FLICKERING)
    line_mv = plain.mv_of(3 * 125 + 19)
    readings = [line_mv + (6 if number % 3 else -9) for number in range(60)]
    assert not stays_low(planted, c.PLAN_DEFAULT, readings)
    assert stays_low(power, c.PLAN_DEFAULT, readings)


TOO_SOON = "_PACE_PERMILLE_MIN = const(1)"


def test_planted_pace_without_its_least_charge_is_found():
    planted = load_planted("band.power", "_PACE_PERMILLE_MIN = const(100)", TOO_SOON)
    # Readings that are right for a day, and then 7 mV too high: little seems used.
    noise = [0] * 288 + [7] * 288
    for module, is_right in ((power, True), (planted, False)):
        estimated, true = pace_error(module, 34, 400, noise, 350, c.PLAN_SLOW)
        assert (true * 2 / 3 - 1 <= estimated <= true * 4 / 3 + 0.5) == is_right


def test_plain_file_passes_in_cpython():
    run_plain("tests.firmware.band.plain_power")
