"""The account against sums done by hand: one state at a time, several at once, over boots."""

import re
from pathlib import Path

import pytest

from pouch_sim.hardware import currents
from pouch_sim.hardware.charge import ChargeAccount
from pouch_sim.hardware.currents import Bound
from pouch_sim.hardware.processor import ChargeFault, Processor
from pouch_sim.vm.shadow.opcodes import ASLEEP, AWAKE, RADIO_ON
from pouch_sim.vm.vm import Spent

ROOT = Path(__file__).parents[3]
BOARDS = ("xiao_esp32c3", "pico_w")
S = 1_000_000
MS = 1_000
# What an awakening and a transfer count as work.
AWAKENING_US = 4 * MS
TRANSFER_US = 3 * MS


def spent(local_us, *, asleep_us=0, radio_us=0, busy_us=0, state=AWAKE, programs=0, erases=0):
    return Spent(programs, erases, 256 * programs, asleep_us, radio_us, busy_us, state, local_us)


def started(board="xiao_esp32c3"):
    """Return the account of a band that got power at 0 s and whose firmware began at 1 s."""
    account = ChargeAccount(board)
    account.power_on(0)
    account.start(0, 1 * S)
    return account


def charges(account, now_us, bound=Bound.TYPICAL):
    account.check(now_us)
    return {line.state: line.charge_fc for line in account.lines(now_us, bound)}


def test_sleep_of_an_hour_takes_what_its_current_says():
    account = started()
    account.idle(spent(0, state=ASLEEP), 1 * S)
    found = charges(account, 3_601 * S)
    # 250 uA for an hour but for 4 ms of work; 28 mA for the second of start.
    assert found[currents.SLEEP] == 250_000 * (3_600 * S - AWAKENING_US)
    assert found[currents.RUNNING] == 22_000_000 * AWAKENING_US
    assert found[currents.BOOT] == 28_000_000 * 1 * S
    assert found[currents.BOARD] == 40_000 * 3_601 * S
    assert found[currents.DIVIDER] == 9_500 * 3_601 * S
    assert currents.RADIO not in found
    assert currents.IDLE not in found


@pytest.mark.parametrize(
    ("report", "state", "current_na"),
    [
        ({"asleep_us": 10 * S}, currents.SLEEP, 250_000),
        ({"radio_us": 10 * S}, currents.RADIO, 88_000_000),
        ({"busy_us": 10 * S}, currents.RUNNING, 22_000_000),
        ({}, currents.IDLE, 18_000_000),
    ],
)
def test_one_state_at_a_time_is_booked_as_reported(report, state, current_na):
    account = started()
    account.idle(spent(10 * S, **report), 11 * S)
    times = account.times_us(11 * S)
    # Work takes its time from sleep and from waiting; there is none to take from the others.
    work_us = AWAKENING_US if state in (currents.SLEEP, currents.IDLE) else 0
    assert times[state] == 10 * S - work_us
    assert charges(account, 11 * S)[state] == current_na * (10 * S - work_us)


def test_states_of_one_report_share_its_time():
    account = started()
    account.idle(spent(60 * S, asleep_us=50 * S, radio_us=6 * S, busy_us=3 * S), 61 * S)
    times = account.times_us(61 * S)
    assert times[currents.SLEEP] == 50 * S - AWAKENING_US
    assert times[currents.RADIO] == 6 * S
    assert times[currents.RUNNING] == 3 * S + AWAKENING_US
    assert times[currents.IDLE] == 1 * S
    account.check(61 * S)


def test_what_has_not_been_reported_counts_as_the_state_that_it_waits_in():
    account = started()
    account.idle(spent(0, state=RADIO_ON), 1 * S)
    assert account.times_us(5 * S)[currents.RADIO] == 4 * S
    account.idle(spent(4 * S, radio_us=4 * S, state=ASLEEP), 5 * S)
    assert account.times_us(9 * S)[currents.RADIO] == 4 * S
    assert account.times_us(9 * S)[currents.SLEEP] == 4 * S - 2 * AWAKENING_US
    account.check(9 * S)


