import pytest

from pouch_sim.errors import BandCrashed, FlashMisuse
from pouch_sim.hardware.flash import FlashImage, PowerCut, Wear
from tests.sim.vm.rig import add_band, run_until_off, simulation


def figures(lines, word):
    return [int(line.split()[1]) for line in lines if line.startswith(word)]


def append_with_cut_at(operation, work_dir):
    """Return (bytes flushed before the cut, bytes found after the next boot, wear)."""
    sim = simulation()
    band = add_band(sim, "appender", work_dir)
    band.flash.cut_at_operation = operation

    async def main():
        await band.until_off()
        band.flash.cut_at_operation = 0
        band.power_on()
        await band.until_off()

    sim.run(main())
    first_boot, _, second_boot = band.log_text().rpartition("kept")
    flushed = figures(first_boot.splitlines(), "flushed")
    return max(flushed, default=0), int(second_boot.split()[0]), band


def test_cut_at_every_flash_operation_keeps_every_flushed_byte(tmp_path):
    # Goal: what littlefs promises holds on this flash, so a test of the firmware may rely on it.
    # Method: count the operations of a whole run, then repeat it with the power cut in each.
    flushed, kept, whole = append_with_cut_at(0, tmp_path / "whole")
    assert flushed == kept == 1200
    wear = whole.flash.wear
    operations = wear.programs + wear.erases
    assert operations > 20

    for operation in range(1, operations + 1):
        flushed, kept, _ = append_with_cut_at(operation, tmp_path / str(operation))
        assert kept >= flushed, f"cut at operation {operation}"


def test_program_that_sets_a_bit_fails_the_simulation(tmp_path):
    sim = simulation()
    band = add_band(sim, "misuse", tmp_path)

    with pytest.raises(FlashMisuse, match="band band: program at 1638400 sets a bit"):
        run_until_off(sim, band)

    assert band.log_text() == "cleared a bit\n"


def test_flash_that_is_not_blank_and_does_not_mount_is_never_formatted(tmp_path):
    sim = simulation()
    band = add_band(sim, "appender", tmp_path)
    band.flash.path.write_bytes(b"\x00" * band.flash.size_bytes)
    before = band.flash.snapshot()

    with pytest.raises(BandCrashed, match="OSError"):
        run_until_off(sim, band)

    assert band.flash.snapshot() == before


@pytest.fixture
def image(tmp_path):
    image = FlashImage(tmp_path / "image", 8192)
    image.power_on()
    yield image
    image.power_off()


def test_image_keeps_wear_over_boots_and_forgets_the_factorys(image):
    # Two pages, since a program crosses the border.
    assert image.program(224, bytes(64)) == 2 * 400
    image.started()
    assert image.erase(0) == 45_000
    image.program(0, bytes(256))
    image.power_on()
    image.program(4096, bytes(32))

    assert image.wear == Wear(2, 1, 288)
    assert image.since_boot == Wear(1, 0, 32)
    assert image.snapshot() == bytes(256) + b"\xff" * 3840 + bytes(32) + b"\xff" * 4064


def test_image_is_blank_while_no_file_system_was_there(image):
    assert image.is_blank
    image.program(8160, bytes(32))
    assert not image.is_blank


@pytest.mark.parametrize(("at", "count"), [(1, 32), (0, 31)])
def test_program_of_odd_units_is_refused(image, at, count):
    with pytest.raises(FlashMisuse, match="not whole units"):
        image.program(at, bytes(count))


def test_bits_are_cleared_by_programs_and_set_by_erases_only(image):
    image.program(0, b"\x0f" * 32)
    image.program(0, b"\x0e" * 32)
    with pytest.raises(FlashMisuse, match="program at 0 sets a bit"):
        image.program(0, b"\x1e" * 32)
    image.erase(0)
    image.program(0, b"\x1e" * 32)


def test_cut_leaves_half_of_the_operation(image):
    image.program(0, bytes(256))
    image.cut_at_operation = 2
    image.started()
    image.program(256, bytes(256))
    with pytest.raises(PowerCut):
        image.erase(0)
    assert image.snapshot() == b"\xff" * 2048 + b"\xff" * 6144
    assert image.wear.erases == 0


@pytest.mark.parametrize("size", [0, -4096, 5000])
def test_image_of_odd_size_is_refused(tmp_path, size):
    with pytest.raises(ValueError, match="not whole erase blocks"):
        FlashImage(tmp_path / "image", size)


def test_image_of_another_size_is_refused(tmp_path):
    FlashImage(tmp_path / "image", 4096)

    with pytest.raises(ValueError, match="is 4096 bytes, not 8192"):
        FlashImage(tmp_path / "image", 8192)
