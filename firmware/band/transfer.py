"""One update on its way into a slot: where its next byte goes, and when its index is whole.

    index ----whole, for this board, room for it----> files ----> end

It is one file, appended to. A transfer goes on where it stopped: after a lost connection at the
very byte, after a restart at the last block that was written whole.
"""

from micropython import const

from pouch_protocol.errors import Corrupt

_BLOCK_BYTES = const(4096)
# What littlefs says of a full flash; MicroPython's `errno` does not name it.
ENOSPC = const(28)


class Transfer:
    """What has come of one update. Whatever it raises ends it.

    Attributes:
        image: the slot's Image that it fills.
        begun: bytes in all, bytes of the index, and the index's SHA-256.
        position: of the next byte wanted.
    """

    def __init__(self, image, board: str, make_room, begun: tuple) -> None:
        """Hold the parts; `begin` does the rest.

        Args:
            image: as above.
            board: name of this board's file.
            make_room: takes a number of blocks; tells whether that many are free now.
            begun: as above.
        """
        self.image = image
        self.begun = begun
        self.position = 0
        self._board = board
        self._make_room = make_room
        self._file = None

    @property
    def complete(self) -> bool:
        """Whether every byte has come."""
        return self.position == self.begun[0]

    def begin(self) -> None:
        """Find out what is there of it.

        Raises:
            ProtocolError: the index is not what was announced, or for another board.
            OSError: the flash refused; ENOSPC if it is full.
        """
        total_bytes, index_bytes, index_sha256 = self.begun
        image = self.image
        held = image.held_bytes()
        if held <= total_bytes and image.holds_index(index_bytes, index_sha256):
            image.check_index(self._board, index_bytes, total_bytes - index_bytes)
            self.position = held
        else:
            image.clear()
            image.make_folder()
        self._ask_for_room()
        if not self.complete:
            self._file = open(image.path, "ab")  # noqa: SIM115 - `close` does

    def take(self, payload: bytes) -> None:
        """Write the next bytes, which do not go beyond the end.

        Raises:
            ProtocolError: as `begin`.
            OSError: as `begin`.
        """
        view = memoryview(payload)
        while view:
            file = self._file
            if file is None:
                raise Corrupt("more bytes than were announced")
            # Up to where something is to be done: the end of the index, or of a block.
            left = self._next_stop() - self.position
            piece = view[:left]
            file.write(piece)
            self.position += len(piece)
            view = view[len(piece) :]
            if len(piece) == left:
                self._stop_at(file, self.position)

    def close(self) -> None:
        """Let go of the file; what is in flash stays, for the next one to go on with."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                pass  # It ends before what was not written.

    def _next_stop(self) -> int:
        total_bytes, index_bytes, _ = self.begun
        block_end = (self.position // _BLOCK_BYTES + 1) * _BLOCK_BYTES
        if self.position < index_bytes:
            return min(index_bytes, block_end)
        return min(total_bytes, block_end)

    def _stop_at(self, file, position: int) -> None:
        """Make what has come durable; at the end of the index, look at it."""
        total_bytes, index_bytes, index_sha256 = self.begun
        if position == total_bytes:
            self._file = None
            file.close()
        else:
            file.flush()
        if position == index_bytes:
            if not self.image.holds_index(index_bytes, index_sha256):
                raise Corrupt("not the index that was announced")
            self.image.check_index(self._board, index_bytes, total_bytes - index_bytes)

    def _ask_for_room(self) -> None:
        blocks = (self.begun[0] - self.position) // _BLOCK_BYTES + 2
        if not self._make_room(blocks):
            raise OSError(ENOSPC)
