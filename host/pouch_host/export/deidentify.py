"""Study codes in the place of names, and shifted dates, from a key that is kept apart.

    code = letter + HMAC-SHA256(key, kind and name), the first 50 bits in base 32

The same key gives the same codes, so exports of one study fit together; without it nobody can go
from a code to a name, nor try out names. A key file is text that only its owner can read:

    POUCH-STUDY-KEY 1
    <64 hexadecimal digits>
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pouch_host import key_files
from pouch_host.errors import InputError

_HEAD = "POUCH-STUDY-KEY 1"
_KEY_BYTES = 32
_CODE_CHARACTERS = 10
_OTHERS_MASK = 0o077
_WEEK_DAYS = 7
# Half a year either way hides when an infant was there; whole weeks keep its weekdays.
_WEEKS_MAX = 26
_DAYS_MAX = 182


class Shift(StrEnum):
    """By what dates are moved."""

    NONE = "none"
    WEEKS = "weeks"
    DAYS = "days"


@dataclass(frozen=True)
class Codes:
    """What stands for names in an export.

    Attributes:
        key: of the study; None keeps names, labels and dates as they are.
        shift: by what dates are moved.
    """

    key: bytes | None = field(default=None, repr=False)
    shift: Shift = Shift.NONE

    @property
    def hides(self) -> bool:
        """Whether names are replaced."""
        return self.key is not None

    def infant(self, code: str) -> str:
        """Return what stands for an infant's code."""
        return self._code("I", "infant", code)

    def band(self, label: str) -> str:
        """Return what stands for a band's label."""
        return self._code("B", "band", label)

    def staff(self, name: str | None) -> str | None:
        """Return what stands for a member of staff; None for nobody."""
        return self._code("N", "staff", name) if name else None

    def site(self, name: str) -> str:
        """Return what stands for a site's name; a site without one is "site"."""
        return self._code("S", "site", name) if self.hides else name or "site"

    def log_id(self, log_id: int) -> int:
        """Return what stands for the random number of a band's log."""
        if self.key is None:
            return log_id
        return int.from_bytes(self._digest("log", str(log_id))[:4], "big")

    def shift_days(self, infant_code: str) -> int:
        """Return by how many days the dates of an infant are moved; never by none if any are."""
        if self.key is None or self.shift is Shift.NONE:
            return 0
        most = _WEEKS_MAX if self.shift is Shift.WEEKS else _DAYS_MAX
        drawn = int.from_bytes(self._digest("shift", infant_code)[:8], "big") % (2 * most)
        steps = drawn - most if drawn < most else drawn - most + 1
        return steps * (_WEEK_DAYS if self.shift is Shift.WEEKS else 1)

    def fingerprint(self) -> str:
        """Return what tells two keys apart and says nothing of either; "" without a key."""
        return "" if self.key is None else self._digest("fingerprint", "").hex()[:16]

    def _code(self, letter: str, kind: str, name: str) -> str:
        if self.key is None:
            return name
        text = base64.b32encode(self._digest(kind, name)).decode("ascii")
        return f"{letter}{text[:_CODE_CHARACTERS]}"

    def _digest(self, kind: str, name: str) -> bytes:
        assert self.key is not None
        return hmac.digest(self.key, f"{kind}\0{name}".encode(), hashlib.sha256)


def read_or_make_key(path: Path, on_note: Callable[[str], None]) -> bytes:
    """Return the key in a file, which is made if it is not there.

    Args:
        path: the file; keep it apart from every export.
        on_note: told if a key was made, or if others can read it.

    Raises:
        InputError: it cannot be read or made, or holds something else.
    """
    try:
        if not path.exists():
            key = secrets.token_bytes(_KEY_BYTES)
            key_files.write_new(path, f"{_HEAD}\n{key.hex()}\n".encode("ascii"))
            on_note(f"note: a new study key is in {path}: keep it apart from the export")
            return key
        text = path.read_text(encoding="ascii")
        mode = path.stat().st_mode
    except UnicodeDecodeError:
        text, mode = "", 0
    except OSError as error:
        raise InputError(f"--deidentify {path}: {error.strerror}") from error
    lines = text.split("\n")
    digits = lines[1].strip() if len(lines) > 1 else ""
    known = all(digit in "0123456789abcdef" for digit in digits)
    if lines[0].strip() != _HEAD or len(digits) != 2 * _KEY_BYTES or not known:
        raise InputError(f"--deidentify {path}: not a study key; name a file that is not there")
    if os.name == "posix" and mode & _OTHERS_MASK:
        on_note(f"note: others can read this key: chmod 600 {path}")
    return bytes.fromhex(digits)
