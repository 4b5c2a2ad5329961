import pytest

from pouch_sim.hardware.fdc1004 import Fdc1004
from pouch_sim.hardware.i2c import Disturbance, I2cBus, spoil
from tests.firmware.drivers.bench import FaultRaised

BUS, IDENTITY, NOT_READY = 1, 2, 3
SAMPLE_TRANSFERS = 9
# How much the offsets of a real part were off, in picofarads by CAPDAC steps: with up to 7 steps
# too small by what the converter then shows too much, from 8 steps on the other way (TI E2E
# 1178477), carried on to the steps of the band's windows, and the same turned round.
UNEVEN = {4: 0.0, 12: 1.4, 20: -1.4, 28: 1.4, 31: -1.4}
UNEVEN_TURNED = {steps: -error_pf for steps, error_pf in UNEVEN.items()}


class Skin:
    """What the electrodes feel: set it and take a sample."""

    def __init__(self, bench, infant_pf=2.0, caregiver_pf=9.0, *, bus=None, **chip):
        self.bench = bench
        self.pf: list[float] = [infant_pf, caregiver_pf]
        self.chip = Fdc1004(lambda channel, now_us: self.pf[channel - 1], **chip)
        bench.bus = I2cBus({0x50: self.chip}, **(bus or {}))
        bench.do("from drivers.fdc1004 import Fdc1004; chip = Fdc1004(i2c)")

    def measure(self, wait_us=25_000):
        """Measure once; return what the driver says."""
        self.bench.do("chip.start()")
        self.bench.now_us += wait_us
        return self.bench.get("chip.read()")

    def sample(self):
        """Measure, and again while windows move, as the band does; return values and moves."""
        for moves in range(self.bench.get("chip.MOVES_MAX") + 1):
            values = self.measure()
            if not self.bench.get("chip.moved"):
                return values, moves
        raise AssertionError("still moving after MOVES_MAX")


def assert_near(values, expected_pf, within_pf=1 / 512):
    for value, pf in zip(values, expected_pf, strict=True):
        assert abs(value / 512 - pf) <= within_pf, (values, expected_pf)


@pytest.mark.parametrize(
    ("infant_pf", "caregiver_pf"), [(2.0, 9.0), (0.0, 27.4), (12.5, 12.5), (3.1415, 8.9)]
)
def test_read_gives_both_electrodes_within_one_step(bench, infant_pf, caregiver_pf):
    assert_near(Skin(bench, infant_pf, caregiver_pf).measure(), [infant_pf, caregiver_pf])
    assert bench.get("chip.CONVERSION_MS") == 25


def test_one_sample_takes_nine_transfers_and_one_more_at_first(bench):
    skin = Skin(bench)
    skin.measure()
    first = bench.bus.transfer_count
    skin.measure()
    assert (first, bench.bus.transfer_count - first) == (SAMPLE_TRANSFERS + 1, SAMPLE_TRANSFERS)


def test_check_of_the_twin_passes(bench):
    Skin(bench)
    bench.do("chip.check()")


@pytest.mark.parametrize("identity", [(0x5449, 0x1005), (0x5448, 0x1004), (0, 0)])
def test_check_of_another_chip_is_an_identity_fault(bench, identity):
    class Stranger:
        def transfer(self, write, read_count, now_us):
            return identity[write[0] - 0xFE].to_bytes(2, "big")

    bench.bus = I2cBus({0x50: Stranger()})
    bench.do("from drivers.fdc1004 import Fdc1004; chip = Fdc1004(i2c)")
    with pytest.raises(FaultRaised) as caught:
        bench.do("chip.check()")
    assert caught.value.code == IDENTITY


@pytest.mark.parametrize("wait_us", [0, 9_999, 10_000, 19_999])
def test_read_too_early_is_not_ready_and_spoils_no_later_one(bench, wait_us):
    # The twin ends the run if a result is read whose measurement has not ended.
    skin = Skin(bench)
    for _ in range(2):
        with pytest.raises(FaultRaised) as caught:
            skin.measure(wait_us)
        assert caught.value.code == NOT_READY
    assert_near(skin.measure(20_000), [2.0, 9.0])


