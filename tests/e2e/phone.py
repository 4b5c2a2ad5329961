"""Somebody near the bands who has no key: a raw Bluetooth client, and what can be overheard."""

import asyncio
from contextlib import asynccontextmanager, suppress

from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from pouch_protocol import constants as c
from pouch_protocol import messages
from pouch_protocol.errors import ProtocolError
from pouch_protocol.frames import Joiner, Splitter
from tests.support.micropython import run_in_micropython

# A window a minute, and one for the case that the first is missed.
_FIND_S = 200
# A few connection events: a stranger has ten seconds in all.
_ANSWER_S = 0.2
_FRAME_BYTES = 244


class Phone:
    """One connection of a stranger.

    Attributes:
        heard: every frame that the band has said, with the UUID it came from.
    """

    def __init__(self, client):
        self._client = client
        self._point = client.services.get_characteristic(c.CONTROL_UUID)
        self._splitter = Splitter()
        self.heard = []

    @classmethod
    @asynccontextmanager
    async def near(cls, path):
        """Connect to whatever band is heard first, and subscribe to all that can be."""
        backend = path.simulation.backend()
        device = await BleakScanner.find_device_by_filter(
            lambda *_: True, timeout=_FIND_S, backend=backend.scanner
        )
        async with BleakClient(device, backend=backend.client) as client:
            phone = cls(client)
            for one in phone.characteristics("notify", "indicate"):
                await client.start_notify(one, phone._take(one.uuid))
            yield phone

    def characteristics(self, *properties):
        """Return those of all services that have one of these properties, or all of them."""
        every = [one for service in self._client.services for one in service.characteristics]
        return [one for one in every if not properties or set(properties) & set(one.properties)]

    async def read_all(self):
        """Try to read every characteristic; return what could be read, by UUID.

        Those that say that they cannot be read are tried too, and come under "hidden".
        """
        found = {"hidden": b""}
        for one in self.characteristics():
            readable = "read" in one.properties
            try:
                value = bytes(await self._client.read_gatt_char(one))
            except BleakError:
                assert not readable, one.uuid
                continue
            if readable:
                found[one.uuid] = value
            else:
                found["hidden"] += value
        return found

    async def write_stream(self, data):
        """Try to write where only the band has something to say; a board's stack refuses it."""
        stream = self._client.services.get_characteristic(c.STREAM_UUID)
        with suppress(BleakError):
            await self._client.write_gatt_char(stream, data, response=True)
        await asyncio.sleep(_ANSWER_S)

    async def write(self, frame):
        """Write a frame to the control point and let the band answer; return its messages."""
        before = len(self.heard)
        await self._client.write_gatt_char(self._point, frame, response=True)
        await asyncio.sleep(_ANSWER_S)
        return _messages(self.heard[before:])

    async def say(self, opcode, fields):
        """Write a message; return the one that answers it."""
        self._splitter.load(messages.encode(opcode, 9, fields))
        answers = []
        while self._splitter.busy:
            answers += await self.write(self._splitter.next_frame(_FRAME_BYTES))
        (answer,) = answers
        return answer

    def _take(self, uuid):
        return lambda _, data: self.heard.append((uuid, bytes(data)))


def _messages(heard):
    joiners = {c.CONTROL_UUID: Joiner(), c.STREAM_UUID: Joiner()}
    found = []
    for uuid, frame in heard:
        try:
            data = joiners[uuid].join(frame)
            found += [messages.decode(data)] if data else []
        except ProtocolError:
            # Sealed, or a piece of something.
            continue
    return found


def overheard(path):
    """Have all frames noted that the collector and the bands exchange; return the growing list.

    Returns:
        `(who, frame)`, who being "host" or "band".
    """
    backend = path.simulation.backend()
    said = []

    class Tapped(backend.client):
        async def write_gatt_char(self, characteristic, data, response):
            said.append(("host", bytes(data)))
            await super().write_gatt_char(characteristic, data, response)

        async def start_notify(self, characteristic, callback, **options):
            def noted(data):
                said.append(("band", bytes(data)))
                callback(data)

            await super().start_notify(characteristic, noted, **options)

    backend.client = Tapped
    path.use_store(path.store)
    return said


def file_on(band, path):
    """Return the bytes of a file on a band's flash."""
    result = run_in_micropython("tests/support/on_band/print_file.py", str(band.flash.path), path)
    assert result.returncode == 0, result.stdout + result.stderr
    return bytes.fromhex(result.stdout.strip())
