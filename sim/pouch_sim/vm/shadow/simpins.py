"""Pins, PWM, ADC and registers: what `machine` has of them, with each board's limits."""

import opcodes as _op
import simrt as _rt
from simboards import this as _board

# Layout of an ESP32-C3's GPIO_PINn: interrupt type, and to whom interrupts go.
_INT_TYPE_SHIFT = 7
_INT_TYPE_LOW_LEVEL = 4
_INT_ENABLE = 0x1F << 13
_INT_ENABLE_CPU = 1 << 13
_REGISTER_BYTES = 4

# What watchdog_enable() leaves in an RP2040's scratch register; a reset by firmware leaves 0.
_WATCHDOG_MAGIC = 0x6AB73121
_WDT_RESET = 3

_DUTY_MAX = 65535
_US_PER_USB_FRAME = 1000
_USB_FRAME_MASK = 0x7FF


def pin_id(pin):
    """Return the number of a pin, given as a number or as a Pin."""
    number = pin.id if isinstance(pin, Pin) else pin
    if number not in _board.PINS:
        raise ValueError("invalid pin")
    return number


class Pin:
    """A pin. Outputs are shown to the simulator; inputs are what the simulator set, else high."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2

    WAKE_LOW = 4

    _levels = {}
    _handlers = {}
    # Pins whose interrupt is switched on, and those set to interrupt by level since a sleep.
    _enabled = set()
    _by_level = set()
    # Pins whose low level ends a light sleep, see esp32.wake_on_gpio.
    wake_low = ()
    # Whether a handler was called since light sleep began.
    noticed = False

    @staticmethod
    def wakes():
        return any(Pin._levels.get(pin, 1) == 0 for pin in Pin.wake_low)

    def __init__(self, id, mode=-1, pull=-1, *, value=None):
        self.id = pin_id(id)
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
        Pin._enabled.add(self.id)
        Pin._by_level.discard(self.id)

    @staticmethod
    def _on_input(payload):
        number, level = payload[0], payload[1]
        before = Pin._levels.get(number, 1)
        Pin._levels[number] = level
        pin, handler, trigger = Pin._handlers.get(number, (None, None, 0))
        edge = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        listens = number in Pin._enabled and number not in Pin._by_level
        if handler and listens and level != before and trigger & edge:
            Pin.noticed = True
            handler(pin)


_rt.handlers[_op.PIN_IN] = Pin._on_input


def fall_asleep():
    """Do to the pins what light sleep does to them.

    A PWM stops, at whatever level, and on an ESP32-C3 every output floats: firmware must have
    switched all off. There the port also makes each wake-up pin interrupt by level, for good: one
    whose interrupt is on would interrupt for ever as soon as it has that level.
    """
    Pin.noticed = False
    lit = [number for number, duty in PWM.duties.items() if duty]
    if lit:
        _rt.halt(_op.MISUSE, b"light sleep with pin %d on" % lit[0])
    for number in Pin.wake_low:
        if number in Pin._enabled:
            _rt.halt(_op.MISUSE, b"light sleep with the interrupt of wake-up pin %d on" % number)
        Pin._by_level.add(number)


class PWM:
    """A pin with a duty, which the simulator is shown as 0 to 255."""

    # Last duty of each pin, 16 bits.
    duties = {}

    def __init__(self, pin, *, freq=1000, duty_u16=0):
        self._pin = pin_id(pin)
        self.duty_u16(duty_u16)

    def duty_u16(self, duty=None):
        if duty is None:
            return PWM.duties[self._pin]
        if not 0 <= duty <= _DUTY_MAX:
            raise ValueError("duty_u16 must be from 0 to %d" % _DUTY_MAX)
        if duty != PWM.duties.get(self._pin):
            PWM.duties[self._pin] = duty
            # Rounded up, so that the faintest light is not shown as none.
            _rt.send(_op.PIN_OUT, bytes((self._pin, min(255, duty + 255 >> 8))))
        return None


class _Mem32:
    """The registers that firmware touches; any other ends the simulation."""

    def __getitem__(self, address):
        if address == _board.USB_FRAME_ADDRESS:
            # A computer sends a start of frame every millisecond.
            frame = _rt.now // _US_PER_USB_FRAME & _USB_FRAME_MASK
            return frame if _rt.usb_present else 0
        if address == _board.SCRATCH4_ADDRESS:
            bitten = int(_rt.env("SIM_RESET_CAUSE")) == _WDT_RESET
            return _WATCHDOG_MAGIC if bitten else 0
        return self._pin_register(self._pin_of(address, "read"))

    def __setitem__(self, address, value):
        number = self._pin_of(address, "write")
        if (value ^ self._pin_register(number)) & ~_INT_ENABLE:
            self._refuse("write", address)
        if value & _INT_ENABLE:
            Pin._enabled.add(number)
        else:
            Pin._enabled.discard(number)

    @staticmethod
    def _pin_register(number):
        trigger = Pin._handlers.get(number, (None, None, 0))[2]
        kind = _INT_TYPE_LOW_LEVEL if number in Pin._by_level else trigger
        return kind << _INT_TYPE_SHIFT | (_INT_ENABLE_CPU if number in Pin._enabled else 0)

    def _pin_of(self, address, what):
        base = _board.PIN_REGISTERS_ADDRESS
        offset = -1 if base is None else address - base
        number, rest = divmod(offset, _REGISTER_BYTES)
        if rest or number not in _board.PINS:
            self._refuse(what, address)
        return number

    @staticmethod
    def _refuse(what, address):
        _rt.halt(_op.MISUSE, ("%s of register 0x%08x" % (what, address)).encode())


mem32 = _Mem32()


class ADC:
    """An analogue input; the simulator knows what voltage is on the pin."""

    ATTN_0DB = 0
    ATTN_11DB = 3

    _FULL_SCALE_UV = 3300000

    def __init__(self, pin, *, atten=ATTN_11DB):
        self._pin = pin_id(pin)
        if self._pin not in _board.ADC_PINS:
            raise ValueError("Pin doesn't have ADC capabilities")

    def _microvolts(self):
        reply = _rt.call(_op.ADC, bytes((self._pin,)))
        return reply[0] | reply[1] << 8 | reply[2] << 16 | reply[3] << 24

    def read_u16(self):
        return min(65535, self._microvolts() * 65535 // self._FULL_SCALE_UV)


if _board.ADC_HAS_MICROVOLTS:
    ADC.read_uv = ADC._microvolts
