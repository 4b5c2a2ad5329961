"""Which infant wears which band, as staff change it.

free --put on--> worn --+--> taken off: free           the moment of the newest change can be
                        +--> moved to another infant   put right, or the change taken back
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa

from . import people, schema
from .band_changes import ANY, Change
from .engine import reading, writing
from .presence import known_infant, present_infant
from .refusals import Refusal, refuse
from .rows import Assignment, Band

_A = schema.assignment
_I = schema.infant

# Two rounds of a day: a band in a drawer is heard whenever it stirs.
SEEN_WITHIN_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class SeenBand:
    """A band that was heard lately.

    Attributes:
        band: it, with battery and last contact.
        infant_code: who wears it, or None if it is free.
    """

    band: Band
    infant_code: str | None


class WearingTables:
    """Who wears what in a store. `StoreError` when the database fails.

    In all methods `when_utc_s` is the host's time of the change and `who` whose doing it is, for
    the audit. What is refused is refused with `Refused`, and changes nothing.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def put_on(
        self,
        code: str,
        band_id: int,
        *,
        when_utc_s: float,
        who: str,
        from_utc_s: float | None = None,
        move: bool = False,
        unheard: bool = False,
        wears: object = ANY,
    ) -> Assignment:
        """Put a band on an infant; one that it wore comes off. Return the assignment.

        Args:
            code: the infant.
            band_id: the band.
            when_utc_s: the host's time.
            who: whose doing it is.
            from_utc_s: since when it wears it; None for now.
            move: also if another infant wears it: from then on that one has none.
            unheard: also if nobody ever heard it here.
            wears: the band that the form showed on the infant, None for none: if it wears another
                one now, somebody else was faster.

        Raises:
            Refused: the infant is not here; the moment is in the future, or another assignment of
                either lies in the way; or `move`, `unheard` or `wears` say so.
        """
        with self._writing() as connection:
            infant = present_infant(connection, code)
            return Change(connection, int(when_utc_s), who).put_on(
                infant,
                band_id,
                when_utc_s if from_utc_s is None else from_utc_s,
                move=move,
                unheard=unheard,
                wears=wears,
            )

    def take_off(
        self, code: str, *, when_utc_s: float, who: str, at_utc_s: float | None = None
    ) -> Assignment:
        """Take an infant's band off; it stays here without one. Return the assignment.

        Raises:
            Refused: the infant is not here or wears none, or the moment cannot be.
        """
        with self._writing() as connection:
            infant = present_infant(connection, code)
            change = Change(connection, int(when_utc_s), who)
            return change.take_off(infant, when_utc_s if at_utc_s is None else at_utc_s)

    def move(
        self,
        code: str,
        to_code: str,
        *,
        when_utc_s: float,
        who: str,
        from_utc_s: float | None = None,
    ) -> Assignment:
        """Give the band of one infant to another. Return the new assignment.

        Raises:
            Refused: one of them is not here, the first wears none, they are the same, or the
                moment cannot be.
        """
        with self._writing() as connection:
            infant, other = present_infant(connection, code), present_infant(connection, to_code)
            if infant.infant_id == other.infant_id:
                raise refuse(Refusal.SAME_INFANT, "a band is moved to another infant")
            change = Change(connection, int(when_utc_s), who)
            newest = change.newest(infant)
            if newest.to_utc_s is not None:
                raise refuse(Refusal.NO_BAND, f"infant {code!r} wears no band")
            moment_utc_s = when_utc_s if from_utc_s is None else from_utc_s
            return change.put_on(other, newest.band_id, moment_utc_s, move=True)

    def correct_moment(
        self, code: str, from_utc_s: float, *, when_utc_s: float, who: str
    ) -> Assignment:
        """Put right since when an infant has had its newest band. What it had ended moves along.

        Raises:
            Refused: it never had one, or the moment cannot be.
        """
        with self._writing() as connection:
            infant = known_infant(connection, code)
            return Change(connection, int(when_utc_s), who).correct(infant, from_utc_s)

    def take_back(self, code: str, *, when_utc_s: float, who: str) -> Assignment:
        """Take back an infant's newest assignment: it never wore that band. Return it.

        Raises:
            Refused: it never had a band, or somebody else has had it since.
        """
        with self._writing() as connection:
            infant = known_infant(connection, code)
            return Change(connection, int(when_utc_s), who).take_back(infant)

    def worn(self) -> dict[int, str]:
        """Return who wears each band that is worn: codes by band id."""
        with reading(self._engine, self._name) as connection:
            return _worn(connection)

    def bands_seen(self, now_utc_s: float, *, within_s: float = SEEN_WITHIN_S) -> list[SeenBand]:
        """Return the bands that were heard lately, the last one heard first.

        Args:
            now_utc_s: the host's time.
            within_s: how far back that reaches, seconds.
        """
        with reading(self._engine, self._name) as connection:
            bands, worn = people.bands(connection), _worn(connection)
        heard = [
            (band.last_contact_utc_s, SeenBand(band, worn.get(band.band_id)))
            for band in bands
            if band.last_contact_utc_s is not None
            and band.last_contact_utc_s >= now_utc_s - within_s
        ]
        return [seen for _, seen in sorted(heard, key=lambda one: (-one[0], one[1].band.label))]

    def _writing(self) -> AbstractContextManager[sa.Connection]:
        return writing(self._engine, self._name)


def _worn(connection: sa.Connection) -> dict[int, str]:
    query = (
        sa.select(_A.c.band_id, _I.c.code)
        .join(_I, _I.c.infant_id == _A.c.infant_id)
        .where(_A.c.to_utc_s.is_(None))
    )
    return {row.band_id: row.code for row in connection.execute(query)}
