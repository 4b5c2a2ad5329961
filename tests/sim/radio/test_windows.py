"""A radio that is switched off and on again is a new one, though the simulator keeps its parts."""

import asyncio

import pytest
from bleak import BleakScanner
from bleak.exc import BleakError

from pouch_sim.radio.active_radio import IRQ_CENTRAL_CONNECT
from pouch_sim.radio.link import RadioSettings
from pouch_sim.radio.profile import NIMBLE
from tests.sim.radio.board import ADVERTISED, CONTROL, NAMED, READ, Board, services
from tests.sim.radio.helpers import SERVICE, STREAM, client
from tests.sim.vm.rig import add_band, simulation

SUPERVISION_S = RadioSettings().supervision_us / 1e6
INTERVAL_S = RadioSettings().interval_us / 1e6
GENERIC_ACCESS = "00001800-0000-1000-8000-00805f9b34fb"


@pytest.fixture
def sim():
    return simulation()


@pytest.fixture
def board(sim):
    return Board(sim)


async def hear(backend, for_s=1):
    """Return what is heard in a while, by address."""
    found = await BleakScanner.discover(timeout=for_s, return_adv=True, backend=backend.scanner)
    return {device.address: heard for device, heard in found.values()}


def own_services(c):
    """Return the UUIDs of a band's services, without the one that every stack has."""
    return [service.uuid for service in c.services if service.uuid != GENERIC_ACCESS]


def test_radio_that_is_off_refuses_and_is_not_heard_and_costs_no_timers(sim, board):
    async def main():
        backend = sim.backend()
        await board.open_window()
        assert set(await hear(backend)) == {board.address}
        await board.switch_off()
        assert await hear(backend) == {}
        with pytest.raises(OSError, match="radio is off"):
            await board.register()
        with pytest.raises(TimeoutError):
            await client(board.address, backend, timeout=2).connect()
        return len([timer for timer in sim.loop._scheduled if not timer.cancelled()])

    assert sim.run(main()) == 0


def test_services_are_gone_after_off_and_on(sim, board):
    async def main():
        backend = sim.backend()
        handle, _ = await board.open_window()
        async with client(board.address, backend) as c:
            assert own_services(c) == [SERVICE]
        await board.switch_off()
        await board.switch_on()
        await board.advertise()
        assert await board.read(handle) == b""
        with pytest.raises(OSError, match="no such handle"):
            await board.write(handle, b"x")
        async with client(board.address, backend) as c:
            assert own_services(c) == []

    sim.run(main())


def test_same_services_registered_again_have_their_handles_and_none_of_their_values(sim, board):
    async def main():
        backend = sim.backend()
        handles = await board.open_window()
        stream, control = handles
        await board.write(stream, b"hello")
        await board.set_buffer(control, 100, append=True)
        for _ in range(2):
            await board.switch_off()
            assert await board.open_window() == handles
            assert await board.read(stream) == b""
            async with client(board.address, backend) as c:
                assert await c.read_gatt_char(STREAM) == b""
                await c.write_gatt_char(CONTROL, b"ab" * 30, response=True)
                await c.write_gatt_char(CONTROL, b"cd" * 30, response=True)
            # A buffer of 20 bytes that is overwritten, as at first.
            assert await board.read(control) == b"cd" * 10
            await board.write(stream, b"again")
            await asyncio.sleep(1)

    sim.run(main())


def test_other_services_take_the_place_of_those_before(sim, board):
    async def main():
        backend = sim.backend()
        handles = await board.open_window()
        await board.switch_off()
        await board.switch_on()
        other = await board.register(services((CONTROL, READ)))
        assert other == handles[:1]
        await board.advertise()
        async with client(board.address, backend) as c:
            assert own_services(c) == [SERVICE]
            assert c.services.get_characteristic(CONTROL) is not None
            assert c.services.get_characteristic(STREAM) is None
        with pytest.raises(OSError, match="no such handle"):
            await board.write(handles[1], b"x")
        await board.switch_off()
        assert await board.open_window() == handles
        async with client(board.address, backend) as c:
            assert c.services.get_characteristic(CONTROL) is not None
            assert c.services.get_characteristic(STREAM) is not None

    sim.run(main())


