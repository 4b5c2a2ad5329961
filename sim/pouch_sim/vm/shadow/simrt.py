"""Runtime of a simulated board: one socket to the simulator, one clock, one place that waits.

The other end of the frames is vm/frames.py; the layout is drawn there. The band speaks while it
runs. When it has nothing to do it says IDLE and blocks until GO, and the events before GO happened
meanwhile. So this end never polls, and runs exactly when the simulator lets it.
"""

import struct
import sys

from opcodes import (
    ASLEEP,
    AWAKE,
    GO,
    HEADER_BYTES,
    HEADER_FORMAT,
    I2C,
    IDLE,
    IDLE_BYTES,
    IDLE_FORMAT,
    PAYLOAD_BYTES_MAX,
    RADIO_ON,
    RESET,
)


def builtin(name):
    """Return the built-in module that a file of the same name shadows."""
    path = sys.path[:]
    shadow = sys.modules.pop(name, None)
    sys.path[:] = []
    try:
        return __import__(name)
    finally:
        sys.path[:] = path
        if shadow is not None:
            sys.modules[name] = shadow


env = builtin("os").getenv

# Reading the clock costs time, so that a loop that waits for it to move does see it move.
_CLOCK_READ_US = 2

# A board that was busy (flash, I2C) is ahead of the world. More than this matters to the radio.
_AHEAD_US_MAX = 1000

WDT_RESET = 3

_socket = open(int(env("SIM_FD")), "r+b")
_out = bytearray(HEADER_BYTES)
_in = bytearray(HEADER_BYTES + PAYLOAD_BYTES_MAX)
_in_view = memoryview(_in)
_header_view = _in_view[:HEADER_BYTES]
_idle = bytearray(HEADER_BYTES + IDLE_BYTES)
struct.pack_into(HEADER_FORMAT, _idle, 0, IDLE_BYTES, IDLE, 0, 0)
# What changes in it: from the time in its header on.
_IDLE_CHANGES = "<Q" + IDLE_FORMAT[1:]
_TIME_OFFSET = 4

_TICKS_AT_BOOT_US = int(env("SIM_TICKS_AT_BOOT_US"))

now = _TICKS_AT_BOOT_US
_world_us = _TICKS_AT_BOOT_US
flash_programs = 0
flash_erases = 0
flash_bytes = 0
# Time in light sleep, time with the radio on, and time with the radio off in which the processor
# was kept busy, mostly by wires and flash. The rest of the time it waited, awake.
asleep_us = 0
radio_us = 0
busy_us = 0

# The watchdog bites when `now` reaches this; -1 while none is armed.
watchdog_us = -1

# Whether the radio is on, the board in light sleep, and a computer on the USB port.
radio_on = False
asleep = False
usb_present = False

# Handlers of events, by opcode: a module registers its own when it is imported.
handlers = {}


def now_us():
    """Return this board's microseconds since boot."""
    global now
    now += _CLOCK_READ_US
    _book(_CLOCK_READ_US)
    if 0 <= watchdog_us <= now:
        reset(WDT_RESET)
    return now


def start_over():
    """Forget the time and wear of what came before the firmware: that was in the factory."""
    global now, flash_programs, flash_erases, flash_bytes, busy_us
    now = _TICKS_AT_BOOT_US
    busy_us = 0
    flash_programs = flash_erases = flash_bytes = 0


def spend_us(us):
    """Let time pass in which this board is busy and hears nothing."""
    global now
    now += us
    _book(us)


def _book(us):
    # No time is counted twice: what the radio draws hides whether the processor works.
    global busy_us, radio_us
    if radio_on:
        radio_us += us
    else:
        busy_us += us


def send(opcode, payload=b""):
    """Send one frame and go on."""
    struct.pack_into(HEADER_FORMAT, _out, 0, len(payload), opcode, 0, now)
    _socket.write(_out + payload if payload else _out)


def _receive():
    # Reads one frame; returns (opcode, status, payload length). The payload is in `_in`.
    global now, _world_us, asleep_us, radio_us
    if _socket.readinto(_header_view) != HEADER_BYTES:
        raise SystemExit
    length, opcode, status, _world_us = struct.unpack_from(HEADER_FORMAT, _in)
    if length:
        _socket.readinto(_in_view[HEADER_BYTES : HEADER_BYTES + length])
    waited_us = _world_us - now
    if waited_us > 0:
        now = _world_us
        if asleep:
            asleep_us += waited_us
        elif radio_on:
            radio_us += waited_us
    return opcode, status, length


def call(opcode, payload=b""):
    """Send a request; return the payload of its reply.

    Raises:
        OSError: with the errno that the simulator answered.
    """
    send(opcode, payload)
    _, status, length = _receive()
    if status:
        raise OSError(status)
    return bytes(_in_view[HEADER_BYTES : HEADER_BYTES + length])


def catch_up():
    """Wait for the world if this board ran ahead of it, so that nothing goes out too early."""
    if now - _world_us > _AHEAD_US_MAX:
        wait_until(now)


def transfer(bus, address, write, read_count):
    """Do one I2C transfer; return `read_count` bytes.

    Its reply always has `read_count` bytes, also after an error, so that one read fetches it.
    """
    global now, _world_us
    n = len(write)
    if read_count > PAYLOAD_BYTES_MAX:
        raise ValueError("transfer too long for the simulator")
    request = bytearray(HEADER_BYTES + 4 + n)
    struct.pack_into("<HBbQBBH", request, 0, n + 4, I2C, 0, now, bus, address, read_count)
    request[HEADER_BYTES + 4 :] = write
    _socket.write(request)
    end = HEADER_BYTES + read_count
    if _socket.readinto(_in_view[:end]) != end:
        raise SystemExit
    status = _in[3]
    if status:
        raise OSError(status)
    return bytes(_in_view[HEADER_BYTES:end])


def wait_until(due_us):
    """Wait until `due_us` (-1: for ever), or less if anything happens. Handles what happened."""
    global now
    limit_us = due_us
    if watchdog_us >= 0 and (due_us < 0 or due_us > watchdog_us):
        limit_us = watchdog_us
    struct.pack_into(
        _IDLE_CHANGES,
        _idle,
        _TIME_OFFSET,
        now,
        limit_us,
        flash_programs,
        flash_erases,
        flash_bytes,
        asleep_us,
        radio_us,
        busy_us,
        ASLEEP if asleep else RADIO_ON if radio_on else AWAKE,
    )
    _socket.write(_idle)
    events = None
    while True:
        opcode, _, length = _receive()
        if opcode == GO:
            break
        event = (opcode, bytes(_in_view[HEADER_BYTES : HEADER_BYTES + length]))
        if events is None:
            events = [event]
        else:
            events.append(event)
    # Handled only now, because a handler may ask, and the answer comes after GO.
    if events is not None:
        for opcode, payload in events:
            handlers[opcode](payload)
    if 0 <= watchdog_us <= now:
        reset(WDT_RESET)


def sleep_us(us):
    """Sleep; events are handled meanwhile."""
    due_us = now + int(us)
    while now < due_us:
        wait_until(due_us)


def halt(opcode, payload=b""):
    """Send a last frame and never come back: the simulator ends this process."""
    try:
        send(opcode, payload)
        _socket.readinto(_header_view)
    except OSError:
        pass  # the simulator itself is gone
    raise SystemExit


def reset(cause):
    """Reset the board; never returns."""
    halt(RESET, bytes((cause,)))
