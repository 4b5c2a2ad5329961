"""Runs in MicroPython: the band sleeps only without a reason, and wakes when it is wanted."""

import asyncio

from band.rest import Awake, Rest
from tests.support.on_band.hand_board import HandBoard, gaps
from tests.support.on_band.hand_time import World

# Of each board: its longest sleep and its watchdog (boards/).
BOARDS = ((30_000, 60_000), (4_000, 8_000))
REASONS = (Awake.RADIO, Awake.SIGNAL, Awake.BUTTON, Awake.CABLE)


class Bed:
    """A Rest with all that it needs."""

    def __init__(self, sleep_ms_max=30_000):
        self.world = World()
        self.board = HandBoard(self.world)
        self.board.SLEEP_MS_MAX = sleep_ms_max
        self.awake = Awake()
        self.fed = []
        self.rest = Rest(self.board, self.world, self.awake, self._feed)

    def _feed(self):
        self.fed.append(self.world.now_ms)

    def until(self, after_ms, *others):
        """Rest for so long, other co-routines beside it; return when it was over."""
        start_ms = self.world.now_ms

        async def rest():
            await self.rest.until(start_ms + after_ms)
            return self.world.now_ms - start_ms

        return self.world.finish(rest(), *others)

    def longest_hunger_ms(self):
        return max(gaps(self.fed))


def test_reasons_are_held_and_released_each_for_itself():
    awake = Awake()
    assert not awake.any
    for reason in REASONS:
        awake.hold(reason)
        awake.hold(reason)
    for reason in REASONS:
        assert awake.any
        awake.release(reason)
        awake.release(reason)
    assert not awake.any


def test_no_two_reasons_are_the_same_bit():
    assert sum(REASONS) == 15
    assert all(reason & reason - 1 == 0 for reason in REASONS)


def test_rest_without_a_reason_is_slept_whole():
    for sleep_ms_max, _ in BOARDS:
        bed = Bed(sleep_ms_max)
        assert bed.until(70_003) == 70_003
        assert bed.board.slept_ms() == 70_003


def test_time_that_is_over_is_no_rest_but_feeds():
    for after_ms in (0, -1, -500_000):
        bed = Bed()
        assert bed.until(after_ms) == 0
        assert bed.board.slept == []
        assert len(bed.fed) == 1


def test_what_is_too_short_to_sleep_is_waited_for():
    bed = Bed()
    assert bed.until(4) == 4
    assert bed.board.slept == []
    assert bed.until(5) == 5
    assert bed.board.slept_ms() == 5


def test_watchdog_of_each_board_is_fed_asleep_and_awake():
    for sleep_ms_max, watchdog_ms in BOARDS:
        for reason in (None, Awake.RADIO, Awake.CABLE):
            bed = Bed(sleep_ms_max)
            # A computer that stays is what holds CABLE.
            bed.board.usb = reason == Awake.CABLE
            if reason is not None:
                bed.awake.hold(reason)
            assert bed.until(300_000) == 300_000
            assert bed.longest_hunger_ms() <= sleep_ms_max
            assert sleep_ms_max * 2 <= watchdog_ms
            assert (bed.board.slept == []) == (reason is not None)


def test_each_reason_keeps_it_awake_until_it_is_gone():
    for reason in (Awake.RADIO, Awake.SIGNAL, Awake.BUTTON):
        bed = Bed()
        bed.awake.hold(reason)
        bed.world.at(13_000, bed.awake.release, reason)
        assert bed.until(60_000) == 60_000
        # From 12 s after the start on.
        assert bed.board.slept[0][0] == 13_000
        assert bed.board.slept_ms() == 48_000


def test_two_reasons_keep_it_awake_until_both_are_gone():
    bed = Bed()
    bed.awake.hold(Awake.RADIO)
    bed.awake.hold(Awake.SIGNAL)
    bed.world.at(6_000, bed.awake.release, Awake.SIGNAL)
    bed.world.at(16_000, bed.awake.release, Awake.RADIO)
    bed.until(30_000)
    assert bed.board.slept == [(16_000, 31_000)]


