import numpy as np
import pytest

from pouch_sim.hardware.i2c import Disturbance, I2cBus, spoil
from pouch_sim.hardware.lsm6dsox import Lsm6dsox
from tests.firmware.drivers.bench import FaultRaised

BUS, IDENTITY, NOT_READY = 1, 2, 3
STEP_US = 80_000


def ramp_mg(first_us, step_us, count):
    times_us = first_us + step_us * np.arange(count)
    return np.stack([times_us / STEP_US, -times_us / STEP_US, np.full(count, 1000.0)], axis=1)


def wire(bench, *, clock_error_ppm=0, **options):
    bench.now_us = 0
    chip = Lsm6dsox(ramp_mg, clock_error_ppm=clock_error_ppm)
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


# How far a part's rate is off stands in its INTERNAL_FREQ_FINE, in steps of 0.15 % with a sign and
# seven bits: 19 % at most. An RC oscillator on the board may make the interval 5 % longer.
def test_fastest_chip_does_not_overrun_before_the_band_drains(bench):
    wire(bench, clock_error_ppm=-round(1e6 * 0.19 / 1.19))
    bench.do("chip.configure()")
    bench.now_us += round(30_000_000 * 1.05)
    assert bench.get("chip.drain(buffer)") == 468
    assert bench.get("chip.overrun") is False


def test_fifo_that_is_just_full_counts_as_an_overrun(bench):
    wire(bench)
    bench.do("chip.configure()")
    bench.now_us += 511 * STEP_US
    assert bench.get("chip.drain(buffer)") == 511
    assert bench.get("chip.overrun") is False
    bench.now_us += 512 * STEP_US
    assert bench.get("chip.drain(buffer)") == 512
    assert bench.get("chip.overrun") is True


def test_overrun_is_told_although_the_status_was_disturbed(bench):
    # The read that nobody saw clears the latch; that the FIFO is full still shows.
    wire(bench, fail_transfer=spoil(7, 1, Disturbance.UNSEEN))
    bench.do("chip.configure()")
    bench.now_us += 600 * STEP_US
    assert bench.get("chip.drain(buffer)") == 512
    assert bench.get("chip.overrun") is True


def test_overrun_during_a_drain_is_told_by_the_next_one(bench):
    class Slow(I2cBus):
        """The bursts come three sample periods after the status."""

        def transfer(self, address, write, read_count, now_us):
            late_us = 3 * STEP_US if write[:1] == b"\x78" else 0
            return super().transfer(address, write, read_count, now_us + late_us)

    chip = wire(bench)
    bench.bus = Slow({0x6A: chip})
    bench.do("chip.configure()")
    bench.now_us += 511 * STEP_US
    assert bench.get("chip.drain(buffer)") == 511
    bench.now_us += 10 * STEP_US
    # Two words gave way to newer ones while the first drain read.
    assert bench.get("chip.drain(buffer)") == 8
    assert bench.get("chip.overrun") is True


def test_each_burst_has_its_own_second_try(bench):
    # Burst 1 fails, status, burst 1 again; burst 2 fails, status, burst 2 again.
    wire(bench, fail_transfer=lambda number, address: number in (8, 11))
    bench.do("chip.configure()")
    bench.now_us += 375 * STEP_US
    assert bench.get("chip.drain(buffer)") == 375
    assert bench.get("chip.overrun") is False


# 375 words: 7 transfers to set up, then the status, and bursts of 128, 128 and 119 words.
@pytest.mark.parametrize("disturbance", [Disturbance.UNHEARD, Disturbance.STUCK])
def test_disturbance_that_no_chip_heard_loses_nothing_at_any_transfer(bench, disturbance):
    for number in range(11):
        wire(bench, fail_transfer=spoil(number, 1, disturbance))
        bench.do("chip.configure()")
        bench.now_us += 375 * STEP_US
        assert bench.get("chip.drain(buffer)") == 375, number
        assert bench.get("chip.overrun") is False
        expected_x = np.rint(np.arange(1, 376) / 0.061)
        assert np.array_equal(words(bench, 375)["xyz"][:, 0], expected_x)


