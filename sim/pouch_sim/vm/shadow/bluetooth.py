"""Stand-in for MicroPython's `bluetooth` in the peripheral role.

Nearly all of it is the simulator's and is asked for by name (radio/module.py). Here is what takes
time and what calls the firmware's handler. This module is its own BLE, of which there is one: the
names of both differ in their case.
"""

import struct
import sys
from binascii import crc32

import bluetooth as _itself
import opcodes as _op
from micropython import const

import sim as _rt

_IRQ_GATTS_READ_REQUEST = const(4)
_IRQ_GET_SECRET = const(29)
_IRQ_SET_SECRET = const(30)

_SEC_TYPE_PEER = const(2)
_SEC_TYPE_IRK = const(10)
_NO_CONNECTION = const(65535)

_EVENT_BYTES = const(5)
_ADDRESS_BYTES = const(6)

# What a call into the radio stack costs the processor. It keeps a loop that retries without
# waiting from standing still in time.
_CALL_US = const(50)
# From switching the radio on until it could advertise: controller, calibration of the radio, host.
# By the time stamps of an ESP32-C3's log in ESP-IDF's examples/bluetooth/nimble/power_save.
_START_US = const(90_000)
# A board that was busy (flash, I2C) is ahead of the world. More than this matters to the radio.
_AHEAD_US_MAX = const(1000)

# In each of its windows on the air a band asks the same, and what was granted once it does not
# wait for again: an answer costs a round trip to the simulator, which ends if it would not grant
# it now. Only what changes nothing but the radio, and is answered alike as often as it is asked.
_REPEATED = const(("active", "gatts_register_services", "gatts_set_buffer"))
# These are answered alike whatever their arguments are.
_ANY_BYTES = const(("gap_advertise", "gatts_write"))
_GRANTED_MAX = const(8)
_granted = {}

_handler = None
_in_handler = False
_waiting = []
_address = memoryview(bytearray(_ADDRESS_BYTES))


def __getattr__(name, /):
    if name < "a":
        return _rt.remote("bluetooth", name)
    return lambda *arguments, **options: _spend() or _call(name, arguments, options)


def _call_handler(event, data, /):
    global _handler, _in_handler
    if _handler is None:
        return None
    _in_handler = True
    try:
        return _handler(event, data)
    except Exception as error:
        # As on a board: printed, and from here on the radio has no handler.
        sys.stdout.write("Unhandled exception in IRQ callback handler\n")
        sys.print_exception(error)
        _handler = None
    finally:
        _in_handler = False


def _on_event(payload, /):
    _waiting.append(payload)
    while _waiting and not _in_handler:
        payload = _waiting.pop(0)
        if _rt.state != _op.RADIO_ON:
            # From when it begins to stop, NimBLE tells nothing: not even that a connection has
            # ended (modbluetooth_nimble.c, gap_event_cb and mp_bluetooth_deinit).
            continue
        event = payload[0]
        data = struct.unpack_from("<HH", payload, 1)
        payload = payload[_EVENT_BYTES:]
        if len(payload) == _ADDRESS_BYTES:
            _address[:] = payload
            data += (_address,)
        elif payload:
            data += (payload[0],)
        result = _call_handler(event, data)
        if event == _IRQ_GATTS_READ_REQUEST:
            _rt.send(_op.BLE_ANSWER, bytes((result or 0,)))
        # The view is valid in the handler only. A board would show the next event's bytes.
        _address[:] = b"\xdd" * _ADDRESS_BYTES


_rt.handlers[_op.BLE_EVENT] = _on_event


def _spend():
    _rt.now += _CALL_US
    # Inside a handler nothing else may happen, so there the world does not get to catch up.
    if not _in_handler and _rt.now - _rt.world_us > _AHEAD_US_MAX:
        _rt.wait_until(_rt.now)


def _call(name, arguments, options, /):
    request = repr(("ble", name, arguments, options)).encode()
    key = name if name in _ANY_BYTES else crc32(request)
    if key in _granted:
        _rt.send(_op.TELL, request)
        return len(arguments[1]) if name == "gatts_write" else _granted[key]
    reply = _rt.call(_op.CALL, request)
    result = eval(reply) if reply else None
    if (options or name in _REPEATED or key == name) and len(_granted) < _GRANTED_MAX:
        _granted[key] = result
    return result


def _send(opcode, connection, value_handle, data=None, /):
    _spend()
    if data is None:
        _call_handler(_IRQ_GATTS_READ_REQUEST, (_NO_CONNECTION, value_handle))
        data = gatts_read(value_handle)
    elif isinstance(data, str):
        data = data.encode()
    _rt.call(opcode, struct.pack("<HH", connection, value_handle) + data)


def active(active=None, /):
    on = _rt.state == _op.RADIO_ON
    if active is None or bool(active) == on:
        return on
    if on:
        _spend()
        _rt.ask_by_name("ble", "active", (False,), {})
        _rt.state = _op.AWAKE
    else:
        # A band that is ahead of the world may stay so: to be on the air takes longer.
        asks = _call("active", (True,), {})
        _rt.state = _op.RADIO_ON
        _rt.now += _START_US
        # The questions NimBLE asks while it starts, in its order.
        key = memoryview(b"irk")
        for kind in (_SEC_TYPE_PEER, _SEC_TYPE_IRK, _SEC_TYPE_PEER) if asks else ():
            known = key if kind == _SEC_TYPE_IRK else None
            answer = _call_handler(_IRQ_GET_SECRET, (kind, 0, known))
            if known and answer is None:
                _call_handler(_IRQ_SET_SECRET, (kind, key, memoryview(bytes(16))))
    return not on


def irq(handler, /):
    global _handler
    if handler is not None and not callable(handler):
        raise ValueError("invalid handler")
    _handler = handler


def gatts_read(value_handle, /):
    return _rt.call(_op.BLE_READ, value_handle.to_bytes(2, "little"))


def gatts_notify(*arguments):
    _send(_op.BLE_NOTIFY, *arguments)


def gatts_indicate(*arguments):
    _send(_op.BLE_INDICATE, *arguments)


def BLE():  # noqa: N802 - a class on a board
    """Return the radio. There is one, however often it is asked for: this module."""
    return _itself
