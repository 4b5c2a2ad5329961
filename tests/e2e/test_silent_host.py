"""A host that connects and then falls silent: the band hangs up, and the next host is served."""

import asyncio

import pytest
from bleak import BleakClient, BleakScanner

from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_protocol.host import HostSession
from tests.e2e.whole_path import WholePath

BAND_ID = 0x1000


async def hung_up_after_s(path, confirms):
    """Connect, ask for HELLO, then do nothing; return how long the band bore it, in seconds."""
    backend = path.simulation.backend()
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    device = await BleakScanner.find_device_by_filter(
        lambda *_: True, timeout=200, backend=backend.scanner
    )
    client = BleakClient(
        device, backend=backend.client, disconnected_callback=lambda _: gone.set()
    )
    await client.connect()
    replies = []
    point = client.services.get_characteristic(c.CONTROL_UUID)
    await client.start_notify(point, lambda _, data: replies.append(data))
    if not confirms:
        # The computer's Bluetooth is broken: bytes arrive, confirmations never leave it.
        point.obj.client.send_confirmation = lambda _: None
    session = HostSession()
    session.hello(bytes(auth.NONCE_BYTES))
    asked_s = loop.time()
    while (frame := session.next_frame(c.FRAME_BYTES_MIN)) is not None:
        await client.write_gatt_char(point, frame, response=True)
    await asyncio.wait_for(gone.wait(), 200)
    assert replies
    return loop.time() - asked_s


@pytest.mark.parametrize(
    ("confirms", "within_s"), [(True, 30), (False, 20)], ids=["says nothing", "confirms nothing"]
)
def test_silent_host_is_sent_away_and_the_next_one_is_served(tmp_path, seed, confirms, within_s):
    path = WholePath(tmp_path, seed)
    path.add_band()

    async def scenario():
        held_s = await hung_up_after_s(path, confirms)
        await path.round()
        return held_s

    held_s = path.run(scenario())
    assert within_s <= held_s < within_s + 1
    assert path.rounds[-1].failures == []
    assert len(path.stored(BAND_ID)) >= 2
    assert {boot for boot, _ in path.stored(BAND_ID).values()} == {1}
