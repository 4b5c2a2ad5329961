"""bleak's public interface on the simulated adapter, with real firmware at the other end."""

import asyncio

import pytest
from bleak import BleakScanner
from bleak.exc import BleakError

from tests.sim.radio.helpers import CONTROL, LARGE, SERVICE, STREAM, client, find, stream
from tests.sim.vm.rig import add_band, simulation


@pytest.fixture
def sim():
    return simulation()


@pytest.fixture
def band(sim, tmp_path):
    return add_band(sim, "streamer", tmp_path)


def test_scan_shows_name_of_scan_response_and_service(sim, band):
    async def main():
        found = await BleakScanner.discover(
            timeout=2, return_adv=True, backend=sim.backend().scanner
        )
        ((device, heard),) = found.values()
        assert device.address == band.address
        assert (heard.local_name, heard.service_uuids) == ("SENSOR", [SERVICE])

    sim.run(main())


def test_passive_scan_does_not_see_the_scan_response(sim, band):
    async def main():
        found = await BleakScanner.discover(
            timeout=2, return_adv=True, scanning_mode="passive", backend=sim.backend().scanner
        )
        ((_, heard),) = found.values()
        assert (heard.local_name, heard.service_uuids) == (None, [SERVICE])

    sim.run(main())


def test_scan_for_another_service_finds_nothing(sim, band):
    async def main():
        return await BleakScanner.discover(
            timeout=2, service_uuids=["180f"], backend=sim.backend().scanner
        )

    assert sim.run(main()) == []


def test_connection_reads_writes_and_hangs_up(sim, band):
    async def main():
        backend = sim.backend()
        gone = asyncio.Event()
        device = await find(backend)
        async with client(device, backend, disconnected_callback=lambda _: gone.set()) as c:
            assert c.mtu_size == 247
            with pytest.raises(BleakError, match="already connected"):
                await c.connect()
            assert c.services.get_characteristic(STREAM).properties == [
                "read",
                "notify",
                "indicate",
            ]
            assert await c.read_gatt_char(STREAM) == b"hello"
            await c.write_gatt_char(CONTROL, b"?", response=False)
            await asyncio.sleep(1)
        assert gone.is_set()
        assert not c.is_connected
        await asyncio.sleep(1)

    sim.run(main())
    lines = band.log_text().splitlines()
    assert lines[:2] == [r"connect b'\xf0'", "mtu 247"]
    assert lines[2].startswith("command b'?' 1")
    assert lines[3] == "disconnect"


def test_write_longer_than_the_buffer_is_cut_without_a_word(sim, band):
    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            await c.write_gatt_char(CONTROL, b"?" * 50, response=True)
            assert await c.read_gatt_char(CONTROL) == b"?" * 20
            await c.write_gatt_char(LARGE, b"!" * 50, response=True)
            assert await c.read_gatt_char(LARGE) == b"!" * 50

    sim.run(main())
    assert "command b'?' 20" in band.log_text()


def test_1000_notifications_of_240_bytes_come_in_order_and_none_is_lost(sim, band):
    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            start_us = sim.time.now_us
            assert await stream(c, 1000, 240) == list(range(1000))
            # Six packets in each interval of 30 ms, and a few to subscribe and ask.
            assert 1000 / 6 * 0.03 < (sim.time.now_us - start_us) / 1e6 < 5.4

    sim.run(main())
    assert "sent 1000 refused True" in band.log_text()
    assert band.notification_count == 1000


def test_indication_is_confirmed_to_the_firmware(sim, band):
    async def main():
        backend = sim.backend()
        seen = []
        async with client(await find(backend), backend) as c:
            # bleak prefers a notification; the firmware sends an indication nonetheless.
            proxy = c.services.get_characteristic(STREAM).obj
            await proxy.subscribe(seen.append, prefer_notify=False)
            await c.write_gatt_char(CONTROL, b"I", response=True)
            await asyncio.sleep(1)
        assert seen == [b"look"]

    sim.run(main())
    assert "indicated 0" in band.log_text()


def test_band_that_hangs_up_is_seen_and_found_again(sim, band):
    async def main():
        backend = sim.backend()
        gone = asyncio.Event()
        device = await find(backend)
        c = client(device, backend, disconnected_callback=lambda _: gone.set())
        await c.connect()
        await c.write_gatt_char(CONTROL, b"D", response=True)
        await asyncio.wait_for(gone.wait(), 1)
        with pytest.raises(BleakError):
            await c.write_gatt_char(CONTROL, b"D", response=True)
        assert await find(backend) is not None

    sim.run(main())


def test_radio_switched_off_by_the_firmware_is_gone(sim, band):
    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            await c.write_gatt_char(CONTROL, b"O", response=True)
            await asyncio.sleep(1)
            assert not c.is_connected
        assert await find(backend, within_s=3) is None
        await band.until_off()

    sim.run(main())


def test_firmware_that_misbehaves_gets_the_errors_of_nimble(sim, tmp_path):
    band = add_band(sim, "misbehaving", tmp_path, name="bad")

    async def main():
        backend = sim.backend()
        await asyncio.sleep(1)
        found = await BleakScanner.discover(timeout=1, backend=backend.scanner)
        async with client(found[0], backend):
            pass
        await band.until_off()

    sim.run(main())
    lines = band.log_text().splitlines()
    assert lines[:11] == [
        "inactive ('OSError', 19) ('OSError', 19)",
        "inactive read b''",
        "activation [29, 29, 30, 29]",
        "too long True",
        (
            "unknown config ('ValueError', 'unknown config param') "
            "('NotImplementedError', 'pairing is not simulated')"
        ),
        "no connection True",
        "no hang up False",
        "set_buffer ('OSError', 22)",
        "unknown handle b''",
        r"uuid b'\x0f\x18' True",
        "mac 0 6 True",
    ]
    # The handler failed at the connection; the disconnection finds none.
    assert [line for line in lines if line.startswith("handler")] == ["handler 1"]
    assert "Unhandled exception in IRQ callback handler" in lines
    assert lines[-1] == "poisoned True"


def test_same_seed_gives_the_same_times(tmp_path):
    def run(work_dir):
        sim = simulation(seed=5)
        band = add_band(sim, "streamer", work_dir)

        async def main():
            backend = sim.backend()
            async with client(await find(backend), backend) as c:
                await stream(c, 200, 100)
            return sim.time.now_us

        return sim.run(main()), band.log_text()

    assert run(tmp_path / "a") == run(tmp_path / "b")


def test_20_bands_at_once_lose_nothing(sim, tmp_path):
    bands = [add_band(sim, "streamer", tmp_path, name=f"b{n}") for n in range(20)]

    async def main():
        backend = sim.backend()
        found = {}
        async with BleakScanner(service_uuids=[SERVICE], backend=backend.scanner) as scanner:
            async for device, _ in scanner.advertisement_data():
                found[device.address] = device
                if len(found) == len(bands):
                    break

        async def pull(device):
            async with client(device, backend, timeout=60) as c:
                return await stream(c, 50, 240)

        return await asyncio.gather(*(pull(device) for device in found.values()))

    assert sim.run(main()) == [list(range(50))] * 20


def test_client_of_an_address_connects_without_a_scan(sim, band):
    async def main():
        backend = sim.backend()
        async with client(band.address, backend) as c:
            return await c.read_gatt_char(STREAM)

    assert sim.run(main()) == b"hello"
