import pytest

from pouch_sim.hardware.fdc1004 import Fdc1004
from pouch_sim.hardware.i2c import I2cBus
from tests.firmware.drivers.bench import FaultRaised

BUS, IDENTITY, NOT_READY, RANGE = 1, 2, 3, 4


def wire(bench, infant_pf, caregiver_pf, **options):
    chip = Fdc1004(lambda channel, now_us: {1: infant_pf, 2: caregiver_pf}[channel])
    bench.bus = I2cBus({0x50: chip}, **options)
    bench.do("from drivers.fdc1004 import Fdc1004; chip = Fdc1004(i2c)")
    return chip


def sample(bench):
    bench.do("chip.start()")
    bench.now_us += bench.get("chip.CONVERSION_MS") * 1000
    return bench.get("chip.read()")


@pytest.mark.parametrize(
    ("infant_pf", "caregiver_pf"), [(2.0, 9.0), (0.0, 27.4), (12.5, 12.5), (3.1415, 8.9)]
)
def test_read_gives_both_electrodes_within_one_step(bench, infant_pf, caregiver_pf):
    wire(bench, infant_pf, caregiver_pf)
    infant, caregiver = sample(bench)
    assert abs(infant - infant_pf * 512) <= 1
    assert abs(caregiver - caregiver_pf * 512) <= 1


def test_one_sample_takes_five_transfers_once_set_up(bench):
    wire(bench, 2.0, 9.0)
    sample(bench)
    first = bench.bus.transfer_count
    sample(bench)
    assert (first, bench.bus.transfer_count - first) == (8, 5)


def test_check_of_the_twin_passes(bench):
    wire(bench, 2.0, 9.0)
    bench.do("chip.check()")


def test_check_of_another_chip_is_an_identity_fault(bench):
    class Stranger:
        def transfer(self, write, read_count, now_us):
            return bytes(read_count)

    bench.bus = I2cBus({0x50: Stranger()})
    bench.do("from drivers.fdc1004 import Fdc1004; chip = Fdc1004(i2c)")
    with pytest.raises(FaultRaised) as caught:
        bench.do("chip.check()")
    assert caught.value.code == IDENTITY


def test_read_too_early_is_not_ready(bench):
    wire(bench, 2.0, 9.0)
    bench.do("chip.start()")
    bench.now_us += 19_999
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == NOT_READY


@pytest.mark.parametrize("pf", [27.6, 60.0, -2.6, -20.0])
def test_input_outside_the_window_is_a_range_fault(bench, pf):
    wire(bench, pf, 9.0)
    with pytest.raises(FaultRaised) as caught:
        sample(bench)
    assert caught.value.code == RANGE


def test_negative_input_is_clamped_to_zero(bench):
    wire(bench, -1.0, 9.0)
    assert sample(bench)[0] == 0


def test_input_near_the_end_of_the_record_is_whole(bench):
    wire(bench, 100.0, 9.0)
    bench.do("chip = Fdc1004(i2c, capdac_steps=31)")
    with pytest.raises(FaultRaised):
        sample(bench)  # 9 pF lies below the window of 81.9 to 111.9 pF
    wire(bench, 100.0, 111.8)
    bench.do("chip = Fdc1004(i2c, capdac_steps=31)")
    assert sample(bench) == [51_200, round(111.8 * 512)]


def test_chip_without_power_for_a_moment_is_set_up_again_after_the_fault(bench):
    chip = wire(bench, 2.0, 9.0)
    sample(bench)
    bench.do("chip.start()")
    chip.power_on(bench.now_us)
    bench.now_us += 25_000
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == NOT_READY
    assert abs(sample(bench)[1] - 9 * 512) <= 1


def test_start_over_a_chip_left_running_sets_it_up(bench):
    wire(bench, 2.0, 9.0)
    bench.do("chip.start()")
    bench.do("chip = Fdc1004(i2c)")
    assert abs(sample(bench)[1] - 9 * 512) <= 1


def test_chip_that_vanishes_is_a_bus_fault(bench):
    wire(bench, 2.0, 9.0)
    bench.do("chip.start()")
    bench.bus.detach(0x50)
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == BUS
