"""The cell alone, and what joins it to the account."""

import random
from itertools import pairwise

import pytest

from pouch_sim.hardware.battery import Cell
from pouch_sim.hardware.charge import FEMTOCOULOMBS_PER_MAH, ChargeAccount
from pouch_sim.hardware.supply import BROWN_OUT_MV, Supply
from pouch_sim.vm.shadow.opcodes import ASLEEP
from pouch_sim.vm.vm import Spent

S = 1_000_000
MINUTE_US = 60 * S
RADIO_NA = 88_000_000


def test_voltage_falls_with_every_permille():
    cell = Cell(400)
    volts = []
    for _ in range(1001):
        volts.append((cell.rest_mv(), cell.loaded_mv(RADIO_NA)))
        cell.drain(cell.capacity_fc // 1000)
    rest, loaded = zip(*volts, strict=True)
    assert all(later <= earlier for earlier, later in pairwise(rest))
    assert all(later <= earlier for earlier, later in pairwise(loaded))
    assert cell.permille == 0


def test_curve_is_that_of_a_cell_of_4_2_volts():
    # By hand from the published function, at 1.09, 0.545 and 0 of its scale.
    assert [Cell(400, percent=percent).rest_mv() for percent in (100, 50, 0)] == [4195, 3819, 2654]


@pytest.mark.parametrize("percent", [3, 10, 50, 100])
def test_load_makes_it_sag_and_a_small_cell_more(percent):
    small, large = Cell(200, percent=percent), Cell(400, percent=percent)
    assert small.rest_mv() == large.rest_mv() == small.loaded_mv(0)
    assert small.loaded_mv(RADIO_NA) < large.loaded_mv(RADIO_NA) < large.rest_mv()
    assert large.loaded_mv(2 * RADIO_NA) < large.loaded_mv(RADIO_NA)


def test_full_cell_under_the_radio_by_hand():
    # 0.0745 + 0.0467 Ohm of 850 mAh are 0.257 of 400, and 0.05 of the protection: 27 mV at 88 mA.
    assert Cell(400).rest_mv() - Cell(400).loaded_mv(RADIO_NA) == 27


def test_charge_taken_in_pieces_is_charge_taken_at_once(seed):
    # Goal: no float drifts. Method: a hundred thousand odd pieces, whose sum is known.
    chance = random.Random(seed)
    pieces = [chance.randrange(1, 1 << 40) for _ in range(100_000)]
    at_once, in_pieces = Cell(400), Cell(400)
    at_once.drain(sum(pieces))
    for piece in pieces:
        in_pieces.drain(piece)
    assert at_once.held_fc == in_pieces.held_fc > 0


def test_empty_cell_gives_no_more():
    cell = Cell(1, percent=50)
    cell.drain(FEMTOCOULOMBS_PER_MAH)
    assert (cell.held_fc, cell.permille) == (0, 0)


@pytest.mark.parametrize(("capacity_mah", "percent"), [(0, 50), (-1, 50), (400, 101), (400, -1)])
def test_cell_that_cannot_be_is_refused(capacity_mah, percent):
    with pytest.raises(ValueError, match="a cell of"):
        Cell(capacity_mah, percent=percent)


def test_charger_fills_it_fast_and_then_slowly():
    cell = Cell(400, percent=0)
    gained = []
    while cell.permille < 1000:
        before_fc = cell.held_fc
        cell.charge(MINUTE_US)
        gained.append(cell.held_fc - before_fc)
        assert len(gained) < 200
    # 370 mA for the most of it: 6.17 mAh a minute. Full within an hour and a half.
    assert gained[0] == 370_000_000 * MINUTE_US
    assert all(later <= earlier for earlier, later in pairwise(gained))
    assert gained[-2] < gained[0] // 4
    assert 60 <= len(gained) <= 90
    full_mv = cell.rest_mv()
    cell.charge(3_600 * S)
    assert (cell.permille, cell.rest_mv()) == (1000, full_mv)


def supplied(cell):
    account = ChargeAccount("xiao_esp32c3")
    account.power_on(0)
    account.start(0, 0)
    return account, Supply(account, cell)


def on_air(account, from_us, to_us):
    """Let the radio be on from one time to another; the processor sleeps before and after."""
    account.idle(Spent(0, 0, 0, from_us, 0, 0, ASLEEP, from_us), from_us)
    account.radio(True)
    account.idle(Spent(0, 0, 0, from_us, to_us - from_us, 0, ASLEEP, to_us), to_us)
    account.radio(False)


def test_supply_takes_from_the_cell_what_the_account_says():
    cell = Cell(400)
    account, supply = supplied(cell)
    account.idle(Spent(0, 0, 0, 0, 0, 0, ASLEEP, 0), 0)
    for now_us in (7 * S, 3_000 * S, 86_400 * S):
        supply.settle(now_us)
        assert cell.capacity_fc - cell.held_fc == account.charge_fc(now_us)
    supply.settle(5 * S)
    assert cell.capacity_fc - cell.held_fc == account.charge_fc(86_400 * S)


def test_supply_without_a_cell_never_falls():
    account, supply = supplied(None)
    on_air(account, 1 * S, 100_000 * S)
    assert supply.battery_mv(100_000 * S) == 3_900
    assert not supply.too_weak(100_000 * S)


def test_battery_reads_less_while_the_radio_is_on():
    cell = Cell(400, percent=50)
    account, supply = supplied(cell)
    quiet_mv = supply.battery_mv(0)
    account.radio(True)
    assert quiet_mv - supply.battery_mv(0) == 20


def test_cell_near_its_end_loses_the_band_when_the_radio_sends():
    # Goal: a brown-out comes with the load, not with a charge. Method: at 2 % the cell bears the
    # processor, and not the peak of the radio.
    cell = Cell(400, percent=2)
    account, supply = supplied(cell)
    assert cell.loaded_mv(account.load_na()) > BROWN_OUT_MV
    assert not supply.too_weak(0)
    account.radio(True)
    assert supply.too_weak(0)
    supply.plug(True, 0)
    assert not supply.too_weak(0)


def test_charger_gives_what_the_band_draws_and_fills_the_cell():
    cell = Cell(400, percent=40)
    account, supply = supplied(cell)
    account.idle(Spent(0, 0, 0, 0, 0, 0, ASLEEP, 0), 0)
    supply.plug(True, 100 * S)
    before_fc = cell.held_fc
    assert before_fc < cell.capacity_fc * 4 // 10
    supply.plug(False, 700 * S)
    assert cell.held_fc - before_fc == 370_000_000 * 600 * S
    # Nothing of what it drew meanwhile is taken afterwards.
    supply.settle(700 * S)
    assert cell.held_fc - before_fc == 370_000_000 * 600 * S
    supply.settle(800 * S)
    drawn_fc = account.charge_fc(800 * S) - account.charge_fc(700 * S)
    assert before_fc + 370_000_000 * 600 * S - cell.held_fc == drawn_fc
