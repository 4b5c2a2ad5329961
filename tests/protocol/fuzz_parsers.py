"""Each parser of bytes from outside against frames that are nearly right.

    python -m tests.protocol.fuzz_parsers NAME SEED FIRST COUNT

The same in CPython and MicroPython. What may come out of a parser is a ProtocolError, nothing
else; a failure says the line that repeats it.
"""

import sys

from pouch_protocol import cable, cobs, messages, package, records, segments
from pouch_protocol import constants as c
from pouch_protocol.errors import ProtocolError
from pouch_protocol.frames import Joiner, Splitter
from pouch_protocol.sealing import Opener, Sealer
from tests.protocol import fuzz_sessions
from tests.protocol.fuzz_frames import (
    Draw,
    header_of,
    index_of,
    message_of,
    record_of,
    spoilt,
    with_sum,
)
from tests.protocol.plain import KEY, Suite

# What is kept from frame to frame is begun anew after so many, so that a failure is repeated by
# few frames; it is long enough for all counters to wrap.
ROUND = 128
_OPCODES = sorted(messages.LAYOUTS)


class Target:
    """A parser: `begin(draw)` makes what is kept for a round, `step(kept, draw)` tries a frame."""

    def __init__(self, step, begin=None, end=None) -> None:
        self.step = step
        self.begin = begin or (lambda _draw: None)
        self.end = end or (lambda _kept: None)


def _message(_kept, draw):
    message = message_of(draw.one_of(_OPCODES), draw.below(256), draw)
    other = message_of(draw.one_of(_OPCODES), draw.below(256), draw) if draw.below(4) else b""
    data = spoilt(message, draw, other)
    decoded = messages.decode(with_sum(data) if draw.below(4) else data)
    assert len(decoded.payload) <= len(data)


def _record(_kept, draw):
    record, log_id, record_no = record_of(draw)
    data = spoilt(record, draw)
    if draw.below(2) and len(data) >= records.BODY_BYTES:
        body = data[: records.BODY_BYTES]
        data = body + records.crc(body, log_id, record_no).to_bytes(2, "little")
    records.decode(data, log_id, record_no)


def _header(_kept, draw):
    header = spoilt(header_of(draw), draw)
    segments.decode_header(with_sum(header) if draw.below(2) and len(header) >= 4 else header)


def _slot(_kept, draw):
    head = spoilt(segments.encode_slot(7, draw.below(9), draw.below(999), b""), draw)
    if draw.below(2) and len(head) >= 4:
        head = with_sum(head)
    _, held = segments.decode_slot(head + spoilt(record_of(draw)[0], draw))
    assert len(held) < 9000


def _index(_kept, draw):
    index = index_of(draw)
    package.decode_index(spoilt(index, draw, index))


def _joined(joiner, draw):
    splitter, frame_bytes = Splitter(), 2 + draw.below(243)
    splitter._counter = (joiner._last_counter + 1) & 0x3F
    splitter.load(message_of(draw.one_of(_OPCODES), 1, draw))
    joined = joiner.join(spoilt(splitter.next_frame(frame_bytes), draw))
    assert joined is None or len(joined) <= c.MESSAGE_BYTES_MAX
    assert len(joiner._parts) <= c.MESSAGE_BYTES_MAX


class _SealedPair:
    def __init__(self, draw):
        keys = Suite.block_cipher(KEY), Suite.mac(KEY)
        self.sealer, self.opener = Sealer(keys, 1), Opener(keys, 1)
        self.count = draw.below(64)
        # The last two, sealed and clear: one that was lost may still come, late.
        self.said = [(b"", b""), (b"", b"")]


def _opened(pair, draw):
    pair.count += 1
    clear = bytes((pair.count & 0x3F,)) + draw.bytes(1 + draw.below(30))
    pair.sealer._counter = pair.opener._next + (pair.count - pair.opener._next & 0x3F)
    sealed = pair.sealer.seal(clear)
    pair.said = [pair.said[1], (sealed, clear)]
    frame = spoilt(sealed, draw, pair.said[0][0])
    opened = pair.opener.open(frame)
    # Nothing gets in but what was sealed, whole and as it was.
    assert opened is None or (frame, opened) in pair.said


def _cobs(_kept, draw):
    decoded = cobs.decode(spoilt(cobs.encode(draw.bytes(draw.below(40))), draw))
    assert len(decoded) < 9000


def _unwrapped(unwrapper, draw):
    line = cable.wrap(draw.below(2), draw.bytes(1 + draw.below(30)))
    if not draw.below(8):
        line = cable.wrap_text(draw.one_of((cable.GREETING, cable.FAREWELL)))
    for channel, data in unwrapper.feed(spoilt(line, draw, line)):
        assert channel in (None, 0, 1)
        assert len(data) <= cable.FRAME_BYTES_MAX
    assert len(unwrapper._held) <= cobs.RUN_BYTES_MAX + 1


TARGETS = {
    "messages.decode": Target(_message),
    "records.decode": Target(_record),
    "segments.decode_header": Target(_header),
    "segments.decode_slot": Target(_slot),
    "package.decode_index": Target(_index),
    "cobs.decode": Target(_cobs),
    "Unwrapper.feed": Target(_unwrapped, lambda _draw: cable.Unwrapper()),
    "Joiner.join": Target(_joined, lambda _draw: Joiner()),
    "Opener.open": Target(_opened, _SealedPair),
}
for _name, (_begin, _step, _end) in fuzz_sessions.SESSIONS.items():
    TARGETS[_name] = Target(_step, _begin, _end)


def run(name: str, seed: int, first: int, count: int) -> int:
    """Try frames; return how many were refused.

    Args:
        name: one of TARGETS.
        seed: of all frames.
        first: number of the first frame. What is kept begins with it.
        count: how many.

    Raises:
        AssertionError: a parser raised what it must not, with the line that repeats it.
    """
    target = TARGETS[name]
    refused = 0
    begun = number = first
    kept = None
    try:
        for number in range(first, first + count):
            if number % ROUND == 0 or kept is None:
                if number != first:
                    target.end(kept)
                begun, kept = number, target.begin(Draw(~seed, number)) or 0
            try:
                target.step(kept, Draw(seed, number))
            except ProtocolError:
                refused += 1
        target.end(kept)
    except Exception as error:
        line = "%s %d %d %d" % (name, seed, begun, number - begun + 1)
        text = "repeat: python -m tests.protocol.fuzz_parsers %s\n%s: %s"
        raise AssertionError(text % (line, type(error).__name__, error)) from error
    return refused


if __name__ == "__main__":
    _names = sorted(TARGETS) if sys.argv[1] == "all" else [sys.argv[1]]
    _seed, _first, _count = [int(argument) for argument in sys.argv[2:5]]
    for _name in _names:
        _refused = run(_name, _seed, _first, _count)
        print("%s: %d of %d frames refused" % (_name, _refused, _count))
