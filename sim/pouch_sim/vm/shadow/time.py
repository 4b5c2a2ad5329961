"""Stand-in for a board's `time`: ticks that wrap at 2^30 ms, and a clock that starts in 2000.

The unix build hides both: its ticks wrap at 2^62 and its epoch is 1970. An ESP32 board has no
battery-backed clock, so every boot starts at 2000-01-01 00:00.
"""

import simrt as _rt

_builtin = _rt.builtin("time")

_TICKS_PERIOD = 1 << 30
_TICKS_MASK = _TICKS_PERIOD - 1
_TICKS_HALF = _TICKS_PERIOD >> 1
_EPOCH_2000_S = 946684800
_SPIN_US_MAX = 2000
_FEBRUARY = 2


def ticks_ms():
    return (_rt.now_us() // 1000) & _TICKS_MASK


def ticks_us():
    return _rt.now_us() & _TICKS_MASK


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    return (ticks + delta) & _TICKS_MASK


def ticks_diff(end, start):
    return ((end - start + _TICKS_HALF) & _TICKS_MASK) - _TICKS_HALF


def sleep(seconds):
    _rt.sleep_us(seconds * 1000000)


def sleep_ms(ms):
    _rt.sleep_us(ms * 1000)


def sleep_us(us):
    # A board spins for such a short time, and so costs no round trip to the simulator here.
    if us <= _SPIN_US_MAX:
        _rt.spend_us(us)
    else:
        _rt.sleep_us(us)


def time():
    return _rt.now_us() // 1000000


def time_ns():
    return _rt.now_us() * 1000


def gmtime(seconds=None):
    return _builtin.gmtime((time() if seconds is None else seconds) + _EPOCH_2000_S)[:8]


localtime = gmtime


def mktime(fields):
    # Days before each month in a year without a leap day; the built-in one would use the
    # time zone of the machine that runs the simulation.
    year, month, day, hour, minute, second = fields[:6]
    days = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1] + day - 1
    leap_years = year - (1 if month <= _FEBRUARY else 0)
    days += (year - 2000) * 365 + leap_years // 4 - leap_years // 100 + leap_years // 400 - 484
    return ((days * 24 + hour) * 60 + minute) * 60 + second
