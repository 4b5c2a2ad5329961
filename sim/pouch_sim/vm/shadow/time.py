"""Stand-in for a board's `time`: ticks that wrap at 2^30 ms, and a clock that starts in 2000.

The unix build hides both: its ticks wrap at 2^62 and its epoch is 1970. An ESP32 board has no
battery-backed clock, so every boot starts at 2000-01-01 00:00.
"""

from micropython import const

import sim as _rt

_TICKS_MASK = const((1 << 30) - 1)
_TICKS_HALF = const(1 << 29)
_SPIN_US_MAX = const(2000)


def __getattr__(name, /):
    # The calendar is the simulator's.
    return _rt.remote("time", name)


def ticks_ms():
    return (_rt.now_us() // 1000) & _TICKS_MASK


def ticks_us():
    return _rt.now_us() & _TICKS_MASK


ticks_cpu = ticks_us


def ticks_add(ticks, delta, /):
    return (ticks + delta) & _TICKS_MASK


def ticks_diff(end, start, /):
    return ((end - start + _TICKS_HALF) & _TICKS_MASK) - _TICKS_HALF


def _wait(us, /):
    due_us = _rt.now + int(us)
    while _rt.now < due_us:
        _rt.wait_until(due_us)


def sleep(seconds, /):
    _wait(seconds * 1000000)


def sleep_ms(ms, /):
    _wait(ms * 1000)


def sleep_us(us, /):
    # A board spins for such a short time, and so costs no round trip to the simulator here.
    if us <= _SPIN_US_MAX:
        _rt.pass_us(us)
    else:
        _wait(us)


def time():
    return _rt.now_us() // 1000000


def time_ns():
    return _rt.now_us() * 1000
