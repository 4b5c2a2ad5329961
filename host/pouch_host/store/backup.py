"""Copies of a store, made while it is in use. `restore` puts them back.

A copy is a store itself, in one file. It gets its name only when it is whole, checked and on the
disk; until then it is a file of another name, which the next try overwrites.

This knows SQLite files only. A database on a server is copied by that server's own tools.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pouch_host.errors import InputError, StoreError
from pouch_host.key_files import sync_folder

from . import schema

# A step of the copy: 4 MB at SQLite's usual page size, so that Ctrl-C and progress come in time.
_STEP_PAGES = 1024
_TABLES = {"alembic_version", schema.band.name, schema.segment.name}


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that is whole.

    Attributes:
        path: the file.
        size_bytes: of the file.
        schema_version: of its tables.
    """

    path: Path
    size_bytes: int
    schema_version: str


def copy_store(store: Path, target: Path, on_progress: Callable[[float], None]) -> Copied:
    """Copy a store as it is at this moment; others may write to it meanwhile.

    Args:
        store: the store's file.
        target: the file to make; one that is there is replaced once the new one is whole.
        on_progress: told the share that is done, 0 to 1. What it raises ends the copy.

    Raises:
        StoreError: the store cannot be read, or is damaged.
        InputError: the copy cannot be written, or another one is being made there.
    """
    check_there(store)
    if target.exists() and store.samefile(target):
        raise InputError(f"{target} is the store itself: name another file")
    with beside(target) as part:
        copy_pages(store, part, on_progress)
        version = check_copy(part, name=f"store {store}")
        put(part, target)
    return Copied(target, target.stat().st_size, version)


def check_copy(path: Path, *, name: str) -> str:
    """See that a file is a whole store; return the version of its tables.

    Args:
        path: a file that nobody writes to.
        name: what to call it.

    Raises:
        StoreError: it is damaged or torn, no store, or of a newer program.
    """
    # Immutable: nothing is put beside it, so that it may lie on a disk that is read-only.
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if not found >= _TABLES:
                raise StoreError(f"{name}: this is not a Pouch store")
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            if faults != ["ok"]:
                raise StoreError(f"{name}: damaged ({one_line(faults[0])}): take an older backup")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StoreError(f"{name}: damaged (rows without owner): take an older backup")
            version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{name}: damaged or no Pouch store ({one_line(error)})") from error
    text = str(version[0]) if version else ""
    if not text.isdigit():
        raise StoreError(f"{name}: this is not a Pouch store")
    if int(text) > int(schema.SCHEMA_VERSION):
        raise StoreError(
            f"{name}: written by a newer Pouch (tables {text}, this program knows"
            f" {schema.SCHEMA_VERSION}); update this program"
        )
    return text


def copy_pages(source: Path, part: Path, on_progress: Callable[[float], None]) -> None:
    """Copy a database as it is at this moment into an empty file.

    Raises:
        StoreError: it cannot be read.
        InputError: the disk is full.
    """
    try:
        with (
            closing(sqlite3.connect(read_address(source), uri=True)) as reading,
            closing(sqlite3.connect(part)) as writing,
        ):
            # Seen as it is now until the end: a writer would make the copy begin again and again.
            reading.execute("BEGIN")
            reading.execute("SELECT 1 FROM sqlite_master").fetchone()
            writing.execute("PRAGMA journal_mode = OFF")
            reading.backup(
                writing,
                pages=_STEP_PAGES,
                progress=lambda _, left, all_: on_progress(1 - left / max(1, all_)),
                sleep=0,
            )
    except sqlite3.DatabaseError as error:
        if _is_no_room(error, part):
            raise InputError(f"{part.parent}: no room for the copy: the disk is full") from error
        raise StoreError(f"{source}: cannot be copied ({one_line(error)})") from error


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give a file beside the target to write to, which is gone at the end."""
    # Always the same name: what a power cut leaves there is overwritten, not heaped up.
    part = target.with_name(f".{target.name}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise InputError(f"{target}: cannot write there: {error.strerror}") from error
    try:
        _lock(descriptor, target)
        os.ftruncate(descriptor, 0)
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise InputError(f"{target}: cannot write there: {reason}") from error
    finally:
        os.close(descriptor)


def _lock(descriptor: int, target: Path) -> None:
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:
        return
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError as error:
        raise InputError(f"{target}: another copy is being made there: wait for it") from error


def put(part: Path, target: Path) -> None:
    """Give a whole file its name, durably."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    sync_folder(target.parent)


def read_address(path: Path) -> str:
    """Return what SQLite is to open for a look at a file.

    Even to read a file that others may have open, it puts a log beside it. A file without one
    that lies where nobody can write is whole by itself.
    """
    alone = not path.with_name(f"{path.name}-wal").exists()
    if alone and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    # Whoever may write also takes the log away at the end, if nobody else needs it.
    return f"{path.absolute().as_uri()}?mode=rw"


def check_there(path: Path) -> None:
    """Raise `InputError` if there is no such file."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")


def _is_no_room(error: sqlite3.DatabaseError, part: Path) -> bool:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return True
    # Some file systems say it as an error of the disk; then nothing more can be written at all.
    if "disk i/o error" not in str(error).lower():
        return False
    try:
        with part.open("ab") as file:
            file.write(bytes(_STEP_PAGES))
            file.flush()
    except OSError:
        return True
    return False


def one_line(text: object) -> str:
    """Return what a database says, in one line."""
    return " ".join(str(text).split())
