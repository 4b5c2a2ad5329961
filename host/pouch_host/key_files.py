"""One key of a band in one small file, which only its owner can read.

<folder>/P-0012ABCD.key        32 hexadecimal digits
<folder>/P-0012ABCD.key.new    a key that was drawn, and that the band may or may not have
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pouch_protocol import auth
from pouch_protocol.constants import parse_band_label

from .errors import InputError

_OTHERS_MASK = 0o077
_OWNER_ONLY = 0o600
_FOLDER_MODE = 0o700
# How the text begins that a label's QR code holds, and that goes from computer to computer.
_TEXT_START = "POUCH1"


def parse_key(text: str, where: str) -> bytes:
    """Return the key that is written so.

    Args:
        text: 32 hexadecimal digits, with white space around them.
        where: what to call the place where it stood; the text itself is never told.

    Raises:
        InputError: it is no key.
    """
    digits = text.strip()
    # Digit by digit: fromhex() takes spaces between them too.
    known = all(digit in "0123456789abcdefABCDEF" for digit in digits)
    if len(digits) != 2 * auth.KEY_BYTES or not known:
        raise InputError(f"{where}: not a key: {2 * auth.KEY_BYTES} hexadecimal digits are one")
    return bytes.fromhex(digits)


def key_text(label: str, key: bytes) -> str:
    """Return what a label's QR code holds: the band and its key.

    In capitals throughout: a QR code of those is a third smaller.
    """
    return f"{_TEXT_START}:{label}:{key.hex().upper()}"


def parse_key_text(text: str, where: str) -> tuple[str, bytes]:
    """Return label and key of a text that `key_text` has made, in capitals or not.

    Raises:
        InputError: it is another text, which is not told.
    """
    start, _, rest = text.strip().partition(":")
    label, _, digits = rest.partition(":")
    try:
        parse_band_label(label)
    except ValueError:
        start = ""
    if start.upper() != _TEXT_START:
        raise InputError(f"{where}: not what a band's label holds: {_TEXT_START}:P-XXXXXXXX:KEY")
    return label.upper(), parse_key(digits, where)


def label_of(path: Path) -> str:
    """Return the label in the name of a key's file, "" if it has another name."""
    label = path.name.partition(".")[0]
    try:
        parse_band_label(label)
    except ValueError:
        return ""
    return label.upper()


def new_path_of(path: Path) -> Path:
    """Return where the key waits that is to take the place of the one in a file."""
    return path.with_name(path.name + ".new")


def read_key(path: Path, on_note: Callable[[str], None]) -> bytes:
    """Return the key in a file.

    Args:
        path: the file.
        on_note: told if others can read it.

    Raises:
        InputError: it cannot be read, or holds no key.
    """
    try:
        text = path.read_text(encoding="ascii")
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError:
        text, mode = "", 0
    if os.name == "posix" and mode & _OTHERS_MASK:
        on_note(f"note: others can read this key: chmod 600 {path}")
    return parse_key(text, str(path))


def write_new(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, durably; it must not be there yet.

    Its folder is made if it is not there.

    Raises:
        FileExistsError: it is there.
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _OWNER_ONLY
    )
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all, over what is there.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_new(beside, data)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which names a folder holds, where an operating system lets one."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def key_line(key: bytes) -> bytes:
    """Return what a key's file holds."""
    return key.hex().encode("ascii") + b"\n"


@dataclass(frozen=True)
class NewKey:
    """A key on its way to a band.

    Attributes:
        key: the key.
        path: the file that holds it once the band has it.
        drawn_before: whether an earlier try has drawn it, and may have given it to the band.
    """

    key: bytes = field(repr=False)
    path: Path
    drawn_before: bool

    @property
    def new_path(self) -> Path:
        """The file that holds it until then."""
        return new_path_of(self.path)

    def keep(self) -> None:
        """The band has it: it takes the place of the old one.

        Raises:
            InputError: the file cannot be moved; the key is still in `new_path`.
        """
        try:
            self.new_path.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise InputError(
                f"{self.new_path}: holds the band's key and cannot be moved to {self.path}:"
                f" {error.strerror}"
            ) from error

    def drop(self) -> None:
        """The band has refused it: nothing has changed."""
        if not self.drawn_before:
            self.new_path.unlink()


def drawn_key(path: Path, on_note: Callable[[str], None]) -> NewKey:
    """Draw a key and store it beside the one in a file, until the band has it.

    Args:
        path: the file that the key will be in.
        on_note: told if others can read what is there.

    Raises:
        InputError: it cannot be stored; then it must not be sent.
    """
    new_path = new_path_of(path)
    try:
        if new_path.exists():
            if new_path.stat().st_size >= len(key_line(bytes(auth.KEY_BYTES))):
                # It may be the band's by now: the band gets the same again.
                return NewKey(read_key(new_path, on_note), path, drawn_before=True)
            # Written by half when the power went. What is sent is durable first, so this one
            # was never sent.
            new_path.unlink()
        key = secrets.token_bytes(auth.KEY_BYTES)
        write_new(new_path, key_line(key))
    except OSError as error:
        raise InputError(f"{new_path}: the key cannot be stored: {error.strerror}") from error
    return NewKey(key, path, drawn_before=False)
