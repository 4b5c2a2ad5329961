"""The USB port, which is a board's stdin and stdout; its interrupt key; stand-ins for two modules.

`sys` and `micropython` cannot be shadowed by files, so objects take their places: built in but for
the few names below. As on a board `sys.stdin.buffer.read(n)` blocks until there are n bytes, and a
write that no computer takes blocks once and is then thrown away (ports/esp32/usb_serial_jtag.c).
A board stops the computer when its buffer of 260 bytes is full; here the buffer has no end, which
the firmware cannot tell from that.
"""

import io
import sys as _sys

import micropython as _micropython
import opcodes as _op
import simrt as _rt

_IOCTL_POLL = 3
_POLLIN = 1
_POLLOUT = 4

# What a full-speed port carries with one packet on its way at a time, an estimate: 100 kB/s.
_US_PER_BYTE = 10
_FIFO_BYTES = 64
_WRITE_TIMEOUT_US = 200000
_FRAME_BYTES_MAX = 1024

_PRESENT = 1
_READING = 2

_CTRL_C = 3

_received = b""
_interrupt_char = _CTRL_C
# Whether a program of the computer has the port open, and whether the last write got through.
_reading = False
_connected = True
_fifo_bytes = 0


def _on_bytes(payload):
    global _received
    if _rt.asleep:
        return  # The port has no clock in light sleep.
    interrupt = bytes((_interrupt_char,)) if _interrupt_char >= 0 else None
    if interrupt is None or interrupt not in payload:
        _received += payload
        return
    _received += payload.replace(interrupt, b"")
    raise KeyboardInterrupt


def _on_present(payload):
    global _reading, _connected, _fifo_bytes
    _rt.usb_present = payload[0] & _PRESENT != 0
    _reading = payload[0] & _READING != 0
    if _reading:
        _connected = True
        _fifo_bytes = 0


_rt.handlers[_op.USB_IN] = _on_bytes
_rt.handlers[_op.USB_PRESENT] = _on_present


def _transmit(data):
    """Send bytes to the computer, or spend the time of finding that none takes them."""
    global _connected, _fifo_bytes
    if _reading:
        for at in range(0, len(data), _FRAME_BYTES_MAX):
            piece = bytes(data[at : at + _FRAME_BYTES_MAX])
            _rt.spend_us(len(piece) * _US_PER_BYTE)
            _rt.send(_op.USB_OUT, piece)
        return
    _fifo_bytes += len(data)
    if _fifo_bytes > _FIFO_BYTES and _connected:
        _rt.spend_us(_WRITE_TIMEOUT_US)
        _connected = False


class _Port:
    """Both directions without translation, as `buffer` of either stream is on a board."""

    def ioctl(self, request, flags):
        if request != _IOCTL_POLL:
            raise OSError(22)
        return (flags & _POLLOUT) | (flags & _POLLIN if _received else 0)

    def read(self, count=-1):
        global _received
        if count < 0:
            _rt.halt(_op.MISUSE, b"reads the USB port for ever")
        while len(_received) < count:
            _rt.wait_until(-1)
        data = _received[:count]
        _received = _received[count:]
        return data

    def readinto(self, buffer):
        buffer[:] = self.read(len(buffer))
        return len(buffer)

    def write(self, data):
        _transmit(data)
        return len(data)


_port = _Port()


class _Text:
    """A stream of text: lines end with both bytes on the way out."""

    buffer = _port

    def __init__(self, log):
        self._log = log

    def ioctl(self, request, flags):
        return _port.ioctl(request, flags)

    def read(self, count=-1):
        return _port.read(count).replace(b"\r", b"\n").decode()

    def write(self, text):
        self._log.write(text)
        _transmit(text.replace("\n", "\r\n").encode())
        return len(text)


class _Sys:
    """`sys` with this port for its streams."""

    stdin = _Text(_sys.stdin)
    stdout = _Text(_sys.stdout)
    stderr = stdout

    def __getattr__(self, name):
        return getattr(_sys, name)

    def print_exception(self, error, file=None):
        if file is not None:
            _sys.print_exception(error, file)
            return
        text = io.StringIO()
        _sys.print_exception(error, text)
        self.stdout.write(text.getvalue())


class _Micropython:
    """`micropython` with an interrupt key on this port."""

    def __getattr__(self, name):
        return getattr(_micropython, name)

    def kbd_intr(self, char):
        global _interrupt_char
        _interrupt_char = char


def install():
    """Let the firmware see the stand-ins; what is imported already keeps what it has."""
    _sys.modules["sys"] = _Sys()
    _sys.modules["micropython"] = _Micropython()
