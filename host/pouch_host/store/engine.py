"""Connections: to an SQLite file by default, to any SQLAlchemy address if one is given.

Every fault of the database becomes a `StoreError` here, in one line that names the store.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from pouch_host.errors import StoreError

# Execution option with the statement that begins SQLite's transactions, "" for none. A writer
# takes the one write lock at the start: a lock asked for half-way may be refused, and then the
# whole transaction is lost.
_BEGIN = "pouch_begin"

# A pull holds the write lock for milliseconds; ten seconds is a stuck disk, worth an error.
_BUSY_TIMEOUT_MS = 10_000

# What the index of SQLite's log takes at once.
_INDEX_BYTES = 32 * 1024

# What SQLite's messages mean for the person who has to do something about them.
_REASONS = (
    ("disk is full", "the disk is full; make room and run again, nothing that was stored is lost"),
    ("not a database", "this file is not a Pouch store"),
    ("malformed", "the file is damaged; restore it from a backup"),
    ("readonly database", "the file cannot be written; check its permissions"),
    ("unable to open", "the file cannot be opened; check its permissions"),
    ("is locked", "another program keeps the store locked; end it and run again"),
    ("disk i/o error", "the disk reports an error; copy the store to another disk"),
)


def is_address(path_or_url: str | Path) -> bool:
    """Tell whether a store is given by a database address, not by a file's path."""
    return "://" in str(path_or_url) and not isinstance(path_or_url, Path)


def make_engine(path_or_url: str | Path) -> sa.Engine:
    """Return an engine; nothing is opened yet.

    Args:
        path_or_url: an SQLite file, or an address such as "postgresql+psycopg://host/ward".

    Raises:
        StoreError: the address is not one, or its driver is not installed.
    """
    given_address = is_address(path_or_url)
    address = str(path_or_url) if given_address else _file_address(Path(path_or_url))
    try:
        engine = sa.create_engine(address)
    except ModuleNotFoundError as error:
        raise StoreError(f"the store's address needs the Python package {error.name}") from error
    except NoSuchModuleError as error:
        raise StoreError("the store's address names an unknown kind of database") from error
    except (SQLAlchemyError, ValueError) as error:
        raise StoreError("the store's address is not a database address") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def check_path(path: Path, *, create: bool) -> None:
    """Find the faults of a path for which SQLite has but one message.

    Raises:
        StoreError: no folder, no file, not a file, or an empty one that is not to become a store.
    """
    try:
        if path.is_dir():
            raise StoreError(f"store {path}: this is a folder; name a file in it")
        if not path.parent.is_dir():
            raise StoreError(f"store {path}: the folder {path.parent} does not exist")
        if path.exists() and not path.is_file():
            raise StoreError(f"store {path}: this is not a file")
        if not create and not path.exists():
            raise StoreError(f"store {path}: there is no such file; `pouch collect` makes one")
        if not create and not path.stat().st_size:
            raise StoreError(f"store {path}: the file is empty, not a store")
    except OSError as error:
        raise StoreError(f"store {path}: {error.strerror}") from error


def _file_address(path: Path) -> sa.URL:
    # SQLite puts a log and its index beside the file even to read it. Where that is not possible,
    # nobody else on this machine writes either, and a file without a log is whole by itself.
    if path.exists() and not os.access(path.parent, os.W_OK) and not _log_of(path).exists():
        query = {"mode": "ro", "immutable": "1", "uri": "true"}
        return sa.URL.create("sqlite", database=path.absolute().as_uri(), query=query)
    # As an object the path may hold "?", "%" or "#", which an address would give a meaning.
    return sa.URL.create("sqlite", database=str(path))


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _on_sqlite_connect(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3 would otherwise open transactions by itself, at the first write.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    # In WAL mode a lesser setting may lose the last commits in a power cut, and the host has
    # then already told the collector that they are safe.
    connection.execute("PRAGMA synchronous = FULL")


def _on_sqlite_begin(connection: sa.Connection) -> None:
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


def enable_wal(engine: sa.Engine, name: str) -> None:
    """Let readers (the page) and the writer (the collector) of a file not block each other.

    The mode stays with the file. Servers have no such mode and need none.
    """
    if engine.dialect.name == "sqlite":
        # The mode cannot be changed within a transaction.
        with (
            faults_named(name),
            untransacted(engine) as connection,
        ):
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")


@contextmanager
def faults_named(name: str) -> Iterator[None]:
    """Turn the database's faults inside the block into `StoreError`.

    Args:
        name: the store, as the person who reads the message knows it.
    """
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"store {name}: {_reason(error, name)}") from error


@contextmanager
def reading(engine: sa.Engine, name: str) -> Iterator[sa.Connection]:
    """Open a connection that sees one unchanging state of the store."""
    with faults_named(name), engine.connect() as connection:
        yield connection


def untransacted(engine: sa.Engine) -> sa.Connection:
    """Open a connection whose statements see the newest state, each by itself."""
    return engine.connect().execution_options(**{_BEGIN: ""})


@contextmanager
def writing(engine: sa.Engine, name: str) -> Iterator[sa.Connection]:
    """Open a transaction: durable at the end of the block, or undone if the block raises."""
    with (
        faults_named(name),
        engine.connect().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}) as connection,
        connection.begin(),
    ):
        yield connection


def _reason(error: DBAPIError, name: str) -> str:
    text = str(error.orig)
    # Without room for the index of its log, SQLite calls a full disk an error of the disk.
    if "disk i/o error" in text.lower() and _is_full(Path(name).parent):
        text = "disk is full"
    for part, reason in _REASONS:
        if part in text.lower():
            return reason
    return " ".join(text.split())


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _INDEX_BYTES
    except OSError:
        return False
