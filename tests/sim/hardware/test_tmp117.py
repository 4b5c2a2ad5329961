import pytest

from pouch_sim.hardware.i2c import ChipMisuse
from pouch_sim.hardware.tmp117 import Tmp117

TEMPERATURE, CONFIGURATION, HIGH_LIMIT, LOW_LIMIT, OFFSET, DEVICE_ID = 0, 1, 2, 3, 7, 0x0F
READY, ONE_SHOT_8, SHUTDOWN = 0x2000, 0x0C20, 0x0400


def read(chip, register, now_us=0):
    return int.from_bytes(chip.transfer(bytes([register]), 2, now_us), "big")


def write(chip, register, value, now_us=0):
    chip.transfer(bytes([register, value >> 8, value & 0xFF]), 0, now_us)


@pytest.mark.parametrize(
    ("register", "value"),
    [
        (TEMPERATURE, 0x8000),
        (CONFIGURATION, 0x0220),
        (HIGH_LIMIT, 0x6000),
        (LOW_LIMIT, 0x8000),
        (OFFSET, 0x0000),
        (DEVICE_ID, 0x0117),
    ],
)
def test_register_after_power_on_has_the_data_sheets_value(register, value):
    assert read(Tmp117(lambda now_us: 20.0), register) == value


# SNOSD82D 7.3.3, table 7-1: every row.
@pytest.mark.parametrize(
    ("temperature_c", "value"),
    [
        (-256.0, 0x8000),
        (-25.0, 0xF380),
        (-0.125, 0xFFF0),
        (-0.0078125, 0xFFFF),
        (0.0, 0x0000),
        (0.0078125, 0x0001),
        (0.125, 0x0010),
        (1.0, 0x0080),
        (25.0, 0x0C80),
        (100.0, 0x3200),
        (255.9921, 0x7FFF),
    ],
)
def test_result_of_a_conversion_is_the_data_sheets_example(temperature_c, value):
    chip = Tmp117(lambda now_us: temperature_c)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    assert read(chip, TEMPERATURE, 124_000) == value


@pytest.mark.parametrize(
    ("temperature_c", "raw"),
    [(0.0039, 0), (0.0040, 1), (-0.0040, 0xFFFF), (300.0, 0x7FFF), (-300.0, 0x8000)],
)
def test_result_is_rounded_to_the_nearest_step_and_clipped(temperature_c, raw):
    chip = Tmp117(lambda now_us: temperature_c)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    assert read(chip, TEMPERATURE, 124_000) == raw


@pytest.mark.parametrize(
    ("averaging", "active_us"), [(0, 15_500), (1, 124_000), (2, 496_000), (3, 992_000)]
)
def test_one_shot_is_ready_after_its_averages_and_shuts_down(averaging, active_us):
    chip = Tmp117(lambda now_us: 20.0)
    write(chip, CONFIGURATION, 0x0C00 | averaging << 5)
    assert not read(chip, CONFIGURATION, active_us - 1) & READY
    configuration = read(chip, CONFIGURATION, active_us)
    assert configuration & READY
    assert configuration & 0x0C00 == SHUTDOWN


@pytest.mark.parametrize("register", [TEMPERATURE, CONFIGURATION])
def test_data_ready_is_cleared_by_reading(register):
    chip = Tmp117(lambda now_us: 20.0)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    read(chip, register, 124_000)
    assert not read(chip, CONFIGURATION, 124_000) & READY


def test_one_shot_does_not_repeat():
    chip = Tmp117(lambda now_us: now_us / 1e6)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    first = read(chip, TEMPERATURE, 124_000)
    assert read(chip, TEMPERATURE, 90_000_000) == first
    assert not read(chip, CONFIGURATION, 90_000_000) & READY


def test_result_read_while_its_one_shot_runs_is_misuse():
    chip = Tmp117(lambda now_us: 20.0 if now_us < 1_000_000 else 30.0)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    read(chip, TEMPERATURE, 124_000)
    write(chip, CONFIGURATION, ONE_SHOT_8, 1_000_000)
    for early_us in (1_000_000, 1_123_999):
        # Looking is free, and does not make the result any readier.
        assert not read(chip, CONFIGURATION, early_us) & READY
        with pytest.raises(ChipMisuse, match="0x00: read before"):
            read(chip, TEMPERATURE, early_us)
    assert read(chip, TEMPERATURE, 1_124_000) == 30 * 128


def test_one_shot_written_anew_begins_anew():
    chip = Tmp117(lambda now_us: 20.0)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    write(chip, CONFIGURATION, ONE_SHOT_8, 100_000)
    assert not read(chip, CONFIGURATION, 223_999) & READY
    assert read(chip, CONFIGURATION, 224_000) & READY


def test_result_between_two_continuous_conversions_is_the_newest():
    chip = Tmp117(lambda now_us: now_us / 1e6)
    write(chip, CONFIGURATION, 0x0220)
    assert read(chip, TEMPERATURE, 123_999) == 0x8000
    first = read(chip, TEMPERATURE, 124_000)
    assert read(chip, TEMPERATURE, 1_123_999) == first
    assert read(chip, TEMPERATURE, 1_124_000) == first + 128


