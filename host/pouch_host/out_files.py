"""Files that a command leaves for a person: each is there whole, or not at all."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from .errors import InputError
from .key_files import sync_folder


def check_room(folder: Path, names: Sequence[str], *, force: bool) -> None:
    """See before any work is done that files can be made; make their folder if it is absent.

    Args:
        folder: where they are to be.
        names: of the files.
        force: whether those that are there already may be replaced.

    Raises:
        InputError: a file is there already, or nothing can be written there.
    """
    try:
        for name in names:
            path = folder / name
            if path.is_dir():
                raise InputError(f"{path} is a folder: choose another --out")
            if path.exists() and not force:
                raise InputError(f"{path} exists already: choose another --out, or say --force")
        folder.mkdir(parents=True, exist_ok=True)
        # Whether this process may write there is found out by writing: a mode does not say it.
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"--out {folder}: cannot write there: {error.strerror}") from error


@contextmanager
def whole_files(folder: Path, names: Sequence[str]) -> Iterator[Mapping[str, Path]]:
    """Give paths to write to; once all are written, give the files their names.

    The last name is the seal of the others. An older one goes first and the new one comes last,
    so that where it is, all files are of one run. If the block fails, nothing has changed.

    Args:
        folder: where the files are to be.
        names: of the files, at least one.

    Yields:
        For each name the path to write to.

    Raises:
        InputError: a file cannot be written, as on a full disk.
    """
    mark = secrets.token_hex(4)
    # The suffix stays at the end: some writers choose the kind of file by it.
    beside = {name: folder / f".{mark}.{name}" for name in names}
    try:
        yield beside
        for path in beside.values():
            _make_durable(path)
        (folder / names[-1]).unlink(missing_ok=True)
        for name, path in beside.items():
            path.replace(folder / name)
        sync_folder(folder)
    except OSError as error:
        raise InputError(f"--out {folder}: cannot write there: {error.strerror}") from error
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)


def _make_durable(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
