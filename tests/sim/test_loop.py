import asyncio
import threading
import time

import pytest

from pouch_sim.loop import VirtualLoop


@pytest.fixture
def loop():
    loop = VirtualLoop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def test_sleep_moves_the_clock_and_takes_no_time(loop):
    start_s = time.monotonic()

    loop.run_until_complete(asyncio.sleep(30 * 86_400))

    assert loop.now_us == 30 * 86_400 * 1_000_000
    assert time.monotonic() - start_s < 5


def test_timers_of_whole_microseconds_fire_at_that_instant_after_a_year(loop):
    # Goal: no drift from float seconds. Method: steps that have no exact float, far from zero.
    year_us = 365 * 86_400 * 1_000_000
    seen = []
    for step in range(1, 1000):
        loop.call_at_us(year_us + step * 33_333, lambda: seen.append(loop.now_us))

    loop.run_until_complete(asyncio.sleep(366 * 86_400))

    assert seen == [year_us + step * 33_333 for step in range(1, 1000)]


def test_timers_of_the_same_instant_run_in_one_turn(loop):
    seen = []
    loop.call_at_us(1_000_001, lambda: seen.append(loop.now_us))
    loop.call_at(1_000_001 / 1e6, lambda: seen.append(loop.now_us))

    loop.run_until_complete(asyncio.sleep(2))

    assert seen == [1_000_001, 1_000_001]


def test_work_in_a_thread_takes_no_simulated_time(loop):
    release = threading.Event()

    async def main():
        threading.Timer(0.05, release.set).start()
        await asyncio.wait_for(asyncio.to_thread(release.wait), 0.001)
        return loop.now_us

    assert loop.run_until_complete(main()) == 0


def test_speed_paces_the_clock(loop):
    loop.speed = 100.0
    start_s = time.monotonic()

    loop.run_until_complete(asyncio.sleep(20))

    assert 0.19 < time.monotonic() - start_s < 2


def test_speed_can_be_raised_from_another_thread_while_the_loop_sleeps(loop):
    loop.speed = 1.0

    def release():
        loop.speed = None

    threading.Timer(0.05, release).start()
    start_s = time.monotonic()

    loop.run_until_complete(asyncio.sleep(3600))

    assert time.monotonic() - start_s < 5
    assert loop.now_us == pytest.approx(3600e6, abs=1)


def test_work_from_another_thread_is_done_while_the_loop_sleeps(loop):
    loop.speed = 1.0
    done = asyncio.Event()
    threading.Timer(0.05, lambda: loop.call_soon_threadsafe(done.set)).start()

    loop.run_until_complete(asyncio.wait_for(done.wait(), 3600))

    assert 0 < loop.now_us < 60_000_000


@pytest.mark.parametrize("speed", [0, -1.0])
def test_speed_that_is_not_above_zero_is_refused(loop, speed):
    with pytest.raises(ValueError, match="above zero"):
        loop.speed = speed
