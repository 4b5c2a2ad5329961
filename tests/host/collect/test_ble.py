"""The Bluetooth adapter as the collector uses it: real bleak on a simulated radio."""

import asyncio
import uuid

import pytest
from bleak.exc import BleakDBusError, BleakError

from pouch_host.collect.ble import BleAdapter
from pouch_host.collect.healing import Step
from pouch_host.collect.link import FoundBand, LinkError, LinkFailure
from pouch_protocol import constants as c
from pouch_sim.radio.scanner import SimScanner
from tests.sim.radio.board import NOTIFY, READ, WRITE, Board, services
from tests.sim.vm.rig import simulation

OTHER_SERVICE = "5a7c0001-1d2c-4c6e-9f0b-1d2c3b4a5f60"


@pytest.fixture
def sim():
    return simulation()


def advertised(service):
    return b"\x02\x01\x06\x11\x07" + uuid.UUID(service).bytes[::-1]


async def on_air(board, service=c.SERVICE_UUID):
    """Switch a board's radio on and let it advertise a service."""
    await board.switch_on()
    await board.advertise(advertised(service), b"")


def anybody(_band):
    return True


def adapter_of(sim):
    backend = sim.backend()
    return BleAdapter(backend.scanner, backend.client)


def test_hear_returns_a_band_the_moment_it_is_on_the_air(sim):
    board = Board(sim)

    async def main():
        adapter = adapter_of(sim)
        began_s = sim.loop.time()
        hearing = asyncio.ensure_future(adapter.hear(anybody, 65))
        await asyncio.sleep(40)
        await on_air(board)
        band = await hearing
        assert band.address == board.address
        assert sim.loop.time() - began_s == pytest.approx(40, abs=0.1)

    sim.run(main())


def test_hear_nobody_for_as_long_as_asked(sim):
    async def main():
        began_s = sim.loop.time()
        assert await adapter_of(sim).hear(anybody, 65) is None
        assert sim.loop.time() - began_s == pytest.approx(65, abs=0.1)

    sim.run(main())


def test_hear_asks_each_time_whether_a_band_is_wanted(sim):
    board = Board(sim)

    async def main():
        await on_air(board)
        skip = {board.address}
        sim.loop.call_later(30, skip.clear)

        def wanted(band):
            return band.address not in skip

        began_s = sim.loop.time()
        assert (await adapter_of(sim).hear(wanted, 65)).address == board.address
        assert sim.loop.time() - began_s == pytest.approx(30, abs=0.1)

    sim.run(main())


def test_hear_passes_over_what_is_no_band_and_notes_that_it_was_heard(sim):
    board = Board(sim)

    async def main():
        adapter = adapter_of(sim)
        assert await adapter.hear(anybody, 5) is None
        assert adapter.heard_s is None
        await on_air(board, OTHER_SERVICE)
        assert await adapter.hear(anybody, 5) is None
        assert adapter.heard_s == pytest.approx(sim.loop.time(), abs=0.2)

    sim.run(main())


@pytest.mark.parametrize("token", [b"", b"\x01\x02\x03\x04\x05\x06"])
def test_hear_hands_on_what_the_band_advertises_for_those_who_have_its_key(sim, token):
    board = Board(sim)
    data = advertised(c.SERVICE_UUID)
    if token:
        data += bytes((3 + len(token), 0xFF, 0xFF, 0xFF)) + token

    async def main():
        await board.switch_on()
        await board.advertise(data, b"")
        assert (await adapter_of(sim).hear(anybody, 5)).token == token

    sim.run(main())


def test_scan_that_neither_begins_nor_fails_is_given_up_and_told(sim):
    class HangingScanner(sim.backend().scanner):
        async def start(self):
            await asyncio.get_running_loop().create_future()

    async def main():
        began_s = sim.loop.time()
        with pytest.raises(LinkError, match=r"^Bluetooth adapter: no answer$"):
            await BleAdapter(HangingScanner, sim.backend().client).hear(anybody, 65)
        assert sim.loop.time() - began_s == pytest.approx(10, abs=0.1)

    sim.run(main())


