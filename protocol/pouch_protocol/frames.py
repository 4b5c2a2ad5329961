"""Frames: what fits one notification. A message is split into frames and joined from them.

    first byte of a frame:   bit 7 first | bit 6 last | bits 5-0 counter

The counter goes on over messages, so a lost frame is noticed, and a frame that a host's Bluetooth
stack delivers twice is dropped. One splitter and one joiner serve one direction of one channel.
"""

from . import constants as c
from .errors import BadSequence, Corrupt, Truncated

_FIRST = 0x80
_LAST = 0x40
_COUNTER = 0x3F


class Splitter:
    """Cuts messages into numbered frames."""

    def __init__(self) -> None:
        """Start a connection's direction with counter 0."""
        self._counter = 0
        self._message = b""
        self._position = 0

    @property
    def busy(self) -> bool:
        """Whether a message still has frames to give."""
        return self._position < len(self._message)

    def load(self, message: bytes) -> None:
        """Take the next message.

        Raises:
            ValueError: the message is empty or too long, or the last one is not finished.
        """
        if self.busy or not 0 < len(message) <= c.MESSAGE_BYTES_MAX:
            raise ValueError("cannot load a message of %d bytes" % len(message))
        self._message = message
        self._position = 0

    def drop(self) -> None:
        """Leave the rest of the message unsaid; the counter goes on."""
        self._message = b""
        self._position = 0

    def next_frame(self, frame_bytes_max: int) -> "bytes | None":
        """Return the next frame, or None when the message is done.

        Args:
            frame_bytes_max: what one notification or write carries now (MTU - 3).
        """
        if not self.busy:
            return None
        start = self._position
        end = min(start + frame_bytes_max - 1, len(self._message))
        head = self._counter
        if start == 0:
            head |= _FIRST
        if end == len(self._message):
            head |= _LAST
        self._counter = (self._counter + 1) & _COUNTER
        self._position = end
        return bytes((head,)) + self._message[start:end]


class Joiner:
    """Rejoins messages; holds at most MESSAGE_BYTES_MAX."""

    def __init__(self) -> None:
        """Start a connection's direction; the first frame may carry any counter."""
        self._last_counter = -1
        self._parts = b""
        self._inside = False

    def join(self, frame: bytes) -> "bytes | None":
        """Add one frame; return the message it completes, else None.

        A repeated frame is ignored. After an error everything up to the next first frame is
        dropped, so one bad frame costs one message. A message whose last frames are lost is
        dropped in silence when the next begins: the count and CRC of a report tell.

        Raises:
            Truncated: a frame without content.
            BadSequence: a frame is missing or the message's beginning was.
            Corrupt: the message grows beyond MESSAGE_BYTES_MAX.
        """
        if len(frame) < 2:  # noqa: PLR2004 - one byte of header, at least one of content
            raise Truncated("frame of %d bytes" % len(frame))
        counter = frame[0] & _COUNTER
        if counter == self._last_counter:
            return None
        in_step = counter == (self._last_counter + 1) & _COUNTER
        self._last_counter = counter
        if frame[0] & _FIRST:
            self._parts = b""
            self._inside = True
        elif not self._inside or not in_step:
            self._inside = False
            raise BadSequence("frame %d is out of place" % counter)
        return self._take(frame)

    def _take(self, frame: bytes) -> "bytes | None":
        if len(self._parts) + len(frame) - 1 > c.MESSAGE_BYTES_MAX:
            self._inside = False
            raise Corrupt("message over %d bytes" % c.MESSAGE_BYTES_MAX)
        self._parts += frame[1:]
        if not frame[0] & _LAST:
            return None
        self._inside = False
        return self._parts
