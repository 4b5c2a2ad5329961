"""What lets a screen or a program in without a person at it: enrolled screens and API tokens.

Of a token only its digest is here: who reads the file cannot use it.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from pouch_host.account_errors import AccountError, Reason

from . import audit, schema
from .engine import reading, writing

_DEVICE = schema.device
_TOKEN = schema.api_token
_STAFF = schema.staff


@dataclass(frozen=True, slots=True)
class Device:
    """A tablet or wall screen that shows the board to whoever stands before it.

    Attributes:
        device_id: key in the store.
        label: what people call it, such as "door".
        begun_utc_s: when it was enrolled.
        seen_utc_s: when it last asked for something, to the minute; None if it never did.
        ended_utc_s: since when it is let in no more, or None.
    """

    device_id: int
    label: str
    begun_utc_s: int
    seen_utc_s: int | None
    ended_utc_s: int | None


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's access in the name of a member of staff.

    Attributes:
        token_id: key in the store.
        staff_id: whose it is.
        label: what it is for.
        begun_utc_s: when it was made.
        until_utc_s: from then on it is worth nothing.
        seen_utc_s: when it was last used, to the minute, or None.
        ended_utc_s: when somebody ended it, or None.
    """

    token_id: int
    staff_id: int
    label: str
    begun_utc_s: int
    until_utc_s: int
    seen_utc_s: int | None
    ended_utc_s: int | None


class PassTables:
    """The enrolled screens and API tokens of a store; `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    # Screens.

    def add_device(self, label: str, token_hash: str, *, when_utc_s: int, who: str | None) -> int:
        """Enrol a screen; return its key."""
        values = {"label": label, "token_hash": token_hash, "begun_utc_s": when_utc_s}
        with writing(self._engine, self._name) as connection:
            key = connection.scalar(
                sa.insert(_DEVICE).values(values).returning(_DEVICE.c.device_id)
            )
            audit.note(
                connection,
                what="screen_enrolled",
                when_utc_s=when_utc_s,
                who=who,
                detail={"screen": label},
            )
        return key or 0

    def devices(self) -> list[Device]:
        """Return all screens ever enrolled, the newest first."""
        query = sa.select(*_columns(_DEVICE)).order_by(_DEVICE.c.device_id.desc())
        with reading(self._engine, self._name) as connection:
            return [Device(**row) for row in connection.execute(query).mappings()]

    def device(self, token_hash: str) -> Device | None:
        """Return the screen that has a token, if it is let in."""
        query = sa.select(*_columns(_DEVICE)).where(
            _DEVICE.c.token_hash == token_hash, _DEVICE.c.ended_utc_s.is_(None)
        )
        with reading(self._engine, self._name) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else Device(**row)

    def end_device(self, device_id: int, *, when_utc_s: int, who: str | None) -> None:
        """Let a screen in no more. Doing so again changes nothing.

        Raises:
            AccountError: there is no such screen.
        """
        at = sa.select(_DEVICE).where(_DEVICE.c.device_id == device_id)
        with writing(self._engine, self._name) as connection:
            row = connection.execute(at.with_for_update()).mappings().first()
            if row is None:
                raise AccountError(Reason.NOT_FOUND)
            if row["ended_utc_s"] is not None:
                return
            _end(connection, _DEVICE.c.device_id, device_id, when_utc_s)
            audit.note(
                connection,
                what="screen_ended",
                when_utc_s=when_utc_s,
                who=who,
                detail={"screen": row["label"]},
            )

    def touch_device(self, device_id: int, seen_utc_s: int) -> None:
        """Keep when a screen last asked for something."""
        self._touch(_DEVICE.c.device_id, device_id, seen_utc_s)

    # API tokens.

    def add_token(
        self, staff_id: int, label: str, token_hash: str, *, when_utc_s: int, until_utc_s: int
    ) -> int:
        """Keep a program's access, made by the member of staff whose it is; return its key."""
        values = {
            "staff_id": staff_id,
            "label": label,
            "token_hash": token_hash,
            "begun_utc_s": when_utc_s,
            "until_utc_s": until_utc_s,
        }
        with writing(self._engine, self._name) as connection:
            key = connection.scalar(sa.insert(_TOKEN).values(values).returning(_TOKEN.c.token_id))
            owner = connection.scalar(
                sa.select(_STAFF.c.name).where(_STAFF.c.staff_id == staff_id)
            )
            audit.note(
                connection,
                what="token_made",
                when_utc_s=when_utc_s,
                who=owner,
                detail={"token": label, "until_utc_s": until_utc_s},
            )
        return key or 0

    def tokens(self, staff_id: int | None = None) -> list[ApiToken]:
        """Return the API tokens of one member of staff, or of all, the newest first."""
        query = sa.select(*_columns(_TOKEN)).order_by(_TOKEN.c.token_id.desc())
        if staff_id is not None:
            query = query.where(_TOKEN.c.staff_id == staff_id)
        with reading(self._engine, self._name) as connection:
            return [ApiToken(**row) for row in connection.execute(query).mappings()]

    def token(self, token_hash: str) -> ApiToken | None:
        """Return an API token that nobody has ended. Whether it still counts, its time says."""
        query = sa.select(*_columns(_TOKEN)).where(
            _TOKEN.c.token_hash == token_hash, _TOKEN.c.ended_utc_s.is_(None)
        )
        with reading(self._engine, self._name) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else ApiToken(**row)

    def end_token(
        self, token_id: int, *, when_utc_s: int, who: str | None, staff_id: int | None = None
    ) -> None:
        """End an API token. Doing so again changes nothing.

        Args:
            token_id: the token.
            when_utc_s: the host's time.
            who: who ends it.
            staff_id: whose it has to be; None for anybody's.

        Raises:
            AccountError: there is no such token.
        """
        at = sa.select(_TOKEN).where(_TOKEN.c.token_id == token_id)
        with writing(self._engine, self._name) as connection:
            row = connection.execute(at.with_for_update()).mappings().first()
            if row is None or staff_id not in (None, row["staff_id"]):
                raise AccountError(Reason.NOT_FOUND)
            if row["ended_utc_s"] is not None:
                return
            _end(connection, _TOKEN.c.token_id, token_id, when_utc_s)
            audit.note(
                connection,
                what="token_ended",
                when_utc_s=when_utc_s,
                who=who,
                detail={"token": row["label"]},
            )

    def touch_token(self, token_id: int, seen_utc_s: int) -> None:
        """Keep when a token was last used."""
        self._touch(_TOKEN.c.token_id, token_id, seen_utc_s)

    def _touch(self, key: sa.Column[int], value: int, seen_utc_s: int) -> None:
        with writing(self._engine, self._name) as connection:
            connection.execute(
                sa.update(key.table).where(key == value).values(seen_utc_s=seen_utc_s)
            )


def _columns(table: sa.Table) -> list[sa.Column[object]]:
    return [column for column in table.c if column.name != "token_hash"]


def _end(connection: sa.Connection, key: sa.Column[int], value: int, when_utc_s: int) -> None:
    connection.execute(sa.update(key.table).where(key == value).values(ended_utc_s=when_utc_s))
