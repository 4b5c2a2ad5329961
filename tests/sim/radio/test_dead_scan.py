"""A scan that dies without a word: what runs hears nothing, what is begun later does."""

import asyncio

import pytest
from bleak import BleakScanner

from tests.sim.radio.board import Board
from tests.sim.vm.rig import simulation


@pytest.mark.parametrize("count", [1, 2])
def test_scans_that_died_hear_nothing_and_the_one_after_them_hears(count):
    sim = simulation()
    board = Board(sim)
    heard = []

    async def scan(adapter=None):
        """Return whether anything is heard in a while, and after the scan has died."""
        async with BleakScanner(lambda one, _: heard.append(one.address), backend=scanner):
            await asyncio.sleep(2)
            alive = bool(heard)
            if adapter is not None:
                adapter.let_scans_die(count)
            heard.clear()
            await asyncio.sleep(2)
            return alive, bool(heard)

    async def main():
        await board.open_window()
        assert await scan(scanner.adapter) == (True, False)
        for _ in range(count - 1):
            heard.clear()
            assert await scan() == (False, False)
        heard.clear()
        assert await scan() == (True, True)
        assert set(heard) == {board.address}

    scanner = sim.backend().scanner
    sim.run(main())
