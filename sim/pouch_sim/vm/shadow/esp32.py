"""Stand-in for the ESP32 port's `esp32`: which pins end a light sleep."""

import machine as _machine
from simboards import this as _board

if _board.UNAME[0] != "esp32":
    raise ImportError("no module named 'esp32'")

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True


def wake_on_gpio(pins, level):
    if level != WAKEUP_ALL_LOW:
        raise ValueError("only a low level is simulated")
    _machine.Pin.wake_low = tuple(pin.id for pin in pins or ())