@pytest.mark.parametrize(
    ("number", "lost"), [(7, None), (8, (0, 128)), (9, (128, 256)), (10, (256, 375))]
)
def test_burst_that_nobody_saw_loses_its_words_and_says_so(bench, number, lost):
    wire(bench, fail_transfer=spoil(number, 1, Disturbance.UNSEEN))
    bench.do("chip.configure()")
    bench.now_us += 375 * STEP_US
    kept = np.delete(np.arange(375), slice(*lost) if lost else slice(0))
    assert bench.get("chip.drain(buffer)") == len(kept)
    assert bench.get("chip.overrun") is bool(lost)
    assert np.array_equal(words(bench, len(kept))["xyz"][:, 0], np.rint((kept + 1) / 0.061))
    bench.now_us += 10 * STEP_US
    assert bench.get("chip.drain(buffer)") == 10
    assert bench.get("chip.overrun") is False


def test_all_words_lost_in_one_burst_are_an_overrun_and_no_word(bench):
    wire(bench, fail_transfer=spoil(8, 1, Disturbance.UNSEEN))
    bench.do("chip.configure()")
    bench.now_us += 100 * STEP_US
    assert bench.get("chip.drain(buffer)") == 0
    assert bench.get("chip.overrun") is True


def test_burst_that_nobody_saw_into_a_small_buffer_is_told_too(bench):
    wire(bench, fail_transfer=spoil(8, 1, Disturbance.UNSEEN))
    bench.do("chip.configure(); small = bytearray(6 * chip.WORD_BYTES)")
    bench.now_us += 100 * STEP_US
    assert bench.get("chip.drain(small)") == 6
    assert bench.get("chip.overrun") is True
    raw = bytes(bench.get("list(small)"))
    assert int.from_bytes(raw[1:3], "little") == round(7 / 0.061)


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_write_of_the_set_up_disturbed_at_every_transfer_in_turn(bench, disturbance):
    for number in range(7):
        wire(bench, fail_transfer=spoil(number, 1, disturbance))
        bench.do("chip.configure()")
        bench.now_us += 10 * STEP_US
        assert bench.get("chip.drain(buffer)") == 10
        wire(bench, fail_transfer=spoil(number, 2, disturbance))
        with pytest.raises(FaultRaised) as caught:
            bench.do("chip.configure()")
        assert caught.value.code == BUS
        bench.do("chip.configure()")
        bench.now_us += 10 * STEP_US
        assert bench.get("chip.drain(buffer)") == 10


@pytest.mark.parametrize("disturbance", list(Disturbance))
@pytest.mark.parametrize("number", [7, 8, 9])
def test_disturbance_of_both_tries_is_a_fault_and_the_next_interval_is_whole(
    bench, disturbance, number
):
    # Between the two tries of a burst the status is read; that one succeeds.
    again = number + 1 if number == 7 else number + 2
    wire(bench, fail_transfer=lambda n, address: disturbance if n in (number, again) else False)
    bench.do("chip.configure()")
    bench.now_us += 375 * STEP_US
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.drain(buffer)")
    assert caught.value.code == BUS
    bench.do("chip.configure()")
    bench.now_us += 10 * STEP_US
    assert bench.get("chip.drain(buffer)") == 10
    assert bench.get("chip.overrun") is False


@pytest.mark.parametrize("place", [0, 127, 128, 374])
def test_tag_of_another_sensor_at_an_end_of_a_burst_is_an_identity_fault(bench, place):
    class Mixed(I2cBus):
        """Puts a gyroscope's word among the accelerometer's."""

        given = 0

        def transfer(self, address, write, read_count, now_us):
            data = bytearray(super().transfer(address, write, read_count, now_us))
            if write[:1] == b"\x78":
                if 0 <= place - self.given < read_count // 7:
                    data[(place - self.given) * 7] = 0x08
                self.given += read_count // 7
            return bytes(data)

    chip = wire(bench)
    bench.bus = Mixed({0x6A: chip})
    bench.do("chip.configure()")
    bench.now_us += 375 * STEP_US
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.drain(buffer)")
    assert caught.value.code == IDENTITY


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
