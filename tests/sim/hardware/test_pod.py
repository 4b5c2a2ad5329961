import numpy as np
import pytest

from pouch_sim.hardware.i2c import I2cNack, I2cTimeout
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


def collect_mg(pod, count):
    """Return what the accelerometer collected since it was switched on, thousandths of g."""
    for register, value in ((0x10, 0x10), (0x09, 0x01), (0x0A, 0x06)):
        pod.bus.transfer(0x6A, bytes([register, value]), 0, 0)
    raw = pod.bus.transfer(0x6A, b"\x78", 7 * count, 80_000 * count)
    return np.frombuffer(raw, dtype=[("tag", "u1"), ("xyz", "<i2", 3)])["xyz"] * 0.061


def electrodes_pf(pod, now_us):
    pod.bus.transfer(0x50, b"\x0c\0\0", 0, now_us)
    pod.bus.transfer(0x50, b"\x08\x10\x80", 0, now_us)
    pod.bus.transfer(0x50, b"\x09\x30\x80", 0, now_us)
    pod.bus.transfer(0x50, b"\x0c\x05\xc0", 0, now_us)
    words = (word(pod, 0x50, register, now_us + 20_000) for register in (0, 2))
    return [(value - 0x10000 * (value >> 15)) / 2048 + 12.5 for value in words]


def test_noisy_thermometer_measures_around_the_truth_and_the_other_one_the_truth():
    faults = PodFaults(noise_sd={"infant_thermometer": 2.0}, noise_seed=3)
    pod = Pod(StillLife(), faults=faults)
    noise_c = [temperature_c(pod, 0x48, n * 1000_000) - 36.0 - n / 1000 for n in range(400)]
    assert abs(np.mean(noise_c)) < 0.4
    assert 1.7 < np.std(noise_c) < 2.3
    assert temperature_c(pod, 0x49, 400_000_000) == 35.0


def test_noisy_electrodes_have_a_noise_of_their_own_each():
    pod = Pod(StillLife(), faults=PodFaults(noise_sd={"touch": 1.0}))
    infant, caregiver = np.array([electrodes_pf(pod, n * 1_000_000) for n in range(400)]).T
    assert 0.85 < np.std(infant) < 1.15
    assert 0.85 < np.std(caregiver) < 1.15
    assert abs(np.corrcoef(infant, caregiver)[0, 1]) < 0.2


def test_noisy_accelerometer_shakes_on_every_axis():
    shaken = collect_mg(Pod(StillLife(), faults=PodFaults(noise_sd={"motion": 50.0})), 500)
    assert np.all(np.abs(shaken.mean(axis=0) - [0, 0, 1000]) < 10)
    assert np.all((shaken.std(axis=0) > 42) & (shaken.std(axis=0) < 58))


def test_noise_is_its_seeds_own():
    def first_c(seed):
        faults = PodFaults(noise_sd={"infant_thermometer": 2.0}, noise_seed=seed)
        return temperature_c(Pod(StillLife(), faults=faults), 0x48, 0)

    assert first_c(1) == first_c(1) != first_c(2)


def test_stuck_and_noisy_chip_repeats_one_noisy_value():
    faults = PodFaults(
        noise_sd={"infant_thermometer": 2.0}, stuck_from_us={"infant_thermometer": 0}
    )
    pod = Pod(StillLife(), faults=faults)
    assert len({temperature_c(pod, 0x48, n * 1_000_000) for n in range(20)}) == 1


def test_input_out_of_range_is_beyond_what_each_chip_measures():
    names = ("infant_thermometer", "caregiver_thermometer", "touch", "motion")
    pod = Pod(StillLife(), faults=PodFaults(beyond_from_us=dict.fromkeys(names, 1_000_000)))
    assert temperature_c(pod, 0x48, 0) == 36.0
    # A TMP117 is made for up to 150 C (SNOSD82D 6.3).
    assert temperature_c(pod, 0x48, 2_000_000) == temperature_c(pod, 0x49, 2_000_000) == 200.0
    pod.bus.transfer(0x50, b"\x08\x13\xe0", 0, 3_000_000)
    pod.bus.transfer(0x50, b"\x0c\x04\x80", 0, 3_000_000)
    # Even with the whole offset, 96.9 pF.
    assert word(pod, 0x50, 0, 3_010_000) == 0x7FFF
    # The 13th word is the first one after a second.
    felt = collect_mg(Pod(StillLife(), faults=PodFaults(beyond_from_us={"motion": 1_000_000})), 20)
    assert np.all(np.abs(felt[:12] - [0, 0, 1000]) < 0.1)
    assert np.all(felt[12:] == 32_767 * 0.061)


def test_clock_and_offset_errors_reach_their_chips():
    faults = PodFaults(
        clock_error_ppm={"infant_thermometer": 129_000, "motion": 100_000},
        capdac_error_pf={4: 0.5},
    )
    pod = Pod(StillLife(), faults=faults)
    for address, ready_us in ((0x48, 139_996), (0x49, 124_000)):
        pod.bus.transfer(address, b"\x01\x0c\x20", 0, 0)
        assert not word(pod, address, 1, ready_us - 1) & 0x2000
        assert word(pod, address, 1, ready_us) & 0x2000
    assert electrodes_pf(pod, 200_000) == [8.5, 1.5]
    for register, value in ((0x10, 0x10), (0x09, 0x01), (0x0A, 0x06)):
        pod.bus.transfer(0x6A, bytes([register, value]), 0, 0)
    assert pod.bus.transfer(0x6A, b"\x3a", 1, 880_000) == b"\x0a"


def test_bus_held_low_stops_every_chip_and_lets_go():
    pod = Pod(StillLife(), faults=PodFaults(bus_stuck_us=(1_000, 2_000)))
    for address in (0x48, 0x49, 0x50, 0x6A):
        with pytest.raises(I2cTimeout):
            pod.bus.transfer(address, b"\x00", 0, 1_500)
    assert word(pod, 0x48, 15, 2_000) == 0x0117


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
    for fault in ("stuck_from_us", "beyond_from_us", "noise_sd", "clock_error_ppm"):
        with pytest.raises(ValueError, match="no chip is called"):
            PodFaults(**{fault: {name: 0}})
