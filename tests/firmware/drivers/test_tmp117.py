import pytest

from pouch_sim.hardware.i2c import I2cBus
from pouch_sim.hardware.tmp117 import Tmp117
from tests.firmware.drivers.bench import FaultRaised

BUS, IDENTITY, NOT_READY = 1, 2, 3


def wire(bench, read_temperature_c, **options):
    bench.bus = I2cBus({0x48: Tmp117(read_temperature_c)}, **options)
    bench.do("from drivers.tmp117 import Tmp117; chip = Tmp117(i2c, 0x48)")


@pytest.mark.parametrize("temperature_c", [36.5, -0.0078125, -25.0, 0.0, 41.99, 150.0])
def test_read_after_conversion_time_gives_the_temperature(bench, temperature_c):
    wire(bench, lambda now_us: temperature_c)
    bench.do("chip.check(); chip.start()")
    bench.now_us += bench.get("chip.CONVERSION_MS") * 1000
    assert abs(bench.get("chip.read()") - temperature_c * 128) <= 0.5


def test_one_sample_takes_three_transfers(bench):
    wire(bench, lambda now_us: 36.5)
    bench.do("chip.start()")
    bench.now_us += 140_000
    bench.get("chip.read()")
    assert bench.bus.transfer_count == 3


def test_read_too_early_is_not_ready(bench):
    wire(bench, lambda now_us: 36.5)
    bench.do("chip.start()")
    bench.now_us += 100_000
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == NOT_READY


def test_read_twice_is_not_ready(bench):
    wire(bench, lambda now_us: 36.5)
    bench.do("chip.start()")
    bench.now_us += 140_000
    bench.get("chip.read()")
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == NOT_READY


def test_absent_chip_is_a_bus_fault_after_one_retry(bench):
    bench.do("from drivers.tmp117 import Tmp117; chip = Tmp117(i2c, 0x48)")
    with pytest.raises(FaultRaised) as caught:
        bench.do("chip.check()")
    assert caught.value.code == BUS
    assert bench.bus.transfer_count == 2


def test_single_disturbance_is_retried(bench):
    wire(bench, lambda now_us: 36.5, fail_transfer=lambda number, address: number in (0, 2, 4))
    bench.do("chip.start()")
    bench.now_us += 140_000
    assert bench.get("chip.read()") == 36.5 * 128


def test_write_that_fails_twice_is_a_bus_fault(bench):
    wire(bench, lambda now_us: 36.5, fail_transfer=lambda number, address: number < 2)
    with pytest.raises(FaultRaised) as caught:
        bench.do("chip.start()")
    assert caught.value.code == BUS


def test_check_of_another_chip_is_an_identity_fault(bench):
    class Stranger:
        def transfer(self, write, read_count, now_us):
            return b"\x01\x16"[:read_count]

    bench.bus = I2cBus({0x48: Stranger()})
    bench.do("from drivers.tmp117 import Tmp117; chip = Tmp117(i2c, 0x48)")
    with pytest.raises(FaultRaised) as caught:
        bench.do("chip.check()")
    assert caught.value.code == IDENTITY


def test_check_accepts_a_later_revision(bench):
    class Revised:
        def transfer(self, write, read_count, now_us):
            return b"\x11\x17"[:read_count]

    bench.bus = I2cBus({0x48: Revised()})
    bench.do("from drivers.tmp117 import Tmp117; Tmp117(i2c, 0x48).check()")
