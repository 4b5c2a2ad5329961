import numpy as np
import pytest

from pouch_sim.hardware.i2c import ChipMisuse
from pouch_sim.hardware.lsm6dsox import Lsm6dsox

STEP_US = 80_000
TAG, STATUS = 0x78, 0x3A
LATCHED, OVERRUN, FULL, WATERMARK = 0x08, 0x40, 0x20, 0x80


def sample_numbers_mg(first_us, step_us, count):
    number = (first_us + step_us * np.arange(count)) / STEP_US
    return np.stack([number, -number, np.full(count, 1000.0)], axis=1)


def collecting(read_acceleration_mg=sample_numbers_mg, *, full_scale=0, **options):
    chip = Lsm6dsox(read_acceleration_mg, **options)
    for register, value in ((0x10, 0x10 | full_scale << 2), (0x09, 0x01), (0x0A, 0x06)):
        chip.transfer(bytes([register, value]), 0, 0)
    return chip


def level(chip, now_us):
    status = chip.transfer(bytes([STATUS]), 2, now_us)
    return status[0] | (status[1] & 3) << 8, status[1] & 0xFC


def pop(chip, count, now_us):
    raw = chip.transfer(bytes([TAG]), 7 * count, now_us)
    return np.frombuffer(raw, dtype=[("tag", "u1"), ("xyz", "<i2", 3)])


@pytest.mark.parametrize(
    ("register", "value"), [(0x0F, 0x6C), (0x10, 0), (0x12, 0x04), (0x18, 0xE0), (0x0A, 0)]
)
def test_register_after_power_on_has_the_data_sheets_value(register, value):
    chip = Lsm6dsox(sample_numbers_mg)
    assert chip.transfer(bytes([register]), 1, 0) == bytes([value])


def test_fresh_part_collects_nothing():
    assert level(Lsm6dsox(sample_numbers_mg), 10**9) == (0, 0)


def test_fifo_fills_at_the_output_rate():
    chip = collecting()
    assert level(chip, STEP_US - 1) == (0, 0)
    assert level(chip, STEP_US) == (1, 0)
    assert level(chip, 375 * STEP_US) == (375, 0)


def test_words_come_oldest_first_with_the_time_of_their_sample():
    chip = collecting()
    first = pop(chip, 2, 5 * STEP_US)["xyz"][:, 0].tolist()
    rest = pop(chip, 3, 5 * STEP_US)["xyz"][:, 0].tolist()
    assert first + rest == [round(n / 0.061) for n in (1, 2, 3, 4, 5)]


def test_words_read_in_pieces_equal_words_read_at_once():
    at_once = pop(collecting(), 300, 300 * STEP_US)
    chip = collecting()
    pieces = [pop(chip, 100, (100 + 100 * n) * STEP_US) for n in range(3)]
    assert np.array_equal(np.concatenate(pieces), at_once)


def test_tag_names_the_accelerometer_counts_and_has_even_parity():
    tags = pop(collecting(), 8, 8 * STEP_US)["tag"]
    assert set(tags >> 3) == {2}
    assert (tags >> 1 & 3).tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    assert all(int(tag).bit_count() % 2 == 0 for tag in tags)


@pytest.mark.parametrize(
    ("full_scale", "mg_per_count"), [(0, 0.061), (1, 0.488), (2, 0.122), (3, 0.244)]
)
def test_count_is_the_ranges_sensitivity(full_scale, mg_per_count):
    chip = collecting(full_scale=full_scale)
    assert pop(chip, 1, STEP_US)["xyz"][0, 2] == round(1000 / mg_per_count)


# ST's examples of output data at +-2 g, high and low byte (AN4682, AN5125 4.5.2 and the notes of
# the rest of this family, which has one sensitivity).
@pytest.mark.parametrize(
    ("acceleration_mg", "high", "low"),
    [(0, 0x00, 0x00), (350, 0x16, 0x69), (1000, 0x40, 0x09), (-350, 0xE9, 0x97),
     (-1000, 0xBF, 0xF7)],
)  # fmt: skip
def test_word_is_the_application_notes_example(acceleration_mg, high, low):
    felt_mg = int.from_bytes([high, low], "big", signed=True) * 0.061
    # The notes leave off what is less than a count.
    assert abs(felt_mg - acceleration_mg) < 0.061
    chip = collecting(lambda first_us, step_us, count: np.full((count, 3), felt_mg))
    word = chip.transfer(bytes([TAG]), 7, STEP_US)
    assert word[1:] == bytes([low, high] * 3)


# FIFO_DATA_OUT_TAG: bits 7-3 sensor, 2 for the accelerometer uncompressed; 2-1 count; 0 makes the
# ones even (DS12814; so checks the library of the board maker Arduino).
def test_first_four_tags_are_these():
    assert pop(collecting(), 4, 4 * STEP_US)["tag"].tolist() == [0x11, 0x12, 0x14, 0x17]


def test_status_registers_read_one_by_one_equal_both_at_once():
    chip = collecting()
    now_us = 300 * STEP_US
    both = chip.transfer(bytes([STATUS]), 2, now_us)
    assert both == b"\x2c\x01"
    alone = [chip.transfer(bytes([STATUS + n]), 1, now_us) for n in range(2)]
    assert b"".join(alone) == both


