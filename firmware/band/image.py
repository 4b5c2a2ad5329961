"""A slot's file: one image of the firmware, as it came; see pouch_protocol.package."""

import hashlib
import os
import sys

from micropython import const

from pouch_protocol import package
from pouch_protocol.errors import Corrupt, ProtocolError, Truncated
from start import state as states

_CHUNK_BYTES = const(512)
_FOLDER_FLAG = const(0x4000)


class Image:
    """What a slot holds, finished or not.

    Attributes:
        path: of its file.
    """

    def __init__(self, root: str, slot: str) -> None:
        """Hold the place; nothing is read.

        Args:
            root: folder of the band's file system.
            slot: "a" or "b".
        """
        self._root = root
        self.path = states.slot_path(root, slot)

    def clear(self) -> None:
        """Remove it; harmless when there is nothing.

        Raises:
            OSError: it is there and cannot be removed.
        """
        if self.held_bytes() >= 0:
            os.remove(self.path)

    def make_folder(self) -> None:
        """Make the folder of the slots, if it is not there."""
        for folder in (self._root, self._root + states.FOLDER):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # It is there; if not, the file in it will say so.

    def held_bytes(self) -> int:
        """Return how many bytes are there, -1 if there is no file."""
        try:
            return os.stat(self.path)[6]
        except OSError:
            return -1

    def holds_index(self, index_bytes: int, sha256: bytes) -> bool:
        """Tell whether it begins with this very index."""
        if self.held_bytes() < index_bytes:
            return False
        with open(self.path, "rb") as file:
            return _hash_of(file, index_bytes) == sha256

    def entries(self):  # noqa: ANN201 - a generator; there is no typing on the board
        """Yield `(path, size, sha256)` of each file in order, one in memory at a time.

        Raises:
            ProtocolError: the index is no index.
        """
        with open(self.path, "rb") as file:
            header = package.decode_header(file.read(package.HEADER.size))
            file.seek(header["header_bytes"])
            for _ in range(header["file_count"]):
                first = file.read(1)
                if not first:
                    raise Truncated("index ends")
                yield package.decode_entry(first + file.read(first[0] - 1))

    def header(self) -> dict:
        """Return the fields of the index's header.

        Raises:
            ProtocolError: the index is no index.
        """
        with open(self.path, "rb") as file:
            return package.decode_header(file.read(package.HEADER.size))

    def check_index(self, board: str, index_bytes: int, files_bytes: int) -> None:
        """Make sure that an image of this index can run here, before any file of it comes.

        Args:
            board: name of this board's file.
            index_bytes: what the sender says that the index has.
            files_bytes: what it says that all files have together.

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
        index_bytes -= header["header_bytes"]
        for name, size, _ in self.entries():
            if name in seen or not size:
                raise Corrupt("%s is there twice or empty" % name)
            seen.add(name)
            files_bytes -= size
            index_bytes -= package.ENTRY.size + len(name)
        if files_bytes or index_bytes or needed - seen:
            raise Corrupt("not all files of an image")

    def is_whole(self, index_bytes: int, index_sha256: bytes) -> bool:
        """Read everything back from flash; tell whether it is what the index says and can run."""
        mpy = sys.implementation._mpy  # noqa: SLF001 - as above
        if not self.holds_index(index_bytes, index_sha256):
            return False
        try:
            with open(self.path, "rb") as file:
                file.seek(index_bytes)
                for _, size, sha256 in self.entries():
                    at = file.tell()
                    if not package.is_loadable(file.read(package.MPY_HEAD_BYTES), mpy):
                        return False
                    file.seek(at)
                    if _hash_of(file, size) != sha256:
                        return False
                return not file.read(1)
        except ProtocolError:
            return False


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


def _hash_of(file, size: int) -> bytes:
    """Return the SHA-256 of the next bytes of a file; of fewer if it ends before."""
    digest = hashlib.sha256()
    view = memoryview(bytearray(_CHUNK_BYTES))
    while size:
        count = file.readinto(view[: min(size, _CHUNK_BYTES)])
        if not count:
            break
        digest.update(view[:count])
        size -= count
    return digest.digest()
