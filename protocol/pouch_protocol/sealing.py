"""Frames sealed: encrypted and then authenticated, each by itself. One object per way.

    clear frame:   | head | content               |
    sealed frame:  | head | content, AES-128-CTR  | tag |

    tag = the first 8 bytes of HMAC-SHA256(mac key, channel | counter, u32 | head | ciphertext)

The counter rises by one per frame and never begins again; a frame carries its low six bits in the
head. A receiver takes the next higher number with these bits, so up to 63 lost frames in a row do
no harm, and a frame that comes again, was recorded or comes from the other direction does not fit
its tag any more.
"""

from . import auth
from .errors import Corrupt, Truncated

TAG_BYTES = 8

_HEAD_BYTES = 1
# The head's counter, see `frames`.
_COUNTER_MASK = 0x3F
_COUNTER_BYTES = 4
_BLOCK_BYTES = 16
# A block of the key stream: channel, counter, zeros, and in the last byte the block's number.
_ZEROS = bytes(_BLOCK_BYTES - 1 - _COUNTER_BYTES)


class Sealer:
    """Seals what goes one way over one channel."""

    def __init__(self, keys: tuple, channel: int) -> None:
        """Begin with counter 0.

        Args:
            keys: `(encrypt, mac)` of the direction, see `auth.SessionKeys`.
            channel: CHANNEL_CONTROL or CHANNEL_STREAM.
        """
        self._encrypt, self._mac = keys
        self._channel = channel
        self._counter = 0

    def seal(self, frame: bytes) -> bytes:
        """Return the sealed frame, TAG_BYTES longer.

        Args:
            frame: from a splitter that began when this did, so that both count alike.
        """
        place = _place(self._channel, self._counter)
        self._counter += 1
        head = frame[:_HEAD_BYTES]
        content = _crypt(self._encrypt, place, memoryview(frame)[_HEAD_BYTES:])
        return head + content + self._mac(place, head, content)[:TAG_BYTES]


class Opener:
    """Opens what comes one way over one channel, and refuses everything else."""

    def __init__(self, keys: tuple, channel: int) -> None:
        """Expect counter 0.

        Args:
            keys: `(encrypt, mac)` of the direction, see `auth.SessionKeys`.
            channel: CHANNEL_CONTROL or CHANNEL_STREAM.
        """
        self._encrypt, self._mac = keys
        self._channel = channel
        self._next = 0
        self._last_tag = b""

    def open(self, sealed: bytes) -> "bytes | None":
        """Return the clear frame; None for the last one once more, which a host's stack may do.

        Raises:
            Truncated: shorter than a sealed frame.
            Corrupt: damaged, forged, old, or after more than 63 that were lost. Drop it.
        """
        if len(sealed) <= _HEAD_BYTES + TAG_BYTES:
            raise Truncated("sealed frame of %d bytes" % len(sealed))
        tag = sealed[-TAG_BYTES:]
        # Everybody has seen the last one: how long this takes tells nothing.
        if tag == self._last_tag:
            return None
        # Views: a board's heap is short of pieces of a frame.
        view = memoryview(sealed)[:-TAG_BYTES]
        counter = self._next + ((sealed[0] - self._next) & _COUNTER_MASK)
        place = _place(self._channel, counter)
        if not auth.equal(tag, self._mac(place, view)[:TAG_BYTES]):
            raise Corrupt("a frame that does not fit its tag")
        self._next = counter + 1
        self._last_tag = tag
        return sealed[:_HEAD_BYTES] + _crypt(self._encrypt, place, view[_HEAD_BYTES:])


def _place(channel: int, counter: int) -> bytes:
    return bytes((channel,)) + counter.to_bytes(_COUNTER_BYTES, "little")


def _crypt(encrypt, place: bytes, content: memoryview) -> bytes:
    """Return the content XORed with the key stream of its place: AES-128 in counter mode."""
    count = len(content)
    block_count = (count + _BLOCK_BYTES - 1) // _BLOCK_BYTES
    blocks = bytearray((place + _ZEROS) * block_count)
    for number in range(1, block_count):
        blocks[number * _BLOCK_BYTES + _BLOCK_BYTES - 1] = number
    stream = memoryview(encrypt(blocks))[:count]
    # As whole numbers: byte by byte it would take a board ten milliseconds.
    mixed = int.from_bytes(content, "little") ^ int.from_bytes(stream, "little")
    return mixed.to_bytes(count, "little")
