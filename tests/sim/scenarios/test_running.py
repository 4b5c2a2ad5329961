"""A scenario's band in a simulation: what it is built of, and what breaks when."""

import asyncio

import pytest

from pouch_protocol import constants as c
from pouch_sim.hardware.i2c import I2cNack
from pouch_sim.hardware.pod import INFANT_THERMOMETER_ADDRESS, Pod
from pouch_sim.scenarios import load
from pouch_sim.scenarios.running import add_scenario_band, pod_faults
from pouch_sim.simulation import Simulation
from pouch_sim.world.scripted import ScriptedWorld
from tests.sim.scenarios.files import write

FAULT = '    {at = "05:00", kind = "power_cut", duration_min = 10},\n'
MINUTE_S = 60


def scenario_with(tmp_path, faults):
    return load(write(tmp_path, FAULT, faults))


def run(tmp_path, scenario, watch):
    """Run the scenario's band; return what `watch(simulation, band)` saw."""
    simulation = Simulation(seed=3, start_utc_s=scenario.start_utc_s)
    world = ScriptedWorld(3, 0)
    band = add_scenario_band(simulation, scenario, world, band_id=0xA1, work_dir=tmp_path / "band")
    return simulation.run(watch(simulation, band))


def seen_at(minutes, look):
    """Return a watcher that looks at each of these times."""

    async def watch(simulation, band):
        seen = []
        for minute in minutes:
            await asyncio.sleep(minute * MINUTE_S - simulation.loop.now_us / 1e6)
            seen.append(look(simulation, band))
        return seen

    return watch


def test_power_cut_takes_the_band_off_and_back(tmp_path):
    faults = '    {at = "00:10", kind = "power_cut", duration_min = 5},\n'
    watch = seen_at((9, 11, 16), lambda _, band: (band.is_on, band.stats.boots))
    assert run(tmp_path, scenario_with(tmp_path, faults), watch) == [
        (True, 1), (False, 1), (True, 2)
    ]  # fmt: skip


def test_radio_faults_come_and_go(tmp_path):
    faults = (
        '    {at = "00:02", kind = "out_of_range", duration_min = 2},\n'
        '    {at = "00:03", kind = "packet_loss", amount = 0.5, duration_min = 2},\n'
    )
    scenario = scenario_with(tmp_path, faults)
    watch = seen_at((1, 2.5, 3.5, 6), lambda s, band: (band.in_range, s.air.settings.loss))
    assert run(tmp_path, scenario, watch) == [(True, 0), (False, 0), (False, 0.5), (True, 0)]


def test_chip_that_dies_answers_until_then(tmp_path):
    faults = '    {at = "00:04", kind = "chip_absent", chip = "infant_thermometer"},\n'

    def answers(simulation, band):
        bus = band._settings.i2c_bus
        return INFANT_THERMOMETER_ADDRESS in bus.scan()

    watch = seen_at((3, 5), answers)
    assert run(tmp_path, scenario_with(tmp_path, faults), watch) == [True, False]


def test_chip_that_was_never_there_is_absent_at_boot(tmp_path):
    faults = '    {kind = "chip_absent", chip = "touch"},\n'
    watch = seen_at((0.1,), lambda _, band: len(band._settings.i2c_bus.scan()))
    assert run(tmp_path, scenario_with(tmp_path, faults), watch) == [3]


def test_band_is_what_the_file_says(tmp_path):
    path = write(
        tmp_path,
        "interval_s = 30",
        'interval_s = 60\nworn_by = "caregiver"\nradio_plan = "slow"\nbattery_mah = 400',
    )
    (band,) = run(tmp_path, load(path), seen_at((0.1,), lambda _, band: band))
    settings = band._settings.factory_files["config.json"].decode()
    assert '"interval_s": 60' in settings
    assert '"worn_by_infant": false' in settings
    assert f'"plan": {c.PLAN_SLOW}' in settings
    assert band.cell.capacity_fc == 400 * 3_600_000_000_000_000


def test_pod_faults_hold_the_chips_at_their_times(tmp_path):
    faults = (
        '    {at = "01:00", kind = "chip_stuck", chip = "motion"},\n'
        '    {at = "00:30", kind = "chip_beyond", chip = "touch"},\n'
        '    {kind = "chip_noise", chip = "infant_thermometer", amount = 0.2},\n'
        '    {at = "02:00", kind = "bus_stuck", duration_min = 1.5},\n'
    )
    found = pod_faults(scenario_with(tmp_path, faults), seed=9)
    assert found.stuck_from_us == {"motion": 3_600_000_000}
    assert found.beyond_from_us == {"touch": 1_800_000_000}
    assert found.noise_sd == {"infant_thermometer": 0.2}
    assert found.bus_stuck_us == (7_200_000_000, 7_290_000_000)
    assert found.noise_seed == 9
    Pod(ScriptedWorld(3, 0), faults=found)


def test_detached_chip_is_the_one_that_was_named():
    pod = Pod(ScriptedWorld(3, 0))
    pod.bus.detach(INFANT_THERMOMETER_ADDRESS)
    with pytest.raises(I2cNack):
        pod.bus.transfer(INFANT_THERMOMETER_ADDRESS, b"\x0f", 2, 0)