@pytest.mark.parametrize("drift_percent", [-5, 5])
def test_clock_that_is_off_changes_no_sum(drift_percent):
    # Goal: the account is in true time. Method: a clock that is 5 % off reports 95 or 105 s for
    # 100 s, in three parts; each is 5 % longer or shorter than it says.
    account = started()
    share = 100 + drift_percent
    report = spent(share * S, asleep_us=share * S * 6 // 10, radio_us=share * S * 3 // 10)
    account.idle(report, 101 * S)
    times = account.times_us(101 * S)
    assert times[currents.SLEEP] == 60 * S - AWAKENING_US
    assert times[currents.RADIO] == 30 * S
    assert times[currents.IDLE] == 10 * S
    account.check(101 * S)


def test_light_with_a_duty_counts_for_its_share_of_the_time():
    account = started()
    account.output(4, 51, 10 * S)
    account.output(4, 255, 20 * S)
    account.output(4, 0, 21 * S)
    # A fifth of 10 s, and 1 s.
    assert account.times_us(60 * S)[currents.RED] == 3 * S
    assert charges(account, 60 * S)[currents.RED] == 3_900_000 * 3 * S


def test_motor_and_other_outputs():
    account = started()
    account.output(20, 1, 10 * S)
    account.output(20, 0, 12 * S)
    account.output(3, 1, 12 * S)
    found = charges(account, 60 * S)
    assert found[currents.MOTOR] == 75_000_000 * 2 * S
    assert currents.RED not in found


def test_overlapping_draws_add_up():
    # Goal: light and flash come on top of the processor's state, not in its place. Method: 10 s on
    # the air with the green light on for 4 s, 30 programs and 2 erases, against the sum by hand.
    account = started()
    account.output(5, 255, 2 * S)
    account.output(5, 0, 6 * S)
    account.idle(spent(10 * S, radio_us=10 * S, programs=30, erases=2, state=RADIO_ON), 11 * S)
    found = charges(account, 11 * S)
    assert found[currents.RADIO] == 88_000_000 * 10 * S
    assert found[currents.GREEN] == 3_000_000 * 4 * S
    assert found[currents.FLASH_PROGRAM] == 20_000_000 * 30 * 400
    assert found[currents.FLASH_ERASE] == 20_000_000 * 2 * 45 * MS
    assert account.charge_fc(11 * S) == sum(found.values())


def test_transfers_load_the_bus_and_count_as_work_but_not_on_the_air():
    account = started()
    account.transfer(0x48, b"\x00", 2, 2 * S)
    account.idle(spent(10 * S, asleep_us=10 * S), 11 * S)
    times = account.times_us(11 * S)
    # Address, register, address, two bytes: 45 bits at 400 kHz.
    assert times[currents.WIRES] == 112
    assert times[currents.RUNNING] == AWAKENING_US + TRANSFER_US
    account.radio(True)
    account.transfer(0x48, b"\x00", 2, 12 * S)
    account.idle(spent(20 * S, asleep_us=10 * S, radio_us=10 * S, state=RADIO_ON), 21 * S)
    assert account.times_us(21 * S)[currents.RUNNING] == AWAKENING_US + TRANSFER_US
    account.check(21 * S)


def test_work_never_takes_more_time_than_there_is():
    account = started()
    for _ in range(10):
        account.transfer(0x48, b"\x00", 2, 1 * S)
    account.idle(spent(10 * MS, asleep_us=6 * MS), 1 * S + 10 * MS)
    times = account.times_us(1 * S + 10 * MS, Bound.HIGH)
    assert times[currents.SLEEP] == times[currents.IDLE] == 0
    assert times[currents.RUNNING] == 10 * MS
    account.check(1 * S + 10 * MS)


def test_boots_add_up_and_a_reset_darkens_the_light():
    account = started()
    account.output(4, 255, 2 * S)
    account.radio(True)
    account.idle(spent(10 * S, radio_us=10 * S, programs=5, erases=1, state=RADIO_ON), 11 * S)
    account.woken(15 * S)
    # It works from 15 s on, and resets at 16 s, with its radio on.
    account.reset(16 * S)
    account.start(0, 18 * S)
    account.idle(spent(10 * S, asleep_us=10 * S, programs=7, state=ASLEEP), 28 * S)
    times = account.times_us(28 * S)
    assert times[currents.RADIO] == 15 * S
    assert times[currents.BOOT] == 1 * S + 2 * S
    assert times[currents.SLEEP] == 10 * S - AWAKENING_US
    assert times[currents.RED] == 14 * S
    assert times[currents.FLASH_PROGRAM] == 12 * 400
    assert times[currents.FLASH_ERASE] == 45 * MS
    assert times[currents.BOARD] == 28 * S
    account.check(28 * S)


def test_cut_while_it_works_divides_the_time_at_its_awakening():
    account = started()
    account.idle(spent(0, state=ASLEEP), 1 * S)
    account.woken(4 * S)
    account.power_off(5 * S)
    times = account.times_us(100 * S)
    assert times[currents.SLEEP] == 3 * S - AWAKENING_US
    assert times[currents.RUNNING] == 1 * S + AWAKENING_US
    assert times[currents.OFF] == 95 * S
    assert times[currents.BOARD] == times[currents.DIVIDER] == 5 * S
    account.check(100 * S)


def test_band_that_is_cut_while_ahead_of_the_world_loses_no_time():
    # Goal: what a band has reported stays reported. Method: it was busy until 3 s, and its power
    # is cut when the world is at 2 s.
    account = started()
    account.idle(spent(2 * S, busy_us=2 * S, state=ASLEEP), 3 * S)
    account.power_off(2 * S)
    account.check(2 * S)
    account.check(10 * S)
    account.power_on(20 * S)
    account.check(30 * S)
    assert account.times_us(30 * S)[currents.OFF] == 17 * S
    assert account.times_us(30 * S)[currents.BOOT] == 1 * S + 10 * S


class CountsTheRadioTwice(Processor):
    """Planted: time on the air is booked as such and as waiting."""

    def report(self, spent, at_us):
        before_us = self._held[currents.RADIO]
        super().report(spent, at_us)
        self._held[currents.IDLE] += self._held[currents.RADIO] - before_us


def test_planted_state_that_is_counted_twice_is_found():
    account = started()
    account._processor = CountsTheRadioTwice()
    account._processor.start(0, 0)
    account.idle(spent(10 * S, asleep_us=10 * S), 10 * S)
    account.check(10 * S)
    account.idle(spent(20 * S, asleep_us=10 * S, radio_us=10 * S), 20 * S)
    with pytest.raises(ChargeFault, match=r"20000000 us have passed, .* 30000000"):
        account.check(20 * S)


def test_planted_report_of_one_time_in_two_states_is_found():
    account = started()
    report = spent(10 * S, asleep_us=7 * S, busy_us=4 * S)
    with pytest.raises(ChargeFault, match="1000000 us more than the 10000000"):
        account.idle(report, 11 * S)


def test_report_of_a_band_that_does_not_run_is_refused():
    account = ChargeAccount("xiao_esp32c3")
    account.power_on(0)
    with pytest.raises(ChargeFault, match="does not run"):
        account.idle(spent(0), 1 * S)


def test_load_of_this_moment_is_the_processor_and_what_it_lights():
    account = started()
    assert account.load_na() == account.load_na(peak=True) == 22_000_000
    account.output(20, 1, 2 * S)
    account.radio(True)
    assert account.load_na() == 88_000_000 + 75_000_000
    assert account.load_na(peak=True) == 190_000_000 + 75_000_000
    account.reset(3 * S)
    assert account.load_na() == 22_000_000


def test_bounds_enclose_what_is_reckoned_with():
    account = started()
    account.idle(spent(60 * S, asleep_us=50 * S, radio_us=5 * S), 61 * S)
    low, typical, high = (account.charge_fc(61 * S, bound) for bound in Bound)
    assert low < typical < high


def test_tables_name_the_same_states_and_a_source_for_each_current():
    xiao, pico = (currents.BOARDS[board] for board in BOARDS)
    assert set(xiao) == set(pico)
    assert set(currents.PROCESSOR_STATES) < set(xiao)
    for draws in (xiao, pico):
        for state, draw in draws.items():
            assert draw.source, state
            assert 0 <= draw.low_na <= draw.typical_na <= draw.high_na, state


@pytest.mark.parametrize("board", BOARDS)
def test_outputs_are_those_of_the_boards_files(board):
    text = (ROOT / "firmware" / "boards" / f"{board}.py").read_text(encoding="utf-8")
    found = {
        int(pin): name.lower()
        for name, pin in re.findall(
            r"^_(RED|GREEN|BLUE|MOTOR)_PIN = const\((\d+)\)", text, re.MULTILINE
        )
    }
    assert len(found) == 4
    assert {pin: state.split()[-1] for pin, state in currents.OUTPUTS[board].items()} == found
