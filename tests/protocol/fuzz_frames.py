"""Frames that are nearly right: a small generator, examples of all formats, and what spoils them.

Runs in CPython and MicroPython, which number their random generators differently: this one is our
own. The n-th frame of a seed is the same in both.
"""

from pouch_protocol import constants as c
from pouch_protocol import messages, package, records, segments
from pouch_protocol.crc import crc32

_MASK = 0xFFFFFFFF
_RANGES = {"B": (0, 255), "H": (0, 65535), "I": (0, _MASK), "h": (-32768, 32767)}
_EDGES = (0, 1, 2, 3, 19, 20, 31, 32, 63, 64, 127, 128, 129, 192, 254, 255)
_PAYLOADS = {c.OP_RECORDS: 60, c.OP_UPDATE_DATA: 100}


class Draw:
    """Xorshift of 32 bits (Marsaglia, "Xorshift RNGs", 2003), begun anew for each frame."""

    def __init__(self, seed: int, number: int) -> None:
        state = (seed * 0x9E3779B1 + number * 0x85EBCA6B + 0x27D4EB2F) & _MASK
        state = ((state ^ state >> 15) * 0x2C1B3C6D) & _MASK
        state = ((state ^ state >> 12) * 0x297A2D39) & _MASK
        self._state = (state ^ state >> 15) or 1

    def below(self, end: int) -> int:
        """Return a number from 0 to `end` - 1."""
        state = self._state
        state ^= state << 13 & _MASK
        state ^= state >> 17
        state ^= state << 5 & _MASK
        self._state = state
        return state % end

    def bytes(self, count: int) -> bytes:
        """Return so many bytes."""
        return bytes([self.below(256) for _ in range(count)])

    def one_of(self, items):
        """Return one of a list."""
        return items[self.below(len(items))]


def fields_of(layout, draw) -> dict:
    """Return legal fields of a layout, at the ends of their ranges as often as between."""
    fields = {}
    for name, code, limits in zip(layout.names, layout.codes, layout.limits):
        if limits is None and code not in _RANGES:
            fields[name] = draw.bytes(int(code[:-1]))
            continue
        low, high = limits or _RANGES[code]
        kind = draw.below(4)
        fields[name] = (low, high, low + draw.below(high - low + 1), min(high, low + 1))[kind]
    return fields


def message_of(opcode: int, procedure: int, draw) -> bytes:
    """Return a whole message with legal fields; where it says where its bytes begin, rightly."""
    fields = fields_of(messages.LAYOUTS[opcode], draw)
    if opcode == c.OP_RECORDS:
        first, boot_id = fields["first_record_no"], fields["boot_id"]
        return messages.encode_records(procedure, boot_id, first, draw.bytes(20) * draw.below(4))
    payload = b""
    if opcode == c.OP_UPDATE_DATA:
        fields["data_offset"] = messages.UPDATE_DATA_OFFSET
        payload = draw.bytes(8) * draw.below(12)
    if opcode == c.OP_HELLO_REPLY:
        fields["wire_version"] = c.WIRE_VERSION
    return messages.encode(opcode, procedure, fields, payload)


def with_sum(message: bytes) -> bytes:
    """Return a message with the sum that it should have, so that what is wrong in it is read."""
    body = message[:-4]
    return body + crc32(body).to_bytes(4, "little")


def record_of(draw) -> tuple:
    """Return `(record, log_id, record_no)`."""
    kind = draw.one_of(sorted(records.LAYOUTS))
    fields = fields_of(records.LAYOUTS[kind], draw)
    for name in ("kind", "reserved"):
        fields.pop(name, None)
    log_id, record_no = draw.below(_MASK), draw.below(_MASK)
    return records.encode(kind, fields, log_id, record_no), log_id, record_no


def header_of(draw) -> bytes:
    """Return a segment's header."""
    numbers = [draw.below(60_000) for _ in range(6)]
    return segments.encode_header(*numbers)


def index_of(draw) -> bytes:
    """Return the index of an update package."""
    files = [
        ("%s/%s.mpy" % (draw.one_of(package.PACKAGES), "abcdef"[: 1 + number]), 9, bytes(32))
        for number in range(1 + draw.below(4))
    ]
    return package.encode_index((1, 2, 3), "pico_w", (6, 0), files)


def spoilt(data: bytes, draw, other: bytes = b"") -> bytes:
    """Return the bytes with up to three things wrong with them, sometimes none."""
    for _ in range(draw.below(4)):
        data = _SPOILERS[draw.below(len(_SPOILERS))](data, draw, other)
    return data


def _flip(data, draw, _other):
    at = draw.below(len(data) or 1)
    return (
        data[:at]
        + bytes([byte ^ 1 << draw.below(8) for byte in data[at : at + 1]])
        + data[at + 1 :]
    )


def _edge(data, draw, _other):
    at = draw.below(len(data) or 1)
    return data[:at] + bytes((draw.one_of(_EDGES),)) + data[at + 1 :]


def _fill(data, draw, _other):
    at = draw.below(len(data) or 1)
    count = 1 + draw.below(4)
    return data[:at] + bytes((draw.one_of((0, 255)),)) * count + data[at + count :]


def _cut(data, draw, _other):
    return data[: draw.below(len(data) + 1)]


def _lengthen(data, draw, _other):
    return data + bytes((draw.one_of(_EDGES),)) * draw.one_of((1, 2, 20, 255, 1024))


def _remove(data, draw, _other):
    at = draw.below(len(data) + 1)
    return data[:at] + data[at + 1 + draw.below(8) :]


def _repeat(data, draw, _other):
    at = draw.below(len(data) + 1)
    end = at + 1 + draw.below(24)
    return data[:end] + data[at:end] + data[end:]


def _splice(data, draw, other):
    return data[: draw.below(len(data) + 1)] + other[draw.below(len(other) + 1) :]


def _noise(_data, draw, _other):
    return draw.bytes(draw.below(40))


_SPOILERS = (_flip, _edge, _fill, _cut, _lengthen, _remove, _repeat, _splice, _noise)
