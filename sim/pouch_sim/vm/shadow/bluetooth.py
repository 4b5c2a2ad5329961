"""Stand-in for MicroPython's `bluetooth` in the peripheral role, as NimBLE boards (ESP32) behave.

Attribute values and connections live in the simulator; this end holds what the C module holds: the
handler, the configuration, and the count of transmit buffers. Pairing is not simulated, because
the product's security is in its own messages: asking for it raises NotImplementedError.
"""

import errno
import os
import struct
import sys

import opcodes as _op
import simrt as _rt

FLAG_READ = 0x0002
FLAG_WRITE_NO_RESPONSE = 0x0004
FLAG_WRITE = 0x0008
FLAG_NOTIFY = 0x0010
FLAG_INDICATE = 0x0020

_IRQ_CENTRAL_CONNECT = 1
_IRQ_CENTRAL_DISCONNECT = 2
_IRQ_GATTS_WRITE = 3
_IRQ_GATTS_READ_REQUEST = 4
_IRQ_GATTS_INDICATE_DONE = 20
_IRQ_MTU_EXCHANGED = 21
_IRQ_GET_SECRET = 29
_IRQ_SET_SECRET = 30

_SEC_TYPE_PEER = 2
_SEC_TYPE_IRK = 10
_NO_CONNECTION = 65535

# An advertisement and a scan response hold 31 bytes each (Core specification, vol 6 part B 2.3).
_ADVERTISEMENT_BYTES_MAX = 31

# Notifications NimBLE takes before the first ENOMEM: the controller's buffers and the host's
# message blocks together, measured with a paced controller.
_TRANSMIT_BUFFERS = 16

# What a call into the radio stack costs the processor. It keeps a loop that retries without
# waiting from standing still in time.
_CALL_US = 50
# From switching the radio on until it could advertise: controller, calibration of the radio, host.
# By the time stamps of an ESP32-C3's log in ESP-IDF's examples/bluetooth/nimble/power_save.
_START_US = 90_000

_ENODEV = 19
_ENOTCONN = getattr(errno, "ENOTCONN", 107)


def _uuid_bytes(value):
    if isinstance(value, int):
        if value >> 16:
            raise ValueError("invalid UUID")
        return bytes((value & 0xFF, value >> 8))
    if isinstance(value, str):
        digits = value.replace("-", "")
        value = bytes(int(digits[i : i + 2], 16) for i in range(len(digits) - 2, -2, -2))
    value = bytes(value)
    if len(value) not in (2, 4, 16):
        raise ValueError("invalid UUID")
    return value


class UUID(bytes):
    """A UUID, least significant byte first; a subclass of bytes as the C type is a buffer."""

    def __init__(self, value):
        super().__init__(_uuid_bytes(value))

    def __eq__(self, other):
        return isinstance(other, UUID) and bytes(self) == bytes(other)

    def __hash__(self):
        return hash(bytes(self))


class _State:
    """What the C module keeps between calls."""

    def __init__(self):
        self.active = False
        self.handler = None
        self.in_handler = False
        self.waiting = []
        self.connections = set()
        self.buffers = 0
        # Whether it was ever on the air since it was switched on.
        self.advertised = False
        self.config = {}
        # What the simulator was told of the configuration: it keeps it while the radio is off.
        self.told = {}
        self.reset_config()

    def reset_config(self):
        """Be as NimBLE when it starts: it forgets what it was told before it stopped."""
        self.config = {"gap_name": b"MPY ESP32", "mtu": 256, "addr_mode": 1}

    def push_config(self):
        """Tell the simulator what it does not know yet."""
        for name in ("gap_name", "mtu"):
            value = self.config[name]
            if self.told.get(name) != value:
                self.told[name] = value
                text = value if name == "gap_name" else str(value).encode()
                _radio(_op.BLE_CONFIG, name.encode() + b"=" + text)


_state = _State()
_address = bytearray(6)
_address_view = memoryview(_address)


