"""Consistent overhead byte stuffing: bytes without a zero among them, so that zero can delimit.

Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2),
1999. A code byte stands before each run: its value less one is how many bytes follow as they are,
and then comes a zero, unless the code is 0xFF or the data ends. Up to 254 bytes grow by one.
"""

from .errors import Corrupt

# Bytes of data that grow by one byte only.
RUN_BYTES_MAX = 254

_CODE_MAX = 0xFF


def encode(data: bytes) -> bytes:
    """Return the data without zeros; no delimiter is added."""
    out = bytearray(1)
    code_at = 0
    for byte in data:
        if len(out) - code_at == _CODE_MAX:
            # A full run implies no zero. It is closed only now that more follows.
            out[code_at] = _CODE_MAX
            code_at = len(out)
            out.append(0)
        if byte:
            out.append(byte)
        else:
            out[code_at] = len(out) - code_at
            code_at = len(out)
            out.append(0)
    out[code_at] = len(out) - code_at
    return bytes(out)


def decode(data: bytes) -> bytes:
    """Return what was encoded.

    Args:
        data: what stood between two delimiters.

    Raises:
        Corrupt: a zero, or a run that goes on beyond the end. Drop it.
    """
    out = bytearray()
    at = 0
    end = len(data)
    while at < end:
        code = data[at]
        run_end = at + code
        if code == 0 or run_end > end or 0 in data[at + 1 : run_end]:
            raise Corrupt("not byte stuffing")
        out += data[at + 1 : run_end]
        at = run_end
        if code != _CODE_MAX and at < end:
            out.append(0)
    return bytes(out)
