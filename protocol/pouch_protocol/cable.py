"""Frames on a serial line that other text runs on too: what is ours, and where it ends.

    | 0 | COBS of (channel, frame) | 0 |     a frame of a message
    | 0 | COBS of a text           | 0 |     GREETING or FAREWELL

A zero stands before as well as after, so that text printed between two frames spoils neither.
"""

from . import cobs
from .errors import Corrupt

# The band's port is its prompt too, where byte 3 stops the program. A host says GREETING until the
# band answers the same, and from then on any byte is data. Neither text holds a 3, coded or plain.
GREETING = b"POUCH"
FAREWELL = b"BYE"

# With the channel it still grows by one byte only.
FRAME_BYTES_MAX = cobs.RUN_BYTES_MAX - 1
# After so long without a frame the port is a prompt again.
SILENCE_MS = 10_000

_CODED_BYTES_MAX = cobs.RUN_BYTES_MAX + 1
_DELIMITER = b"\x00"
# What a frame begins with; a text begins with a letter.
_CHANNELS = (0, 1)


def wrap(channel: int, frame: bytes) -> bytes:
    """Return what carries a frame over the line.

    Args:
        channel: CHANNEL_CONTROL or CHANNEL_STREAM.
        frame: at most FRAME_BYTES_MAX.
    """
    return _DELIMITER + cobs.encode(bytes((channel,)) + frame) + _DELIMITER


def wrap_text(text: bytes) -> bytes:
    """Return what carries GREETING or FAREWELL over the line."""
    return _DELIMITER + cobs.encode(text) + _DELIMITER


class Unwrapper:
    """Finds frames and texts among whatever else arrives; holds at most one frame's bytes.

    Attributes:
        damaged_count: pieces between delimiters that were neither: mostly printed text.
    """

    def __init__(self) -> None:
        """Begin in the middle of anything: what comes before the first delimiter is dropped."""
        self._held = bytearray()
        self._skipping = True
        self.damaged_count = 0

    def feed(self, data: bytes) -> list:
        """Take bytes as they come; return what they complete.

        Returns:
            `(channel, frame)` for a frame, `(None, text)` for GREETING or FAREWELL.
        """
        found = []
        for byte in data:
            if byte == 0:
                item = self._end()
                if item is not None:
                    found.append(item)
            elif len(self._held) < _CODED_BYTES_MAX:
                self._held.append(byte)
            else:
                self._skipping = True
        return found

    def _end(self) -> "tuple | None":
        """Return what stood between two delimiters, or None if it is nothing of ours."""
        held = bytes(self._held)
        skipping = self._skipping
        # Not cleared but made anew: MicroPython deletes no slices of a bytearray.
        self._held = bytearray()
        self._skipping = False
        if not held:
            return None
        if not skipping:
            try:
                data = cobs.decode(held)
            except Corrupt:
                data = b""
            if data in (GREETING, FAREWELL):
                return None, data
            if len(data) > 1 and data[0] in _CHANNELS:
                return data[0], data[1:]
        self.damaged_count += 1
        return None
