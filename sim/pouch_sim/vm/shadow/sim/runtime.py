"""Runtime of a simulated board: one socket to the simulator, one clock, one place that waits.

The other end of the frames is vm/frames.py; the layout is drawn there. The band speaks while it
runs. When it has nothing to do it says IDLE and blocks until GO, and the events before GO happened
meanwhile. So this end never polls, and runs exactly when the simulator lets it.

The stand-ins lie in the heap that the firmware is given, so they only carry: what is known of a
board, and what it would do, is the simulator's.
"""

import struct

import opcodes as _op
from micropython import const
from uos import getenv

# Reading the clock costs time, so that a loop that waits for it to move does see it move.
_CLOCK_READ_US = const(2)
_WDT_RESET = const(3)

# Frames that need no answer go with the next that does, up to this many bytes.
_HELD_BYTES_MAX = const(512)

_socket = open(int(getenv("SIM_FD")), "r+b")
_header = bytearray(_op.HEADER_BYTES)
_held = b""

# This board's microseconds since boot, and what they were when the simulator last spoke.
now = world_us = 0

# AWAKE, ASLEEP or RADIO_ON.
state = _op.AWAKE

# The watchdog bites when `now` reaches this; -1 while none is armed.
watchdog_us = -1

# Handlers of events, by opcode: a module registers its own when it is imported.
handlers = {}

# What is in registers until an event, where that is known here: asking takes its time.
registers = {}


def pass_us(us, /):
    """Let time pass in which this board is busy and hears nothing."""
    global now
    now += us
    if 0 <= watchdog_us <= now:
        reset(_WDT_RESET)


def now_us():
    """Return this board's microseconds since boot."""
    pass_us(_CLOCK_READ_US)
    return now


def send(opcode, payload=b"", /):
    """Send one frame and go on, before the simulator gets to see it."""
    global _held
    _held += struct.pack(_op.HEADER_FORMAT, len(payload), opcode, state, now) + payload
    if len(_held) > _HELD_BYTES_MAX:
        _flush()


def _flush():
    global _held
    _socket.write(_held)
    _held = b""


def _receive():
    # Reads one frame; returns its opcode, status and payload.
    global now, world_us
    if _held:
        _flush()
    if _socket.readinto(_header) != _op.HEADER_BYTES:
        raise SystemExit
    length, opcode, status, world_us = struct.unpack(_op.HEADER_FORMAT, _header)
    now = max(now, world_us)
    return opcode, status, _socket.read(length) if length else b""


def call(opcode, payload=b"", /):
    """Send a request; return the payload of its reply. Or never: the simulator may end this.

    Raises:
        OSError: with the errno that the simulator answered.
        Exception: another that it answered.
    """
    send(opcode, payload)
    _, status, reply = _receive()
    if status:
        raise eval(reply) if status == _op.RAISE else OSError(status)
    return reply


def ask(opcode, /, *numbers):
    """Send a request about numbers; return the number that is its reply."""
    reply = call(opcode, struct.pack("<%dq" % len(numbers), *numbers))
    return int.from_bytes(reply, "little")


def spend(opcode, payload, /):
    """Have something done that takes time; the reply is the microseconds that it took."""
    pass_us(int.from_bytes(call(opcode, payload), "little"))


def ask_by_name(*arguments):
    """Call a function of the simulator; arguments and result are plain values.

    The first two are whose function it is and its name; without more, return what there is by
    that name: a constant, or None for a function.
    """
    reply = call(_op.CALL, repr(arguments).encode())
    return eval(reply) if reply else None


def remote(whose, name, /):
    """Return a constant or a function of the simulator.

    Raises:
        AttributeError: there is none by that name.
    """
    value = ask_by_name(whose, name)
    if value is not None:
        return value
    return lambda *arguments, **options: ask_by_name(whose, name, arguments, options)


class Part:
    """A part of the board that is the simulator's, by its number there; or its registers.

    A reply may be one: its text makes it.
    """

    def __init__(self, number, /):
        self._number = number

    def __getattr__(self, name, /):
        return remote(self._number, name)

    def __getitem__(self, address, /):
        if address in registers:
            return registers[address]
        reply = call(_op.REGISTER_READ, struct.pack("<q", address))
        if not reply:
            registers[address] = 0
        return int.from_bytes(reply, "little")

    def __setitem__(self, address, value, /):
        # A field of a pin's register is all that may change.
        if (value ^ self[address]) & ~_op.INTERRUPT_ENABLE:
            call(_op.MISUSE, b"write of register 0x%08x" % address)
        if address in registers:
            registers[address] = value
        send(_op.REGISTER_WRITE, struct.pack("<qq", address, value))


def transfer(bus, address, write, read_count, /):
    """Do one I2C transfer; return `read_count` bytes.

    Its reply always has `read_count` bytes, also after an error, so that one read fetches it.
    """
    global _held
    size = len(write) + _op.I2C_BYTES
    request = struct.pack(_op.I2C_FORMAT, size, _op.I2C, state, now, bus, address, read_count)
    _socket.write(_held + request + write)
    _held = b""
    reply = _socket.read(_op.HEADER_BYTES + read_count)
    if len(reply) != _op.HEADER_BYTES + read_count:
        raise SystemExit
    if reply[_op.STATUS_OFFSET]:
        raise OSError(reply[_op.STATUS_OFFSET])
    return reply[_op.HEADER_BYTES :]


def wait_until(due_us, /):
    """Wait until `due_us` (-1: for ever), or less if anything happens. Handles what happened."""
    if watchdog_us >= 0 and (due_us < 0 or due_us > watchdog_us):
        due_us = watchdog_us
    send(_op.IDLE, struct.pack("<q", due_us))
    events = []
    while True:
        opcode, _, payload = _receive()
        if opcode == _op.GO:
            break
        events.append((opcode, payload))
    if events:
        registers.clear()
    # Handled only now, because a handler may ask, and the answer comes after GO.
    for opcode, payload in events:
        handlers[opcode](payload)
    pass_us(0)


def reset(cause, /):
    """Reset the board; never returns."""
    ask(_op.RESET, cause)
