import pytest

from pouch_sim.hardware.fdc1004 import Fdc1004
from pouch_sim.hardware.i2c import ChipMisuse

CONF_1, CONF_2, FDC_CONF = 0x08, 0x09, 0x0C
CIN1_NONE, CIN2_NONE, CIN1_CAPDAC, CIN2_CAPDAC = 0x1C00, 0x3C00, 0x1000, 0x3000
RATE_100, REPEAT, MEAS_1, MEAS_2, DONE_1, DONE_2 = 0x0400, 0x0100, 0x80, 0x40, 8, 4


def chip_with(pf_1, pf_2=0.0):
    return Fdc1004(lambda channel, now_us: {1: pf_1, 2: pf_2}[channel])


def read(chip, register, now_us=0):
    return int.from_bytes(chip.transfer(bytes([register]), 2, now_us), "big")


def write(chip, register, value, now_us=0):
    chip.transfer(bytes([register, value >> 8, value & 0xFF]), 0, now_us)


def code(chip, measurement, now_us):
    high = read(chip, 2 * measurement, now_us)
    low = read(chip, 2 * measurement + 1, now_us)
    return int.from_bytes(bytes([high >> 8, high & 0xFF, low >> 8]), "big", signed=True)


@pytest.mark.parametrize(
    ("register", "value"),
    [(0xFE, 0x5449), (0xFF, 0x1004), (0x08, 0x1C00), (0x0B, 0x1C00), (0x0C, 0), (0x00, 0)],
)
def test_register_after_power_on_has_the_data_sheets_value(register, value):
    assert read(chip_with(1.0), register) == value


# 2^19 codes per pF; the upper word alone is 2^11 per pF.
@pytest.mark.parametrize(
    ("pf", "expected"), [(1.0, 1 << 19), (-1.0, -(1 << 19)), (15.0, 15 << 19), (0.5, 1 << 18)]
)
def test_single_measurement_has_two_to_the_nineteen_codes_per_pf(pf, expected):
    chip = chip_with(pf)
    write(chip, CONF_1, CIN1_NONE)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    assert code(chip, 0, 10_000) == expected


@pytest.mark.parametrize(("pf", "expected"), [(15.1, 0x7FFFFF), (-15.1, -0x800000)])
def test_input_beyond_the_range_clips(pf, expected):
    chip = chip_with(pf)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    assert code(chip, 0, 10_000) == expected


@pytest.mark.parametrize("steps", [0, 1, 4, 31])
def test_capdac_takes_its_steps_off(steps):
    chip = chip_with(steps * 3.125 + 2.0)
    write(chip, CONF_1, CIN1_CAPDAC | steps << 5)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    assert code(chip, 0, 10_000) == 2 << 19


@pytest.mark.parametrize(("rate", "period_us"), [(1, 10_000), (2, 5_000), (3, 2_500)])
def test_single_measurement_is_done_after_one_period(rate, period_us):
    chip = chip_with(1.0)
    write(chip, FDC_CONF, rate << 10 | MEAS_1)
    assert not read(chip, FDC_CONF, period_us - 1) & DONE_1
    assert read(chip, FDC_CONF, period_us) & DONE_1


def test_single_measurement_does_not_repeat():
    chip = Fdc1004(lambda channel, now_us: now_us / 1e6)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    first = code(chip, 0, 10_000)
    assert code(chip, 0, 5_000_000) == first
    assert not read(chip, FDC_CONF, 5_000_000) & DONE_1


def test_repeat_mode_takes_both_inputs_in_turn():
    chip = chip_with(2.0, 9.0)
    write(chip, CONF_2, CIN2_NONE)
    write(chip, FDC_CONF, RATE_100 | REPEAT | MEAS_1 | MEAS_2)
    assert read(chip, FDC_CONF, 10_000) & 0xF == DONE_1
    assert read(chip, FDC_CONF, 20_000) & 0xF == DONE_1 | DONE_2
    assert (code(chip, 0, 20_000), code(chip, 1, 20_000)) == (2 << 19, 9 << 19)
    assert read(chip, FDC_CONF, 20_000) & 0xF == 0
    assert read(chip, FDC_CONF, 30_000) & 0xF == DONE_1


def test_repeat_mode_gives_the_newest_result_of_each():
    asked_us = []

    def read_pf(channel, now_us):
        asked_us.append((channel, now_us))
        return 1.0

    chip = Fdc1004(read_pf)
    write(chip, CONF_2, CIN2_NONE)
    write(chip, FDC_CONF, RATE_100 | REPEAT | MEAS_1 | MEAS_2)
    read(chip, FDC_CONF, 1_005_000)
    assert asked_us == [(1, 985_000), (2, 995_000)]


def test_done_stays_until_both_words_are_read():
    chip = chip_with(1.0)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    read(chip, 0, 10_000)
    assert read(chip, FDC_CONF, 10_000) & DONE_1
    read(chip, 1, 10_000)
    assert not read(chip, FDC_CONF, 10_000) & DONE_1


def test_reset_bit_restores_the_registers():
    chip = chip_with(1.0)
    write(chip, CONF_1, CIN1_CAPDAC)
    write(chip, FDC_CONF, 0x8000)
    assert read(chip, CONF_1) == 0x1C00


@pytest.mark.parametrize("register", [0x0D, 0x11, 0x14, 0x15, 0x80, 0xFD])
def test_read_of_an_unmodelled_register_is_misuse(register):
    with pytest.raises(ChipMisuse, match=f"0x{register:02X}"):
        read(chip_with(1.0), register)


@pytest.mark.parametrize("register", [0x00, 0x07, 0x0D, 0x14, 0x15, 0xFE, 0xFF])
def test_write_to_a_register_that_is_not_the_bands_is_misuse(register):
    with pytest.raises(ChipMisuse, match=f"0x{register:02X}"):
        write(chip_with(1.0), register, 0)


@pytest.mark.parametrize(
    ("register", "value", "complaint"),
    [
        (CONF_1, 0x1C01, "reserved"),
        (CONF_1, 0x9C00, "CHA"),
        (CONF_1, 0x0400, "CHB"),
        (CONF_1, 0x1400, "CHB"),
        (FDC_CONF, 0x0200 | RATE_100 | MEAS_1, "reserved"),
        (FDC_CONF, MEAS_1, "RATE"),
        (FDC_CONF, RATE_100 | MEAS_1 | MEAS_2, "without REPEAT"),
    ],
)
def test_forbidden_setting_is_misuse(register, value, complaint):
    with pytest.raises(ChipMisuse, match=complaint):
        write(chip_with(1.0), register, value)


def test_setting_changed_while_its_measurement_runs_is_misuse():
    chip = chip_with(1.0)
    write(chip, FDC_CONF, RATE_100 | REPEAT | MEAS_1)
    with pytest.raises(ChipMisuse, match="while its measurement"):
        write(chip, CONF_1, CIN1_CAPDAC)
