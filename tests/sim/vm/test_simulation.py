import asyncio
import threading

import pytest

from pouch_sim.errors import SimulationError
from tests.sim.vm.rig import START_UTC_S, add_band, simulation


def test_two_bands_of_one_name_are_refused(tmp_path):
    sim = simulation()
    add_band(sim, "chance", tmp_path)

    with pytest.raises(ValueError, match="two bands named band"):
        add_band(sim, "chance", tmp_path)
    sim.run(asyncio.sleep(0))


def test_band_boots_at_its_time(tmp_path):
    sim = simulation()
    early = add_band(sim, "forever", tmp_path, name="early")
    late = add_band(sim, "forever", tmp_path, name="late", boot_at_us=3_600_000_000)

    async def main():
        await asyncio.sleep(3599)
        assert (early.stats.boots, late.stats.boots) == (1, 0)
        await asyncio.sleep(2)
        assert (early.stats.boots, late.stats.boots) == (1, 1)

    sim.run(main())


def test_host_clock_is_true_time():
    sim = simulation()

    async def main():
        await asyncio.sleep(1.5)
        return sim.now_utc_s()

    assert sim.run(main()) == START_UTC_S + 1.5


def test_first_failure_counts():
    sim = simulation()

    async def main():
        sim.fail(SimulationError("first"))
        sim.fail(SimulationError("second"))
        await asyncio.sleep(1)

    with pytest.raises(SimulationError, match="first"):
        sim.run(main())


def test_exception_in_a_callback_fails_the_run():
    sim = simulation()

    async def main():
        sim.loop.call_later(1, {}.__getitem__, "planted")
        await asyncio.sleep(10)

    with pytest.raises(KeyError, match="planted"):
        sim.run(main())


def test_simulation_runs_in_a_thread_of_its_own(tmp_path):
    logs = []

    def run():
        sim = simulation()
        band = add_band(sim, "chance", tmp_path)
        sim.run(band.until_off())
        logs.append(band.log_text())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)

    assert len(logs[0].splitlines()) == 2


def test_bands_of_one_seed_differ_from_each_other(tmp_path):
    sim = simulation()
    bands = [add_band(sim, "chance", tmp_path, name=name) for name in ("a", "b")]

    async def main():
        for band in bands:
            await band.until_off()

    sim.run(main())
    one, two = bands
    assert one.address != two.address
    assert one.unique_id != two.unique_id
    assert one.log_text().split()[0] != two.log_text().split()[0]
