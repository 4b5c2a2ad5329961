"""The address that a family's phone opens: a token, of which only the digest is kept.

    made --> stands --+--> another one made            --+
                      +--> infant discharged             +--> ended, for ever
                      +--> its band goes to another one  |
                      +--> ended by hand               --+

The token is printed on paper that stays with the band. So wherever a band changes its infant,
every link that may have been stuck to it ends: also where a command does that.
"""

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from . import audit, schema
from .engine import reading, writing
from .presence import present_infant

_L = schema.family_link
_A = schema.assignment
_I = schema.infant

# 160 bits: a guess a microsecond would need longer than the universe has had.
_TOKEN_BYTES = 20
# As `token_urlsafe` makes them; what is longer or shorter is none and is not even looked up.
TOKEN_CHARACTERS = 27
# A shift and the next one: by then a moment has been entered.
_ENTERED_LATE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class FamilyLink:
    """A family's link, without its token.

    Attributes:
        link_id: key in the store.
        infant_id: whose day it shows.
        who: who made it.
        begun_utc_s: when.
        ended_utc_s: since when it opens nothing, or None.
    """

    link_id: int
    infant_id: int
    who: str
    begun_utc_s: int
    ended_utc_s: int | None


_COLUMNS = [column for column in _L.c if column.name != "token_hash"]


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def end_links(
    connection: sa.Connection,
    *conditions: sa.ColumnElement[bool],
    when_utc_s: int,
    who: str | None,
    why: str,
) -> int:
    """End the standing links that meet some conditions, each with its row in the audit.

    Args:
        connection: the transaction.
        conditions: on the columns of `schema.family_link`.
        when_utc_s: the host's time.
        who: whose doing it is; None for a command.
        why: "another", "discharged", "band_moved", "restored" or "by_hand".

    Returns:
        how many there were.
    """
    query = (
        sa.select(_L.c.link_id, _I.c.code)
        .join(_I, _I.c.infant_id == _L.c.infant_id)
        .where(_L.c.ended_utc_s.is_(None), *conditions)
        .order_by(_L.c.link_id)
    )
    found = connection.execute(query).all()
    for link_id, code in found:
        of_link = _L.c.link_id == link_id
        connection.execute(sa.update(_L).where(of_link).values(ended_utc_s=when_utc_s))
        audit.note(
            connection,
            what="link_ended",
            when_utc_s=when_utc_s,
            who=who,
            infant=code,
            detail={"why": why},
        )
    return len(found)


def end_links_on_band(
    connection: sa.Connection, band_id: int, infant_id: int, *, when_utc_s: int, who: str | None
) -> None:
    """End the links that may be stuck to a band which is another infant's now.

    Those of all others that wore it last, or wore it while their link stood. A moment may have
    been entered hours late, and then an infant wore a band for longer than it says.

    Args:
        connection: the transaction.
        band_id: the band.
        infant_id: whose it is now.
        when_utc_s: the host's time.
        who: whose doing it is.
    """
    later = _A.alias()
    wore_another_since = sa.exists().where(
        later.c.infant_id == _A.c.infant_id, later.c.from_utc_s > _A.c.from_utc_s
    )
    was_on_band = sa.exists().where(
        _A.c.band_id == band_id,
        _A.c.infant_id == _L.c.infant_id,
        (_A.c.to_utc_s > _L.c.begun_utc_s - _ENTERED_LATE_S) | ~wore_another_since,
    )
    end_links(
        connection,
        _L.c.infant_id != infant_id,
        was_on_band,
        when_utc_s=when_utc_s,
        who=who,
        why="band_moved",
    )


class FamilyLinkTable:
    """The families' links in a store. `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def end_all(self, *, when_utc_s: float) -> int:
        """End every link that stands, since a backup knows nothing of those ended after it.

        Returns:
            how many there were.
        """
        with writing(self._engine, self._name) as connection:
            return end_links(connection, when_utc_s=int(when_utc_s), who=None, why="restored")

    def make(self, code: str, *, when_utc_s: float, who: str) -> str:
        """Make an infant's link; one that it had before ends. Return the token.

        Nobody can read the token from the store: it is shown now or never.

        Raises:
            Refused: the infant is not here.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        utc_s = int(when_utc_s)
        with writing(self._engine, self._name) as connection:
            infant = present_infant(connection, code)
            mine = _L.c.infant_id == infant.infant_id
            end_links(connection, mine, when_utc_s=utc_s, who=who, why="another")
            connection.execute(
                sa.insert(_L).values(
                    infant_id=infant.infant_id,
                    token_hash=digest_of(token),
                    who=who,
                    begun_utc_s=utc_s,
                )
            )
            audit.note(connection, what="link_made", when_utc_s=utc_s, who=who, infant=code)
        return token

    def end(self, code: str, *, when_utc_s: float, who: str) -> bool:
        """End an infant's link by hand; return whether it had one."""
        of_infant = sa.select(_I.c.infant_id).where(_I.c.code == code).scalar_subquery()
        with writing(self._engine, self._name) as connection:
            ended = end_links(
                connection,
                _L.c.infant_id == of_infant,
                when_utc_s=int(when_utc_s),
                who=who,
                why="by_hand",
            )
        return ended > 0

    def standing(self, code: str) -> FamilyLink | None:
        """Return the link of an infant that opens, or None."""
        query = (
            sa.select(*_COLUMNS)
            .join(_I, _I.c.infant_id == _L.c.infant_id)
            .where(_I.c.code == code, _L.c.ended_utc_s.is_(None))
        )
        with reading(self._engine, self._name) as connection:
            row = connection.execute(query).mappings().first()
        return FamilyLink(**row) if row else None

    def code_of(self, token: str) -> str | None:
        """Return the code of the infant whose day a token opens, or None.

        Of a discharged infant it opens nothing, whatever the link says.
        """
        if len(token) != TOKEN_CHARACTERS or not token.isascii():
            return None
        query = (
            sa.select(_I.c.code)
            .join(_L, _I.c.infant_id == _L.c.infant_id)
            .where(
                _L.c.token_hash == digest_of(token),
                _L.c.ended_utc_s.is_(None),
                _I.c.discharged_utc_s.is_(None),
            )
        )
        with reading(self._engine, self._name) as connection:
            return connection.scalar(query)