def test_conversion_time_is_enough_for_a_slow_chip_and_a_fast_board(bench):
    # The board's RC oscillator may make 5 % less of the wait.
    skin = Skin(bench, clock_error_ppm=180_000)
    assert_near(skin.measure(round(25_000 / 1.05)), [2.0, 9.0])


def test_read_late_gives_the_newest_and_leaves_no_flag(bench):
    skin = Skin(bench)
    for late_us in (29_999, 30_000, 35_000, 5_000_000):
        assert_near(skin.measure(late_us), [2.0, 9.0])
        with pytest.raises(FaultRaised):
            skin.measure(0)


@pytest.mark.parametrize(
    ("pf", "moves"),
    [(-2.4, 0), (27.4, 0), (27.6, 1), (52.4, 1), (60.0, 2), (77.6, 3), (102.6, 4), (111.8, 4)],
)
def test_electrode_is_found_in_its_window_from_a_dry_start(bench, pf, moves):
    skin = Skin(bench, pf, 9.0)
    values, moved = skin.sample()
    assert_near(values, [max(pf, 0.0), 9.0])
    assert moved == moves
    assert skin.sample()[1] == 0


def test_first_read_outside_its_window_gives_the_other_electrode_and_says_it_moved(bench):
    skin = Skin(bench, 9.0, 60.0)
    assert skin.measure() == [9 * 512, None]
    assert bench.get("chip.moved") is True
    assert skin.measure() == [9 * 512, None]
    assert skin.measure() == [9 * 512, 60 * 512]
    assert bench.get("chip.moved") is False


def test_soaked_and_dried_electrode_is_followed_both_ways(bench):
    skin = Skin(bench)
    for infant_pf, caregiver_pf in ((2, 2), (60, 2), (60, 110), (2, 110), (111, 9), (2, 2)):
        skin.pf = [infant_pf, caregiver_pf]
        assert_near(skin.sample()[0], [infant_pf, caregiver_pf])


