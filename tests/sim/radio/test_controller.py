"""The corrections of Bumble's controller, each against what it corrects.

The tests of stock Bumble say why a correction is there. One that fails after an update of Bumble
means that a correction may have become superfluous.
"""

import asyncio
import importlib.metadata

import pytest
from bumble import core, hci
from bumble.controller import Controller
from bumble.device import AdvertisingType, Device
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from pouch_sim.radio import stack
from tests.sim.vm.rig import simulation

ADDRESSES = [hci.Address(f"C0:00:00:00:00:0{n}") for n in range(1, 4)]
NAME = b"\x05\x09NAME"
FLAGS = b"\x02\x01\x06"


@pytest.fixture
def sim():
    return simulation()


async def stock_device(address, link):
    controller = Controller("stock", link=link)
    device = Device(address=address, host=Host(controller, AsyncPipeSink(controller)))
    await device.power_on()
    return device, controller


async def hear(listener, advertiser, seconds, **options):
    """Return what `listener` hears while `advertiser` advertises."""
    heard = []
    listener.on(Device.EVENT_ADVERTISEMENT, heard.append)
    await listener.start_scanning(legacy=True, **options)
    await advertiser.start_advertising(
        advertising_data=FLAGS,
        scan_response_data=NAME,
        advertising_interval_min=100,
        advertising_interval_max=100,
    )
    await asyncio.sleep(seconds)
    return heard


def test_stock_bumble_never_sends_the_scan_response(sim):
    async def main():
        link = LocalLink()
        one, _ = await stock_device(ADDRESSES[0], link)
        two, _ = await stock_device(ADDRESSES[1], link)
        heard = await hear(one, two, 1)
        assert heard
        assert not any(NAME in a.data_bytes for a in heard)

    sim.run(main())


def test_stock_bumble_stays_connecting_after_a_cancel(sim):
    async def main():
        device, controller = await stock_device(ADDRESSES[0], LocalLink())
        attempt = asyncio.ensure_future(device.connect_le(ADDRESSES[1], timeout=None))
        await asyncio.sleep(1)
        await device.cancel_connection()
        await asyncio.sleep(1)
        assert controller.pending_le_connection is not None
        attempt.cancel()

    sim.run(main())


def test_scan_response_is_heard_by_active_scanners(sim):
    async def main():
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        heard = await hear(one, two, 1)
        assert any(NAME in a.data_bytes for a in heard)

    sim.run(main())


def test_advertising_keeps_its_interval(sim):
    async def main():
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        heard = await hear(one, two, 1.05, active=False)
        # At once, and every 100 ms of a second and a bit.
        assert len(heard) == 11

    sim.run(main())


def test_advertising_that_nobody_hears_runs_no_timers(sim):
    async def main():
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        await two.start_advertising(advertising_interval_min=100, advertising_interval_max=100)
        await asyncio.sleep(1)
        scheduled = len([timer for timer in sim.loop._scheduled if not timer.cancelled()])
        await asyncio.sleep(86_400)
        return scheduled

    assert sim.run(main()) == 0


def test_advertising_that_woke_keeps_its_phase(sim):
    async def main():
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        start_us = sim.time.now_us
        await two.start_advertising(advertising_interval_min=100, advertising_interval_max=100)
        await asyncio.sleep(12.345)
        times_us = []
        one.on(Device.EVENT_ADVERTISEMENT, lambda _: times_us.append(sim.time.now_us))
        await one.start_scanning(legacy=True, active=False)
        await asyncio.sleep(0.3)
        assert [(t - start_us) // 1000 for t in times_us] == [12_400, 12_500, 12_600]

    sim.run(main())


def test_advertiser_that_takes_no_connections_gets_none(sim):
    async def main():
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        await two.start_advertising(advertising_type=AdvertisingType.UNDIRECTED)
        with pytest.raises(core.TimeoutError):
            await one.connect_le(ADDRESSES[1], timeout=2)

    sim.run(main())


def test_cancelled_connect_frees_the_controller(sim):
    async def main():
        one, controller = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        attempt = asyncio.ensure_future(one.connect_le(ADDRESSES[2], timeout=None))
        await asyncio.sleep(1)
        await one.cancel_connection()
        with pytest.raises(core.ConnectionError, match="UNKNOWN_CONNECTION"):
            await attempt
        assert controller.pending_le_connection is None
        await two.start_advertising()
        assert (await one.connect_le(ADDRESSES[1], timeout=2)).peer_address == ADDRESSES[1]

    sim.run(main())


def test_cancel_without_a_connect_is_disallowed(sim):
    async def main():
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        with pytest.raises(hci.HCI_Error) as caught:
            await one.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        assert caught.value.error_code == hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR

    sim.run(main())


def test_both_ends_are_told_the_parameters_in_force(sim):
    async def main():
        sim.air.settings.interval_us = 15_000
        sim.air.settings.supervision_us = 6_000_000
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        await two.start_advertising()
        central = await one.connect_le(ADDRESSES[1], timeout=5)
        await asyncio.sleep(0.1)
        (peripheral,) = two.connections.values()
        for end in (central, peripheral):
            assert end.parameters.connection_interval == 15
            assert end.parameters.supervision_timeout == 6000

    sim.run(main())


def test_long_packets_cross_whole(sim):
    async def main():
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        queue = one.host.le_acl_packet_queue
        assert queue.max_packet_size == 251

    sim.run(main())


def test_packets_move_at_whole_connection_intervals_only(sim):
    # Goal: pacing holds far from time zero, where float seconds made it collapse.
    async def main():
        await asyncio.sleep(40 * 86_400 + 0.123457)
        one, _ = await stack.power_on("one", ADDRESSES[0], sim.air)
        two, _ = await stack.power_on("two", ADDRESSES[1], sim.air)
        await two.start_advertising()
        central = await one.connect_le(ADDRESSES[1], timeout=5)
        start_us = sim.time.now_us
        times_us = []
        two.l2cap_channel_manager.register_fixed_channel(
            0x3F, lambda _connection, _data: times_us.append(sim.time.now_us - start_us)
        )
        for _ in range(13):
            central.send_l2cap_pdu(0x3F, b"x")
        await asyncio.sleep(1)
        assert times_us == [30_000] * 6 + [60_000] * 6 + [90_000]

    sim.run(main())


def test_bumble_is_the_version_that_was_corrected():
    assert importlib.metadata.version("bumble") == "0.0.236"
