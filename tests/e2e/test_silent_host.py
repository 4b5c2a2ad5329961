"""Hosts that keep a band from sleeping: silent ones, and strangers. The next one is served."""

import asyncio
from contextlib import suppress

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from pouch_host.collect.suite import HostSuite
from pouch_protocol import auth
from pouch_protocol import constants as c
from pouch_protocol.host import HostSession
from tests.e2e.whole_path import WholePath

BAND_ID = 0x1000
STRANGER_S = 10
# Who is sent away by a radio that is then switched off hears nothing of it for so long.
SUPERVISION_S = 4


class Visitor:
    """One connection to whatever band is heard first.

    Attributes:
        gone: set when the connection has ended.
    """

    def __init__(self, path):
        self._path = path
        self._session = HostSession()
        self._heard = asyncio.Queue()
        self.gone = asyncio.Event()

    async def come(self):
        """Connect and subscribe."""
        backend = self._path.simulation.backend()
        device = await BleakScanner.find_device_by_filter(
            lambda *_: True, timeout=200, backend=backend.scanner
        )
        self._client = BleakClient(
            device, backend=backend.client, disconnected_callback=lambda _: self.gone.set()
        )
        await self._client.connect()
        self._point = self._client.services.get_characteristic(c.CONTROL_UUID)
        await self._client.start_notify(
            self._point, lambda _, data: self._heard.put_nowait(bytes(data))
        )

    async def greet(self):
        """Say HELLO and hear the answer."""
        self._session.hello(bytes(auth.NONCE_BYTES))
        await self._ask()

    async def prove(self):
        """Prove to have the key."""
        (key,) = self._path.simulation.keys[c.band_label(BAND_ID)]
        self._session.authenticate(HostSuite(), key)
        await self._ask()

    async def ask_who_it_is(self):
        """Ask, and hear the answer."""
        self._session.info()
        await self._ask()

    def confirm_nothing(self):
        """Have the computer's Bluetooth break: bytes arrive, confirmations never leave it."""
        self._point.obj.client.send_confirmation = lambda _: None

    async def _ask(self):
        while (frame := self._session.next_frame(c.FRAME_BYTES_MIN)) is not None:
            await self._client.write_gatt_char(self._point, frame, response=True)
        while self._session.waiting:
            self._session.receive(c.CHANNEL_CONTROL, await self._heard.get())


@pytest.mark.parametrize(
    ("confirms", "within_s"), [(True, 30), (False, 20)], ids=["says nothing", "confirms nothing"]
)
def test_silent_host_is_sent_away_and_the_next_one_is_served(tmp_path, seed, confirms, within_s):
    path = WholePath(tmp_path, seed)
    path.add_band()

    async def scenario():
        loop = asyncio.get_running_loop()
        visitor = Visitor(path)
        await visitor.come()
        await visitor.greet()
        await visitor.prove()
        if not confirms:
            visitor.confirm_nothing()
        await visitor.ask_who_it_is()
        since_s = loop.time()
        await asyncio.wait_for(visitor.gone.wait(), 200)
        held_s = loop.time() - since_s
        await path.round()
        return held_s

    held_s = path.run(scenario())
    assert within_s - 1 <= held_s < within_s + 1
    assert path.rounds[-1].failures == []
    assert len(path.stored(BAND_ID)) >= 2
    assert {boot for boot, _ in path.stored(BAND_ID).values()} == {1}


@pytest.mark.parametrize("talks", [False, True], ids=["is silent", "talks on"])
def test_stranger_who_talks_on_is_sent_away_and_after_the_second_the_radio_is_off(
    tmp_path, seed, talks
):
    path = WholePath(tmp_path, seed)
    band = path.add_band()

    async def visit():
        loop = asyncio.get_running_loop()
        visitor = Visitor(path)
        await visitor.come()
        began_s = loop.time()
        while not visitor.gone.is_set():
            if talks:
                # It ends in the middle of a greeting.
                with suppress(BleakError, TimeoutError):
                    await asyncio.wait_for(visitor.greet(), 2)
            await asyncio.wait([asyncio.create_task(visitor.gone.wait())], timeout=1.5)
        return began_s, loop.time()

    async def scenario():
        stays = [await visit() for _ in range(3)]
        await path.round()
        return stays

    stays = path.run(scenario())
    for came_s, left_s in stays:
        assert left_s - came_s < STRANGER_S + SUPERVISION_S + 1
    first, second, third = stays
    # He is let in once more at once, but not a third time before the next window.
    assert second[0] - first[1] < 3
    assert third[0] - second[1] > 20
    assert path.rounds[-1].failures == []
    assert band.stats.boots == 1
