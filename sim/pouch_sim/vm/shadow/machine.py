"""Stand-in for a board's `machine`: what the firmware needs, with its cost in time."""

import opcodes as _op
import simrt as _rt

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

_ENODEV = 19
_BITS_PER_I2C_BYTE = 9  # eight of data and one acknowledge

_cause = int(_rt.env("SIM_RESET_CAUSE"))
_unique_id = bytes.fromhex(_rt.env("SIM_UNIQUE_ID"))


def reset_cause():
    return _cause


def unique_id():
    return _unique_id


def reset():
    _rt.reset(HARD_RESET)


def soft_reset():
    _rt.reset(SOFT_RESET)


def lightsleep(time_ms=None):
    """Sleep; without a time until an event.

    A board's radio is deaf meanwhile and its connections are lost. This one's goes on, so firmware
    must not count on what it hears in light sleep.
    """
    if time_ms is None:
        _rt.wait_until(-1)
    else:
        _rt.sleep_us(time_ms * 1000)


def idle():
    _rt.spend_us(1000)


def freq(hz=None):
    return 160000000


class I2C:
    """A bus master. Every transfer takes the time its bits take on the wire."""

    def __init__(self, id=0, *, scl=None, sda=None, freq=400000, timeout=50000):
        self._bus = id
        self._freq = freq

    def _transfer(self, address, write, read_count, wire_bytes):
        _rt.spend_us(wire_bytes * _BITS_PER_I2C_BYTE * 1000000 // self._freq)
        return _rt.transfer(self._bus, address, write, read_count)

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


class Pin:
    """A pin. Outputs are shown to the simulator; inputs are what the simulator set, else high."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    _levels = {}
    _handlers = {}

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        self.id = id
        self._mode = mode
        if value is not None:
            self.value(value)

    def value(self, level=None):
        if level is None:
            return Pin._levels.get(self.id, 1)
        level = 1 if level else 0
        if Pin._levels.get(self.id) != level:
            Pin._levels[self.id] = level
            _rt.send(_op.PIN_OUT, bytes((self.id, level)))
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING):
        Pin._handlers[self.id] = (self, handler, trigger)

    @staticmethod
    def _on_input(payload):
        pin_id, level = payload[0], payload[1]
        before = Pin._levels.get(pin_id, 1)
        Pin._levels[pin_id] = level
        pin, handler, trigger = Pin._handlers.get(pin_id, (None, None, 0))
        edge = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        if handler and level != before and trigger & edge:
            handler(pin)


_rt.handlers[_op.PIN_IN] = Pin._on_input


class ADC:
    """An analogue input; the simulator knows what voltage is on the pin."""

    ATTN_0DB = 0
    ATTN_11DB = 3

    _FULL_SCALE_UV = 3300000

    def __init__(self, pin, *, atten=ATTN_11DB):
        self._pin = pin.id if isinstance(pin, Pin) else pin

    def read_uv(self):
        reply = _rt.call(_op.ADC, bytes((self._pin,)))
        return reply[0] | reply[1] << 8 | reply[2] << 16 | reply[3] << 24

    def read_u16(self):
        return min(65535, self.read_uv() * 65535 // self._FULL_SCALE_UV)


class WDT:
    """The watchdog: once started it can be fed, never stopped."""

    def __init__(self, id=0, timeout=5000):
        self._timeout_us = timeout * 1000
        self.feed()

    def feed(self):
        _rt.watchdog_us = _rt.now + self._timeout_us
