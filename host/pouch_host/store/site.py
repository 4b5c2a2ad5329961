"""The site: where the ward is, what it is called, in which language its screens begin."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from pouch_host.errors import StoreError
from pouch_host.zones import named_zone

from . import audit, schema
from .engine import reading, writing

_S = schema.site


def zone_of(connection: sa.Connection, name: str) -> ZoneInfo:
    """Return the ward's time zone within a transaction; UTC until it is set.

    Args:
        connection: the transaction.
        name: the store, as the person who reads a message knows it.

    Raises:
        StoreError: the store names a zone that this machine does not know.
    """
    zone = connection.scalar(sa.select(_S.c.zone)) or "UTC"
    try:
        return ZoneInfo(zone)
    except (OSError, ValueError, LookupError) as error:
        raise StoreError(f"store {name}: unknown time zone {zone}") from error


class SiteTable:
    """The one row of the site.

    Every method raises `StoreError` when the database reports a fault.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """Use the tables of a store that is open.

        Args:
            engine: the database.
            name: the store, as the person who reads a message knows it.
        """
        self._engine = engine
        self._name = name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the ward's days begin and end; UTC until it is set.

        Raises:
            StoreError: the store names a zone that this machine does not know.
        """
        with self._reading() as connection:
            return zone_of(connection, self._name)

    @property
    def language(self) -> str:
        """Code of the language in which screens begin, such as "en"."""
        return self._value(_S.c.language) or "en"

    @property
    def name(self) -> str:
        """What the ward is called; "" until it is set."""
        return self._value(_S.c.name) or ""

    def set_zone(self, zone: str) -> None:
        """Set the zone by a command on this computer, before there is anybody to name.

        Raises:
            InputError: there is no such zone.
        """
        key = named_zone(zone).key
        with writing(self._engine, self._name) as connection:
            connection.execute(sa.update(_S).values(zone=key))

    def change(
        self,
        *,
        when_utc_s: float,
        who: str | None = None,
        zone: str | None = None,
        language: str | None = None,
        name: str | None = None,
    ) -> None:
        """Set what is given; leave the rest. Days are worked out anew at the next look.

        Args:
            when_utc_s: the host's time of the change, for the audit.
            who: whose doing it is.
            zone: an IANA name, such as "Asia/Karachi".
            language: code of a language.
            name: what the ward is called.

        Raises:
            InputError: there is no such zone.
        """
        given = {
            "zone": None if zone is None else named_zone(zone).key,
            "language": language,
            "name": name,
        }
        values = {key: value for key, value in given.items() if value is not None}
        with writing(self._engine, self._name) as connection:
            before = connection.execute(sa.select(_S)).mappings().one()
            changed = {key: value for key, value in values.items() if before[key] != value}
            if changed:
                connection.execute(sa.update(_S).values(**changed))
                audit.note(
                    connection, what="site", when_utc_s=int(when_utc_s), who=who, detail=changed
                )

    def _value(self, column: sa.Column[Any]) -> Any:
        with self._reading() as connection:
            return connection.scalar(sa.select(column))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with reading(self._engine, self._name) as connection:
            yield connection
