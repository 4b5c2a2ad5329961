"""Whether anything in a store has changed since somebody looked: for almost nothing."""

import sqlalchemy as sa

from .engine import faults_named, untransacted


class ChangeMark:
    """Tells once for each change that there was one. For one thread.

    SQLite counts the commits of all other connections to a file, in this program and in others.
    Of a database on a server, or in memory, it is not known: there it always says so.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._connection: sa.Connection | None = None
        self._seen: int | None = None
        in_memory = engine.url.database in {None, "", ":memory:"}
        self._counts = engine.dialect.name == "sqlite" and not in_memory

    def is_new(self) -> bool:
        """Tell whether anything may have changed since the last time of asking.

        Raises:
            StoreError: the store cannot be read.
        """
        if not self._counts:
            return True
        with faults_named(self._name):
            if self._connection is None:
                # The count is one of this connection, so it is kept.
                self._connection = untransacted(self._engine)
            count = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        changed = count != self._seen
        self._seen = count
        return changed

    def close(self) -> None:
        """Give back the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._seen = None
