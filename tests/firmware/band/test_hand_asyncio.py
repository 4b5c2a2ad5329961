"""The asyncio that tests move by hand in CPython does what MicroPython's does."""

import pytest

from tests.support import hand_asyncio as asyncio
from tests.support.on_band.hand_board import START_MS, HandClock


@pytest.fixture
def clock():
    return HandClock()


def test_tasks_sleep_in_the_clocks_time(clock):
    log = []

    async def tick(name, step_ms):
        for _ in range(3):
            await asyncio.sleep_ms(step_ms)
            log.append((clock.now_ms - START_MS, name))

    asyncio.run(clock, 2_000, tick("a", 500), tick("b", 700))
    assert log == [(500, "a"), (700, "b"), (1_000, "a"), (1_400, "b"), (1_500, "a")]
    assert clock.now_ms == START_MS + 2_000


def test_flag_wakes_once_and_a_time_out_raises(clock):
    flag = asyncio.ThreadSafeFlag()
    log = []

    async def listen():
        while True:
            try:
                await asyncio.wait_for_ms(flag.wait(), 1_000)
                log.append(("flag", clock.now_ms))
            except asyncio.TimeoutError:
                log.append(("time", clock.now_ms))

    clock.at(1_300, flag.set)
    clock.at(2_500, flag.set)
    asyncio.run(clock, 3_000, listen())
    assert log == [("flag", 1_300), ("time", 2_300), ("flag", 2_500), ("time", 3_500)]


def test_event_stays_set_until_it_is_cleared(clock):
    event = asyncio.Event()
    log = []

    async def listen():
        for _ in range(2):
            await event.wait()
            log.append(clock.now_ms)
        event.clear()
        await event.wait()
        log.append(clock.now_ms)

    clock.at(1_700, event.set)
    clock.at(2_900, event.set)
    asyncio.run(clock, 5_000, listen())
    assert log == [1_700, 1_700, 2_900]


def test_time_that_passes_in_a_task_ends_the_run(clock):
    # A board that sleeps moves the clock itself, and waits for nothing longer.
    naps = []

    async def nap():
        while True:
            clock.pass_until(clock.now_ms + 400)
            naps.append(clock.now_ms)
            await asyncio.sleep_ms(0)

    asyncio.run(clock, 1_000, nap())
    assert naps[-1] == START_MS + 1_200


def test_error_of_a_task_is_the_callers(clock):
    async def fail():
        await asyncio.sleep_ms(10)
        raise ValueError("planted")

    with pytest.raises(ValueError, match="planted"):
        asyncio.run(clock, 1_000, fail())


def test_module_is_loaded_with_this_asyncio_and_with_the_planted_fault():
    sound = asyncio.load_by_hand("band.rest")
    assert sound.asyncio is asyncio
    planted = asyncio.load_by_hand("band.rest", "return self._reasons != 0", "return True")
    assert not sound.Awake().any
    assert planted.Awake().any
    with pytest.raises(AssertionError, match="0 times"):
        asyncio.load_by_hand("band.rest", "no such text", "")
