"""The keys of bands on this computer: found where they are, kept until they are sure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import key_files
from .errors import InputError
from .key_files import NewKey

# What one file looks like from outside: where, when it was written, its size and its number.
_Seen = tuple[str, int, int, int]


@dataclass(frozen=True)
class HeldKey:
    """What this computer has for one band.

    Attributes:
        label: the band's; "" for a file that is not named after one.
        path: the file of its key.
        present: whether that file is there: a band that has just got its first key may have
            only a new one.
        pending: whether a new key was drawn that the band may or may not have.
        fault: why what is there cannot be used; "" if it can.
    """

    label: str
    path: Path
    present: bool
    pending: bool
    fault: str


class KeyRing:
    """Finds the keys of bands, and makes room for new ones.

    Attributes:
        settled: labels of the bands that have shown that an earlier try gave them their new key.
    """

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
            text: one more key, 32 hexadecimal digits; counts only if nothing was chosen.
            on_note: told of files that others can read or that hold no key, of each once.

        Raises:
            InputError: what was named is no key.
        """
        self._place = folder if chosen is None else chosen
        self._is_folder = chosen is None or not chosen.is_file()
        if chosen is not None and not chosen.exists() and chosen.suffix == ".key":
            # A file that is to be made.
            self._is_folder = False
        self._tell = on_note
        self._told: set[str] = set()
        self.settled: set[str] = set()
        self._text_key = None
        self._seen: tuple[_Seen, ...] | None = None
        self._keys: dict[str, tuple[bytes, ...]] = {}
        if not self._is_folder and self._place.exists():
            key_files.read_key(self._place, self._note)
        elif chosen is None and text is not None:
            self._text_key = key_files.parse_key(text, "POUCH_KEY")

    @property
    def place(self) -> Path:
        """The folder or file in which keys are looked for."""
        return self._place

    def keys(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return every key here by the label of its band; "" for one of a band not named.

        While a new key is on its way to a band there are two. Files are read again when something
        about them has changed; until then it is the same object. A file that holds no key is told
        of and passed over.
        """
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            self._keys = self._read_all([Path(place) for place, *_ in seen])
        return self._keys

    def path_of(self, label: str) -> Path:
        """Return the file in which the key of a band is, or will be."""
        return self._place / f"{label}.key" if self._is_folder else self._place

    def draw(self, label: str) -> NewKey:
        """Draw a key for a band and store it beside the one that holds until the band has it.

        Raises:
            InputError: it cannot be stored; then it must not be sent.
        """
        return key_files.drawn_key(self.path_of(label), self._note)

    def settle(self, label: str, key: bytes) -> None:
        """Put a new key in its place that its band has just proved to have.

        An answer that was lost leaves open whether a band took its new key; this closes it. Does
        nothing if no new key waits or the band has another one.
        """
        path = self.path_of(label)
        new_path = key_files.new_path_of(path)
        try:
            if not new_path.exists() or key_files.read_key(new_path, self._note) != key:
                return
            NewKey(key, path, drawn_before=True).keep()
        except InputError as error:
            # It is tried for as long as it is there; the connection goes on with it.
            self._note(f"note: {error}")
            return
        self.settled.add(label)
        self._tell(f"band {label}: has its new key, which is in {path} now")

    def add(self, label: str, key: bytes, *, instead: bool) -> bool:
        """Keep a key that came from elsewhere; return whether it is new here.

        Args:
            label: the band's.
            key: the key.
            instead: whether it may take the place of another one.

        Raises:
            InputError: another one is here, or it cannot be stored.
        """
        path = self.path_of(label)
        if path.exists():
            try:
                held = key_files.read_key(path, self._note)
            except InputError:
                held = b""
            if held == key:
                return False
            if not instead:
                raise InputError(
                    f"band {label}: {path} holds another key: --replace puts this in its place"
                )
        try:
            key_files.replace(path, key_files.key_line(key))
        except OSError as error:
            raise InputError(f"{path}: the key cannot be stored: {error.strerror}") from error
        return True

    def held(self) -> list[HeldKey]:
        """Return what is here for each band, by label."""
        found: dict[Path, list[Path]] = {}
        for place, *_ in self._look():
            path = Path(place)
            own = path.with_suffix("") if path.suffix == ".new" else path
            found.setdefault(own, []).append(path)
        return [
            HeldKey(
                label=key_files.label_of(own),
                path=own,
                present=own in paths,
                pending=key_files.new_path_of(own) in paths,
                fault="; ".join(filter(None, map(self._fault_of, paths))),
            )
            for own, paths in sorted(found.items())
        ]

    def _look(self) -> tuple[_Seen, ...]:
        """Return every file of a key here, and what tells that it was changed."""
        if self._is_folder:
            paths = [
                path
                for path in sorted(self._place.glob("P-*.key*"))
                if path.name.partition(".")[2] in ("key", "key.new") and key_files.label_of(path)
            ]
        else:
            paths = [self._place, key_files.new_path_of(self._place)]
        seen = []
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                continue  # Gone meanwhile.
            # A folder's own time does not tell of a file that was written in two goes.
            seen.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
        return tuple(seen)

    def _read_all(self, paths: list[Path]) -> dict[str, tuple[bytes, ...]]:
        found: dict[str, tuple[bytes, ...]] = {}
        if self._text_key is not None:
            found[""] = (self._text_key,)
        for path in paths:
            label = key_files.label_of(path)
            try:
                key = key_files.read_key(path, self._note)
            except InputError as error:
                self._note(f"note: {error}: passed over")
                continue
            found[label] = (*found.get(label, ()), key)
        return found

    def _fault_of(self, path: Path) -> str:
        try:
            key_files.read_key(path, self._note)
        except InputError as error:
            return f"{path.name}: {str(error).removeprefix(f'{path}: ')}"
        return ""

    def _note(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)
