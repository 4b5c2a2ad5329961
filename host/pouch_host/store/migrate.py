"""Brings a database to the tables that this program knows, or says why it does not."""

import sqlalchemy as sa

from pouch_host.errors import StoreError

from . import schema
from .engine import enable_wal, reading, writing

_VERSION_TABLE = "alembic_version"
_NOT_A_STORE = "this database is not a Pouch store"


def prepare(engine: sa.Engine, name: str) -> None:
    """Create the tables in an empty database, or bring an older store up to date.

    A foreign database is left as it was found, to the byte.

    Args:
        engine: the database.
        name: the store, as the person who reads the message knows it.

    Raises:
        StoreError: not a Pouch store, of a newer program, or the database reports a fault.
    """
    with reading(engine, name) as connection:
        version = _version(connection, name)
    if version == schema.SCHEMA_VERSION:
        return
    enable_wal(engine, name)
    with writing(engine, name) as connection:
        # Asked again under the lock: another program may have done the work meanwhile.
        if _version(connection, name) != schema.SCHEMA_VERSION:
            _upgrade(connection)


def _version(connection: sa.Connection, name: str) -> str | None:
    """Return the version of a store's tables, None for an empty database."""
    tables = set(sa.inspect(connection).get_table_names())
    if not tables:
        return None
    if not {_VERSION_TABLE, schema.band.name, schema.segment.name} <= tables:
        raise StoreError(f"store {name}: {_NOT_A_STORE}")
    version = connection.scalar(sa.text(f"SELECT version_num FROM {_VERSION_TABLE}"))  # noqa: S608
    if version is None or not version.isdigit():
        raise StoreError(f"store {name}: {_NOT_A_STORE}")
    # Versions are numbered, so a newer one is known as such without knowing what it holds.
    if int(version) > int(schema.SCHEMA_VERSION):
        raise StoreError(
            f"store {name}: written by a newer Pouch (tables {version}, this program knows "
            f"{schema.SCHEMA_VERSION}); update this program"
        )
    return version


def _upgrade(connection: sa.Connection) -> None:
    # Alembic takes a while to load and an up-to-date store does not need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "pouch_host.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
