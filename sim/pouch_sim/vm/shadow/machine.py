"""Stand-in for a board's `machine`: what takes time, waits, or calls the firmware.

All else of it, such as `reset_cause` and `PWM`, is the simulator's and is asked for by name. What
a pin, a register or a watchdog of this board can and refuses is there too: hardware/machine.py.
"""

import errno

import opcodes as _op
from micropython import const

import sim as _rt

_BITS_PER_I2C_BYTE = const(9)  # eight of data and one acknowledge

# Level of each input that was ever set, and what is to be called with which pin.
_levels = {}
_handlers = {}


def __getattr__(name, /):
    return _rt.remote("machine", name)


def lightsleep(time_ms=-1, /):
    """Sleep until the time is up or a wake-up pin has its level or, on an RP2040, its edge.

    An ESP32's watchdog stands still, an RP2040's does not.
    """
    if _rt.state == _op.RADIO_ON:
        # ESP-IDF, "Sleep Modes": applications must disable Bluetooth before.
        _rt.call(_op.MISUSE, b"light sleep with the radio on")
    began = _rt.now
    watchdog_us = _rt.watchdog_us
    if WDT.sleeps:
        _rt.watchdog_us = -1
    _rt.state = _op.ASLEEP
    _rt.wait_until(began + time_ms * 1000 if time_ms >= 0 else -1)
    _rt.state = _op.AWAKE
    for pin, _ in _handlers.values():
        # It interrupts by level now, if it ends light sleep.
        _rt.registers.pop(pin.register, None)
    if WDT.sleeps:
        _rt.watchdog_us = watchdog_us + _rt.now - began


def idle():
    _rt.pass_us(1000)


mem32 = _rt.Part(None)


class Pin:
    """A pin. Outputs are shown to the simulator; inputs are what the simulator set, else high."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        answer = _rt.ask(_op.PIN, getattr(id, "id", id))
        self.id = answer & 0xFF
        self.register = answer >> 8
        if value is not None:
            self.value(value)

    def __repr__(self):
        return "Pin(%d)" % self.id

    def value(self, level=None, /):
        if level is None:
            return _levels.get(self.id, 1)
        _levels[self.id] = level = 1 if level else 0
        _rt.send(_op.PIN_OUT, bytes((self.id, level)))
        return None

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def irq(self, handler=None, trigger=IRQ_RISING | IRQ_FALLING):
        _handlers[self.id] = self, handler
        if self.register:
            listening = trigger << _op.INTERRUPT_TYPE_SHIFT | _op.INTERRUPT_ENABLE_CPU
            _rt.registers[self.register] = listening
        _rt.send(_op.PIN_LISTEN, bytes((self.id, trigger, bool(handler))))


def _on_input(payload, /):
    number, level, called = payload
    _levels[number] = level
    if called:
        pin, handler = _handlers[number]
        handler(pin)


_rt.handlers[_op.PIN_IN] = _on_input


class I2C:
    """A bus master. Every transfer takes the time its bits take on the wire."""

    def __init__(self, id=0, *, scl=-1, sda=-1, freq=400000, timeout=50000):
        _rt.ask(_op.I2C_BUS, id, getattr(scl, "id", scl), getattr(sda, "id", sda))
        self._bus = id
        self._freq = freq
        self._timeout_us = timeout

    def _transfer(self, address, write, read_count, wire_bytes, /):
        _rt.pass_us(wire_bytes * _BITS_PER_I2C_BYTE * 1000000 // self._freq)
        try:
            return _rt.transfer(self._bus, address, write, read_count)
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                # A line is held low: the master waits, then gives up.
                _rt.pass_us(self._timeout_us)
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

    def writeto(self, addr, buf, stop=True, /):
        self._transfer(addr, buf, 0, len(buf) + 1)
        return len(buf)

    def readfrom(self, addr, nbytes, stop=True, /):
        return self._transfer(addr, b"", nbytes, nbytes + 1)

    def readfrom_into(self, addr, buf, stop=True, /):
        buf[:] = self.readfrom(addr, len(buf))

    def readfrom_mem(self, addr, memaddr, nbytes, /, *, addrsize=8):
        return self._transfer(addr, bytes((memaddr,)), nbytes, nbytes + 3)

    def readfrom_mem_into(self, addr, memaddr, buf, /, *, addrsize=8):
        buf[:] = self.readfrom_mem(addr, memaddr, len(buf))

    def writeto_mem(self, addr, memaddr, buf, /, *, addrsize=8):
        self._transfer(addr, bytes((memaddr,)) + buf, 0, len(buf) + 2)


SoftI2C = I2C


class WDT:
    """The watchdog: once started it can be fed, never stopped."""

    # Whether one is started whose time stands still in light sleep.
    sleeps = False

    def __init__(self, id=0, timeout=5000):
        WDT.sleeps = _rt.ask(_op.WATCHDOG, timeout)
        self._timeout_us = timeout * 1000
        self.feed()

    def feed(self):
        _rt.watchdog_us = _rt.now + self._timeout_us
