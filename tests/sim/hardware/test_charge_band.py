"""A whole band in the VM: its account adds up, its cell empties, loses it and is charged again."""

import asyncio

import pytest

from pouch_sim.hardware import currents
from pouch_sim.hardware.battery import Cell
from pouch_sim.hardware.processor import ChargeFault
from pouch_sim.vm import vm
from pouch_sim.vm.time_book import TimeBook
from pouch_sim.ward import BandPlan
from pouch_sim.ward import add_band as add_whole_band
from pouch_sim.world.scripted import ScriptedWorld
from tests.sim.vm.rig import EchoBus, add_band, run_until_off, simulation

S = 1_000_000
MS = 1_000
# What switching the radio on and off takes beyond what the firmware asks for.
RADIO_EXTRA_US = 91 * MS
# Clock reads and calls.
SLACK_US = 1 * MS


@pytest.mark.parametrize("board", ["xiao_esp32c3", "pico_w"])
@pytest.mark.parametrize("drift_ppm", [0.0, 50_000.0])
def test_times_are_what_the_firmware_did_and_add_up(tmp_path, board, drift_ppm):
    sim = simulation()
    band = add_band(sim, "charge_states", tmp_path, board=board, drift_ppm=drift_ppm)
    assert run_until_off(sim, band) == ["done"]
    now_us = sim.loop.now_us
    band.account.check(now_us)
    times = band.account.times_us(now_us)
    # A fast clock makes every second of the firmware's shorter.
    rate = 1 + drift_ppm / 1e6
    busy_us = 500 * MS + times[currents.FLASH_PROGRAM] + times[currents.FLASH_ERASE]
    work_us = 4 * MS * 9
    for state, expected_us in (
        (currents.SLEEP, 16 * S - work_us * rate),
        (currents.RADIO, 3 * S + RADIO_EXTRA_US),
        (currents.RUNNING, busy_us + work_us * rate),
        (currents.IDLE, 6 * S),
        (currents.RED, 4 * S // 5),
        (currents.GREEN, 0),
        (currents.MOTOR, 2 * S),
    ):
        assert abs(times.get(state, 0) * rate - expected_us) < 20 * SLACK_US, state
    assert times[currents.BOOT] == 0
    assert times[currents.OFF] == 0


class SleepsTwice(TimeBook):
    """Books each light sleep once more."""

    def waited(self, state, local_us):
        before_us = self.asleep_us
        super().waited(state, local_us)
        self.asleep_us += self.asleep_us - before_us


class WorksOnTheAir(TimeBook):
    """Books work as such although the radio is on."""

    def ran(self, state, local_us):
        before_us = self.radio_us
        super().ran(state, local_us)
        self.busy_us += self.radio_us - before_us


@pytest.mark.parametrize("faulty", [SleepsTwice, WorksOnTheAir])
def test_planted_time_that_is_booked_twice_ends_the_simulation(tmp_path, monkeypatch, faulty):
    monkeypatch.setattr(vm, "TimeBook", faulty)
    sim = simulation()
    band = add_band(sim, "charge_states", tmp_path)
    with pytest.raises(ChargeFault, match="more than"):
        run_until_off(sim, band)


def test_whole_band_accounts_for_every_microsecond(tmp_path):
    # Goal: the account of the real firmware adds up, across a reset and a power cut at any moment.
    # Method: an hour with both, checked at odd times; then the states' shares are plausible.
    sim = simulation()
    band = add_whole_band(sim, BandPlan(1, ScriptedWorld(1, 0), drift_ppm=30_000.0), tmp_path)

    async def main():
        for second in range(1, 37):
            await asyncio.sleep(100.0 + second / 7)
            band.account.check(sim.loop.now_us)
            if second == 12:
                band.cut_power()
            if second == 13:
                band.power_on()
        return sim.loop.now_us

    now_us = sim.run(main())
    assert band.stats.boots == 2
    times = band.account.times_us(now_us)
    on_us = now_us - times[currents.OFF]
    assert times[currents.OFF] > 100 * S
    assert times[currents.SLEEP] > on_us * 9 // 10
    # A window a minute of a second and its start, one more after each boot.
    assert 1 * S < times[currents.RADIO] * 60 * S / on_us < 2 * S
    assert times[currents.RUNNING] > 0
    # Both thermometers, at two conversions a minute.
    converted = times[currents.THERMOMETER_CONVERTING] / (124 * MS)
    assert abs(converted - 4 * on_us / (60 * S)) < 12


def test_cell_empties_browns_out_and_is_charged_again(tmp_path):
    sim = simulation()
    cell = Cell(100, percent=8)
    band = add_band(sim, "charge_hungry", tmp_path, bus=EchoBus(), cell=cell)

    async def main():
        await band.until_off()
        off_us = sim.loop.now_us
        assert not band.is_on
        assert (band.stats.brown_outs, band.stats.boots) == (1, 1)
        held_fc = cell.held_fc
        await asyncio.sleep(3_600)
        # Nothing draws from a cell that has been cut off, and it is not quite empty.
        assert cell.held_fc == held_fc > 0
        band.plug_charger()
        assert band.is_on
        await asyncio.sleep(600)
        band.unplug_charger()
        # 61 mAh more.
        assert 600 < cell.permille < 720
        await asyncio.sleep(30)
        assert band.is_on
        return off_us

    off_us = sim.run(main())
    # 8 mAh last for 327 s at 88 mA, if they could all be had.
    assert 100 * S < off_us < 327 * S
    boots = [line for line in band.log_text().splitlines() if line.startswith("boot")]
    # Both began with power.
    assert boots == ["boot 1", "boot 1"]
    band.account.check(sim.loop.now_us)


def test_battery_sags_under_the_radio_and_falls_with_the_hours(tmp_path):
    sim = simulation()
    band = add_band(sim, "charge_hungry", tmp_path, bus=EchoBus(), cell=Cell(400, percent=80))
    sim.run(asyncio.sleep(2 * 3_600))
    words = [line.split() for line in band.log_text().splitlines() if line.startswith("mv")]
    pairs = [(int(rest_mv), int(loaded_mv)) for _, rest_mv, loaded_mv in words]
    assert len(pairs) > 100
    assert all(0 < rest_mv - loaded_mv < 40 for rest_mv, loaded_mv in pairs)
    # 173 of 400 mAh are gone.
    assert pairs[0][0] - pairs[-1][0] > 100
    assert band.stats.brown_outs == 0


def test_band_without_a_cell_has_3_9_volts(tmp_path):
    sim = simulation()
    band = add_band(sim, "charge_hungry", tmp_path, bus=EchoBus())
    sim.run(asyncio.sleep(130))
    assert band.cell is None
    assert band.log_text().splitlines()[1:] == ["mv 3900 3900"] * 2


def test_plan_gives_a_band_its_battery(tmp_path):
    sim = simulation()
    plan = BandPlan(1, ScriptedWorld(1, 0), battery_mah=100, battery_percent=30)
    band = add_whole_band(sim, plan, tmp_path)
    sim.run(asyncio.sleep(60))
    assert band.cell is not None
    assert 290 <= band.cell.permille < 300
