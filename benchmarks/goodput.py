"""Pulling sealed records against bare notifications of 240 bytes, on the same virtual link."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bleak import BleakClient, BleakScanner

from pouch_host.collect.anchors import AnchorPlan
from pouch_host.collect.ble import BleAdapter
from pouch_host.collect.clocks import ClockJudge
from pouch_host.collect.exchange import Exchange
from pouch_host.collect.known import KnownBands
from pouch_host.collect.link import BandLink, FoundBand
from pouch_host.collect.pull import pull
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_sim.hardware.flash import FlashImage
from pouch_sim.hardware.pod import Pod
from pouch_sim.radio.link import RadioSettings
from pouch_sim.simulation import Simulation
from pouch_sim.ward import PROTOCOL_DIR, BandPlan, add_band, settings_text
from pouch_sim.world.scripted import ScriptedWorld
from tests.support.micropython import run_in_micropython

from .bare_notifier import CONTROL_UUID, SERVICE_UUID, STREAM_UUID, VALUE_BYTES
from .figures import Figure

_BAND_ID = 0x600D
_START_UTC_S = 1_790_000_000
_FORTNIGHT_RECORDS = 14 * 2880
_BARE_COUNT = 3000

# What a phone or a Linux host commonly has; and a link that carries 15 kB/s of values: three of
# 244 bytes in each 48.75 ms.
_USUAL = RadioSettings()
_SLOW = RadioSettings(interval_us=48_750, packets_per_event=3)


@dataclass
class _Meter:
    """When bytes came, on the simulation's clock.

    Attributes:
        times_s: of each notification.
        value_bytes: in all notifications.
    """

    times_s: list[float] = field(default_factory=list)
    value_bytes: int = 0

    def note(self, data: bytes | bytearray) -> None:
        """Count a notification that came now."""
        self.times_s.append(asyncio.get_running_loop().time())
        self.value_bytes += len(data)

    @property
    def spent_s(self) -> float:
        """From the first notification to the last."""
        return self.times_s[-1] - self.times_s[0]


class _MeteredLink:
    """A link that notes when frames of the stream come."""

    def __init__(self, link: BandLink, meter: _Meter) -> None:
        self._link = link
        self._meter = meter

    @property
    def frame_bytes_max(self) -> int:
        return self._link.frame_bytes_max

    async def send(self, frame: bytes) -> None:
        await self._link.send(frame)

    async def receive(self, timeout_s: float) -> tuple[int, bytes]:
        channel, frame = await self._link.receive(timeout_s)
        if channel == c.CHANNEL_STREAM:
            self._meter.note(frame)
        return channel, frame


def measure(folder: Path) -> list[Figure]:
    """Measure both on two links; fail if a record is missing."""
    return [
        *_compared(folder / "usual", _USUAL, "30 ms, 6 packets"),
        *_compared(folder / "slow", _SLOW, "15 kB/s"),
    ]


def _compared(folder: Path, radio: RadioSettings, name: str) -> list[Figure]:
    folder.mkdir()
    simulation = Simulation(seed=1, start_utc_s=_START_UTC_S, radio=radio)
    plan = BandPlan(_BAND_ID, ScriptedWorld(1, 0))
    _fill(folder, simulation, plan)
    band = add_band(simulation, plan, folder)
    simulation.add_band(
        "bare",
        Pod(ScriptedWorld(1, 0)).bus,
        firmware_dir=Path(__file__).parent / "bare_notifier",
        protocol_dir=PROTOCOL_DIR,
        work_dir=folder,
    )
    with Store.open(folder / "goodput.db") as store:
        bare, sealed, whole_s = simulation.run(_both(simulation, store))
        ((first, last),) = store.held_ranges(_BAND_ID, store.segments(_BAND_ID)[0].log_id)
    if first != 0 or last + 1 < _FORTNIGHT_RECORDS or band.stats.boots != 1:
        raise AssertionError(f"records {first} to {last}: {band.log_text()}")
    bare_rate = VALUE_BYTES * (len(bare.times_s) - 1) / bare.spent_s / 1000
    rate = c.RECORD_BYTES * (last + 1) / sealed.spent_s / 1000
    return [
        Figure(f"{name}: bare notifications of 240 bytes", bare_rate, "kB/s"),
        Figure(f"{name}: sealed records, from the first to the last", rate, "kB/s"),
        Figure("  of bare notifications (at least 0.90)", rate / bare_rate, "x"),
        Figure("  records, 14 days at 30 s and what came meanwhile", last + 1, ""),
        Figure("  the whole pull, from connecting on", whole_s, "s"),
    ]


def _fill(folder: Path, simulation: Simulation, plan: BandPlan) -> None:
    """Make a flash that holds a fortnight."""
    image = folder / f"band-{plan.band_id:08x}.flash"
    FlashImage(image)
    result = run_in_micropython(
        "tests/support/on_band/fill_log.py",
        str(image),
        str(plan.band_id),
        str(_FORTNIGHT_RECORDS),
        settings_text(simulation, plan),
        path=("protocol", "firmware"),
    )
    if result.returncode:
        raise AssertionError(result.stdout + result.stderr)


async def _both(simulation: Simulation, store: Store) -> tuple[_Meter, _Meter, float]:
    backend = simulation.backend()
    bare = await _take_bare(backend)
    loop = asyncio.get_running_loop()
    adapter = BleAdapter(backend.scanner, backend.client)
    sealed = _Meter()
    found = await _hear(adapter)
    began_s = loop.time()
    known = KnownBands(lambda: simulation.keys)
    async with adapter.connect(found) as link:
        exchange = Exchange(_MeteredLink(link, sealed), simulation.now_utc_s, known)
        await pull(exchange, store, simulation.now_utc_s, AnchorPlan(), ClockJudge())
    return bare, sealed, loop.time() - began_s


async def _hear(adapter: BleAdapter) -> FoundBand:
    found = await adapter.hear(lambda _band: True, 130.0)
    if found is None:
        raise AssertionError("the band was not heard")
    return found


async def _take_bare(backend: Any) -> _Meter:
    meter = _Meter()
    done = asyncio.Event()

    def take(_characteristic: object, data: bytearray) -> None:
        meter.note(data)
        if len(meter.times_s) == _BARE_COUNT:
            done.set()

    async with _bare_client(backend) as client:
        await client.start_notify(STREAM_UUID, take)
        count = _BARE_COUNT.to_bytes(2, "little")
        await client.write_gatt_char(CONTROL_UUID, count, response=True)
        await done.wait()
    return meter


@asynccontextmanager
async def _bare_client(backend: Any) -> AsyncIterator[BleakClient]:
    device = await BleakScanner.find_device_by_filter(
        lambda _device, advertisement: SERVICE_UUID in advertisement.service_uuids,
        backend=backend.scanner,
    )
    if device is None:
        raise AssertionError("the bare notifier was not heard")
    async with BleakClient(device, backend=backend.client) as client:
        yield client