def test_adapter_is_reset_only_when_that_is_due_and_says_why_it_cannot_be(sim):
    names = []

    async def reset(name):
        names.append(name)
        if len(names) > 1:
            raise OSError("cannot be reset")

    async def main():
        backend = sim.backend()
        adapter = BleAdapter(backend.scanner, backend.client, reset)
        await adapter.heal(Step.RESTART_SCAN)
        await adapter.heal(Step.CLOSE_STALE)
        assert names == []
        await adapter.heal(Step.RESET)
        with pytest.raises(LinkError, match=r"^Bluetooth adapter: cannot be reset$") as caught:
            await adapter.heal(Step.RESET)
        assert caught.value.reason is LinkFailure.ADAPTER

    sim.run(main())
    assert names == [None, None]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("[org.bluez.Error.NotReady] Resource Not Ready", LinkFailure.ADAPTER),
        ("[org.bluez.Error.Failed] le-connection-abort-by-local", LinkFailure.NOT_REACHED),
    ],
)
def test_connect_that_fails_blames_the_band_unless_it_is_the_adapter(sim, said, reason):
    board = Board(sim)

    class FailingClient(sim.backend().client):
        async def connect(self, pair, **_kwargs):
            raise BleakError(said)

    async def main():
        adapter = BleAdapter(sim.backend().scanner, FailingClient)
        await on_air(board)
        band = await adapter.hear(anybody, 5)
        with pytest.raises(LinkError) as caught:
            async with adapter.connect(band):
                pass
        assert caught.value.reason is reason
        # Whom it did not reach may be half open; closing that is harmless where nothing is.
        await adapter.heal(Step.CLOSE_STALE)

    sim.run(main())


@pytest.mark.parametrize(
    "failure",
    [
        BleakError("Bluetooth is turned off"),
        BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]),
        FileNotFoundError(2, "No such file or directory"),
    ],
)
def test_adapter_that_does_not_work_is_told_as_the_adapter(sim, failure):
    class DeadScanner(sim.backend().scanner):
        async def start(self):
            raise failure

    assert issubclass(DeadScanner, SimScanner)

    async def main():
        with pytest.raises(LinkError) as caught:
            await BleAdapter(DeadScanner, sim.backend().client).hear(anybody, 5)
        assert caught.value.reason is LinkFailure.ADAPTER
        assert str(caught.value) == f"Bluetooth adapter: {failure}"

    sim.run(main())


def test_band_that_left_the_air_is_given_up_within_seconds_and_named(sim):
    board = Board(sim)

    async def main():
        adapter = adapter_of(sim)
        await on_air(board)
        band = await adapter.hear(anybody, 5)
        await board.switch_off()
        began_s = sim.loop.time()
        with pytest.raises(LinkError, match=f"^{band.address}: timed out$") as caught:
            async with adapter.connect(band):
                pass
        assert caught.value.reason is LinkFailure.NOT_REACHED
        assert sim.loop.time() - began_s == pytest.approx(8, abs=0.5)

    sim.run(main())


@pytest.mark.parametrize("missing", ["control", "stream"])
def test_band_without_the_services_of_this_version_is_stale_and_left(sim, missing):
    # As an operating system shows it that remembers another firmware's services.
    board = Board(sim)
    has = {"control": (c.CONTROL_UUID, READ | WRITE), "stream": (c.STREAM_UUID, READ | NOTIFY)}
    del has[missing]

    async def main():
        adapter = adapter_of(sim)
        await board.switch_on()
        await board.register(services(*has.values()))
        await board.advertise(advertised(c.SERVICE_UUID), b"")
        band = await adapter.hear(anybody, 5)
        assert isinstance(band, FoundBand)
        with pytest.raises(LinkError, match="not a Pouch band's service") as caught:
            async with adapter.connect(band):
                pass
        assert caught.value.reason is LinkFailure.STALE
        await asyncio.sleep(1)
        assert sim.air._connections == []

    sim.run(main())
