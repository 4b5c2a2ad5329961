"""A digest of what a store holds, by which two stores can be compared."""

import hashlib

import sqlalchemy as sa

from . import schema

# What was derived says nothing new and is there or not; who is signed in is of this moment.
_LEFT_OUT = (*schema.DERIVED_TABLES, schema.login_session)


def of_content(connection: sa.Connection) -> str:
    """Return a SHA-256 over every row of every table, in order of keys.

    Two stores with the same digest hold the same data in the same order of insertion. How the
    database lays it out in its file does not matter, and neither does what was derived from the
    data, or who is signed in.
    """
    found = hashlib.sha256()
    for table in schema.metadata.sorted_tables:
        if table in _LEFT_OUT:
            continue
        found.update(f"{table.name}\n".encode())
        for row in connection.execute(sa.select(table).order_by(*table.primary_key)):
            found.update(f"{tuple(row)!r}\n".encode())
    return found.hexdigest()
