"""A slot's folder: the files of one image of the firmware, and the index that says what they are.

<root>/firmware/a/index            as it came, see pouch_protocol.package
<root>/firmware/a/band/app.mpy     and so on, in four folders
"""

import hashlib
import os
import sys

from micropython import const

from pouch_protocol import package
from pouch_protocol.errors import Corrupt, ProtocolError, Truncated
from start import state as states

_INDEX = "/index"
_CHUNK_BYTES = const(512)
_FOLDER_FLAG = const(0x4000)
_BLOCK_BYTES = const(4096)
# A folder of littlefs is a pair of blocks.
_FOLDER_BLOCKS = const(2)


class Image:
    """What a slot holds, finished or not."""

    def __init__(self, root: str, slot: str) -> None:
        """Hold the place; nothing is read.

        Args:
            root: folder of the band's file system.
            slot: "a" or "b".
        """
        self._root = root
        self._folder = states.slot_folder(root, slot)
        self.index_path = self._folder + _INDEX

    def path(self, name: str) -> str:
        """Return the place of a file, by its path in the image."""
        return self._folder + "/" + name

    def clear(self) -> None:
        """Remove all of it; harmless when there is nothing.

        The index goes first: what is left of a cut is not taken for a transfer to go on with.
        """
        _remove(self.index_path)
        remove_tree(self._folder)

    def make(self) -> None:
        """Make the folders, as far as they are not there."""
        for folder in (self._root, self._root + states.FOLDER, self._folder):
            _make_folder(folder)
        for name in package.PACKAGES:
            _make_folder(self._folder + "/" + name)

    def holds_index(self, size: int, sha256: bytes) -> bool:
        """Tell whether this very index is there."""
        return _size_of(self.index_path) == size and _hash_of(self.index_path) == sha256

    def held_bytes(self, name: str) -> int:
        """Return how much of a file is there; 0 if nothing."""
        return max(0, _size_of(self.path(name)))

    def entries(self):  # noqa: ANN201 - a generator; there is no typing on the board
        """Yield `(path, size, sha256)` of each file in order, one in memory at a time.

        Raises:
            ProtocolError: the index is no index.
        """
        with open(self.index_path, "rb") as file:
            header = package.decode_header(file.read(package.HEADER.size))
            file.seek(header["header_bytes"])
            for _ in range(header["file_count"]):
                first = file.read(1)
                if not first:
                    raise Truncated("index ends")
                yield package.decode_entry(first + file.read(first[0] - 1))
            if file.read(1):
                raise Corrupt("index goes on")

    def header(self) -> dict:
        """Return the fields of the index's header.

        Raises:
            ProtocolError: the index is no index.
        """
        with open(self.index_path, "rb") as file:
            return package.decode_header(file.read(package.HEADER.size))

    def check_index(self, board: str, files_bytes: int) -> None:
        """Make sure that an image of this index can run here, before any file of it comes.

        Args:
            board: name of this board's file.
            files_bytes: what the sender says that all files have together.

        Raises:
            ProtocolError: it is no index, or for another board or MicroPython.
        """
        header = self.header()
        mpy = sys.implementation._mpy  # noqa: SLF001 - MicroPython's manual names it so
        head = bytes((0x4D, header["mpy_version"], header["mpy_arch"] << 2 | mpy >> 8 & 3, 0))
        if header["board"] != board or not package.is_loadable(head, mpy):
            raise Corrupt("an image for another board")
        needed = {name + "/__init__" + package.SUFFIX for name in package.PACKAGES}
        needed.add("band/app" + package.SUFFIX)
        needed.add("boards/" + board + package.SUFFIX)
        seen = set()
        for name, size, _ in self.entries():
            if name in seen or not size:
                raise Corrupt("%s is there twice or empty" % name)
            seen.add(name)
            files_bytes -= size
        if files_bytes or needed - seen:
            raise Corrupt("not all files of an image")

    def missing_blocks(self) -> int:
        """Return how many blocks of flash the files take at most that are not there whole."""
        # A folder's pair of blocks holds some thirty names; beyond that it gets another pair.
        count = 2 * _FOLDER_BLOCKS * len(package.PACKAGES)
        for name, size, _ in self.entries():
            if self.held_bytes(name) < size:
                count += size // _BLOCK_BYTES + 1
        return count

    def is_whole(self, index_sha256: bytes) -> bool:
        """Read everything back from flash; tell whether it is what the index says and can run."""
        mpy = sys.implementation._mpy  # noqa: SLF001 - as above
        try:
            if _hash_of(self.index_path) != index_sha256:
                return False
            for name, size, sha256 in self.entries():
                path = self.path(name)
                if _size_of(path) != size or _hash_of(path) != sha256:
                    return False
                with open(path, "rb") as file:
                    if not package.is_loadable(file.read(package.MPY_HEAD_BYTES), mpy):
                        return False
        except ProtocolError:
            return False
        return True


def _make_folder(path: str) -> None:
    try:
        os.mkdir(path)
    except OSError:
        pass  # It is there; if not, the first file in it will say so.


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass  # It is not there; if it is, its folder cannot be removed and says so.


def remove_tree(folder: str) -> None:
    """Remove a folder and all that is in it; harmless when it is not there.

    Raises:
        OSError: something cannot be removed.
    """
    try:
        entries = list(os.ilistdir(folder))
    except OSError:
        return  # It is not there.
    for entry in entries:
        path = folder + "/" + entry[0]
        if entry[1] == _FOLDER_FLAG:
            remove_tree(path)
        else:
            os.remove(path)
    os.rmdir(folder)


def _size_of(path: str) -> int:
    try:
        return os.stat(path)[6]
    except OSError:
        return -1


def _hash_of(path: str) -> bytes:
    digest = hashlib.sha256()
    chunk = bytearray(_CHUNK_BYTES)
    view = memoryview(chunk)
    with open(path, "rb") as file:
        while True:
            count = file.readinto(chunk)
            if not count:
                return digest.digest()
            digest.update(view[:count])
