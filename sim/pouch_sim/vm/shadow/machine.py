"""Stand-in for a board's `machine`: what the firmware needs, with its cost in time."""

import errno

import opcodes as _op
import simpins as _pins
import simrt as _rt
from simboards import this as _board
from simpins import ADC, PWM, Pin, mem32  # noqa: F401 - names of this module

# A board has the causes that its port can tell; they are numbered alike.
for _number, _name in enumerate(_board.RESET_CAUSES):
    if _name:
        globals()[_name] = _number + 1

_HARD_RESET = 2
_SOFT_RESET = 5

_hz = _board.FREQUENCIES_HZ[-1]

_BITS_PER_I2C_BYTE = 9  # eight of data and one acknowledge

_cause = int(_rt.env("SIM_RESET_CAUSE"))
_unique_id = bytes.fromhex(_rt.env("SIM_UNIQUE_ID"))


def reset_cause():
    # The RP2040 knows power and watchdog only, and resets itself through its watchdog.
    if len(_board.RESET_CAUSES) < _cause or _board.RESET_CAUSES[_cause - 1] is None:
        return _rt.WDT_RESET
    return _cause


def unique_id():
    return _unique_id


def reset():
    _rt.reset(_HARD_RESET)


def soft_reset():
    _rt.reset(_SOFT_RESET)


def lightsleep(time_ms=None):
    """Sleep until the time is up or a wake-up pin has its level or, on an RP2040, its edge.

    The radio must be off (ESP-IDF, "Sleep Modes": applications must disable Bluetooth before).
    An ESP32's watchdog stands still, an RP2040's does not.
    """
    if _rt.radio_on:
        _rt.halt(_op.MISUSE, b"light sleep with the radio on")
    _pins.fall_asleep()
    began = _rt.now
    watchdog_us = _rt.watchdog_us
    if _board.WATCHDOG_SLEEPS:
        _rt.watchdog_us = -1
    due_us = -1 if time_ms is None else began + time_ms * 1000
    _rt.asleep = True
    while (due_us < 0 or _rt.now < due_us) and not _awoken():
        _rt.wait_until(due_us)
    _rt.asleep = False
    if _board.WATCHDOG_SLEEPS and watchdog_us >= 0:
        _rt.watchdog_us = watchdog_us + _rt.now - began


def _awoken():
    return Pin.noticed if _board.WAKES_BY_EDGE else Pin.wakes()


def idle():
    _rt.spend_us(1000)


def freq(hz=None):
    global _hz
    if hz is None:
        return _hz
    if hz not in _board.FREQUENCIES_HZ:
        raise ValueError("cannot change frequency")
    _hz = hz
    return None


class I2C:
    """A bus master. Every transfer takes the time its bits take on the wire."""

    def __init__(self, id=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        _board.check_i2c(id, scl and scl.id, sda and sda.id)
        self._bus = id
        self._freq = freq
        self._timeout_us = timeout

    def _transfer(self, address, write, read_count, wire_bytes):
        _rt.spend_us(wire_bytes * _BITS_PER_I2C_BYTE * 1000000 // self._freq)
        try:
            return _rt.transfer(self._bus, address, write, read_count)
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                # A line is held low: the master waits, then gives up.
                _rt.spend_us(self._timeout_us)
            raise

    def scan(self):
        found = []
        for address in range(0x08, 0x78):
            try:
                self._transfer(address, b"", 0, 1)
            except OSError:
                continue
            found.append(address)
        return found

    def writeto(self, addr, buf, stop=True):
        self._transfer(addr, buf, 0, len(buf) + 1)
        return len(buf)

    def readfrom(self, addr, nbytes, stop=True):
        return self._transfer(addr, b"", nbytes, nbytes + 1)

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self._transfer(addr, b"", len(buf), len(buf) + 1)

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        return self._transfer(addr, bytes((memaddr,)), nbytes, nbytes + 3)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        n = len(buf)
        buf[:] = self._transfer(addr, bytes((memaddr,)), n, n + 3)

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self._transfer(addr, bytes((memaddr,)) + buf, 0, len(buf) + 2)


SoftI2C = I2C


class WDT:
    """The watchdog: once started it can be fed, never stopped."""

    def __init__(self, id=0, timeout=5000):
        if not 0 < timeout <= _board.WATCHDOG_MS_MAX:
            raise ValueError("timeout exceeds %d" % _board.WATCHDOG_MS_MAX)
        self._timeout_us = timeout * 1000
        self.feed()

    def feed(self):
        _rt.watchdog_us = _rt.now + self._timeout_us
