"""Who tries to sign in, and who is signed in. Tokens are here as digests only."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from . import audit, schema
from .accounts import STAFF_COLUMNS, Staff, change_row, row_of
from .engine import reading, writing

_STAFF = schema.staff
_SESSION = schema.login_session


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, counted as a failure beforehand.

    Attributes:
        allowed: the secret may be looked at.
        failures: how many in a row there are with this one.
        locked_until_utc_s: until when nobody may try, or None.
    """

    allowed: bool
    failures: int
    locked_until_utc_s: int | None


@dataclass(frozen=True, slots=True)
class LoginRow:
    """A session as it is kept.

    Attributes:
        staff: whose it is.
        csrf: what its forms bear.
        begun_utc_s: when it was begun.
        seen_utc_s: when it was last used, to the minute.
    """

    staff: Staff
    csrf: str
    begun_utc_s: int
    seen_utc_s: int


class LoginTables:
    """Attempts and sessions in a store. Every method raises `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def begin_attempt(
        self, staff_id: int, now_utc_s: int, delay_s: Callable[[int], int]
    ) -> Attempt:
        """Count an attempt as a failure until it proves right.

        It is counted before the secret is looked at, so that many at the same moment are not
        more guesses than one after the other.

        Args:
            staff_id: whose name was given.
            now_utc_s: the host's time.
            delay_s: seconds of lock-out after so many failures.
        """
        with writing(self._engine, self._name) as connection:
            found = row_of(connection, staff_id)
            if found.locked_until_utc_s is not None and found.locked_until_utc_s > now_utc_s:
                # A clock that was set back meanwhile locks nobody out for longer than the delay.
                longest_utc_s = now_utc_s + delay_s(found.failures)
                until_utc_s = min(found.locked_until_utc_s, longest_utc_s)
                change_row(connection, staff_id, locked_until_utc_s=until_utc_s)
                return Attempt(False, found.failures, until_utc_s)
            failures = found.failures + 1
            locked_s = delay_s(failures)
            until_utc_s = now_utc_s + locked_s if locked_s else None
            change_row(connection, staff_id, failures=failures, locked_until_utc_s=until_utc_s)
        return Attempt(True, failures, until_utc_s)

    def begin(
        self,
        staff_id: int,
        token_hash: str,
        csrf: str,
        *,
        secret_hash: str,
        now_utc_s: int,
        instead_of: str = "",
        old_before_utc_s: int = 0,
    ) -> Staff | None:
        """Keep a new session after the right secret; return whose it is.

        Args:
            staff_id: who signs in.
            token_hash: of the session's token.
            csrf: what its forms are to bear.
            secret_hash: the one that was found right.
            now_utc_s: the host's time.
            instead_of: hash of the browser's session before, which ends.
            old_before_utc_s: sessions begun before are over, and dropped.

        Returns:
            None if the person was ended or has another secret since that was found.
        """
        with writing(self._engine, self._name) as connection:
            still = connection.scalar(
                sa.select(_STAFF.c.staff_id).where(
                    _STAFF.c.staff_id == staff_id,
                    _STAFF.c.secret_hash == secret_hash,
                    _STAFF.c.ended_utc_s.is_(None),
                )
            )
            if still is None:
                return None
            change_row(connection, staff_id, failures=0, locked_until_utc_s=None)
            connection.execute(
                sa.delete(_SESSION).where(
                    (_SESSION.c.token_hash == instead_of)
                    | (_SESSION.c.begun_utc_s < old_before_utc_s)
                )
            )
            connection.execute(
                sa.insert(_SESSION).values(
                    token_hash=token_hash,
                    staff_id=staff_id,
                    csrf=csrf,
                    begun_utc_s=now_utc_s,
                    seen_utc_s=now_utc_s,
                )
            )
            found = row_of(connection, staff_id)
            audit.note(connection, what="signed_in", when_utc_s=now_utc_s, who=found.name)
            return found

    def session(self, token_hash: str) -> LoginRow | None:
        """Return a session of somebody who may sign in, however old."""
        own = [_SESSION.c.csrf, _SESSION.c.begun_utc_s, _SESSION.c.seen_utc_s]
        query = (
            sa.select(*STAFF_COLUMNS, *(column.label(f"session_{column.name}") for column in own))
            .join(_SESSION, _SESSION.c.staff_id == _STAFF.c.staff_id)
            .where(_SESSION.c.token_hash == token_hash, _STAFF.c.ended_utc_s.is_(None))
        )
        with reading(self._engine, self._name) as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return LoginRow(
            Staff(**{column.name: row[column.name] for column in STAFF_COLUMNS}),
            *(row[f"session_{column.name}"] for column in own),
        )

    def touch(self, token_hash: str, seen_utc_s: int) -> None:
        """Keep when a session was last used."""
        with writing(self._engine, self._name) as connection:
            connection.execute(
                sa.update(_SESSION)
                .where(_SESSION.c.token_hash == token_hash)
                .values(seen_utc_s=seen_utc_s)
            )

    def end(self, token_hash: str) -> None:
        """End a session, if there is one."""
        with writing(self._engine, self._name) as connection:
            connection.execute(sa.delete(_SESSION).where(_SESSION.c.token_hash == token_hash))

    def end_all(self) -> None:
        """End all sessions: whoever was signed in signs in again."""
        with writing(self._engine, self._name) as connection:
            connection.execute(sa.delete(_SESSION))
