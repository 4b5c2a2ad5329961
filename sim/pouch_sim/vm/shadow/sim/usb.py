"""The USB port, which is a board's stdin and stdout, and its interrupt key.

`sys` and `micropython` cannot be shadowed by files, so this module takes the place of both: built
in but for the names below. As on a board `sys.stdin.buffer.read(n)` blocks until there are `n`
bytes. A board stops the computer when its buffer of 260 bytes is full; here the buffer has no end,
which the firmware cannot tell from that.
"""

import io
import sys as _sys

import micropython as _micropython
import opcodes as _op
from micropython import const

import sim as _rt

_IOCTL_POLL = const(3)
_POLLIN = const(1)
_POLLOUT = const(4)
_EINVAL = const(22)
_WRITE_BYTES_MAX = const(1024)

_received = b""


def __getattr__(name, /):
    return getattr(_sys if hasattr(_sys, name) else _micropython, name)


def _on_bytes(payload, /):
    global _received
    _received += payload[1:]
    if payload[0]:
        raise KeyboardInterrupt


_rt.handlers[_op.USB_IN] = _on_bytes


class _Stream(io.IOBase):
    """Both directions: as they are, or as text, whose lines end with both bytes on the way out.

    Args:
        buffer: the stream without translation, of one of text.
    """

    def __init__(self, buffer=None, /):
        self.buffer = buffer

    def ioctl(self, request, flags, /):
        if request != _IOCTL_POLL:
            raise OSError(_EINVAL)
        return flags & (_POLLOUT | _POLLIN if _received else _POLLOUT)

    def read(self, count=-1, /):
        global _received
        if count < 0:
            _rt.call(_op.MISUSE, b"reads the USB port for ever")
        while len(_received) < count:
            _rt.wait_until(-1)
        data = _received[:count]
        _received = _received[count:]
        return data.replace(b"\r", b"\n").decode() if self.buffer else data

    def readinto(self, buffer, /):
        buffer[:] = self.read(len(buffer))
        return len(buffer)

    def write(self, data, /):
        opcode = _op.USB_OUT
        if self.buffer:
            opcode = _op.USB_TEXT
            _sys.stdout.write(data)
            if isinstance(data, str):
                data = data.encode()
        for at in range(0, len(data), _WRITE_BYTES_MAX):
            _rt.spend(opcode, data[at : at + _WRITE_BYTES_MAX])
        return len(data)


stdin = stdout = stderr = _Stream(_Stream())


def print_exception(error, file=stdout, /):
    _sys.print_exception(error, file)


def kbd_intr(char, /):
    _rt.send(_op.USB_INTERRUPT_KEY, bytes((char & 0xFF,)))
