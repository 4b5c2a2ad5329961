"""Where the boards' Bluetooth stacks differ, each against what the other does."""

import asyncio
import errno
import struct
from contextlib import suppress
from dataclasses import replace

import pytest

from pouch_sim.errors import FlashMisuse
from pouch_sim.radio.active_radio import IRQ_CENTRAL_CONNECT
from pouch_sim.radio.attribute_size import attribute_bytes
from pouch_sim.radio.gatt_traffic import IRQ_GATTS_INDICATE_DONE
from pouch_sim.radio.host_settings import HostSettings
from pouch_sim.radio.profile import BTSTACK, NIMBLE
from pouch_sim.vm import frames
from pouch_sim.vm.frames import Refused
from pouch_sim.vm.shadow import opcodes as op
from tests.sim.radio.board import READ, Board, services
from tests.sim.radio.helpers import CONTROL, STREAM, client, find, stream
from tests.sim.vm.rig import add_band, run_until_off, simulation

NOTIFY, INDICATE = 0x10, 0x20
BOTH = services((STREAM, READ | NOTIFY), (CONTROL, READ | INDICATE))

each_stack = pytest.mark.parametrize("profile", [NIMBLE, BTSTACK], ids=["NimBLE", "BTstack"])


@pytest.fixture
def sim():
    return simulation()


class Talk:
    """A board with one central that keeps what arrives, in order."""

    def __init__(self, sim, profile):
        self.board = Board(sim, profile)
        self._backend = sim.backend()
        self.arrived = []

    async def begin(self):
        board = self.board
        await board.switch_on()
        self.stream, self.control = await board.register(BOTH)
        await board.advertise()
        self.client = client(board.address, self._backend)
        await self.client.connect()
        for uuid in (STREAM, CONTROL):
            await self.client.start_notify(uuid, lambda _, data: self.arrived.append(bytes(data)))
        (self.number,) = board.radio.active._connections

    def send(self, opcode, handle, data):
        self.board.radio.serve(opcode, frames.U16_PAIR.pack(self.number, handle) + data)

    def notify(self, number, size=100):
        self.send(op.BLE_NOTIFY, self.stream, struct.pack("<H", number) + bytes(size - 2))

    def flood(self, count, size):
        for number in range(count):
            self.notify(number, size)

    def indicate(self, text):
        self.send(op.BLE_INDICATE, self.control, text)

    def numbers(self):
        return [struct.unpack_from("<H", data)[0] for data in self.arrived]


def test_btstack_takes_all_and_sends_all_in_order(sim):
    talk = Talk(sim, BTSTACK)

    async def main():
        await talk.begin()
        for number in range(400):
            talk.notify(number)
        assert talk.board.radio.waiting_count_max == 400 - BTSTACK.buffers
        await asyncio.sleep(400 / 6 * 0.03 + 0.1)
        assert talk.numbers() == list(range(400))

    sim.run(main())


def test_nimble_refuses_what_it_has_no_buffer_for_of_either_kind(sim):
    talk = Talk(sim, NIMBLE)

    async def main():
        await talk.begin()
        for number in range(NIMBLE.buffers):
            talk.notify(number)
        for refused in (lambda: talk.notify(99), lambda: talk.indicate(b"x")):
            with pytest.raises(OSError, match="no buffer") as caught:
                refused()
            assert caught.value.errno == errno.ENOMEM
        await asyncio.sleep(0.2)
        assert talk.numbers() == list(range(NIMBLE.buffers))
        assert talk.board.radio.waiting_count_max == 0

    sim.run(main())


def test_btstack_that_is_given_more_than_a_board_has_memory_ends_the_simulation(sim):
    talk = Talk(sim, BTSTACK)

    async def main():
        await talk.begin()
        with pytest.raises(FlashMisuse, match="values wait for the radio"):
            talk.flood(2_000, 240)
        return talk.board.radio.waiting_count_max

    assert 200 < sim.run(main()) < 300


