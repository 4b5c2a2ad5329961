"""The people who use the screens. Who of them is signed in is in `logins`.

Secrets come and go as hashes only. Nobody is deleted: the audit names people long after.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from pouch_host.account_errors import AccountError, Reason

from . import audit, schema
from .engine import reading, writing
from .passes import ApiToken, Device

__all__ = ["STAFF_COLUMNS", "AccountTables", "ApiToken", "Device", "Staff"]

_STAFF = schema.staff
_SESSION = schema.login_session
_TOKEN = schema.api_token


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who may sign in. The hash of the secret is not here: see `secret_hash`.

    Attributes:
        staff_id: key in the store.
        name: as the audit has it, unique for ever.
        role: which rights it has; see `accounts.roles`.
        failures: wrong secrets since the last right one.
        locked_until_utc_s: until then nobody can sign in with this name, or None.
        begun_utc_s: when it was added.
        ended_utc_s: since when it may no longer sign in, or None.
        language: code of the language chosen, or None for the site's.
        temperature_unit: "c" or "f".
    """

    staff_id: int
    name: str
    role: str
    failures: int
    locked_until_utc_s: int | None
    begun_utc_s: int
    ended_utc_s: int | None
    language: str | None
    temperature_unit: str


STAFF_COLUMNS = [_STAFF.c[field.name] for field in fields(Staff)]


class AccountTables:
    """The staff of a store. Every method raises `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def staff(self) -> list[Staff]:
        """Return everybody, also those who are gone, by name."""
        query = sa.select(*STAFF_COLUMNS).order_by(_STAFF.c.name)
        with reading(self._engine, self._name) as connection:
            return [Staff(**row) for row in connection.execute(query).mappings()]

    def member(self, staff_id: int) -> Staff | None:
        """Return one person, also if gone."""
        query = sa.select(*STAFF_COLUMNS).where(_STAFF.c.staff_id == staff_id)
        with reading(self._engine, self._name) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else Staff(**row)

    def secret_hash(self, staff_id: int) -> str:
        """Return the hash that a secret is held against; "" for nobody."""
        query = sa.select(_STAFF.c.secret_hash).where(_STAFF.c.staff_id == staff_id)
        with reading(self._engine, self._name) as connection:
            return connection.scalar(query) or ""

    def add(
        self,
        name: str,
        role: str,
        secret_hash: str,
        *,
        when_utc_s: int,
        who: str | None,
        only_as_first: bool = False,
    ) -> Staff:
        """Add somebody.

        Args:
            name: not yet taken, not even by somebody who is gone.
            role: which rights.
            secret_hash: of the secret.
            when_utc_s: the host's time.
            who: who adds; None for a command.
            only_as_first: refuse if there ever was somebody of this role.

        Raises:
            AccountError: the name is taken, or there is somebody of the role already.
        """
        with writing(self._engine, self._name) as connection:
            taken = connection.execute(sa.select(_STAFF.c.name, _STAFF.c.role)).all()
            if only_as_first and any(row.role == role for row in taken):
                raise AccountError(Reason.SET_UP_DONE)
            # Two names that differ in capitals would be one to whoever reads the audit.
            if any(row.name.casefold() == name.casefold() for row in taken):
                raise AccountError(Reason.NAME_TAKEN)
            key = connection.scalar(
                sa.insert(_STAFF)
                .values(name=name, role=role, secret_hash=secret_hash, begun_utc_s=when_utc_s)
                .returning(_STAFF.c.staff_id)
            )
            detail = {"staff": name, "role": role}
            audit.note(
                connection, what="staff_added", when_utc_s=when_utc_s, who=who, detail=detail
            )
            return row_of(connection, key or 0)

    def end(self, staff_id: int, *, last_of: str, when_utc_s: int, who: str | None) -> Staff:
        """Let somebody sign in no more, and end every session and token at once.

        Doing so again changes nothing.

        Args:
            staff_id: the person.
            last_of: the role of which somebody has to stay.
            when_utc_s: the host's time.
            who: whose doing it is.

        Raises:
            AccountError: there is no such person, or nobody of that role would be left.
        """
        with writing(self._engine, self._name) as connection:
            found = row_of(connection, staff_id)
            if found.ended_utc_s is not None:
                return found
            others = sa.select(sa.func.count()).where(
                _STAFF.c.role == last_of,
                _STAFF.c.ended_utc_s.is_(None),
                _STAFF.c.staff_id != staff_id,
            )
            if found.role == last_of and not connection.scalar(others):
                raise AccountError(Reason.LAST_ADMINISTRATOR)
            change_row(connection, staff_id, ended_utc_s=when_utc_s)
            connection.execute(sa.delete(_SESSION).where(_SESSION.c.staff_id == staff_id))
            connection.execute(
                sa.update(_TOKEN)
                .where(_TOKEN.c.staff_id == staff_id, _TOKEN.c.ended_utc_s.is_(None))
                .values(ended_utc_s=when_utc_s)
            )
            _note_of(connection, "staff_ended", found, when_utc_s, who)
            return row_of(connection, staff_id)

    def set_secret(
        self,
        staff_id: int,
        secret_hash: str,
        *,
        when_utc_s: int,
        who: str | None,
        keep_token_hash: str = "",
    ) -> None:
        """Give somebody another secret; lock-out and other sessions end.

        Args:
            staff_id: the person.
            secret_hash: of the new secret.
            when_utc_s: the host's time.
            who: whose doing it is.
            keep_token_hash: of the session that goes on, if any.

        Raises:
            AccountError: there is no such person, or it may no longer sign in.
        """
        with writing(self._engine, self._name) as connection:
            found = row_of(connection, staff_id)
            if found.ended_utc_s is not None:
                raise AccountError(Reason.ENDED)
            change_row(
                connection, staff_id, secret_hash=secret_hash, failures=0, locked_until_utc_s=None
            )
            connection.execute(
                sa.delete(_SESSION).where(
                    _SESSION.c.staff_id == staff_id, _SESSION.c.token_hash != keep_token_hash
                )
            )
            _note_of(connection, "secret_set", found, when_utc_s, who)

    def set_choices(
        self,
        staff_id: int,
        *,
        when_utc_s: int,
        who: str | None,
        choices: Mapping[str, str | None],
    ) -> Staff:
        """Keep somebody's `language` or `temperature_unit`; return the person.

        Raises:
            AccountError: there is no such person.
        """
        with writing(self._engine, self._name) as connection:
            found = row_of(connection, staff_id)
            changed = {
                name: value for name, value in choices.items() if getattr(found, name) != value
            }
            if changed:
                change_row(connection, staff_id, **changed)
                _note_of(connection, "choices_set", found, when_utc_s, who, **changed)
            return row_of(connection, staff_id)


def row_of(connection: sa.Connection, staff_id: int) -> Staff:
    """Return one person within a transaction that may change the row.

    Raises:
        AccountError: there is none.
    """
    query = sa.select(*STAFF_COLUMNS).where(_STAFF.c.staff_id == staff_id).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        raise AccountError(Reason.NOT_FOUND)
    return Staff(**row)


def change_row(connection: sa.Connection, staff_id: int, **values: Any) -> None:
    """Change columns of one person."""
    connection.execute(sa.update(_STAFF).where(_STAFF.c.staff_id == staff_id).values(**values))


def _note_of(
    connection: sa.Connection,
    what: str,
    staff: Staff,
    when_utc_s: int,
    who: str | None,
    **detail: Any,
) -> None:
    audit.note(
        connection,
        what=what,
        when_utc_s=when_utc_s,
        who=who,
        detail={"staff": staff.name} | detail,
    )
