"""The frames between the simulator and a MicroPython process, as the simulator sees them.

`shadow/simrt.py` is the same table for the other end; a test holds the two together. This is the
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

HEADER = struct.Struct("<HBbQ")
HEADER_BYTES = HEADER.size

# Holds the longest I2C burst that anybody reads: a whole motion FIFO of 3 kB.
PAYLOAD_BYTES_MAX = 4096

# From the band. An IDLE band waits until a time; -1 is for ever.
IDLE = 0x01
I2C = 0x02
ADC = 0x03
RESET = 0x04
POWER_CUT = 0x05
MISUSE = 0x06
EXIT = 0x07
PIN_OUT = 0x08
BLE_ACTIVE = 0x10
BLE_CONFIG = 0x11
BLE_ADVERTISE = 0x12
BLE_DISCONNECT = 0x13
BLE_REGISTER = 0x14
BLE_READ = 0x15
BLE_WRITE = 0x16
BLE_SET_BUFFER = 0x17
BLE_NOTIFY = 0x18
BLE_INDICATE = 0x19
BLE_ANSWER = 0x1A

# To the band.
REPLY = 0x81
GO = 0x82
BLE_EVENT = 0x83
BLE_CREDIT = 0x84
PIN_IN = 0x85

# Requests that get no REPLY: the band goes on at once, or never.
ONE_WAY = frozenset(
    {IDLE, RESET, POWER_CUT, MISUSE, EXIT, PIN_OUT, BLE_WRITE, BLE_NOTIFY, BLE_ANSWER}
)

IDLE_PAYLOAD = struct.Struct("<qIII")
I2C_PAYLOAD = struct.Struct("<BBH")
U8 = struct.Struct("<B")
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