def _call_handler(event, data):
    if _state.handler is None:
        return None
    _state.in_handler = True
    try:
        return _state.handler(event, data)
    except Exception as error:
        # As on a board: printed, and from here on the radio has no handler.
        sys.stdout.write("Unhandled exception in IRQ callback handler\n")
        sys.print_exception(error)
        _state.handler = None
        return None
    finally:
        _state.in_handler = False


def _on_event(payload):
    if _state.in_handler:
        _state.waiting.append(payload)
        return
    _dispatch(payload)
    while _state.waiting:
        _dispatch(_state.waiting.pop(0))


def _dispatch(payload):
    event = payload[0]
    if event in (_IRQ_CENTRAL_CONNECT, _IRQ_CENTRAL_DISCONNECT):
        connection, address_type = struct.unpack_from("<HB", payload, 1)
        _address[:] = payload[4:10]
        if event == _IRQ_CENTRAL_CONNECT:
            _state.connections.add(connection)
        else:
            _state.connections.discard(connection)
        _call_handler(event, (connection, address_type, _address_view))
        # The view is valid in the handler only. A board would show the next event's bytes.
        _address[:] = b"\xdd" * 6
    elif event == _IRQ_GATTS_READ_REQUEST:
        result = _call_handler(event, struct.unpack_from("<HH", payload, 1))
        _rt.send(_op.BLE_ANSWER, bytes((result or 0,)))
    elif event == _IRQ_GATTS_INDICATE_DONE:
        _call_handler(event, struct.unpack_from("<HHB", payload, 1))
    else:
        _call_handler(event, struct.unpack_from("<HH", payload, 1))


def _on_credit(payload):
    _state.buffers += payload[0] | payload[1] << 8


_rt.handlers[_op.BLE_EVENT] = _on_event
_rt.handlers[_op.BLE_CREDIT] = _on_credit


def _as_bytes(data):
    return data.encode() if isinstance(data, str) else data


def _require_active():
    if not _state.active:
        raise OSError(_ENODEV)


def _radio(opcode, payload=b""):
    _spend_call()
    return _rt.call(opcode, payload)


def _spend_call():
    # Inside a handler nothing else may happen, so there the world does not get to catch up.
    _rt.spend_us(_CALL_US)
    if not _state.in_handler:
        _rt.catch_up()


def _announce_secrets():
    # The questions NimBLE asks while it starts, in its order.
    _call_handler(_IRQ_GET_SECRET, (_SEC_TYPE_PEER, 0, None))
    irk = _call_handler(_IRQ_GET_SECRET, (_SEC_TYPE_IRK, 0, memoryview(b"irk")))
    if irk is None:
        _call_handler(
            _IRQ_SET_SECRET,
            (_SEC_TYPE_IRK, memoryview(b"irk"), memoryview(os.urandom(16))),
        )
    _call_handler(_IRQ_GET_SECRET, (_SEC_TYPE_PEER, 0, None))


def _prefixed(uuid):
    # A subclass of bytes has no length of its own in MicroPython, its copy has.
    data = bytes(uuid)
    return bytes((len(data),)) + data


def _encode_services(services):
    # Returns the request and the number of handles of each service.
    out = bytearray((len(services),))
    counts = []
    for uuid, characteristics in services:
        out += _prefixed(uuid) + bytes((len(characteristics),))
        count = 0
        for characteristic in characteristics:
            descriptors = characteristic[2] if characteristic[2:] else ()
            count += 1 + len(descriptors)
            out += _prefixed(characteristic[0])
            out += struct.pack("<HB", characteristic[1], len(descriptors))
            for descriptor in descriptors:
                out += _prefixed(descriptor[0])
                out += struct.pack("<H", descriptor[1])
        counts.append(count)
    return out, counts


