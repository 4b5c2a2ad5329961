"""How the band waits: asleep where nothing needs the processor, awake where something does."""

import asyncio

from band.rest import Awake, Rest
from tests.support.on_band.device import HandClock, skip


class StubBoard:
    """Sleeps by moving the clock."""

    SLEEP_MS_MAX = 4_000

    def __init__(self, clock):
        self._clock = clock
        self.usb = False
        self.slept_ms = []

    def usb_host_present(self):
        return self.usb

    def light_sleep_ms(self, duration_ms):
        self.slept_ms.append(duration_ms)
        self._clock.now_ms += duration_ms


def _run(action):
    """Run a co-routine made of board, clock, reasons and Rest; return the board."""
    if not hasattr(asyncio, "run"):
        skip("no asyncio.run in this interpreter: its event loop is the browser's")
    clock = HandClock()
    board = StubBoard(clock)
    awake = Awake()
    fed = []
    rest = Rest(board, clock, awake, lambda: fed.append(clock.now_ms))
    asyncio.run(action(board, clock, awake, rest))
    assert fed
    return board


def test_long_rest_is_slept_in_pieces_that_the_watchdog_allows():
    async def rest_long(board, clock, awake, rest):
        await rest.until(10_000)
        assert clock.now_ms == 10_000

    assert _run(rest_long).slept_ms == [4_000, 4_000, 2_000]


def test_reason_keeps_the_processor_awake_until_it_is_gone():
    async def rest_awake(board, clock, awake, rest):
        awake.hold(Awake.RADIO)

        async def let_go():
            await asyncio.sleep_ms(1)
            awake.release(Awake.RADIO)

        task = asyncio.create_task(let_go())
        await rest.until(900)
        await task

    assert _run(rest_awake).slept_ms == [900]


def test_computer_on_the_cable_is_a_reason():
    async def rest_on_cable(board, clock, awake, rest):
        board.usb = True
        waiting = asyncio.create_task(rest.until(2_000))
        await asyncio.sleep_ms(1)
        assert awake.any
        assert not board.slept_ms
        board.usb = False
        awake.release(Awake.CABLE)
        await waiting

    assert sum(_run(rest_on_cable).slept_ms) == 2_000