# One conversion takes 13 to 17.5 ms, 15.5 ms typically (SNOSD82D 6.5).
@pytest.mark.parametrize(("error_ppm", "conversion_us"), [(-161_290, 13_000), (129_032, 17_500)])
def test_slowest_and_fastest_part_keep_the_data_sheets_times(error_ppm, conversion_us):
    for averaging, count in enumerate((1, 8, 32, 64)):
        chip = Tmp117(lambda now_us: 20.0, clock_error_ppm=error_ppm)
        write(chip, CONFIGURATION, 0x0C00 | averaging << 5)
        margin_us = 2 * count
        assert not read(chip, CONFIGURATION, conversion_us * count - margin_us) & READY
        assert read(chip, CONFIGURATION, conversion_us * count + margin_us) & READY


@pytest.mark.parametrize("error_ppm", [-170_000, 130_000])
def test_part_outside_the_data_sheet_is_refused(error_ppm):
    with pytest.raises(ValueError, match="clock error"):
        Tmp117(lambda now_us: 20.0, clock_error_ppm=error_ppm)


# SNOSD82D 7.6, configuration register, conversion cycle by CONV (rows) and AVG (columns).
CYCLES_MS = (
    (15.5, 125, 500, 1000),
    (125, 125, 500, 1000),
    (250, 250, 500, 1000),
    (500, 500, 500, 1000),
    (1000, 1000, 1000, 1000),
    (4000, 4000, 4000, 4000),
    (8000, 8000, 8000, 8000),
    (16_000, 16_000, 16_000, 16_000),
)


@pytest.mark.parametrize("conversion", range(8))
@pytest.mark.parametrize("averaging", range(4))
def test_continuous_mode_repeats_every_cycle(conversion, averaging):
    chip = Tmp117(lambda now_us: 20.0)
    cycle_us = round(CYCLES_MS[conversion][averaging] * 1000)
    write(chip, CONFIGURATION, conversion << 7 | averaging << 5)
    first_us = 15_500 * (1, 8, 32, 64)[averaging]
    assert read(chip, CONFIGURATION, first_us) & READY
    assert not read(chip, CONFIGURATION, first_us + cycle_us - 1) & READY
    assert read(chip, CONFIGURATION, first_us + cycle_us) & READY


def test_fresh_part_converts_continuously_once_a_second():
    chip = Tmp117(lambda now_us: 20.0, powered_us=5_000_000)
    assert read(chip, TEMPERATURE, 5_125_499) == 0x8000
    assert read(chip, TEMPERATURE, 5_125_500) == 20 * 128


def test_alert_flags_follow_the_limits_and_clear_when_read():
    chip = Tmp117(lambda now_us: 20.0)
    write(chip, HIGH_LIMIT, 19 * 128)
    write(chip, LOW_LIMIT, 21 * 128)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    assert read(chip, CONFIGURATION, 124_000) & 0xC000 == 0xC000
    assert read(chip, CONFIGURATION, 124_000) & 0xC000 == 0


def test_offset_is_added_to_the_result():
    chip = Tmp117(lambda now_us: 20.0)
    write(chip, OFFSET, 0xFFFF)
    write(chip, CONFIGURATION, ONE_SHOT_8)
    assert read(chip, TEMPERATURE, 124_000) == 20 * 128 - 1


def test_pointer_stays_for_a_read_without_write():
    chip = Tmp117(lambda now_us: 20.0)
    chip.transfer(bytes([DEVICE_ID]), 0, 0)
    assert chip.transfer(b"", 2, 0) == b"\x01\x17"


def test_power_on_forgets_settings():
    chip = Tmp117(lambda now_us: 20.0)
    write(chip, HIGH_LIMIT, 0)
    chip.power_on(1_000)
    assert read(chip, HIGH_LIMIT, 1_000) == 0x6000


@pytest.mark.parametrize("register", [0x04, 0x05, 0x06, 0x08, 0x09, 0x0E, 0x10, 0xFF])
def test_read_of_an_unmodelled_register_is_misuse(register):
    with pytest.raises(ChipMisuse, match=f"0x{register:02X}"):
        read(Tmp117(lambda now_us: 20.0), register)


@pytest.mark.parametrize("register", [0x00, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0F, 0xFF])
def test_write_to_a_register_that_is_not_the_bands_is_misuse(register):
    with pytest.raises(ChipMisuse, match=f"0x{register:02X}"):
        write(Tmp117(lambda now_us: 20.0), register, 0)


@pytest.mark.parametrize("value", [0x0002, 0x0010])
def test_unmodelled_configuration_is_misuse(value):
    with pytest.raises(ChipMisuse, match="not modelled"):
        write(Tmp117(lambda now_us: 20.0), CONFIGURATION, value)


@pytest.mark.parametrize(
    ("payload", "read_count"),
    [(b"\x01\x00", 0), (b"\x01\x00\x00\x00", 0), (b"\x00", 1), (b"\x00", 3), (b"\x01\0\0", 2)],
)
def test_transfer_of_the_wrong_length_is_misuse(payload, read_count):
    with pytest.raises(ChipMisuse):
        Tmp117(lambda now_us: 20.0).transfer(payload, read_count, 0)
