import asyncio

from tests.sim.vm.rig import add_band, run_until_off, simulation


def test_reset_and_watchdog_boot_again_with_their_cause(tmp_path):
    sim = simulation()
    band = add_band(sim, "resetter", tmp_path)

    lines = run_until_off(sim, band)

    assert lines == ["cause 1 True", "cause 2 True", "fed", "cause 3 True"]
    assert band.stats.boots == 3
    # 5 s, 18 s of feeding, 8 s until the watchdog bites, and two boots of 0.3 s.
    assert 31_500_000 < sim.loop.now_us < 31_700_000


def test_pins_and_battery_are_the_simulators(tmp_path):
    sim = simulation()
    band = add_band(sim, "board", tmp_path)
    band.battery_mv = lambda _now_us: 3_600

    async def main():
        await asyncio.sleep(1)
        band.set_pin(9, 0)
        assert band.stats.pins == {10: 1}
        await band.until_off()

    sim.run(main())

    lines = band.log_text().splitlines()
    assert lines[0] == "uv 1800000"
    assert lines[1] == f"pressed 1 0 {band.unique_id!r}"
    assert lines[2] == "(2000, 1, 1, 0, 0, 0, 5, 1) 825683415"


def test_power_cut_and_power_on_keep_the_flash(tmp_path):
    sim = simulation()
    band = add_band(sim, "appender", tmp_path)

    async def main():
        await band.until_off()
        assert not band.is_on
        band.power_on()
        assert band.is_on
        await band.until_off()

    sim.run(main())
    assert band.log_text().splitlines()[-1] == "kept 1200"


def test_watchdog_bites_a_loop_that_only_reads_the_clock(tmp_path):
    sim = simulation()
    band = add_band(sim, "busy", tmp_path)

    assert run_until_off(sim, band) == ["cause 1", "cause 3"]
