"""One update on its way into a slot: where its next byte goes, and when a part of it is whole.

    index ----whole, for this board, room for it----> first file ----whole----> next file ... end

A transfer goes on where it stopped: after a lost connection at the very byte, after a restart at
the last file that was written whole.
"""

from micropython import const

from pouch_protocol.errors import Corrupt

# littlefs copies on write and the log needs its own free blocks, see folder.py.
_SPARE_BLOCKS = const(20)
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
        # The part that is being written, and what is missing of it: first the index, then each
        # file that `entries` yields.
        self._file = None
        self._left = 0
        self._entries = None

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
        _, index_bytes, index_sha256 = self.begun
        image = self.image
        if image.holds_index(index_bytes, index_sha256):
            self.position = index_bytes
            self._begin_files()
            return
        image.clear()
        self._ask_for_room(index_bytes // _BLOCK_BYTES + 1)
        image.make()
        self._file = open(image.index_path, "wb")  # noqa: SIM115 - _end_part closes it
        self._left = index_bytes

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
                raise Corrupt("more bytes than files")
            count = min(self._left, len(view))
            file.write(view[:count])
            self.position += count
            self._left -= count
            view = view[count:]
            if not self._left:
                file.close()
                self._file = None
                self._next_part()

    def close(self) -> None:
        """Let go of the file; what is in flash stays, for the next one to go on with."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                pass  # It ends before what was not written.

    def _next_part(self) -> None:
        if self._entries is None:
            if not self.image.holds_index(self.begun[1], self.begun[2]):
                raise Corrupt("not the index that was announced")
            self._begin_files()
            return
        for name, size, _ in self._entries:
            self._open_file(name, size, 0)
            return

    def _begin_files(self) -> None:
        """Look at an index that is there whole, and at what there is of its files."""
        image = self.image
        image.check_index(self._board, self.begun[0] - self.begun[1])
        self._ask_for_room(image.missing_blocks())
        image.make()
        self._entries = image.entries()
        # After a restart everything up to the first file that is not whole is there.
        for name, size, _ in self._entries:
            held = image.held_bytes(name)
            if held < size:
                self.position += held
                self._open_file(name, size, held)
                return
            self.position += size

    def _open_file(self, name: str, size: int, held: int) -> None:
        path = self.image.path(name)
        self._file = open(path, "ab" if held else "wb")  # noqa: SIM115 - _next_part follows
        self._left = size - held

    def _ask_for_room(self, blocks: int) -> None:
        if not self._make_room(blocks + _SPARE_BLOCKS):
            raise OSError(ENOSPC)
