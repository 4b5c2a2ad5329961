"""An image of the firmware in one file, which imports read as if it were a folder.

littlefs gives each file a block of 4 kB at least: sixty modules as files take three times the room
of one file that holds them all, and that room is days of records.

    | header | entry | entry ... | bytes of the first file | bytes of the second ...   SPEC.md 9

What a file holds is not checked, only that it is there: who put the image there has checked it.
"""

import io

from micropython import const

_MAGIC = b"PCHU"
_VERSION = const(1)
_VERSION_AT = const(4)
_HEADER_BYTES_AT = const(5)
_FILE_COUNT_AT = const(11)
_HEADER_BYTES_MIN = const(28)
# Of an entry: where its path begins, and its size, little-endian.
_PATH_OFFSET_AT = const(1)
_SIZE_AT = const(2)
_SIZE_END = const(6)

_FILE = (0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
_FOLDER = (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
_ENOENT = const(2)
_FROM_END = const(2)


class Pack:
    """A file system of its own, to be mounted; it can be read and no more.

    Each import asks for names that are not there, a built-in module's too, so those cost little.
    """

    def __init__(self, path: str) -> None:
        """Read where everything is.

        Args:
            path: of the file.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no image, or not all of one.
        """
        self._path = path
        self._folders = []
        # Path, place and size of the file that was found last: it is opened next.
        self._found = None, 0, 0
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES_MIN)
            if (
                len(header) < _HEADER_BYTES_MIN
                or header[: len(_MAGIC)] != _MAGIC
                or header[_VERSION_AT] > _VERSION
                or header[_HEADER_BYTES_AT] < _HEADER_BYTES_MIN
            ):
                raise ValueError("%s is no image" % path)
            self._count = header[_FILE_COUNT_AT]
            self._begin = header[_HEADER_BYTES_AT]
            file.seek(self._begin)
            files_bytes = 0
            for _ in range(self._count):
                entry = _read_entry(file)
                files_bytes += _size_in(entry)
                self._note_folder(_path_in(entry).decode())
            self._files_at = file.tell()
            if file.seek(0, _FROM_END) < self._files_at + files_bytes:
                raise ValueError("%s ends in its files" % path)
            file.seek(self._begin)
            # Kept until `forget`.
            self._entries = file.read(self._files_at - self._begin)

    def forget(self) -> None:
        """Free what is kept for finding; from now on it is read from the file each time."""
        self._entries = b""

    # What MicroPython asks of a file system, by these names.

    def mount(self, _readonly: bool, _mkfs: bool) -> None:
        """Be mounted."""

    def umount(self) -> None:
        """Be taken away."""

    def stat(self, path: str) -> tuple:
        """Tell whether a path is a folder or a file; OSError if it is neither."""
        path = path.strip("/")
        if path in self._folders:
            return _FOLDER
        if "." not in path:
            # A module asked for as if it were a folder.
            raise OSError(_ENOENT)
        self._find(path)
        return _FILE

    def open(self, path: str, _mode: str) -> io.BytesIO:
        """Return a file's bytes, as a file."""
        at, size = self._find(path.strip("/"))
        with open(self._path, "rb") as file:
            file.seek(at)
            return io.BytesIO(file.read(size))

    def _note_folder(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder and folder not in self._folders:
            self._folders.append(folder)

    def _find(self, path: str) -> tuple:
        """Return where a file is and its size; OSError if there is none of that name."""
        wanted = path.encode()
        if wanted == self._found[0]:
            return self._found[1:]
        if not self._entries:
            with open(self._path, "rb") as file:
                file.seek(self._begin)
                self._found = self._look_up(wanted, file)
        elif wanted in self._entries:
            self._found = self._look_up(wanted, io.BytesIO(self._entries))
        else:
            raise OSError(_ENOENT)
        return self._found[1:]

    def _look_up(self, wanted: bytes, index) -> tuple:
        at = self._files_at
        for _ in range(self._count):
            entry = _read_entry(index)
            size = _size_in(entry)
            if _path_in(entry) == wanted:
                return wanted, at, size
            at += size
        raise OSError(_ENOENT)


def _read_entry(file) -> bytes:
    """Return the next entry; ValueError if it is not all there."""
    first = file.read(1)
    entry = first + file.read(first[0] - 1) if first and first[0] > _SIZE_END else b""
    if not entry or len(entry) < entry[0]:
        raise ValueError("an image ends in its index")
    return entry


def _size_in(entry: bytes) -> int:
    return int.from_bytes(entry[_SIZE_AT:_SIZE_END], "little")


def _path_in(entry: bytes) -> bytes:
    return entry[entry[_PATH_OFFSET_AT] :]
