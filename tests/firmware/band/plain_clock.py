"""Runs in MicroPython: what the band takes the time of day for, on ticks that wrap as a board's.

The ticks of this interpreter itself are tried in tests/device/uptime.py.
"""

from band import clock as clocks

WRAP = 1 << 30
DAY_MS = 86_400_000
# 2026-09-21 14:13:20 UTC.
UTC_S = 1_790_000_000


class Time:
    """Stands in for `time`: 30 bits of ticks, from where a test begins."""

    def __init__(self, ticks=0):
        self.ticks = ticks

    def ticks_ms(self):
        return self.ticks

    def ticks_diff(self, end, begin):
        return (end - begin + WRAP // 2) % WRAP - WRAP // 2

    def pass_ms(self, clock, duration_ms):
        """Let time pass; the clock is read once a day, as the sampler does more often."""
        while duration_ms > 0:
            step_ms = min(duration_ms, DAY_MS)
            self.ticks = (self.ticks + step_ms) % WRAP
            duration_ms -= step_ms
            clock.uptime_ms()


def _started(ticks=0):
    time = clocks.time = Time(ticks)
    return clocks.Clock(), time


def test_no_time_of_day_before_a_host_told_it():
    clock, time = _started()
    time.pass_ms(clock, 5 * DAY_MS)
    assert clock.utc() is None
    assert clock.local_min(0) is None
    assert clock.local_min(300) is None


def test_time_goes_on_from_what_was_told():
    clock, time = _started(7_000)
    time.pass_ms(clock, 1_234)
    clock.set_utc(UTC_S, 900, 60)
    assert clock.utc() == (UTC_S, 900, 60, 1_234)
    time.pass_ms(clock, 99)
    assert clock.utc() == (UTC_S, 999, 60, 1_234)
    time.pass_ms(clock, 1)
    assert clock.utc() == (UTC_S + 1, 0, 60, 1_234)
    time.pass_ms(clock, 3_600_000)
    assert clock.utc() == (UTC_S + 3_601, 0, 60, 1_234)


def test_last_word_counts_and_may_set_the_time_back():
    clock, time = _started()
    clock.set_utc(UTC_S, 0, 60)
    time.pass_ms(clock, 5_000)
    clock.set_utc(UTC_S - DAY_MS, 1, 7)
    assert clock.utc() == (UTC_S - DAY_MS, 1, 7, 5_000)


def test_time_that_is_told_without_its_parts_is_a_whole_second():
    clock, _ = _started()
    clock.set_utc(UTC_S)
    assert clock.utc() == (UTC_S, 0, 0, 0)


def test_time_goes_on_over_wraps_of_the_ticks():
    # Told a second before the first, which comes before the first day is over.
    clock, time = _started(WRAP - 1_000)
    clock.set_utc(UTC_S, 500, 60)
    for day in range(1, 31):
        time.pass_ms(clock, DAY_MS)
        assert clock.utc() == (UTC_S + day * 86_400, 500, 60, 0)
        assert clock.local_min(0) == 14 * 60 + 13
    assert clock.uptime_ms() == 30 * DAY_MS > 2 * WRAP


def test_time_that_is_told_after_a_wrap_goes_on_as_well():
    clock, time = _started(WRAP - 1)
    time.pass_ms(clock, 13 * DAY_MS)
    clock.set_utc(UTC_S, 1, 2)
    time.pass_ms(clock, 13 * DAY_MS)
    assert clock.utc() == (UTC_S + 13 * 86_400, 1, 2, 13 * DAY_MS)


def test_restart_forgets_the_time_until_it_is_told_again():
    clock, time = _started()
    clock.set_utc(UTC_S, 0, 60)
    time.pass_ms(clock, 60_000)
    # Ticks may go on over a reset by firmware; the uptime begins again all the same.
    again = clocks.Clock()
    assert again.utc() is None
    assert again.local_min(0) is None
    assert again.uptime_ms() == 0
    time.pass_ms(again, 2_000)
    again.set_utc(UTC_S + 62, 0, 40)
    assert again.utc() == (UTC_S + 62, 0, 40, 2_000)


def test_minute_of_the_local_day_in_every_zone_and_over_midnight():
    clock, time = _started()
    clock.set_utc(UTC_S, 0, 60)
    assert clock.local_min(0) == 14 * 60 + 13
    assert clock.local_min(300) == 19 * 60 + 13
    assert clock.local_min(840) == 4 * 60 + 13
    assert clock.local_min(-840) == 13
    assert clock.local_min(-900) == 23 * 60 + 13
    for minute in range(1441):
        assert clock.local_min(0) == (14 * 60 + 13 + minute) % 1440
        time.pass_ms(clock, 60_000)


def test_minute_changes_with_the_last_millisecond():
    clock, time = _started()
    # Forty seconds before the minute, told with milliseconds.
    clock.set_utc(UTC_S, 250, 60)
    time.pass_ms(clock, 39_749)
    assert clock.local_min(0) == 14 * 60 + 13
    time.pass_ms(clock, 1)
    assert clock.local_min(0) == 14 * 60 + 14
