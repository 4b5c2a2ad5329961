"""Which address a band has on the air, by kind, and that it can be reached under each."""

import asyncio
import errno
from dataclasses import replace

import pytest
from bleak import BleakScanner
from bumble import crypto

from pouch_sim.errors import FlashMisuse
from pouch_sim.radio.profile import BTSTACK, NIMBLE
from tests.sim.radio.board import Board
from tests.sim.radio.helpers import STREAM, client
from tests.sim.vm.rig import simulation

PUBLIC, STATIC, RESOLVABLE, NON_RESOLVABLE = range(4)
RANDOM_KIND = 1

each_stack = pytest.mark.parametrize("profile", [NIMBLE, BTSTACK], ids=["NimBLE", "BTstack"])


@pytest.fixture
def sim():
    return simulation()


async def heard_addresses(backend):
    found = await BleakScanner.discover(timeout=0.5, backend=backend.scanner)
    return {device.address for device in found}


async def window(board, mode):
    """Switch the radio on with an address of a kind, and advertise; return the address."""
    await board.switch_on()
    board.ble.config(addr_mode=mode)
    await board.register()
    await board.advertise()
    return board.address


def top_bits(address):
    return int(address[:2], 16) >> 6


@each_stack
def test_each_window_has_another_static_address_that_can_be_reached(sim, profile):
    board = Board(sim, profile)

    async def main():
        backend = sim.backend()
        seen = []
        for _ in range(4):
            seen.append(await window(board, STATIC))
            assert await heard_addresses(backend) == {seen[-1]}
            kind, address = board.mac()
            assert (kind, address.hex(":").upper()) == (RANDOM_KIND, seen[-1])
            async with client(seen[-1], backend) as c:
                assert await c.read_gatt_char(STREAM) == b""
            await asyncio.sleep(1)
            await board.switch_off()
        assert len(set(seen)) == 4
        assert {top_bits(address) for address in seen} == {0b11}
        # Whoever comes back for an address of before finds nobody.
        await window(board, STATIC)
        with pytest.raises(TimeoutError):
            await client(seen[0], backend, timeout=2).connect()

    sim.run(main())


def test_addresses_are_the_seeds(sim):
    async def addresses(seed):
        board = Board(sim, seed=seed)
        made = []
        for mode in (STATIC, RESOLVABLE, NON_RESOLVABLE, STATIC):
            made.append(await window(board, mode))
            await board.switch_off()
        return made

    async def main():
        first = await addresses(1)
        assert await addresses(1) == first
        assert set(await addresses(2)).isdisjoint(first)

    sim.run(main())


@each_stack
def test_a_radio_that_was_just_switched_on_has_its_chips_public_address(sim, profile):
    board = Board(sim, profile)

    async def main():
        backend = sim.backend()
        await board.open_window()
        public = board.address
        assert board.mac()[0] == 0
        assert await heard_addresses(backend) == {public}
        async with client(public, backend) as c:
            assert await c.read_gatt_char(STREAM) == b""
        await asyncio.sleep(1)
        await board.switch_off()
        assert await window(board, STATIC) != public
        await board.switch_off()
        # What it was told does not outlast its being off.
        await board.open_window()
        assert board.address == public
        await board.switch_off()
        assert await window(board, PUBLIC) == public

    sim.run(main())


def test_chip_without_public_address_refuses_it_and_draws_one(sim):
    board = Board(sim, replace(NIMBLE, has_public_address=False))

    async def main():
        seen = set()
        for _ in range(3):
            await board.open_window()
            seen.add(board.address)
            with pytest.raises(OSError, match="no such address") as caught:
                board.ble.config(addr_mode=PUBLIC)
            assert caught.value.errno == errno.EINVAL
            await board.switch_off()
        assert len(seen) == 3

    sim.run(main())


def test_resolvable_address_is_made_with_the_bands_key_and_lasts_fifteen_minutes(sim):
    board = Board(sim)

    async def main():
        backend = sim.backend()
        first = await window(board, RESOLVABLE)
        assert top_bits(first) == 0b01
        raw = bytes.fromhex(first.replace(":", ""))[::-1]
        assert crypto.ah(board.radio.addresses._key, raw[3:]) == raw[:3]
        # The port does not know which one NimBLE uses.
        with pytest.raises(OSError, match="resolvable") as caught:
            board.mac()
        assert caught.value.errno == errno.EINVAL
        async with client(first, backend) as c:
            assert await c.read_gatt_char(STREAM) == b""
        await asyncio.sleep(898)
        await board.advertise()
        assert board.address == first
        await asyncio.sleep(2)
        await board.advertise()
        assert board.address != first

    sim.run(main())


def test_non_resolvable_address_is_another_each_time(sim):
    board = Board(sim)

    async def main():
        seen = []
        for _ in range(2):
            seen.append(await window(board, NON_RESOLVABLE))
            assert board.mac()[0] == RANDOM_KIND
            await board.switch_off()
        assert seen[0] != seen[1]
        assert {top_bits(address) for address in seen} == {0b00}

    sim.run(main())


@pytest.mark.parametrize("mode", [RESOLVABLE, NON_RESOLVABLE, 4])
def test_btstack_knows_public_and_static_only(sim, mode):
    board = Board(sim, BTSTACK)

    async def main():
        await board.switch_on()
        with pytest.raises(OSError, match="no such address") as caught:
            board.ble.config(addr_mode=mode)
        assert caught.value.errno == errno.EINVAL

    sim.run(main())


def test_radio_that_is_off_takes_no_address(sim):
    board = Board(sim)

    async def main():
        with pytest.raises(OSError, match="off") as caught:
            board.ble.config(addr_mode=STATIC)
        assert caught.value.errno == errno.ENODEV

    sim.run(main())


def test_address_on_the_air_is_changed_by_btstack_and_never_by_nimble(sim):
    async def main():
        board = Board(sim)
        await window(board, STATIC)
        with pytest.raises(FlashMisuse, match="while the radio advertises"):
            board.ble.config(addr_mode=STATIC)
        board.ble.gap_advertise(None)
        board.ble.config(addr_mode=STATIC)
        other = Board(sim, BTSTACK, seed=8)
        seen = [await window(other, PUBLIC)]
        for _ in range(2):
            other.ble.config(addr_mode=STATIC)
            seen.append(other.address)
            assert await heard_addresses(sim.backend()) == {other.address}
        assert len(set(seen)) == 3

    sim.run(main())
