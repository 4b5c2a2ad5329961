"""Stand-in for the ESP32 port's `esp32`: which pins end a light sleep."""

import opcodes as _op

import sim as _rt

# Raises ImportError on another board.
WAKEUP_ALL_LOW = _rt.remote("esp32", "WAKEUP_ALL_LOW")
WAKEUP_ANY_HIGH = True


_told = None


def wake_on_gpio(pins, level, /):
    global _told
    payload = bytes([level] + [pin.id for pin in pins or ()])
    if payload != _told:
        _told = payload
        _rt.send(_op.PIN_WAKE, payload)
