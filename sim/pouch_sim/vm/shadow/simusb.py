"""The USB port, which is a board's stdin and stdout; its interrupt key; stand-ins for two modules.

`sys` and `micropython` cannot be shadowed by files, so objects take their places: built in but for
the few names below. As on a board `sys.stdin.buffer.read(n)` blocks until there are n bytes. A
board stops the computer when its buffer of 260 bytes is full; here the buffer has no end, which
the firmware cannot tell from that.
"""

import io
import sys as _sys

import micropython as _micropython
import opcodes as _op
import simrt as _rt
from micropython import const

_IOCTL_POLL = const(3)
_POLLIN = const(1)
_POLLOUT = const(4)
_EINVAL = const(22)
_WRITE_BYTES_MAX = const(1024)

_received = b""


def _on_bytes(payload, /):
    global _received
    _received += payload[1:]
    if payload[0]:
        raise KeyboardInterrupt


_rt.handlers[_op.USB_IN] = _on_bytes


class _Port:
    """Both directions without translation, as `buffer` of either stream is on a board."""

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
        return data

    def readinto(self, buffer, /):
        buffer[:] = _Port.read(self, len(buffer))
        return len(buffer)

    def write(self, data, /):
        for at in range(0, len(data), _WRITE_BYTES_MAX):
            _rt.spend(_op.USB_OUT, data[at : at + _WRITE_BYTES_MAX])
        return len(data)


class _Text(_Port):
    """The streams of text: lines end with both bytes on the way out."""

    buffer = _Port()

    def read(self, count=-1, /):
        return self.buffer.read(count).replace(b"\r", b"\n").decode()

    def write(self, text, /):
        _sys.stdout.write(text)
        self.buffer.write(text.replace("\n", "\r\n").encode())
        return len(text)


class _Module:
    """A built-in module with some names of its own."""

    def __init__(self, module, /):
        self._module = module

    def __getattr__(self, name, /):
        return getattr(self._module, name)


def _print_exception(error, file=None, /):
    text = io.StringIO()
    _sys.print_exception(error, text)
    (file or _text).write(text.getvalue())


def _kbd_intr(char, /):
    _rt.send(_op.USB_INTERRUPT_KEY, bytes((char & 0xFF,)))


_text = _Text()


def install():
    """Let the firmware see the stand-ins; what is imported already keeps what it has."""
    system = _sys.modules["sys"] = _Module(_sys)
    system.stdin = system.stdout = system.stderr = _text
    system.print_exception = _print_exception
    _sys.modules["micropython"] = _Module(_micropython)
    _sys.modules["micropython"].kbd_intr = _kbd_intr
