"""A bus held low costs the firmware the master's time-out, and no more."""

import pytest

from pouch_sim.hardware.i2c import Disturbance, I2cBus, spoil
from tests.sim.vm.rig import add_band, run_until_off, simulation


def test_stuck_bus_costs_the_masters_time_out(tmp_path):
    bus = I2cBus({}, fail_transfer=spoil(0, 2, Disturbance.STUCK))
    sim = simulation()
    band = add_band(sim, "i2c_stuck", tmp_path, bus=bus)
    waits = [line.split() for line in run_until_off(sim, band)]
    assert [told for told, _ in waits] == ["True", "True"]
    # Six bytes of nine bits at 400 kHz before it: 50 ms is the default of the ESP32 port.
    assert [int(wait_us) for _, wait_us in waits] == [
        pytest.approx(50_135, abs=20),
        pytest.approx(20_135, abs=20),
    ]