def test_reason_that_comes_in_the_sleep_keeps_the_next_one_away():
    bed = Bed()
    bed.board.on_button(lambda pressed: bed.awake.hold(Awake.BUTTON))
    bed.board.press(21_000, 200)
    bed.world.at(25_000, bed.awake.release, Awake.BUTTON)
    bed.until(60_000)
    assert bed.board.slept[0] == (1_000, 21_000)
    assert bed.board.slept[1][0] == 25_000


def test_wish_to_be_woken_is_met_to_the_millisecond():
    bed = Bed()
    woken = []

    async def want():
        await asyncio.sleep_ms(12_345)
        woken.append(bed.world.now_ms)
        bed.awake.wake_ms = None
        bed.awake.release(Awake.SIGNAL)

    bed.awake.wake_ms = bed.world.now_ms + 12_345
    assert bed.until(60_000, want()) == 60_000
    assert woken == [13_345]
    # Nothing but the looks of that task was waited for awake.
    assert bed.board.slept_ms() >= 59_900


def test_whoever_wants_to_be_woken_finds_the_processor_awake_until_it_is_done():
    # Its own timer may fire a little later than it said.
    bed = Bed()
    steps = []

    async def play():
        await asyncio.sleep_ms(10_050)
        for _ in range(5):
            steps.append(bed.world.now_ms)
            await asyncio.sleep_ms(100)
        bed.awake.wake_ms = None
        bed.awake.release(Awake.SIGNAL)

    bed.awake.wake_ms = bed.world.now_ms + 10_000
    bed.until(60_000, play())
    assert steps == [11_050, 11_150, 11_250, 11_350, 11_450]
    for begin_ms, end_ms in bed.board.slept:
        assert end_ms <= 11_000 or begin_ms >= 11_550


def test_wish_for_later_than_the_rest_does_not_prolong_it():
    bed = Bed()
    bed.awake.wake_ms = bed.world.now_ms + 100_000
    assert bed.until(30_000) == 30_000
    assert not bed.awake.any


def test_computer_is_looked_for_before_a_long_sleep_and_no_short_one():
    bed = Bed()
    bed.board.usb = True
    bed.until(999)
    assert bed.board.slept_ms() == 999
    bed.until(1_000)
    assert bed.board.slept_ms() == 999
    assert bed.awake.any


def test_computer_that_leaves_is_noticed_and_the_band_sleeps_again():
    bed = Bed()
    bed.board.usb = True
    bed.world.at(46_000, setattr, bed.board, "usb", False)
    assert bed.until(300_000) == 300_000
    assert bed.board.slept[0][0] == 61_000
    assert not bed.awake.any


def test_computer_that_comes_is_noticed_within_one_sleep():
    for sleep_ms_max, _ in BOARDS:
        bed = Bed(sleep_ms_max)
        bed.world.at(46_000, setattr, bed.board, "usb", True)
        bed.until(120_000)
        assert bed.board.slept[-1][1] <= 46_000 + sleep_ms_max


def test_timers_of_others_that_ran_out_in_the_sleep_run_before_the_next_one():
    bed = Bed()
    ran = []

    async def later():
        await asyncio.sleep_ms(10_000)
        ran.append(bed.world.now_ms)

    bed.until(60_000, later())
    # It did not ask to be woken, so it waits for the end of a sleep, and not for the next.
    assert ran == [bed.board.slept[0][1]]


def test_waiting_for_no_reason_ends_at_the_last_or_in_time():
    bed = Bed()
    waited = []

    async def wait(timeout_ms):
        start_ms = bed.world.now_ms
        await bed.awake.until_none(timeout_ms)
        waited.append(bed.world.now_ms - start_ms)

    bed.world.finish(wait(5_000))
    bed.awake.hold(Awake.RADIO)
    bed.world.finish(wait(5_000))
    bed.world.at(bed.world.now_ms + 700, bed.awake.release, Awake.RADIO)
    bed.world.finish(wait(5_000))
    assert waited == [0, 5_000, 700]