class BLE:
    """The radio. There is one, however often it is asked for."""

    _instance = None
    # The services registered last, encoded: firmware that keeps its tuple registers it again.
    _services = None
    _encoded = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = object.__new__(cls)
        return cls._instance

    def active(self, active=None):
        if active is None or bool(active) == _state.active:
            return _state.active
        if _radio(_op.BLE_ACTIVE, b"\x01" if active else b"\x00"):
            _state.told.clear()  # a stack that was made anew
        _state.active = _rt.radio_on = bool(active)
        _state.connections.clear()
        _state.buffers = _TRANSMIT_BUFFERS
        _state.advertised = False
        if active:
            _rt.spend_us(_START_US)
            _state.reset_config()
            _announce_secrets()
        return _state.active

    def irq(self, handler):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        _state.handler = handler

    def config(self, *names, **values):
        if names:
            if names[0] == "mac":
                _require_active()
                return (1, _radio(_op.BLE_CONFIG, b"mac="))
            if names[0] in ("gap_name", "mtu"):
                return _state.config[names[0]]
            raise ValueError("unknown config param")
        for name, value in values.items():
            if name in ("bond", "mitm", "io", "le_secure"):
                raise NotImplementedError("pairing is not simulated")
            if name not in _state.config:
                raise ValueError("unknown config param")
            _state.config[name] = _as_bytes(value) if name == "gap_name" else value
        if _state.advertised:
            _state.push_config()
        return None

    def gap_advertise(self, interval_us, adv_data=None, *, resp_data=None, connectable=True):
        _require_active()
        if interval_us is None:
            _radio(_op.BLE_ADVERTISE)
            return
        _state.advertised = True
        _state.push_config()
        request = struct.pack("<BI", 1 if connectable else 0, interval_us)
        for given in (adv_data, resp_data):
            if given is None:
                request += b"\xff"
                continue
            data = bytes(_as_bytes(given))
            if len(data) > _ADVERTISEMENT_BYTES_MAX:
                raise OSError(errno.EINVAL)
            request += bytes((len(data),)) + data
        _radio(_op.BLE_ADVERTISE, request)

    def gap_disconnect(self, conn_handle):
        _require_active()
        if conn_handle not in _state.connections:
            return False
        _radio(_op.BLE_DISCONNECT, struct.pack("<H", conn_handle))
        return True

    def gatts_register_services(self, services):
        _require_active()
        if services is not self._services:
            self._services = services
            self._encoded = _encode_services(services)
        request, counts = self._encoded
        reply = _radio(_op.BLE_REGISTER, request)
        handles = []
        at = 0
        for count in counts:
            handles.append(struct.unpack_from("<%dH" % count, reply, at))
            at += 2 * count
        return tuple(handles)

    def gatts_read(self, value_handle):
        if not _state.active:
            return b""
        return _rt.call(_op.BLE_READ, struct.pack("<H", value_handle))

    def gatts_write(self, value_handle, data, send_update=False):
        _require_active()
        data = _as_bytes(data)
        _rt.send(_op.BLE_WRITE, struct.pack("<HB", value_handle, bool(send_update)) + data)
        return len(data)

    def gatts_set_buffer(self, value_handle, size, append=False):
        _require_active()
        _rt.call(_op.BLE_SET_BUFFER, struct.pack("<HHB", value_handle, size, bool(append)))

    def _value_to_send(self, conn_handle, value_handle, data):
        _require_active()
        if conn_handle not in _state.connections:
            raise OSError(_ENOTCONN)
        if data is None:
            _call_handler(_IRQ_GATTS_READ_REQUEST, (_NO_CONNECTION, value_handle))
            data = self.gatts_read(value_handle)
        return struct.pack("<HH", conn_handle, value_handle) + _as_bytes(data)

    def gatts_notify(self, conn_handle, value_handle, data=None):
        _spend_call()
        payload = self._value_to_send(conn_handle, value_handle, data)
        if _state.buffers == 0:
            raise OSError(errno.ENOMEM)
        _state.buffers -= 1
        _rt.send(_op.BLE_NOTIFY, payload)

    def gatts_indicate(self, conn_handle, value_handle, data=None):
        _radio(_op.BLE_INDICATE, self._value_to_send(conn_handle, value_handle, data))
