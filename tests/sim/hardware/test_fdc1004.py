import pytest

from pouch_sim.hardware.fdc1004 import Fdc1004
from pouch_sim.hardware.i2c import ChipMisuse

CONF_1, CONF_2, FDC_CONF = 0x08, 0x09, 0x0C
CIN1_NONE, CIN2_NONE, CIN1_CAPDAC, CIN2_CAPDAC = 0x1C00, 0x3C00, 0x1000, 0x3000
RATE_100, REPEAT, MEAS_1, MEAS_2, DONE_1, DONE_2 = 0x0400, 0x0100, 0x80, 0x40, 8, 4


def chip_with(pf_1, pf_2=0.0, **options):
    return Fdc1004(lambda channel, now_us: {1: pf_1, 2: pf_2}[channel], **options)


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


# SNOSCY5B 8.6.1.1: capacitance = code / 2^19 + offset, a code over 2^23 less 2^24 before that.
@pytest.mark.parametrize(
    ("pf", "expected"),
    [
        # What a part reported for 10 pF and the board around it (TI E2E 793359).
        (0x591B38 / 2**19, 0x591B38),
        (-0.25, 0xFE0000),
        (-(2**-19), 0xFFFFFF),
        (-15.0, 0x880000),
    ],
)
@pytest.mark.parametrize("steps", [0, 6, 31])
def test_code_is_the_data_sheets_formula_with_any_offset(pf, expected, steps):
    chip = chip_with(pf + steps * 3.125)
    write(chip, CONF_1, CIN1_CAPDAC | steps << 5)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    high, low = (read(chip, register, 10_000) for register in (0, 1))
    measured = high << 8 | low >> 8
    assert measured == expected
    signed = measured - 2**24 if measured > 2**23 else measured
    assert signed / 2**19 + steps * 3.125 == pytest.approx(pf + steps * 3.125)


def test_largest_offset_is_the_data_sheets_full_scale():
    # SNOSCY5B 7.5: FR_CAPDAC 96.9 pF, so the part's reach ends at 111.9 pF.
    chip = chip_with(111.875)
    write(chip, CONF_1, CIN1_CAPDAC | 31 << 5)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    assert code(chip, 0, 10_000) == 15 << 19


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


def test_trigger_example_of_the_data_sheet_repeats_by_its_own_table():
    # SNOSCY5B 8.5.3.2 gives 0x0540 for a single trigger of measurement 2, but bit 8 of it is
    # REPEAT by the register's table (8.6.3): the table decides.
    for value, repeats in ((0x0540, True), (0x0440, False)):
        chip = chip_with(0.0, 9.0)
        write(chip, CONF_2, CIN2_NONE)
        write(chip, FDC_CONF, value)
        assert code(chip, 1, 10_000) == 9 << 19
        assert bool(read(chip, FDC_CONF, 20_000) & DONE_2) == repeats


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


@pytest.mark.parametrize("begun_us", [0, 1_000_000])
@pytest.mark.parametrize(
    ("register", "ended_us", "word"),
    [(0, 10_000, 1 << 11), (1, 10_000, 0), (2, 20_000, 2 << 11), (3, 20_000, 0)],
)
def test_result_read_before_its_measurement_has_ended_is_misuse(
    begun_us, register, ended_us, word
):
    chip = chip_with(1.0, 2.0)
    write(chip, CONF_2, CIN2_NONE)
    for start_us in range(0, begun_us + 1, 500_000):
        # Also when an earlier round has left a result there.
        write(chip, FDC_CONF, RATE_100 | REPEAT | MEAS_1 | MEAS_2, start_us)
    with pytest.raises(ChipMisuse, match=f"0x0{register}: read before"):
        read(chip, register, begun_us + ended_us - 1)
    assert read(chip, register, begun_us + ended_us) == word


def test_single_measurement_triggered_anew_hides_the_last_result():
    chip = chip_with(1.0)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    assert code(chip, 0, 10_000) == 1 << 19
    write(chip, FDC_CONF, RATE_100 | MEAS_1, 20_000)
    with pytest.raises(ChipMisuse, match="read before"):
        read(chip, 0, 29_999)


def test_stopped_chip_keeps_results_and_flags_and_gives_them():
    chip = chip_with(1.0, 2.0)
    write(chip, CONF_2, CIN2_NONE)
    write(chip, FDC_CONF, RATE_100 | REPEAT | MEAS_1 | MEAS_2)
    write(chip, FDC_CONF, 0, 15_000)
    assert read(chip, FDC_CONF, 90_000) == DONE_1
    assert (code(chip, 0, 90_000), code(chip, 1, 90_000)) == (1 << 19, 0)
    assert read(chip, FDC_CONF, 90_000) == 0


def test_flag_that_nobody_cleared_is_still_there_after_the_next_trigger():
    chip = chip_with(1.0)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    write(chip, FDC_CONF, RATE_100 | MEAS_1, 20_000)
    assert read(chip, FDC_CONF, 20_000) & DONE_1


def test_slow_chip_takes_longer():
    chip = chip_with(1.0, clock_error_ppm=100_000)
    write(chip, FDC_CONF, RATE_100 | MEAS_1)
    assert not read(chip, FDC_CONF, 10_999) & DONE_1
    assert read(chip, FDC_CONF, 11_000) & DONE_1


def test_uneven_offset_shifts_only_its_own_steps():
    chip = chip_with(27.0, capdac_error_pf={8: 1.4})
    for steps, expected_pf in ((7, 27.0 - 21.875), (8, 27.0 - 25.0 - 1.4), (9, 27.0 - 28.125)):
        write(chip, FDC_CONF, 0)
        write(chip, CONF_1, CIN1_CAPDAC | steps << 5)
        write(chip, FDC_CONF, RATE_100 | MEAS_1)
        assert code(chip, 0, 10_000) / 2**19 == pytest.approx(expected_pf, abs=2**-19)


@pytest.mark.parametrize(
    ("payload", "read_count"),
    [(b"\x08\x00", 0), (b"\x08\0\0\0", 0), (b"\x00", 1), (b"\x00", 4), (b"\x08\0\0", 2)],
)
def test_transfer_of_the_wrong_length_is_misuse(payload, read_count):
    with pytest.raises(ChipMisuse):
        chip_with(1.0).transfer(payload, read_count, 0)


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
