"""Reads a file with which bands are updated, and refuses one that no band would start."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pouch_host.errors import InputError
from pouch_protocol import package
from pouch_protocol.errors import ProtocolError, Unsupported


@dataclass(frozen=True)
class UpdateFile:
    """An update stream that is whole, see SPEC.md 9.

    Attributes:
        name: of the file, for messages.
        stream: all of it.
        index_bytes: size of its index, with which it begins.
        board: name of the board that it is for.
        version: of the firmware in it: major, minor, patch.
    """

    name: str
    stream: bytes
    index_bytes: int
    board: str
    version: tuple[int, int, int]

    @classmethod
    def read(cls, path: Path) -> "UpdateFile":
        """Return the file's content, checked whole.

        Raises:
            InputError: it cannot be read, is no update, is damaged, or is of a later Pouch.
        """
        try:
            stream = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        try:
            header, files = package.decode_index(stream)
            index_bytes = _index_bytes(stream, header)
        except Unsupported as error:
            raise InputError(f"{path}: {error}: update Pouch on this computer") from error
        except ProtocolError as error:
            raise InputError(f"{path}: not an update for a band ({error})") from error
        _check_files(path, stream[index_bytes:], files)
        version = header["firmware_major"], header["firmware_minor"], header["firmware_patch"]
        return cls(path.name, stream, index_bytes, header["board"], version)

    @property
    def version_text(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))

    def begin_fields(self) -> dict[str, int | bytes]:
        """Return the fields of the request that begins it, without its tag."""
        return {
            "total_bytes": len(self.stream),
            "index_bytes": self.index_bytes,
            "index_sha256": hashlib.sha256(self.stream[: self.index_bytes]).digest(),
        }


def _index_bytes(stream: bytes, header: dict[str, int]) -> int:
    """Return where the index ends; each entry begins with its size."""
    at = header["header_bytes"]
    for _ in range(header["file_count"]):
        at += stream[at]
    return at


def _check_files(path: Path, content: bytes, files: list[tuple[str, int, bytes]]) -> None:
    at = 0
    for name, size, sha256 in files:
        if hashlib.sha256(content[at : at + size]).digest() != sha256:
            raise InputError(f"{path}: damaged in {name}: fetch or build it again")
        at += size
    if at != len(content):
        raise InputError(f"{path}: {len(content) - at} bytes too long: fetch or build it again")
