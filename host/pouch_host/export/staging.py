"""The folder in which an export grows until it is whole.

    DIR.partial/plan.json           what is asked for, and how far the store counts
    DIR.partial/parts/0001/         a finished part: part.json names its files and their digests
    DIR.partial/parts/.0002.x7f3/   one that is being written, or was when the power went
    DIR.partial/joining             from here on, parts are being put together
    DIR.partial/out/                the export, before it gets its name

A part gets its name when all of it is written, so whoever resumes keeps what has a name and an
intact digest, and makes the rest again.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pouch_host.errors import InputError
from pouch_host.key_files import sync_folder

_PLAN = "plan.json"
_PART = "part.json"
_JOINING = "joining"
_LOCK = "lock"
_OWNER_ONLY = 0o700


class Staging:
    """The staging folder of one export.

    Args:
        out: name that the export gets when it is whole.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = out.with_name(f"{out.name}.partial")
        self.parts = self.folder / "parts"
        self.result = self.folder / "out"

    @property
    def begun(self) -> bool:
        """Whether an export was begun here and has not ended."""
        return (self.folder / _PLAN).exists()

    @property
    def taken(self) -> bool:
        """Whether something has the name of the export, be it a link to nowhere."""
        return os.path.lexists(self.out)

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Make the folder and keep the plan.

        Raises:
            OSError: that cannot be done.
        """
        self.folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        self.parts.mkdir(exist_ok=True)
        beside = self.folder / f".{_PLAN}"
        beside.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.folder / _PLAN)
        sync_folder(self.folder)

    def plan(self) -> dict[str, Any]:
        """Return the plan that was kept.

        Raises:
            InputError: it cannot be read.
        """
        try:
            return json.loads((self.folder / _PLAN).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"{self.folder}: its plan cannot be read: remove it") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other programs from writing here, where the system can.

        Raises:
            InputError: another one does.
        """
        try:
            import fcntl
        except ImportError:
            yield
            return
        self.folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise InputError(
                    f"{self.folder}: another export is writing there: wait for it"
                ) from error
            yield

    @property
    def joining(self) -> bool:
        """Whether all parts were finished and are being put together."""
        return (self.folder / _JOINING).exists()

    def begin_joining(self) -> None:
        """Note that all parts are finished: from now on their files may be moved."""
        (self.folder / _JOINING).touch()
        sync_folder(self.folder)

    def part(self, number: int) -> Path:
        """Return where a finished part is."""
        return self.parts / f"{number:04}"

    def finished(self, number: int) -> bool:
        """Tell whether a part is there and as it was written; one that is not is removed."""
        folder = self.part(number)
        try:
            said = json.loads((folder / _PART).read_text(encoding="utf-8"))
            if all(digest_of(folder / name) == sha for name, sha in said["files"].items()):
                return True
        except (OSError, ValueError, KeyError):
            pass
        shutil.rmtree(folder, ignore_errors=True)
        return False

    def rows(self, number: int) -> dict[str, int]:
        """Return how many rows of each table a finished part has."""
        return json.loads((self.part(number) / _PART).read_text(encoding="utf-8"))["rows"]

    def sweep(self) -> None:
        """Remove what was being written when an earlier run ended."""
        for folder in self.parts.glob(".*"):
            shutil.rmtree(folder, ignore_errors=True)

    def new_part(self, number: int) -> Path:
        """Make the folder in which a part is written.

        Raises:
            OSError: that cannot be done.
        """
        folder = self.parts / f".{number:04}.{secrets.token_hex(4)}"
        folder.mkdir()
        return folder

    def finish_part(self, number: int, folder: Path, rows: Mapping[str, int]) -> None:
        """Give a part that is written its name.

        Raises:
            OSError: that cannot be done.
        """
        files = {
            str(path.relative_to(folder)): digest_of(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        text = json.dumps({"rows": dict(rows), "files": files}, sort_keys=True)
        (folder / _PART).write_text(text, encoding="utf-8")
        try:
            folder.rename(self.part(number))
        except OSError:
            # A process of an earlier run may have been faster: its bytes are the same.
            if not self.part(number).exists():
                raise
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self) -> None:
        """Give the export its name, durably; the staging folder goes.

        Raises:
            InputError: something of that name has come meanwhile.
            OSError: it cannot be named.
        """
        if self.taken:
            raise InputError(f"{self.out} exists already: choose another --out, or remove it")
        _make_durable(self.result)
        self.result.rename(self.out)
        sync_folder(self.out.parent)
        self.remove()

    @property
    def left_over(self) -> bool:
        """Whether the export got its name, in a run that was ended while it tidied up."""
        return (
            self.out.exists()
            and self.folder.exists()
            and not self.result.exists()
            and (self.joining or not self.begun)
        )

    def remove(self) -> None:
        """Remove the staging folder; what tells that it is left over goes last."""
        for folder in (self.parts, self.result):
            shutil.rmtree(folder, ignore_errors=True)
        for name in (_PLAN, _JOINING):
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _make_durable(folder: Path) -> None:
    """Write out all that a folder holds: its name must not be there before its contents."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)