def test_indication_overtakes_what_waits_on_btstack_only(sim):
    async def main():
        orders = []
        for profile in (NIMBLE, BTSTACK):
            talk = Talk(sim, profile)
            await talk.begin()
            for number in range(15):
                talk.notify(number)
            talk.indicate(b"done")
            await asyncio.sleep(1)
            orders.append(talk.arrived.index(b"done"))
            await talk.client.disconnect()
        return orders

    assert sim.run(main()) == [15, BTSTACK.buffers]


@pytest.mark.parametrize(
    ("profile", "done_count"), [(NIMBLE, 1), (BTSTACK, 2)], ids=["NimBLE", "BTstack"]
)
def test_two_quick_indications_are_told_to_be_done(sim, profile, done_count):
    talk = Talk(sim, profile)

    async def main():
        await talk.begin()
        talk.indicate(b"one")
        talk.indicate(b"two")
        await asyncio.sleep(1)
        assert talk.arrived == [b"one", b"two"]
        assert talk.board.irqs().count(IRQ_GATTS_INDICATE_DONE) == done_count
        # And the next one is told again.
        talk.indicate(b"three")
        await asyncio.sleep(1)
        assert talk.board.irqs().count(IRQ_GATTS_INDICATE_DONE) == done_count + 1

    sim.run(main())


@each_stack
def test_indication_that_nobody_confirms_ends_with_a_status(sim, profile):
    talk = Talk(sim, profile)

    def statuses():
        return [
            payload[-1]
            for _, payload in talk.board.events
            if payload[0] == IRQ_GATTS_INDICATE_DONE
        ]

    async def main():
        await talk.begin()
        proxy = talk.client.services.get_characteristic(CONTROL).obj
        proxy.client.send_confirmation = lambda _: None
        talk.indicate(b"one")
        await asyncio.sleep(29)
        assert statuses() == []
        await asyncio.sleep(2)
        assert statuses() == [profile.status_timed_out]
        talk.indicate(b"two")
        await asyncio.sleep(1)
        await talk.client.disconnect()
        await asyncio.sleep(1)
        assert statuses() == [profile.status_timed_out, profile.status_disconnected]

    sim.run(main())


def test_services_beyond_the_attribute_memory_end_the_simulation(sim):
    def many(count):
        return services(*((STREAM, READ | NOTIFY) for _ in range(count)))

    # The first that is too large, by the sizes that att_db_util.c stores.
    count = next(n for n in range(20) if attribute_bytes(many(n)) > 512)
    assert count == 8

    async def main():
        for profile in (NIMBLE, BTSTACK):
            board = Board(sim, profile)
            await board.switch_on()
            await board.register(many(count - 1))
        with pytest.raises(FlashMisuse, match="of 512 for attributes"):
            await board.register(many(count))
        nimble = Board(sim, NIMBLE)
        await nimble.switch_on()
        await nimble.register(many(count))

    sim.run(main())


@pytest.mark.parametrize(
    ("profile", "connects"), [(NIMBLE, 1), (BTSTACK, 2)], ids=["NimBLE", "BTstack"]
)
def test_only_btstack_advertises_again_when_a_central_has_left(sim, profile, connects):
    talk = Talk(sim, profile)

    async def main():
        await talk.begin()
        await talk.client.disconnect()
        await asyncio.sleep(1)
        again = client(talk.board.address, sim.backend(), timeout=2)
        with suppress(TimeoutError):
            await again.connect()
        await asyncio.sleep(0.1)
        assert talk.board.irqs().count(IRQ_CENTRAL_CONNECT) == connects
        await again.disconnect()
        # Told to be silent it is.
        talk.board.ble.gap_advertise(None)
        with pytest.raises(TimeoutError):
            await client(talk.board.address, sim.backend(), timeout=2).connect()

    sim.run(main())


