"""The frames between the simulator and a MicroPython process, as the simulator sees them.

The other end is `shadow/sim/runtime.py`; both take the opcodes from `shadow/opcodes.py`. This is
the wire of the simulator only, and no part of the product's protocol.

    offset  0        2       3         4            12
            | length | opcode | status | time_us     | payload, `length` bytes
              u16      u8       i8       u64

`time_us` is the band's own time since boot. `status` of a REPLY is an errno, zero for success, or
RAISE with the text of an exception as its payload; that of a frame from the band is its state.
The band speaks until it has nothing to do (IDLE) or waits for a REPLY. The simulator then sends
events and ends with GO, so that neither end ever has to ask whether more is coming.

Payloads are bytes where they are many or frequent, numbers of 64 bits where they are few, and
else text in the syntax that both interpreters read and write: `arguments` and `result`.
"""

from __future__ import annotations

import ast
import functools
import struct
from typing import Any, Literal

from pouch_sim.vm.shadow import opcodes as op

HEADER = struct.Struct(op.HEADER_FORMAT)

# Requests that get no REPLY: the band goes on at once, or never.
ONE_WAY = frozenset(
    {
        op.IDLE,
        op.PIN_OUT,
        op.PIN_LISTEN,
        op.PIN_WAKE,
        op.REGISTER_WRITE,
        op.USB_INTERRUPT_KEY,
        op.TELL,
        op.BLE_ANSWER,
        op.RESET,
        op.MISUSE,
        op.EXIT,
    }
)

PAYLOAD_BYTES_MAX = 0xFFFF

IDLE_PAYLOAD = struct.Struct("<q")
I2C_PAYLOAD = struct.Struct("<BBH")
U16 = struct.Struct("<H")
U16_PAIR = struct.Struct("<HH")
U32 = struct.Struct("<I")
CONNECT_EVENT = struct.Struct("<BHH6s")
GATT_EVENT = struct.Struct("<BHH")
INDICATE_EVENT = struct.Struct("<BHHB")

# Not a frame: the kernel's own `struct timeval`, which a socket takes as its receive timeout.
TIMEVAL = struct.Struct("@ll")

_NUMBER_BYTES = 8
# A band asks the same again and again, as in each of its windows on the air.
_ARGUMENTS_KEPT = 256


class Refused(Exception):
    """What a board says no to: its firmware gets an exception of this class and text."""

    def __init__(
        self,
        kind: Literal[
            "AttributeError", "ImportError", "NotImplementedError", "TypeError", "ValueError"
        ],
        text: str,
    ) -> None:
        super().__init__(text)
        self.payload = f"{kind}({text!r})".encode()


def encode(opcode: int, time_us: int, payload: bytes = b"", status: int = 0) -> bytes:
    """Return one frame to the band.

    Raises:
        ValueError: the payload is longer than its length can say.
    """
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"payload of {len(payload)} bytes does not fit a frame")
    return HEADER.pack(len(payload), opcode, status, time_us) + payload


def numbers(payload: bytes) -> tuple[int, ...]:
    """Return the numbers of a request."""
    return struct.unpack(f"<{len(payload) // _NUMBER_BYTES}q", payload)


def number(value: int) -> bytes:
    """Return the reply that is one number, not negative."""
    return value.to_bytes(_NUMBER_BYTES, "little")


class _Plain(ast.NodeTransformer):
    """Makes plain values of the two that are not: Pin(3) and bytearray(b"x")."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node.args[0]


@functools.lru_cache(_ARGUMENTS_KEPT)
def arguments(payload: bytes) -> tuple[Any, ...]:
    """Return the arguments of a request whose payload is text. Not to be changed.

    Raises:
        ValueError: one is no plain value, such as a memoryview.
    """
    return ast.literal_eval(_Plain().visit(ast.parse(payload.decode(), mode="eval")))


def result(value: object) -> bytes:
    """Return the reply that is text: plain values, in tuples or not; nothing for None."""
    return b"" if value is None else repr(value).encode()