def test_advertising_data_are_kept_while_on_and_gone_after_off(sim, board):
    async def main():
        backend = sim.backend()
        await board.open_window()
        await board.advertise(data=None, response=None)
        heard = (await hear(backend))[board.address]
        assert (heard.local_name, heard.service_uuids) == ("SENSOR", [SERVICE])
        await board.advertise(data=None, response=b"")
        heard = (await hear(backend))[board.address]
        assert (heard.local_name, heard.service_uuids) == (None, [SERVICE])
        await board.switch_off()
        await board.switch_on()
        await board.advertise(data=None, response=None)
        heard = (await hear(backend))[board.address]
        assert (heard.local_name, heard.service_uuids) == (None, [])

    sim.run(main())


def test_advertising_begins_at_once_and_keeps_its_interval_from_then(sim, board):
    async def main():
        times_us = []
        backend = sim.backend()
        await board.switch_on()

        def note(_device, _heard):
            times_us.append(sim.time.now_us)

        async with BleakScanner(note, backend=backend.scanner):
            for start_s, interval_us in ((0.0123, 50_000), (1.0004, 80_000)):
                await asyncio.sleep(start_s)
                times_us.clear()
                start_us = sim.time.now_us
                await board.advertise(ADVERTISED, NAMED, interval_us)
                await asyncio.sleep(0.51)
                # Data and scan response are heard at one time each.
                assert sorted({time_us - start_us for time_us in times_us}) == list(
                    range(0, 510_000, interval_us)
                )

    sim.run(main())


def test_off_tells_the_central_and_the_next_window_works(sim, board):
    async def main():
        backend = sim.backend()
        for _ in range(3):
            await board.open_window()
            gone = asyncio.Event()
            c = client(
                board.address, backend, disconnected_callback=lambda _, gone=gone: gone.set()
            )
            await c.connect()
            before_s = sim.loop.time()
            await board.switch_off()
            assert gone.is_set()
            assert sim.loop.time() - before_s <= 3 * INTERVAL_S
            with pytest.raises(BleakError):
                await c.read_gatt_char(STREAM)
        assert sim.air._connections == []

    sim.run(main())
    assert board.irqs().count(IRQ_CENTRAL_CONNECT) == 3


@pytest.mark.parametrize("away_s", [1.0, SUPERVISION_S - 0.5, SUPERVISION_S + 1])
def test_central_out_of_range_at_off_finds_out_by_silence_whenever_the_radio_is_back(
    sim, board, away_s
):
    async def main():
        backend = sim.backend()
        await board.open_window()
        gone = sim.loop.create_future()
        c = client(
            board.address,
            backend,
            disconnected_callback=lambda _: gone.set_result(sim.loop.time()),
        )
        await c.connect()
        board.radio.in_range = False
        left_s = sim.loop.time()
        await board.switch_off()
        assert sim.loop.time() - left_s <= 3 * INTERVAL_S
        board.radio.in_range = True
        await asyncio.sleep(away_s)
        await board.open_window()
        assert await gone - left_s == pytest.approx(SUPERVISION_S, abs=2 * INTERVAL_S)
        async with client(board.address, backend) as again:
            assert own_services(again) == [SERVICE]
        await asyncio.sleep(1)
        assert sim.air._connections == []

    sim.run(main())


