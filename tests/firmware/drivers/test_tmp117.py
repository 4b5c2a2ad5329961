import pytest

from pouch_sim.hardware.i2c import Disturbance, I2cBus, spoil
from pouch_sim.hardware.tmp117 import Tmp117
from tests.firmware.drivers.bench import FaultRaised

BUS, IDENTITY, NOT_READY, RANGE = 1, 2, 3, 4
# The slowest part of the data sheet: 17.5 ms where 15.5 are typical (SNOSD82D 6.5).
SLOWEST_PPM = 129_032


def wire(bench, read_temperature_c, *, clock_error_ppm=0, **options):
    chip = Tmp117(read_temperature_c, clock_error_ppm=clock_error_ppm)
    bench.bus = I2cBus({0x48: chip}, **options)
    bench.do("from drivers.tmp117 import Tmp117; chip = Tmp117(i2c, 0x48)")
    return chip


def measure(bench, wait_us=148_000):
    bench.do("chip.start()")
    bench.now_us += wait_us
    return bench.get("chip.read()")


def code_of(bench, action):
    with pytest.raises(FaultRaised) as caught:
        action(bench)
    return caught.value.code


@pytest.mark.parametrize("temperature_c", [36.5, -0.0078125, -25.0, 0.0, 41.99, 150.0, -55.0])
def test_read_after_conversion_time_gives_the_temperature(bench, temperature_c):
    wire(bench, lambda now_us: temperature_c)
    bench.do("chip.check()")
    assert abs(measure(bench) - temperature_c * 128) <= 0.5
    assert bench.get("chip.CONVERSION_MS") == 148


def test_one_sample_takes_three_transfers(bench):
    wire(bench, lambda now_us: 36.5)
    measure(bench)
    assert bench.bus.transfer_count == 3


def test_conversion_time_is_enough_for_the_slowest_part_and_a_fast_board(bench):
    # The board's RC oscillator may make 5 % less of the wait.
    wire(bench, lambda now_us: 36.5, clock_error_ppm=SLOWEST_PPM)
    assert measure(bench, round(148_000 / 1.05)) == 36.5 * 128


@pytest.mark.parametrize(
    ("clock_error_ppm", "wait_us"), [(0, 0), (0, 123_999), (SLOWEST_PPM, 139_990)]
)
def test_read_too_early_is_not_ready_and_reads_no_result(bench, clock_error_ppm, wait_us):
    # The twin ends the run if a result is read whose conversion has not ended.
    wire(bench, lambda now_us: 36.5, clock_error_ppm=clock_error_ppm)
    for _ in range(2):
        assert code_of(bench, lambda bench: measure(bench, wait_us)) == NOT_READY
    assert measure(bench) == 36.5 * 128


def test_read_twice_is_not_ready(bench):
    wire(bench, lambda now_us: 36.5)
    measure(bench)
    assert code_of(bench, lambda bench: bench.get("chip.read()")) == NOT_READY


@pytest.mark.parametrize("temperature_c", [-55.01, -200.0, 150.01, 255.0])
def test_temperature_beyond_the_part_is_a_range_fault_and_the_next_counts_again(
    bench, temperature_c
):
    felt_c = [temperature_c]
    wire(bench, lambda now_us: felt_c[0])
    assert code_of(bench, measure) == RANGE
    felt_c[0] = 36.5
    assert measure(bench) == 36.5 * 128


def test_part_that_loses_power_between_flag_and_result_is_not_ready(bench):
    chip = wire(bench, lambda now_us: 36.5)
    bench.bus = PowerLoss(chip, before=2)
    assert code_of(bench, measure) == NOT_READY
    assert measure(bench) == 36.5 * 128


def test_part_that_loses_power_while_it_converts_is_not_ready(bench):
    # A fresh part converts by itself, but its first result is not due yet.
    chip = wire(bench, lambda now_us: 36.5)
    bench.do("chip.start()")
    bench.now_us += 100_000
    chip.power_on(bench.now_us)
    bench.now_us += 48_000
    assert code_of(bench, lambda bench: bench.get("chip.read()")) == NOT_READY
    assert measure(bench) == 36.5 * 128


class PowerLoss(I2cBus):
    """A bus whose chip loses its power for a moment before one transfer."""

    def __init__(self, chip, before):
        super().__init__({0x48: chip})
        self._chip = chip
        self._before = before

    def transfer(self, address, write, read_count, now_us):
        if self.transfer_count == self._before:
            self._chip.power_on(now_us)
        return super().transfer(address, write, read_count, now_us)


def test_absent_chip_is_a_bus_fault_after_one_retry(bench):
    bench.do("from drivers.tmp117 import Tmp117; chip = Tmp117(i2c, 0x48)")
    assert code_of(bench, lambda bench: bench.do("chip.check()")) == BUS
    assert bench.bus.transfer_count == 2


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_single_disturbance_at_every_transfer_in_turn_is_retried(bench, disturbance):
    for number in range(3):
        wire(bench, lambda now_us: 36.5, fail_transfer=spoil(number, 1, disturbance))
        if (number, disturbance) == (1, Disturbance.UNSEEN):
            # The flag went with the read that nobody saw: it is a fault, not a stale value.
            assert code_of(bench, measure) == NOT_READY
        else:
            assert measure(bench) == 36.5 * 128
        assert measure(bench) == 36.5 * 128


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_two_disturbances_at_every_transfer_in_turn_are_a_fault_of_one_sample(bench, disturbance):
    for number in range(3):
        wire(bench, lambda now_us: 36.5, fail_transfer=spoil(number, 2, disturbance))
        assert code_of(bench, measure) == BUS
        assert measure(bench) == 36.5 * 128


def test_check_of_another_chip_is_an_identity_fault(bench):
    class Stranger:
        def transfer(self, write, read_count, now_us):
            return b"\x01\x16"[:read_count]

    bench.bus = I2cBus({0x48: Stranger()})
    bench.do("from drivers.tmp117 import Tmp117; chip = Tmp117(i2c, 0x48)")
    assert code_of(bench, lambda bench: bench.do("chip.check()")) == IDENTITY


def test_check_accepts_a_later_revision(bench):
    class Revised:
        def transfer(self, write, read_count, now_us):
            return b"\x11\x17"[:read_count]

    bench.bus = I2cBus({0x48: Revised()})
    bench.do("from drivers.tmp117 import Tmp117; Tmp117(i2c, 0x48).check()")
