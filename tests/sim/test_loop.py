import asyncio
import threading
import time

import pytest

from pouch_sim.loop import VirtualLoop

PATIENCE_S = 10


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


class Watcher(threading.Thread):
    """Reads the loop's clock from outside until told, or after so many different times."""

    def __init__(self, loop, *, enough=None, on_enough=lambda: None):
        super().__init__(daemon=True)
        self.seen = []
        self.finish = threading.Event()
        self._loop, self._enough, self._on_enough = loop, enough, on_enough

    def run(self):
        give_up_s = time.monotonic() + PATIENCE_S
        different = set()
        while not self.finish.is_set() and time.monotonic() < give_up_s:
            self.seen.append(self._loop.now_us)
            different.add(self.seen[-1])
            if len(different) == self._enough:
                break
        self._on_enough()


def test_clock_read_from_outside_goes_on_while_a_paced_loop_sleeps(loop):
    # Goal: no page whose clock stands still until the next timer. Method: one timer, an hour off.
    loop.speed = 1.0
    done = asyncio.Event()
    watcher = Watcher(loop, enough=50, on_enough=lambda: loop.call_soon_threadsafe(done.set))
    loop.call_soon(watcher.start)

    loop.run_until_complete(asyncio.wait_for(done.wait(), 3600))

    assert len(set(watcher.seen)) == 50
    assert watcher.seen[-1] <= loop.now_us < PATIENCE_S * 1_000_000


def test_clock_read_from_outside_never_falls_nor_overtakes_a_timer(loop):
    # Goal: whoever reads the clock and then hears of an event finds that event not in the past.
    # Method: what was read last before each timer, with timers close enough to race the reader.
    loop.speed = 1.0
    watcher = Watcher(loop)
    loop.call_soon(watcher.start)
    late = []

    def note(due_us):
        shown_us = watcher.seen[-1] if watcher.seen else 0
        late.append((due_us, shown_us, loop.now_us))

    for due_us in range(1_000, 300_000, 1_000):
        loop.call_at_us(due_us, note, due_us)
    loop.run_until_complete(asyncio.sleep(0.3))
    watcher.finish.set()
    watcher.join()

    assert watcher.seen == sorted(watcher.seen)
    assert len(late) == 299
    assert all(shown_us <= due_us == now_us for due_us, shown_us, now_us in late)


def test_clock_read_from_outside_an_unpaced_loop_shows_timers_only(loop):
    watcher = Watcher(loop)
    loop.call_soon(watcher.start)
    timers_us = range(1_000, 3_000_000, 1_000)
    for due_us in timers_us:
        loop.call_at_us(due_us, lambda: None)

    loop.run_until_complete(asyncio.sleep(3))
    watcher.finish.set()
    watcher.join()

    assert set(watcher.seen) <= {0, *timers_us, 3_000_000}


def test_clock_keeps_what_was_shown_when_the_speed_changes(loop):
    loop.speed = 1000.0
    done = asyncio.Event()

    def slow_down():
        loop.speed = 0.5
        loop.call_soon_threadsafe(done.set)

    watcher = Watcher(loop, enough=50, on_enough=slow_down)
    loop.call_soon(watcher.start)

    loop.run_until_complete(asyncio.wait_for(done.wait(), 3_600_000))

    assert loop.now_us >= watcher.seen[-1] > 0


@pytest.mark.parametrize("speed", [0, -1.0])
def test_speed_that_is_not_above_zero_is_refused(loop, speed):
    with pytest.raises(ValueError, match="above zero"):
        loop.speed = speed
