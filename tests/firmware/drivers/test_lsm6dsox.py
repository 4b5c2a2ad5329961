import numpy as np
import pytest

from pouch_sim.hardware.i2c import I2cBus
from pouch_sim.hardware.lsm6dsox import Lsm6dsox
from tests.firmware.drivers.bench import FaultRaised

BUS, IDENTITY, NOT_READY = 1, 2, 3
STEP_US = 80_000


def ramp_mg(first_us, step_us, count):
    times_us = first_us + step_us * np.arange(count)
    return np.stack([times_us / STEP_US, -times_us / STEP_US, np.full(count, 1000.0)], axis=1)


def wire(bench, **options):
    chip = Lsm6dsox(ramp_mg)
    bench.bus = I2cBus({0x6A: chip}, **options)
    bench.do("from drivers.lsm6dsox import Lsm6dsox; chip = Lsm6dsox(i2c)")
    bench.do("buffer = bytearray(chip.FIFO_WORDS * chip.WORD_BYTES)")
    return chip


def words(bench, count):
    raw = bytes(bench.get("list(buffer)"))[: count * 7]
    return np.frombuffer(raw, dtype=[("tag", "u1"), ("xyz", "<i2", 3)])


def test_drain_after_30_s_gives_every_word_in_order(bench):
    wire(bench)
    bench.do("chip.check(); chip.configure()")
    before = bench.bus.transfer_count
    bench.now_us += 30_000_000
    count = bench.get("chip.drain(buffer)")
    got = words(bench, count)
    assert count == 375
    assert bench.bus.transfer_count - before == 4
    expected_x = np.rint(np.arange(1, 376) / 0.061)
    assert np.array_equal(got["xyz"][:, 0], expected_x)
    assert np.array_equal(got["xyz"][:, 1], -expected_x)
    assert set(got["tag"] >> 3) == {2}
    assert bench.get("chip.overrun") is False


def test_drain_with_a_small_buffer_leaves_the_rest(bench):
    wire(bench)
    bench.do("chip.configure()")
    bench.now_us += 10 * STEP_US
    bench.do("small = bytearray(6 * chip.WORD_BYTES + 3)")
    assert bench.get("chip.drain(small)") == 6
    assert bench.get("chip.drain(buffer)") == 4
    assert words(bench, 4)["xyz"][:, 0].tolist() == [round(n / 0.061) for n in (7, 8, 9, 10)]


def test_drain_after_an_overrun_says_so_once_and_gives_the_newest(bench):
    wire(bench)
    bench.do("chip.configure()")
    bench.now_us += 600 * STEP_US
    assert bench.get("chip.drain(buffer)") == 512
    assert bench.get("chip.overrun") is True
    assert words(bench, 1)["xyz"][0, 0] == round(89 / 0.061)
    bench.now_us += 10 * STEP_US
    assert bench.get("chip.drain(buffer)") == 10
    assert bench.get("chip.overrun") is False


def test_drain_without_words_is_not_ready(bench):
    chip = wire(bench)
    bench.do("chip.configure()")
    bench.now_us += 10 * STEP_US
    chip.power_on(bench.now_us)
    bench.now_us += 10 * STEP_US
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.drain(buffer)")
    assert caught.value.code == NOT_READY


def test_configure_empties_the_fifo(bench):
    wire(bench)
    bench.do("chip.configure()")
    bench.now_us += 100 * STEP_US
    bench.do("chip.configure()")
    bench.now_us += 3 * STEP_US
    assert bench.get("chip.drain(buffer)") == 3


def test_words_of_another_sensor_are_an_identity_fault(bench):
    class Gyroscope:
        def transfer(self, write, read_count, now_us):
            return b"\x02\x00" if read_count == 2 else (b"\x08" + bytes(6)) * 2

    bench.bus = I2cBus({0x6A: Gyroscope()})
    bench.do("from drivers.lsm6dsox import Lsm6dsox; chip = Lsm6dsox(i2c)")
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.drain(bytearray(14))")
    assert caught.value.code == IDENTITY


def test_check_of_another_chip_is_an_identity_fault(bench):
    class Stranger:
        def transfer(self, write, read_count, now_us):
            return b"\x69"

    bench.bus = I2cBus({0x6A: Stranger()})
    bench.do("from drivers.lsm6dsox import Lsm6dsox; chip = Lsm6dsox(i2c)")
    with pytest.raises(FaultRaised) as caught:
        bench.do("chip.check()")
    assert caught.value.code == IDENTITY


def test_disturbed_burst_is_read_again_whole(bench):
    wire(bench, fail_transfer=lambda number, address: number == 8)
    bench.do("chip.configure()")
    bench.now_us += 300 * STEP_US
    assert bench.get("chip.drain(buffer)") == 300
    assert np.array_equal(words(bench, 300)["xyz"][:, 0], np.rint(np.arange(1, 301) / 0.061))


def test_dead_bus_is_a_bus_fault(bench):
    wire(bench, fail_transfer=lambda number, address: number >= 7)
    bench.do("chip.configure()")
    bench.now_us += 10 * STEP_US
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.drain(buffer)")
    assert caught.value.code == BUS