def test_central_that_comes_in_the_instant_of_off_is_told_and_leaves_nothing(sim, board):
    # Goal: a connection that the controller has and the host stack does not yet is not forgotten.
    # Method: switch off within the very call that makes it.
    switching = []
    add_connection = sim.air.add_connection

    def add_and_switch_off(events):
        add_connection(events)
        answer = board.ble.active(False)
        switching.append(asyncio.ensure_future(answer))

    async def main():
        backend = sim.backend()
        await board.open_window()
        sim.air.add_connection = add_and_switch_off
        attempt = asyncio.ensure_future(client(board.address, backend, timeout=5).connect())
        await asyncio.sleep(0.1)
        (answer,) = switching
        sim.air.add_connection = add_connection
        await answer
        with pytest.raises(BleakError):
            await attempt
        assert sim.air._connections == []
        await asyncio.sleep(60)
        await board.open_window()
        async with client(board.address, backend) as c:
            assert own_services(c) == [SERVICE]
        await asyncio.sleep(1)
        await board.switch_off()
        assert sim.air._connections == []

    sim.run(main())
    assert board.irqs().count(IRQ_CENTRAL_CONNECT) == 2
    assert board.irqs().count(NIMBLE.event_at_end) == 2


def test_power_cut_while_the_radio_says_goodbye_ends_it_there(sim, board):
    async def main():
        backend = sim.backend()
        await board.open_window()
        await client(board.address, backend).connect()
        switching = asyncio.ensure_future(board.switch_off())
        await asyncio.sleep(0)
        board.radio.power_off()
        await switching
        await board.open_window()
        async with client(board.address, backend) as c:
            assert own_services(c) == [SERVICE]
        await asyncio.sleep(2 * SUPERVISION_S)
        assert sim.air._connections == []

    sim.run(main())


def test_band_that_left_while_its_radio_was_off_is_out_of_range_when_it_is_on(sim, board):
    async def main():
        backend = sim.backend()
        await board.open_window()
        await board.switch_off()
        board.radio.in_range = False
        await board.open_window()
        assert await hear(backend) == {}
        await board.switch_off()
        board.radio.in_range = True
        await board.open_window()
        assert set(await hear(backend)) == {board.address}

    sim.run(main())


def test_what_one_scanner_does_to_an_advertisement_no_other_sees(sim, board):
    # Goal: what is parsed once for equal advertisements is not shared.
    async def main():
        backend = sim.backend()
        await board.open_window()
        first = (await hear(backend))[board.address]
        first.service_uuids.clear()
        first.manufacturer_data[7] = b"x"
        first.service_data["x"] = b"x"
        again = (await hear(backend))[board.address]
        assert again.service_uuids == [SERVICE]
        assert (again.manufacturer_data, again.service_data) == ({}, {})
        # And another advertisement of the same band is another one.
        await board.advertise(b"\x02\x01\x06\x05\xff\x34\x12\x01\x02", b"")
        other = (await hear(backend))[board.address]
        assert other.service_uuids == []
        assert other.manufacturer_data == {0x1234: b"\x01\x02"}

    sim.run(main())


def test_firmware_sees_a_new_radio_in_each_window(sim, tmp_path):
    band = add_band(sim, "windows", tmp_path)
    mtus = []

    async def main():
        backend = sim.backend()
        for _ in range(4):
            gone = asyncio.Event()
            c = client(
                band.address,
                backend,
                timeout=30,
                disconnected_callback=lambda _, gone=gone: gone.set(),
            )
            await c.connect()
            mtus.append((c.mtu_size, own_services(c)))
            await gone.wait()
        await band.until_off()

    sim.run(main())
    # What one window configured does not hold in the next, which has NimBLE's own 256.
    assert mtus == [(100, [SERVICE]), (256, [SERVICE]), (100, [SERVICE]), (256, [])]
    lines = band.log_text().splitlines()
    assert [line for line in lines if line.startswith("config")] == ["config 256 b'MPY ESP32'"] * 4
    assert [line for line in lines if line.startswith("old value")] == ["old value b''"] * 4
    assert [line for line in lines if line.startswith("handle")] == [
        "handle False value b''",
        "handle True value b''",
        "handle True value b''",
    ]
    assert [line for line in lines if line.startswith("connected")] == ["connected True"] * 4
    # That its centrals are gone it is not told: it switched off.
    off = [line for line in lines if line.startswith("told when off")]
    assert off == ["told when off [] value b''"] * 4
