"""The frames between the simulator and a MicroPython process, as the simulator sees them.

The other end is `shadow/simrt.py`; both take the opcodes from `shadow/opcodes.py`. This is the
wire of the simulator only, and no part of the product's protocol.

    offset  0        2       3         4            12
            | length | opcode | status | time_us     | payload, `length` bytes
              u16      u8       i8       u64

`time_us` is the band's own time since boot. `status` of a REPLY is an errno, zero for success.
The band speaks until it has nothing to do (IDLE) or waits for a REPLY. The simulator then sends
events and ends with GO, so that neither end ever has to ask whether more is coming.
"""

from __future__ import annotations

import struct

from pouch_sim.vm.shadow.opcodes import (
    ADC,
    BLE_ACTIVE,
    BLE_ADVERTISE,
    BLE_ANSWER,
    BLE_CONFIG,
    BLE_CREDIT,
    BLE_DISCONNECT,
    BLE_EVENT,
    BLE_INDICATE,
    BLE_NOTIFY,
    BLE_READ,
    BLE_REGISTER,
    BLE_SET_BUFFER,
    BLE_WRITE,
    EXIT,
    GO,
    HEADER_BYTES,
    HEADER_FORMAT,
    I2C,
    IDLE,
    IDLE_FORMAT,
    MISUSE,
    PAYLOAD_BYTES_MAX,
    PIN_IN,
    PIN_OUT,
    POWER_CUT,
    REPLY,
    RESET,
    USB_IN,
    USB_OUT,
    USB_PRESENT,
)

# The opcodes are names of this module too: who uses frames needs both.
__all__ = [
    "ADC",
    "BLE_ACTIVE",
    "BLE_ADVERTISE",
    "BLE_ANSWER",
    "BLE_CONFIG",
    "BLE_CREDIT",
    "BLE_DISCONNECT",
    "BLE_EVENT",
    "BLE_INDICATE",
    "BLE_NOTIFY",
    "BLE_READ",
    "BLE_REGISTER",
    "BLE_SET_BUFFER",
    "BLE_WRITE",
    "EXIT",
    "GO",
    "HEADER_BYTES",
    "I2C",
    "IDLE",
    "MISUSE",
    "PAYLOAD_BYTES_MAX",
    "PIN_IN",
    "PIN_OUT",
    "POWER_CUT",
    "REPLY",
    "RESET",
    "USB_IN",
    "USB_OUT",
    "USB_PRESENT",
]

HEADER = struct.Struct(HEADER_FORMAT)

# Requests that get no REPLY: the band goes on at once, or never.
ONE_WAY = frozenset(
    {IDLE, RESET, POWER_CUT, MISUSE, EXIT, PIN_OUT, USB_OUT, BLE_WRITE, BLE_NOTIFY, BLE_ANSWER}
)

IDLE_PAYLOAD = struct.Struct(IDLE_FORMAT)
I2C_PAYLOAD = struct.Struct("<BBH")
U16 = struct.Struct("<H")
U16_PAIR = struct.Struct("<HH")
U32 = struct.Struct("<I")
ADVERTISE_PAYLOAD = struct.Struct("<BI")
SET_BUFFER_PAYLOAD = struct.Struct("<HHB")
WRITE_PAYLOAD = struct.Struct("<HB")
CHARACTERISTIC_PAYLOAD = struct.Struct("<HB")
CONNECT_EVENT = struct.Struct("<BHB6s")
GATT_EVENT = struct.Struct("<BHH")
INDICATE_EVENT = struct.Struct("<BHHB")

# Not a frame: the kernel's own `struct timeval`, which a socket takes as its receive timeout.
TIMEVAL = struct.Struct("@ll")


def encode(opcode: int, time_us: int, payload: bytes = b"", status: int = 0) -> bytes:
    """Return one frame to the band.

    Raises:
        ValueError: the payload is longer than the band's buffer.
    """
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"payload of {len(payload)} bytes does not fit a frame")
    return HEADER.pack(len(payload), opcode, status, time_us) + payload