@pytest.mark.parametrize(
    ("profile", "found"), [(NIMBLE, True), (BTSTACK, False)], ids=["NimBLE", "BTstack"]
)
def test_second_central_is_for_nimble_only(sim, profile, found):
    talk = Talk(sim, profile)

    async def main():
        await talk.begin()
        await talk.board.advertise()
        assert (await find(sim.backend(), within_s=2) is not None) == found
        await talk.client.disconnect()
        await asyncio.sleep(1)
        assert await find(sim.backend(), within_s=2) is not None

    sim.run(main())


@each_stack
def test_end_of_a_connection_is_told_with_or_without_the_peer(sim, profile):
    talk = Talk(sim, profile)

    async def main():
        await talk.begin()
        await talk.client.disconnect()
        await asyncio.sleep(1)

    sim.run(main())
    told = [
        frames.CONNECT_EVENT.unpack(payload)[2:]
        for _, payload in talk.board.events
        if payload[0] in (IRQ_CENTRAL_CONNECT, profile.event_at_end)
    ]
    if profile is NIMBLE:
        assert told[1] == told[0]
    else:
        assert told[1] == (0xFF, bytes(6))


def test_what_only_nimble_checks_ends_the_simulation_on_btstack(sim):
    async def main():
        board = Board(sim, BTSTACK)
        await board.switch_on()
        with pytest.raises(FlashMisuse, match="32 bytes to advertise"):
            await board.advertise(bytes(32), b"")
        with pytest.raises(Refused, match="unknown config param"):
            board.ble.config(bond=True)
        with pytest.raises(OSError, match="no such connection") as caught:
            board.radio.serve(op.BLE_NOTIFY, frames.U16_PAIR.pack(9, 9) + b"x")
        assert caught.value.errno == errno.EINVAL

    sim.run(main())


def test_pico_w_runs_a_firmware_on_btstack(sim, tmp_path):
    band = add_band(sim, "streamer", tmp_path, board="pico_w")

    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            assert await stream(c, 200, 240) == list(range(200))

    sim.run(main())
    assert "sent 200 refused False" in band.log_text()
    # All but those in buffers waited at once; the firmware could not know.
    assert band.waiting_count_max > 150


def test_firmware_that_floods_a_pico_w_ends_the_simulation(sim, tmp_path):
    add_band(sim, "streamer", tmp_path, board="pico_w")

    async def main():
        backend = sim.backend()
        async with client(await find(backend), backend) as c:
            await stream(c, 2_000, 240)

    with pytest.raises(FlashMisuse, match="values wait for the radio"):
        sim.run(main())


@pytest.mark.parametrize(
    ("board", "line"),
    [("xiao_esp32c3", "activation [29, 29, 30, 29]"), ("pico_w", "activation []")],
)
def test_only_nimble_asks_for_keys(sim, tmp_path, board, line):
    band = add_band(sim, "activation", tmp_path, board=board)
    assert run_until_off(sim, band) == [line] * 2


@pytest.mark.parametrize("asked", [23, 185, 247, 512, 517])
@each_stack
def test_mtu_is_granted_up_to_the_stacks_own(profile, asked):
    sim = simulation(host=HostSettings(mtu=asked))
    talk = Talk(sim, profile)

    async def main():
        await talk.begin()
        granted = talk.client.mtu_size
        # A value has 512 bytes at most, whatever the MTU.
        talk.notify(7, min(granted - 3, 512))
        talk.notify(8, 600)
        await asyncio.sleep(0.5)
        assert [len(data) for data in talk.arrived] == [min(granted - 3, 512), granted - 3]
        return granted

    assert sim.run(main()) == min(asked, profile.mtu)


def test_limits_of_a_stack_are_the_profiles(sim):
    # Goal: the checks above measure the profile, not a number of their own.
    talk = Talk(sim, replace(BTSTACK, buffers=2, queued_bytes_max=1_000))

    async def main():
        await talk.begin()
        with pytest.raises(FlashMisuse):
            talk.flood(10, 100)
        return talk.board.radio.active.gatt.transmitter.waiting_count_max

    assert sim.run(main()) == 7
