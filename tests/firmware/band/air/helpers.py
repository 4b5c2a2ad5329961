"""What the tests of the band on the air share: a band that runs the pacer, and its host."""

import asyncio
import shutil
import struct
from pathlib import Path

from bleak import BleakClient, BleakScanner

from pouch_protocol import constants as c
from pouch_sim.radio.host_settings import HostSettings
from pouch_sim.radio.link import RadioSettings
from tests.sim.vm.rig import FIRMWARE, EchoBus, simulation

ROOT = Path(__file__).parents[4]
BOARDS = ("xiao_esp32c3", "pico_w")
# A connection event each 400 ms that carries one packet: 600 bytes a second.
SLOW = {"interval_us": 400_000, "packets_per_event": 1, "supervision_us": 6_000_000}


def world(folder, board, *, mtu=517, radio=None, plant=None):
    """Return a simulation and a band in it.

    Args:
        folder: for its files.
        board: which board it is.
        mtu: what the host asks for.
        radio: fields of the RadioSettings.
        plant: file, sound text and faulty text of a fault in its firmware.
    """
    firmware = folder / "firmware"
    for name in ("band", "boards"):
        shutil.copytree(ROOT / "firmware" / name, firmware / name)
    shutil.copyfile(FIRMWARE / "pacer.py", firmware / "main.py")
    if plant is not None:
        name, sound, faulty = plant
        path = firmware / "band" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(sound) == 1, sound
        path.write_text(text.replace(sound, faulty), encoding="utf-8")
    sim = simulation(radio=RadioSettings(**radio or {}), host=HostSettings(mtu=mtu))
    band = sim.add_band(
        "band",
        EchoBus(),
        firmware_dir=firmware,
        protocol_dir=ROOT / "protocol",
        work_dir=folder,
        board=board,
    )
    return sim, band


class Host:
    """One connection; keeps what arrives, in order, with the time.

    Attributes:
        arrived: `(time_s, channel, frame)` of each frame.
        client: bleak's client.
        gone: set when the connection has ended.
    """

    def __init__(self, sim):
        self._sim = sim
        self._backend = sim.backend()
        self._changed = asyncio.Event()
        self.gone = asyncio.Event()
        self.arrived = []

    async def __aenter__(self):
        device = await BleakScanner.find_device_by_filter(
            lambda *_: True,
            timeout=20,
            service_uuids=[c.SERVICE_UUID],
            backend=self._backend.scanner,
        )
        self.client = BleakClient(
            device,
            backend=self._backend.client,
            timeout=30,
            disconnected_callback=lambda _: self.gone.set(),
        )
        await self.client.connect()
        for channel, uuid in enumerate((c.CONTROL_UUID, c.STREAM_UUID)):
            await self.client.start_notify(uuid, self._taking(channel))
        return self

    async def __aexit__(self, *_):
        await self.client.disconnect()

    def _taking(self, channel):
        def take(_characteristic, data):
            self.arrived.append((self._sim.loop.time(), channel, bytes(data)))
            self._changed.set()

        return take

    async def write(self, frame):
        await self.client.write_gatt_char(c.CONTROL_UUID, frame, response=True)

    async def report(self, count, every=32):
        await self.write(b"S" + struct.pack("<HB", count, every))

    async def until(self, condition, within_s=600):
        """Wait until something is true of this host."""
        async with asyncio.timeout(within_s):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    def frames(self, channel):
        return [frame for _, one, frame in self.arrived if one == channel]

    def numbers(self):
        """Return the numbers of the stream's frames."""
        return [struct.unpack_from("<H", frame)[0] for frame in self.frames(1)]

    def has(self, kind):
        return kind in [frame[:1] for frame in self.frames(0)]
