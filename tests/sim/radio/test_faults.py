"""A radio that fails: bands that die, walk away, or are hardly heard."""

import asyncio

import pytest
from bleak.exc import BleakError

from pouch_sim.radio.link import RadioSettings
from tests.sim.radio.helpers import (
    CONTROL,
    STREAM,
    client,
    find,
    stream,
    stream_command,
)
from tests.sim.vm.rig import add_band, simulation

SUPERVISION_S = RadioSettings().supervision_us / 1e6


@pytest.fixture
def sim():
    return simulation()


@pytest.fixture
def band(sim, tmp_path):
    return add_band(sim, "streamer", tmp_path)


async def connect_and_stream(backend, device, loop):
    """Return a client in the middle of a long stream, and a future of the time it loses it."""
    gone = loop.create_future()
    c = client(device, backend, disconnected_callback=lambda _: gone.set_result(loop.time()))
    await c.connect()
    await c.start_notify(STREAM, lambda _characteristic, _data: None)
    await c.write_gatt_char(CONTROL, stream_command(100_000, 240), response=True)
    await asyncio.sleep(0.5)
    return c, gone


def test_power_cut_in_a_stream_is_noticed_after_the_supervision_time(sim, band):
    async def main():
        backend = sim.backend()
        device = await find(backend)
        c, gone = await connect_and_stream(backend, device, sim.loop)
        cut_s = sim.loop.time()
        band.cut_power()
        with pytest.raises(BleakError):
            await c.read_gatt_char(STREAM)
        assert await gone - cut_s == pytest.approx(SUPERVISION_S, abs=0.001)
        assert not c.is_connected
        band.power_on()
        assert await find(backend) is not None

    sim.run(main())


def test_connect_to_a_dead_band_times_out_and_the_next_connect_works(sim, band, tmp_path):
    other = add_band(sim, "streamer", tmp_path, name="other")

    async def main():
        backend = sim.backend()
        device, other_device = await find(backend, band), await find(backend, other)
        band.cut_power()
        start_s = sim.loop.time()
        with pytest.raises(TimeoutError):
            await client(device, backend, timeout=3).connect()
        assert sim.loop.time() - start_s == pytest.approx(3, abs=0.01)
        async with client(other_device, backend) as c:
            assert await c.read_gatt_char(STREAM) == b"hello"

    sim.run(main())


def test_connect_that_is_cancelled_leaves_the_adapter_free(sim, band, tmp_path):
    other = add_band(sim, "streamer", tmp_path, name="other")

    async def main():
        backend = sim.backend()
        device, other_device = await find(backend, band), await find(backend, other)
        band.cut_power()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client(device, backend, timeout=30).connect(), 1)
        band.power_on()
        async with client(other_device, backend) as c:
            assert await c.read_gatt_char(STREAM) == b"hello"
            # The band that was given up is back, and nobody connects to it by mistake.
            await asyncio.sleep(2)
        assert band.log_text() == ""

    sim.run(main())


def test_second_connect_waits_for_the_first(sim, band, tmp_path):
    other = add_band(sim, "streamer", tmp_path, name="other")

    async def main():
        backend = sim.backend()
        device, other_device = await find(backend, band), await find(backend, other)
        band.cut_power()
        dead = asyncio.create_task(client(device, backend, timeout=5).connect())
        await asyncio.sleep(0)
        start_s = sim.loop.time()
        async with client(other_device, backend, timeout=5):
            assert sim.loop.time() - start_s >= 5
        with pytest.raises(TimeoutError):
            await dead

    sim.run(main())


def test_band_out_of_range_is_lost_and_hears_nothing_until_it_is_back(sim, band):
    async def main():
        backend = sim.backend()
        device = await find(backend)
        _, gone = await connect_and_stream(backend, device, sim.loop)
        band.in_range = False
        left_s = sim.loop.time()
        assert await gone - left_s == pytest.approx(SUPERVISION_S, abs=0.001)
        assert await find(backend, within_s=3) is None
        band.in_range = True
        assert await find(backend) is not None

    sim.run(main())
    assert "disconnect" in band.log_text()


def test_short_absence_delays_a_stream_and_loses_nothing(sim, band):
    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            sim.loop.call_later(1.0, setattr, band, "in_range", False)
            sim.loop.call_later(4.0, setattr, band, "in_range", True)
            assert await stream(c, 500, 240) == list(range(500))

    sim.run(main())


@pytest.mark.parametrize("loss", [0.1, 0.5])
def test_lost_packets_are_sent_again_in_order(tmp_path, loss):
    sim = simulation(radio=RadioSettings(loss=loss))
    add_band(sim, "streamer", tmp_path)

    async def main():
        backend = sim.backend()
        async with client(await find(backend, within_s=60), backend, timeout=60) as c:
            start_us = sim.time.now_us
            assert await stream(c, 300, 240) == list(range(300))
            assert sim.time.now_us - start_us > 300 / 6 * 30_000

    sim.run(main())


def test_radio_that_loses_everything_ends_the_connection(sim, band):
    async def main():
        backend = sim.backend()
        _, gone = await connect_and_stream(backend, await find(backend), sim.loop)
        sim.air.settings.loss = 1.0
        start_s = sim.loop.time()
        assert await gone - start_s == pytest.approx(SUPERVISION_S, abs=0.1)

    sim.run(main())
    # Nothing of the end crossed the air, so the band noticed by itself.
    assert "disconnect" in band.log_text()


@pytest.mark.parametrize("vanish", ["cut_power", "walk_away"])
def test_band_that_vanishes_at_any_moment_of_a_pull_is_an_error_and_no_more(sim, band, vanish):
    # Goal: no moment of a connection leaves the adapter or the band in a state that cannot be
    # left. Method: vanish later and later, from the first scan into the middle of a stream.
    def leave():
        if vanish == "cut_power":
            band.cut_power()
        else:
            band.in_range = False

    def come_back():
        band.in_range = True
        band.power_on()

    async def pull(backend):
        async with client(band.address, backend, timeout=5) as c:
            return await asyncio.wait_for(stream(c, 200, 240), 60)

    async def main():
        backend = sim.backend()
        failures = 0
        for step in range(40):
            leaving = sim.loop.call_later(step * 0.04, leave)
            try:
                numbers = await pull(backend)
            except (BleakError, TimeoutError):
                failures += 1
            else:
                assert numbers == list(range(200))
            leaving.cancel()
            come_back()
            # Long enough for the band to notice, too, that it lost its central.
            await asyncio.sleep(2 * SUPERVISION_S)
        assert await pull(backend) == list(range(200))
        return failures

    assert sim.run(main()) > 20
