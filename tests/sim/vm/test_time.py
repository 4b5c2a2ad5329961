import pytest

from tests.sim.vm.rig import EchoBus, add_band, run_until_off, simulation


def test_sleeping_band_lives_a_week_to_the_millisecond(tmp_path):
    sim = simulation()
    band = add_band(sim, "sleeper", tmp_path)

    (line,) = run_until_off(sim, band)

    ticks, seconds = line.rsplit(" ", 1)
    first, second, third = eval(ticks)
    assert (second - first, third - second) == (30_000, 30_000)
    assert int(seconds) == 20_160 * 30


@pytest.mark.parametrize("drift_ppm", [0.0, 50_000.0, -50_000.0])
def test_crystal_that_drifts_changes_true_time_only(tmp_path, drift_ppm):
    sim = simulation()
    band = add_band(sim, "wrap", tmp_path, drift_ppm=drift_ppm)

    (line,) = run_until_off(sim, band)

    assert line.split()[1] == "60000"
    assert sim.loop.now_us == pytest.approx(60e6 / (1 + drift_ppm / 1e6), abs=5_000)


def test_ticks_wrap_at_2_30_keeps_differences(tmp_path):
    sim = simulation()
    half_a_minute_before_us = ((1 << 30) - 30_000) * 1000
    band = add_band(sim, "wrap", tmp_path, ticks_at_boot_us=half_a_minute_before_us)

    assert run_until_off(sim, band) == ["True 60000 0"]


def test_i2c_transfer_takes_its_time_on_the_wire(tmp_path):
    sim = simulation()
    bus = EchoBus()
    band = add_band(sim, "i2c_echo", tmp_path, bus=bus)

    lines = run_until_off(sim, band)

    assert lines[:4] == ["[66]", r"b'\x07\x07\x07'", r"b'\t\x01'", "errno 19"]
    # 97 bytes, two addresses and a register: 100 bytes of nine bits at 100 kHz.
    assert int(lines[4].split()[1]) == pytest.approx(9_000, abs=10)
    assert bus.times_us == sorted(bus.times_us)
    assert band.stats.i2c_transfers == len(bus.times_us)


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    logs, images = [], []
    for run, seed in enumerate([7, 7, 8]):
        sim = simulation(seed)
        band = add_band(sim, "chance", tmp_path / str(run), factory_files={"a.json": b"{}"})
        logs.append(run_until_off(sim, band))
        images.append(band.flash.snapshot())

    assert logs[0] == logs[1]
    assert images[0] == images[1]
    assert logs[0] != logs[2]
    assert logs[0][-1].endswith("['a.json']")