def test_burst_goes_round_from_the_last_data_register_to_the_tag():
    # FIFO reading procedure: after 0x7E comes 0x78 again, so words follow each other.
    chip = collecting()
    singles = [chip.transfer(bytes([TAG]), 7, 2 * STEP_US) for _ in range(2)]
    assert collecting().transfer(bytes([TAG]), 14, 2 * STEP_US) == b"".join(singles)


def test_acceleration_beyond_the_range_clips():
    chip = collecting(lambda first_us, step_us, count: np.full((count, 3), [2500.0, -2500.0, 0.0]))
    assert pop(chip, 1, STEP_US)["xyz"][0].tolist() == [32_767, -32_768, 0]


def test_full_fifo_keeps_the_newest_and_latches_overrun_until_status_is_read():
    chip = collecting()
    assert level(chip, 511 * STEP_US) == (511, FULL)
    assert level(chip, 700 * STEP_US) == (512, LATCHED | OVERRUN | FULL)
    assert level(chip, 700 * STEP_US) == (512, OVERRUN | FULL)
    assert pop(chip, 512, 700 * STEP_US)["xyz"][0, 0] == round(189 / 0.061)
    assert level(chip, 700 * STEP_US) == (0, 0)


def test_watermark_flag_follows_its_level():
    chip = collecting()
    chip.transfer(b"\x07\x0a", 0, 0)
    assert level(chip, 9 * STEP_US) == (9, 0)
    assert level(chip, 10 * STEP_US) == (10, WATERMARK)


def test_bypass_empties_the_fifo_and_continuous_starts_anew():
    chip = collecting()
    chip.transfer(b"\x0a\x00", 0, 10 * STEP_US)
    assert level(chip, 20 * STEP_US) == (0, 0)
    chip.transfer(b"\x0a\x06", 0, 20 * STEP_US)
    assert level(chip, 23 * STEP_US) == (3, 0)


def test_clock_error_stretches_the_sample_period():
    chip = collecting(clock_error_ppm=100_000)
    assert level(chip, 30_000_000)[0] == 340


def test_software_reset_restores_the_registers():
    chip = collecting()
    chip.transfer(b"\x12\x05", 0, STEP_US)
    assert chip.transfer(b"\x10", 2, STEP_US) == b"\x00\x00"
    assert chip.transfer(b"\x12", 1, STEP_US) == b"\x04"


def test_addresses_count_up_only_with_if_inc():
    chip = Lsm6dsox(sample_numbers_mg)
    assert chip.transfer(b"\x0f", 2, 0) == b"\x6c\x00"
    chip.transfer(b"\x12\x00", 0, 0)
    with pytest.raises(ChipMisuse, match="IF_INC"):
        chip.transfer(b"\x0f", 2, 0)


@pytest.mark.parametrize(
    ("register", "count"), [(TAG, 6), (TAG, 8), (0x79, 7), (TAG, 7 * 11), (0x7E, 1)]
)
def test_burst_that_is_not_whole_waiting_words_is_misuse(register, count):
    with pytest.raises(ChipMisuse):
        collecting().transfer(bytes([register]), count, 10 * STEP_US)


@pytest.mark.parametrize("register", [0x00, 0x0D, 0x1E, 0x28, 0x77, 0x7F])
def test_unmodelled_register_is_misuse(register):
    chip = Lsm6dsox(sample_numbers_mg)
    with pytest.raises(ChipMisuse, match=f"0x{register:02X}"):
        chip.transfer(bytes([register]), 1, 0)
    with pytest.raises(ChipMisuse, match=f"0x{register:02X}"):
        chip.transfer(bytes([register, 0]), 0, 0)


@pytest.mark.parametrize("register", [0x0F, 0x3A, 0x3B, 0x78, 0x7E])
def test_write_to_a_read_only_register_is_misuse(register):
    with pytest.raises(ChipMisuse, match="read-only"):
        Lsm6dsox(sample_numbers_mg).transfer(bytes([register, 0]), 0, 0)


@pytest.mark.parametrize(
    ("register", "value"),
    [(0x10, 0x50), (0x10, 0x11), (0x11, 0x10), (0x0A, 0x01), (0x09, 0x11), (0x12, 0x84)],
)
def test_unmodelled_setting_is_misuse(register, value):
    with pytest.raises(ChipMisuse):
        Lsm6dsox(sample_numbers_mg).transfer(bytes([register, value]), 0, 0)


def test_batching_at_another_rate_is_misuse():
    chip = Lsm6dsox(sample_numbers_mg)
    chip.transfer(b"\x10\x20", 0, 0)
    chip.transfer(b"\x09\x01", 0, 0)
    with pytest.raises(ChipMisuse, match="another rate"):
        chip.transfer(b"\x0a\x06", 0, 0)


def test_write_and_read_in_one_transfer_is_misuse():
    with pytest.raises(ChipMisuse, match="written and read"):
        Lsm6dsox(sample_numbers_mg).transfer(b"\x10\x10", 1, 0)
