"""The keys of bands on this computer: one small file each, which only its owner can read.

<folder>/P-0012ABCD.key        32 hexadecimal digits
<folder>/P-0012ABCD.key.new    a key that was drawn, and that the band may or may not have
"""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from pouch_protocol import auth
from pouch_protocol.constants import parse_band_label

from .errors import InputError

_OTHERS_MASK = 0o077
_OWNER_ONLY = 0o600
_FOLDER_MODE = 0o700


class KeyRing:
    """Finds the key of a band, and makes room for a new one."""

    def __init__(
        self,
        folder: Path,
        chosen: Path | None = None,
        text: str | None = None,
        *,
        on_note: Callable[[str], None],
    ) -> None:
        """Say where to look; a key that was named is read at once.

        Args:
            folder: where keys are kept if nothing else is said.
            chosen: a file, or another folder of such files.
            text: the key itself, 32 hexadecimal digits.
            on_note: told if a file can be read by others.

        Raises:
            InputError: what was named is no key.
        """
        self._folder = folder
        self._chosen = chosen
        self._on_note = on_note
        self._text_key = None
        self._chosen_key = None
        self._changed_ns = -1
        self._keys: dict[str, tuple[bytes, ...]] = {}
        if chosen is not None and chosen.is_file():
            self._chosen_key = self._read(chosen)
        elif chosen is None and text is not None:
            self._text_key = _parse(text, "POUCH_KEY")

    def keys(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return every key here by the label of its band; "" for one of a band not named.

        The folder is read again when something in it has changed; until then it is the same
        object. A file that holds no key is told of and passed over.
        """
        single = self._chosen_key or self._text_key
        if single is not None:
            label = _label_of(self._chosen) if self._chosen is not None else ""
            return self._keep(0, {label: (single,)})
        folder = self._folder if self._chosen is None else self._chosen
        try:
            changed_ns = folder.stat().st_mtime_ns
        except OSError:
            return self._keep(0, {})
        if changed_ns == self._changed_ns:
            return self._keys
        return self._keep(changed_ns, self._read_all(folder))

    def _keep(
        self, changed_ns: int, keys: dict[str, tuple[bytes, ...]]
    ) -> Mapping[str, tuple[bytes, ...]]:
        if changed_ns != self._changed_ns or keys != self._keys:
            self._changed_ns, self._keys = changed_ns, keys
        return self._keys

    def _read_all(self, folder: Path) -> dict[str, tuple[bytes, ...]]:
        found: dict[str, tuple[bytes, ...]] = {}
        for path in sorted(folder.glob("P-*.key*")):
            label = _label_of(path)
            if not label or path.suffix not in (".key", ".new"):
                continue
            try:
                found[label] = (*found.get(label, ()), self._read(path))
            except InputError as error:
                self._on_note(f"note: {error}: passed over")
        return found

    def path_of(self, label: str) -> Path:
        """Return the file in which the key of a band is, or will be."""
        if self._chosen is None:
            return self._folder / f"{label}.key"
        return self._chosen / f"{label}.key" if self._chosen.is_dir() else self._chosen

    def draw(self, label: str) -> "NewKey":
        """Draw a key for a band and store it beside the one that holds until the band has it.

        Raises:
            InputError: it cannot be stored; then it must not be sent.
        """
        path = self.path_of(label)
        new_path = _new_path(path)
        try:
            # One that was drawn before may be the band's by now: the band gets the same again.
            if new_path.exists():
                return NewKey(self._read(new_path), path, drawn_before=True)
            path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            key = secrets.token_bytes(auth.KEY_BYTES)
            descriptor = os.open(new_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(key.hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{new_path}: the key cannot be stored: {error.strerror}") from error
        return NewKey(key, path, drawn_before=False)

    def _read(self, path: Path) -> bytes:
        try:
            text = path.read_text(encoding="ascii")
            mode = path.stat().st_mode
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError:
            text, mode = "", 0
        if os.name == "posix" and mode & _OTHERS_MASK:
            self._on_note(f"note: others can read this key: chmod 600 {path}")
        return _parse(text, str(path))


class NewKey:
    """A key on its way to a band.

    Attributes:
        key: the key.
        path: the file that holds it once the band has it.
        drawn_before: whether an earlier try has drawn it, and may have given it to the band.
    """

    def __init__(self, key: bytes, path: Path, *, drawn_before: bool) -> None:
        self.key = key
        self.path = path
        self.drawn_before = drawn_before

    def keep(self) -> None:
        """The band has it: it takes the place of the old one."""
        _new_path(self.path).replace(self.path)

    def drop(self) -> None:
        """The band has refused it: nothing has changed."""
        if not self.drawn_before:
            _new_path(self.path).unlink()

    @property
    def new_path(self) -> Path:
        """The file that holds it until then."""
        return _new_path(self.path)


def _new_path(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _label_of(path: Path) -> str:
    """Return the label in the name of a key's file, "" if it has another name."""
    label = path.name.partition(".")[0]
    try:
        parse_band_label(label)
    except ValueError:
        return ""
    return label.upper()


def _parse(text: str, where: str) -> bytes:
    digits = text.strip()
    # Digit by digit: fromhex() takes spaces between them too.
    known = all(digit in "0123456789abcdefABCDEF" for digit in digits)
    if len(digits) != 2 * auth.KEY_BYTES or not known:
        raise InputError(f"{where}: not a key: {2 * auth.KEY_BYTES} hexadecimal digits are one")
    return bytes.fromhex(digits)