def test_slow_rise_and_fall_moves_once_per_window_each_way(bench):
    skin = Skin(bench, 2.0, 9.0)
    ramp_pf = [n / 2 for n in range(4, 223)]
    moves = []
    for pf in ramp_pf + ramp_pf[::-1]:
        skin.pf[0] = pf
        values, moved = skin.sample()
        assert_near(values, [pf, 9.0])
        if moved:
            moves.append((pf, moved))
    # Up past the top of each window and down past its bottom: never both at the same place.
    assert moves == [
        (28.0, 1), (53.0, 1), (78.0, 1), (103.0, 1), (81.5, 1), (72.0, 1), (47.0, 1), (22.0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("capdac_error_pf", [{}, UNEVEN, UNEVEN_TURNED])
@pytest.mark.parametrize("edge_pf", [22.5, 27.5, 47.5, 52.5, 72.5, 77.5, 81.9, 102.5])
def test_noise_at_the_edge_of_a_window_makes_at_most_one_move(bench, edge_pf, capdac_error_pf):
    for start_pf in (2.0, 111.0):
        skin = Skin(bench, start_pf, 9.0, capdac_error_pf=capdac_error_pf)
        skin.sample()
        moves = 0
        for n in range(12):
            skin.pf[0] = edge_pf + (0.5 if n % 2 else -0.5)
            values, moved = skin.sample()
            # Noise of half a picofarad; the part's own error is not the driver's to mend.
            assert_near(values, [skin.pf[0], 9.0], 1.41)
            moves += moved if n > 1 else 0
        assert moves == 0, (edge_pf, start_pf)


@pytest.mark.parametrize("pf", [-2.6, -20.0, 112.1, 500.0])
def test_input_beyond_the_chip_is_none_and_no_fault_and_ends_the_moves(bench, pf):
    skin = Skin(bench, pf, 9.0)
    values, moves = skin.sample()
    assert values == [None, 9 * 512]
    assert moves == (4 if pf > 0 else 0)
    assert skin.sample() == ([None, 9 * 512], 0)
    skin.pf[0] = 9.0
    assert_near(skin.sample()[0], [9.0, 9.0])


@pytest.mark.parametrize(("word", "moved"), [(30_721, True), (-30_721, False), (30_720, False)])
def test_code_beyond_the_specified_range_counts_for_nothing(bench, word, moved):
    # A part goes on to 16 pF, but is specified to 15 (SNOSCY5B 7.5).
    class Overdriven(I2cBus):
        def transfer(self, address, write, read_count, now_us):
            data = super().transfer(address, write, read_count, now_us)
            return word.to_bytes(2, "big", signed=True) if write == b"\0" else data

    skin = Skin(bench)
    bench.bus = Overdriven({0x50: skin.chip})
    infant, caregiver = skin.measure()
    assert infant == (27.5 * 512 if word == 30_720 else None)
    assert caregiver == 9 * 512
    assert bench.get("chip.moved") is moved


def test_largest_value_fits_the_record(bench):
    values, _ = Skin(bench, 111.875, 111.875).sample()
    assert values == [57_280, 57_280]


def test_negative_input_is_clamped_to_zero(bench):
    assert Skin(bench, -1.0, 9.0).measure()[0] == 0


def test_chip_that_loses_power_while_it_measures_is_not_ready_and_recovers(bench):
    skin = Skin(bench, 60.0)
    skin.sample()
    bench.do("chip.start()")
    skin.chip.power_on(bench.now_us)
    bench.now_us += 25_000
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == NOT_READY
    assert skin.sample() == ([60 * 512, 9 * 512], 0)


def test_chip_that_loses_power_between_samples_measures_right(bench):
    # With its default settings it would measure, the first electrode twice and without offset.
    skin = Skin(bench, 60.0)
    skin.sample()
    skin.chip.power_on(bench.now_us)
    assert skin.sample() == ([60 * 512, 9 * 512], 0)


def test_start_over_a_chip_left_running_sets_it_up(bench):
    skin = Skin(bench)
    bench.do("chip.start()")
    bench.do("chip = Fdc1004(i2c)")
    assert_near(skin.measure(), [2.0, 9.0])


def test_chip_that_vanishes_is_a_bus_fault(bench):
    Skin(bench)
    bench.do("chip.start()")
    bench.bus.detach(0x50)
    with pytest.raises(FaultRaised) as caught:
        bench.get("chip.read()")
    assert caught.value.code == BUS


# Two samples from power-on, the second with a window moved: every transfer that there is.
ALL_TRANSFERS = 1 + 3 * SAMPLE_TRANSFERS


def two_samples(bench, fail_transfer):
    """Return what the samples gave; a fault in place of values is its code."""
    skin = Skin(bench, bus={"fail_transfer": fail_transfer})
    outcomes = []
    for infant_pf in (2.0, 40.0):
        skin.pf[0] = infant_pf
        try:
            outcomes.append(skin.sample()[0])
        except FaultRaised as fault:
            outcomes.append(fault.code)
    return skin, outcomes


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_single_disturbance_at_every_transfer_in_turn_is_retried(bench, disturbance):
    for number in range(ALL_TRANSFERS):
        skin, outcomes = two_samples(bench, spoil(number, 1, disturbance))
        assert outcomes == [[1024, 4608], [20_480, 4608]], (number, disturbance)
        # It is stopped: nothing under way, and no flag left.
        assert bench.bus.transfer(0x50, b"\x0c", 2, bench.now_us) == b"\0\0"
        assert bench.bus.transfer_count == ALL_TRANSFERS + 2
        assert skin.measure() == [20_480, 4608]


@pytest.mark.parametrize("disturbance", list(Disturbance))
def test_two_disturbances_at_every_transfer_in_turn_are_a_fault_of_one_sample(bench, disturbance):
    for number in range(ALL_TRANSFERS):
        skin, outcomes = two_samples(bench, spoil(number, 2, disturbance))
        faulty = 0 if number < 1 + SAMPLE_TRANSFERS else 1
        assert outcomes[faulty] == BUS, (number, disturbance)
        assert outcomes[1 - faulty] == [[1024, 4608], [20_480, 4608]][1 - faulty]
        assert skin.sample()[0] == [20_480, 4608]
