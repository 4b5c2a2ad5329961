"""What anybody around sees of a band: another one in each window, and the same of all bands."""

import asyncio
import re
from dataclasses import replace

import pytest
from bleak import BleakClient, BleakScanner

from pouch_protocol import constants as c
from pouch_sim.hardware.boards import BOARDS
from pouch_sim.radio.profile import BTSTACK
from tests.e2e.whole_path import WholePath
from tests.firmware.band.air.helpers import BOARDS as NAMES
from tests.firmware.band.air.helpers import Host, world

COMPANY = 0xFFFF
TOKEN_BYTES = 6
PERIOD_S = 60
BASE = "0000{:04x}-0000-1000-8000-00805f9b34fb"
MANUFACTURER, MODEL, LEVEL = (BASE.format(number) for number in (0x2A29, 0x2A24, 0x2A19))

each_board = pytest.mark.parametrize("board", NAMES)


async def listen(simulation, for_s):
    """Return `(time_s, address, raw bytes, what bleak makes of them)` of what is heard."""
    heard = []
    loop = asyncio.get_running_loop()

    def note(device, advertised):
        raw = bytes(advertised.platform_data[0].data_bytes)
        heard.append((loop.time(), device.address, raw, advertised))

    scanner = simulation.backend().scanner
    async with BleakScanner(note, scanning_mode="passive", backend=scanner):
        await asyncio.sleep(for_s)
    return heard


@each_board
def test_band_is_another_one_in_each_window(tmp_path, seed, board):
    path = WholePath(tmp_path, seed)
    path.add_band(board=board)
    heard = path.run(listen(path.simulation, 10 * PERIOD_S + 5))
    windows = []
    for time_s, address, raw, advertised in heard:
        if not windows or time_s - windows[-1][0] > PERIOD_S / 2:
            windows.append((time_s, address, raw))
        assert windows[-1][1:] == (address, raw)
        assert len(raw) == 31
        assert advertised.local_name is None
        assert advertised.service_uuids == [c.SERVICE_UUID]
        assert [len(data) for data in advertised.manufacturer_data.values()] == [TOKEN_BYTES]
        assert list(advertised.manufacturer_data) == [COMPANY]
    assert len(windows) >= 10
    _, addresses, payloads = (list(column) for column in zip(*windows, strict=True))
    assert len(set(addresses)) == len(windows)
    # Random static: the two top bits are ones.
    assert {address[0] in "CDEF" for address in addresses} == {True}
    tokens = {raw[-TOKEN_BYTES:] for raw in payloads}
    assert len(tokens) == len(windows)
    assert len({raw[:-TOKEN_BYTES] for raw in payloads}) == 1


@each_board
def test_stranger_reads_what_all_bands_have_in_common_and_writes_none_of_it(tmp_path, seed, board):
    path = WholePath(tmp_path, seed)
    for _ in range(2):
        path.add_band(board=board)
    backend = path.simulation.backend()

    async def scenario():
        found = []
        names = set()
        while len(found) < 2:
            device = await BleakScanner.find_device_by_filter(
                lambda device, _: device.address not in names,
                timeout=100,
                backend=backend.scanner,
            )
            names.add(device.address)
            async with BleakClient(device, backend=backend.client) as client:
                uuids = (MANUFACTURER, MODEL, LEVEL)
                found.append([bytes(await client.read_gatt_char(uuid)) for uuid in uuids])
                properties = [
                    (one.uuid, tuple(one.properties))
                    for one in client.services.characteristics.values()
                ]
                for uuid in uuids:
                    with pytest.raises(Exception, match=r"(?i)not permitted"):
                        await client.write_gatt_char(uuid, b"x", response=True)
            assert (MANUFACTURER, ("read",)) in properties
        return found

    one, other = path.run(scenario())
    assert one == other
    assert one[:2] == [b"Pouch", b"Chest band"]
    # Nothing that could be a number of a device or of a version.
    assert not re.search(rb"\d", one[0] + one[1])
    assert one[2][0] in (10, 40, 70, 100)


@each_board
def test_next_host_gets_nothing_of_what_the_last_one_asked(tmp_path, board):
    sim, band = world(tmp_path, board)

    async def main():
        async with Host(sim) as host:
            await host.report(5_000)
            await host.until(lambda h: len(h.numbers()) >= 20)
        async with Host(sim) as other:
            await asyncio.sleep(3)
            assert other.arrived == []
            await other.write(b"Q")
            await other.until(lambda h: h.has(b"Q"), 2)
            await other.report(10)
            await other.until(lambda h: h.has(b"D"), 5)
            assert other.numbers() == list(range(10))

    sim.run(main())
    assert band.stats.boots == 1


@pytest.mark.parametrize("event", [2, 8])
def test_host_that_left_is_seen_under_either_name_of_btstack(tmp_path, monkeypatch, event):
    btstack = replace(BTSTACK, event_at_end=event)
    monkeypatch.setitem(BOARDS, "pico_w", replace(BOARDS["pico_w"], bluetooth=btstack))
    sim, _ = world(tmp_path, "pico_w")

    async def main():
        for _ in range(3):
            async with Host(sim) as host:
                await host.write(b"Q")
                await host.until(lambda h: h.has(b"Q"), 2)

    sim.run(main())
