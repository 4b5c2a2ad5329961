"""Put a copy of a store back in its place; what was there is kept beside it.

A copy that is damaged, or a disk that is full, leaves the store as it was. What bands have
recorded since the copy is still on them, and comes again at the next pull.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pouch_host.errors import InputError, StoreError
from pouch_host.key_files import sync_folder

from .backup import (
    Copied,
    beside,
    check_copy,
    check_there,
    copy_pages,
    copy_store,
    one_line,
    put,
    read_address,
)

# Others hold a write lock for milliseconds; ten seconds is a stuck disk, worth an error.
_BUSY_S = 10.0
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_IN_THE_WAY = ("-wal", "-journal", "-shm")


def restore_store(
    copy: Path, store: Path, kept_as: Path, on_progress: Callable[[float], None]
) -> Copied:
    """Put a copy in the place of a store that nobody has open, or that is absent.

    What was there is kept under another name. Until the last moment it stays in place.

    Args:
        copy: the file that `copy_store` made; it is left as it is.
        store: the store's file, which may be absent or damaged.
        kept_as: name for what was there; nothing may have it.
        on_progress: told the share that is done, 0 to 1. What it raises leaves all as it was.

    Raises:
        StoreError: the copy is damaged, no store, or of a newer program; the store is untouched.
        InputError: somebody has the store open, or there is no room, or no right, to write; the
            store is untouched.
    """
    check_there(copy)
    version = check_copy(copy, name=str(copy))
    with beside(store) as part, _held(store) as hold:
        copy_pages(copy, part, on_progress)
        check_copy(part, name=str(copy))
        _enable_log(part)
        if store.exists():
            hold.fold_log()
            _keep(store, kept_as)
        put(part, store)
    return Copied(store, store.stat().st_size, version)


def restore_in_use(
    copy: Path, store: Path, kept_as: Path, on_progress: Callable[[float], None]
) -> Copied:
    """Put a copy's rows in the place of those of a store that others have open, in one go.

    They read the copy's rows from then on, but may remember some of the old ones: they have to
    be started again. What was there is copied first.

    Args:
        copy: the file that `copy_store` made; it is left as it is.
        store: the store's file.
        kept_as: name for a copy of what was there; nothing may have it.
        on_progress: as for `restore_store`.

    Raises:
        StoreError: as for `restore_store`, or others keep the store locked.
        InputError: there is no room, or no right, to write; the store is untouched.
    """
    check_there(copy)
    version = check_copy(copy, name=str(copy))
    _check_free(kept_as)
    copy_store(store, kept_as, on_progress)
    try:
        with (
            closing(sqlite3.connect(read_address(copy), uri=True)) as reading,
            closing(sqlite3.connect(store, timeout=_BUSY_S)) as writing,
        ):
            writing.execute("PRAGMA synchronous = FULL")
            # In a single step: others see all of it or nothing.
            reading.backup(writing, pages=-1, progress=_give_up_if_locked)
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{store}: cannot be replaced ({one_line(error)})") from error
    return Copied(store, store.stat().st_size, version)


def _give_up_if_locked(status: int, _left: int, _all: int) -> None:
    # The step has waited for the lock already; Python would begin it again for ever.
    if status & 0xFF in _LOCKED:
        raise sqlite3.OperationalError("another program keeps the store locked")


def is_in_use(store: Path) -> bool:
    """Tell whether somebody has a store open; nobody is disturbed."""
    try:
        with _held(store):
            return False
    except InputError:
        return True


class _Hold:
    """Keeps others out of a store's file, if it is a database at all."""

    def __init__(self, store: Path, connection: sqlite3.Connection | None) -> None:
        self._store = store
        self._connection = connection

    def fold_log(self) -> None:
        """Leave no log: one is known by the name of its file, and would be another file's."""
        if self._connection is not None:
            self._connection.execute("PRAGMA journal_mode = DELETE")
            # While it keeps others out, SQLite leaves the journal of that very change there.
            self._store.with_name(f"{self._store.name}-journal").unlink(missing_ok=True)


@contextmanager
def _held(store: Path) -> Iterator[_Hold]:
    """Keep others out of a store's file for the length of a `with` block.

    A file that is absent, damaged or no database is nobody's.

    Raises:
        InputError: somebody has it open.
    """
    if not store.is_file():
        yield _Hold(store, None)
        return
    address = f"{store.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
        try:
            # Every connection to a file with a log holds a share of it for as long as it is open.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            hold = _Hold(store, connection)
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                raise InputError(
                    f"{store}: in use by another program, such as `pouch serve` or `pouch"
                    " collect`: end it first"
                ) from error
            hold = _Hold(store, None)
        inode = store.stat().st_ino
        try:
            yield hold
        finally:
            if store.exists() and store.stat().st_ino == inode:
                with suppress(sqlite3.DatabaseError):
                    connection.execute("PRAGMA journal_mode = WAL")


def _keep(store: Path, kept_as: Path) -> None:
    """Give what is there another name too; it stays in place until the new one replaces it."""
    _check_free(kept_as)
    try:
        os.link(store, kept_as)
    except OSError:
        # Sticks and cards know no second name: there it is gone from its place for a moment.
        store.replace(kept_as)
    # A log that is left over belongs to the old file; SQLite would play it into the new one.
    for ending in _IN_THE_WAY:
        left = store.with_name(store.name + ending)
        if left.exists():
            left.replace(kept_as.with_name(kept_as.name + ending))
    sync_folder(store.parent)


def _check_free(kept_as: Path) -> None:
    if kept_as.exists():
        raise InputError(f"{kept_as} exists already: move it away")


def _enable_log(part: Path) -> None:
    # Readers and writers of a store do not block each other; the mode stays with the file.
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _LOCKED
