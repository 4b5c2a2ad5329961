import numpy as np
import pytest

from pouch_sim.hardware.i2c import I2cNack
from pouch_sim.hardware.pod import Pod, PodFaults


class StillLife:
    """Surroundings with a different constant, or slope, for everything."""

    unmeasured = frozenset()

    def infant_face_temperature_c(self, now_us):
        return 36.0 + now_us / 1e9

    def caregiver_face_temperature_c(self, now_us):
        return 35.0

    def infant_electrode_pf(self, now_us):
        return 9.0

    def caregiver_electrode_pf(self, now_us):
        return 2.0

    def acceleration_mg(self, first_us, step_us, count):
        return np.full((count, 3), [0.0, 0.0, 1000.0])


def word(pod, address, register, now_us):
    return int.from_bytes(pod.bus.transfer(address, bytes([register]), 2, now_us), "big")


def temperature_c(pod, address, now_us):
    pod.bus.transfer(address, b"\x01\x0c\x20", 0, now_us)
    return word(pod, address, 0, now_us + 124_000) / 128


def test_pod_wires_each_quantity_to_its_chip():
    pod = Pod(StillLife())
    assert pod.bus.scan() == [0x48, 0x49, 0x50, 0x6A]
    assert temperature_c(pod, 0x48, 0) == 36.0
    assert temperature_c(pod, 0x49, 0) == 35.0
    pod.bus.transfer(0x50, b"\x09\x3c\x00", 0, 0)
    pod.bus.transfer(0x50, b"\x0c\x05\xc0", 0, 0)
    assert word(pod, 0x50, 0, 20_000) == 9 << 11
    assert word(pod, 0x50, 2, 20_000) == 2 << 11
    assert pod.bus.transfer(0x6A, b"\x0f", 1, 0) == b"\x6c"


def test_open_input_of_the_touch_chip_measures_nothing():
    pod = Pod(StillLife())
    pod.bus.transfer(0x50, b"\x08\x5c\x00", 0, 0)
    pod.bus.transfer(0x50, b"\x0c\x04\x80", 0, 0)
    assert word(pod, 0x50, 0, 10_000) == 0


def test_absent_chip_does_not_answer():
    pod = Pod(StillLife(), absent={"touch", "motion"})
    assert pod.bus.scan() == [0x48, 0x49]
    with pytest.raises(I2cNack):
        word(pod, 0x50, 0, 0)


def test_chip_without_input_is_absent():
    world = StillLife()
    world.unmeasured = frozenset({"motion"})
    assert Pod(world, absent={"touch"}).absent == {"touch", "motion"}


def test_stuck_thermometer_keeps_its_value_and_answers():
    faults = PodFaults(stuck_from_us={"infant_thermometer": 1_000_000_000})
    pod = Pod(StillLife(), faults=faults)
    assert temperature_c(pod, 0x48, 500_000_000) == 36.5
    assert temperature_c(pod, 0x48, 9_000_000_000) == 37.0


def test_stuck_accelerometer_goes_on_filling_its_fifo_with_one_value():
    class Turning(StillLife):
        def acceleration_mg(self, first_us, step_us, count):
            times_us = first_us + step_us * np.arange(count)
            return np.stack([times_us / 80_000] * 3, axis=1)

    pod = Pod(Turning(), faults=PodFaults(stuck_from_us={"motion": 200_000}))
    for register, value in ((0x10, 0x10), (0x09, 0x01), (0x0A, 0x06)):
        pod.bus.transfer(0x6A, bytes([register, value]), 0, 0)
    raw = pod.bus.transfer(0x6A, b"\x78", 7 * 5, 400_000)
    x = np.frombuffer(raw, dtype=[("tag", "u1"), ("xyz", "<i2", 3)])["xyz"][:, 0]
    assert x.tolist() == [round(n / 0.061) for n in (1, 2, 2.5, 2.5, 2.5)]
    later = pod.bus.transfer(0x6A, b"\x78", 7, 480_000)
    assert later[1:3] == int(x[-1]).to_bytes(2, "little")


def test_bus_disturbance_is_passed_on():
    pod = Pod(StillLife(), faults=PodFaults(fail_transfer=lambda number, address: True))
    with pytest.raises(I2cNack):
        word(pod, 0x48, 0, 0)


def test_power_on_resets_every_chip():
    pod = Pod(StillLife())
    pod.bus.transfer(0x48, b"\x02\x00\x00", 0, 0)
    pod.bus.transfer(0x50, b"\x08\x10\x00", 0, 0)
    pod.bus.transfer(0x6A, b"\x10\x10", 0, 0)
    pod.bus.power_on(1_000)
    assert word(pod, 0x48, 2, 1_000) == 0x6000
    assert word(pod, 0x50, 8, 1_000) == 0x1C00
    assert pod.bus.transfer(0x6A, b"\x10", 1, 1_000) == b"\x00"


@pytest.mark.parametrize("name", ["gyroscope", ""])
def test_unknown_chip_name_is_refused(name):
    with pytest.raises(ValueError, match="no chip is called"):
        Pod(StillLife(), absent={name})
    with pytest.raises(ValueError, match="no chip is called"):
        PodFaults(stuck_from_us={name: 0})
