"""The clock past the wrap of `ticks_ms`, by this interpreter's own ticks arithmetic."""

import time

from band import clock
from tests.support.on_band.device import skip

WRAP = 1 << 30
DAY_MS = 86_400_000


class Ticks:
    """Stands in for `time`: its ticks stand where a test puts them, the arithmetic is real."""

    ticks_diff = staticmethod(time.ticks_diff)

    def __init__(self, now):
        self.now = now

    def ticks_ms(self):
        return self.now

    def pass_ms(self, ms):
        self.now = time.ticks_add(self.now, ms)


def _started(before_wrap_ms):
    """Return ticks so long before their wrap, and a clock that was started there."""
    last = time.ticks_add(0, -1)
    if last != WRAP - 1:
        skip("ticks wrap at %d bits here, not at a board's 30" % _bits(last))
    ticks = Ticks(time.ticks_add(0, -before_wrap_ms))
    clock.time = ticks
    try:
        return ticks, clock.Clock()
    finally:
        # A file that fails here is forgotten, but not before its other tests ran.
        clock.time = time


def _bits(number):
    bits = 0
    while number:
        number >>= 1
        bits += 1
    return bits


def _uptime_ms(ticks, started):
    clock.time = ticks
    try:
        return started.uptime_ms()
    finally:
        clock.time = time


def test_ticks_go_on():
    first = time.ticks_ms()
    started = clock.Clock()
    while time.ticks_diff(time.ticks_ms(), first) < 3:
        pass
    assert 2 <= started.uptime_ms() <= 60_000


def test_uptime_over_one_wrap():
    ticks, started = _started(5_000)
    for second in range(0, 12, 2):
        assert _uptime_ms(ticks, started) == second * 1000
        ticks.pass_ms(2_000)
    assert ticks.now < WRAP // 2


def test_uptime_of_a_month_that_is_read_every_five_days():
    ticks, started = _started(1)
    for day in range(0, 31, 5):
        assert _uptime_ms(ticks, started) == day * DAY_MS
        ticks.pass_ms(5 * DAY_MS)
    # Beyond a small integer of a board, and two wraps.
    assert _uptime_ms(ticks, started) == 3_024_000_000 > 2 * WRAP


def test_ticks_further_apart_than_half_a_wrap_are_told_wrong():
    # What the clock's note of six days rests on.
    ticks, started = _started(0)
    ticks.pass_ms(WRAP // 4)
    ticks.pass_ms(WRAP // 4 + 1)
    assert _uptime_ms(ticks, started) < 0
