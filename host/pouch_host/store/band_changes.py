"""One transaction that changes who wears what, in steps that others may be part of.

What is allowed beyond `assignments`: no moment in the future, no band taken from an infant
without a word, no band that nobody ever heard unless a person says that it is new.
"""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from pouch_protocol.constants import band_label

from . import people, schema
from .assignments import Ledger, assignments
from .presence import check_moment
from .refusals import Refusal, refuse
from .rows import Assignment, Infant

_A = schema.assignment
_I = schema.infant

ANY: Final = object()
"""In the place of a band that a form showed: nothing was shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction that changes who wears what, in steps that others may be part of.

    Attributes:
        connection: the transaction.
        when_utc_s: the host's time.
        who: whose doing it is.
    """

    connection: sa.Connection
    when_utc_s: int
    who: str

    def put_on(
        self,
        infant: Infant,
        band_id: int,
        from_utc_s: float,
        *,
        move: bool = False,
        unheard: bool = False,
        wears: object = ANY,
    ) -> Assignment:
        """Put a band on an infant; see `WearingTables.put_on`."""
        moment_utc_s = check_moment(from_utc_s, self.when_utc_s)
        band = people.lock_band(self.connection, band_id)
        own, others = self._open(infant.infant_id), self._open_of_band(band_id)
        if wears is not ANY and wears != (own.band_id if own else None):
            raise refuse(Refusal.CHANGED, f"infant {infant.code!r} got another band meanwhile")
        if own is not None and own.band_id == band_id:
            return own
        if others is not None and not move:
            code = self._code_of(others)
            raise refuse(
                Refusal.BAND_WORN,
                f"band {band.label} is worn by infant {code!r}",
                band=band.label,
                infant=code,
            )
        if band.first_contact_utc_s is None and others is None and not unheard:
            raise refuse(
                Refusal.BAND_UNHEARD, f"band {band.label} was never heard here", band=band.label
            )
        self._check_free(band_id, infant.infant_id, moment_utc_s)
        return self._ledger().assign(band, infant, moment_utc_s)

    def take_off(self, infant: Infant, at_utc_s: float) -> Assignment:
        """Take an infant's band off; see `WearingTables.take_off`."""
        moment_utc_s = check_moment(at_utc_s, self.when_utc_s)
        own = self._open(infant.infant_id)
        if own is None:
            raise refuse(Refusal.NO_BAND, f"infant {infant.code!r} wears no band")
        if moment_utc_s <= own.from_utc_s:
            raise refuse(
                Refusal.MOMENT_EARLY,
                f"infant {infant.code!r} got the band only then or later",
                since_utc_s=own.from_utc_s,
            )
        return self._ledger().release(people.lock_band(self.connection, own.band_id), moment_utc_s)

    def take_off_any(self, infant: Infant, at_utc_s: float) -> None:
        """Take an infant's band off, if it wears one."""
        if self._open(infant.infant_id) is not None:
            self.take_off(infant, at_utc_s)

    def newest(self, infant: Infant) -> Assignment:
        """Return an infant's newest assignment.

        Raises:
            Refused: it never had a band.
        """
        found = assignments(self.connection, infant.code)
        if not found:
            raise refuse(Refusal.NO_BAND, f"infant {infant.code!r} never had a band")
        return found[-1]

    def correct(self, infant: Infant, from_utc_s: float) -> Assignment:
        """Put the beginning of an infant's newest assignment right."""
        newest = self.newest(infant)
        moment_utc_s = check_moment(from_utc_s, self.when_utc_s)
        if newest.to_utc_s is not None and moment_utc_s >= newest.to_utc_s:
            raise _taken(band_label(newest.band_id))
        people.lock_band(self.connection, newest.band_id)
        self._check_free(
            newest.band_id, newest.infant_id, moment_utc_s, but=newest, before=newest.from_utc_s
        )
        return self._ledger().correct(newest, moment_utc_s)

    def take_back(self, infant: Infant) -> Assignment:
        """Take an infant's newest assignment back, as if it had never been."""
        newest = self.newest(infant)
        band = people.lock_band(self.connection, newest.band_id)
        later = sa.select(_A.c.assignment_id).where(
            _A.c.band_id == newest.band_id, _A.c.from_utc_s > newest.from_utc_s
        )
        if self.connection.scalar(later) is not None:
            raise _taken(band.label)
        return self._ledger().unassign(band)

    def _check_free(
        self,
        band_id: int,
        infant_id: int,
        moment_utc_s: int,
        *,
        but: Assignment | None = None,
        before: int | None = None,
    ) -> None:
        """Find whatever keeps an assignment of a band and an infant from beginning at a moment.

        Args:
            band_id: the band.
            infant_id: the infant.
            moment_utc_s: the moment.
            but: an assignment that is not looked at, with those that it has ended.
            before: only what begins earlier is looked at; None for all.
        """
        query = sa.select(_A).where((_A.c.band_id == band_id) | (_A.c.infant_id == infant_id))
        for row in self.connection.execute(query).mappings():
            one = Assignment(**row)
            if but is not None and one.assignment_id == but.assignment_id:
                continue
            if before is not None and one.from_utc_s >= before:
                continue
            moves_along = but is not None and one.ended_by == but.assignment_id
            open_end = one.to_utc_s is None or moves_along
            edge_utc_s = one.from_utc_s + 1 if open_end else one.to_utc_s
            assert edge_utc_s is not None
            if edge_utc_s > moment_utc_s:
                raise _taken(band_label(band_id), since_utc_s=edge_utc_s)

    def _ledger(self) -> Ledger:
        return Ledger(self.connection, self.when_utc_s, self.who)

    def _open(self, infant_id: int) -> Assignment | None:
        return self._first(_A.c.infant_id == infant_id)

    def _open_of_band(self, band_id: int) -> Assignment | None:
        return self._first(_A.c.band_id == band_id)

    def _first(self, condition: sa.ColumnElement[bool]) -> Assignment | None:
        query = sa.select(_A).where(condition, _A.c.to_utc_s.is_(None))
        row = self.connection.execute(query).mappings().first()
        return Assignment(**row) if row else None

    def _code_of(self, given: Assignment) -> str:
        query = sa.select(_I.c.code).where(_I.c.infant_id == given.infant_id)
        return self.connection.scalar(query) or ""


def _taken(label: str, *, since_utc_s: int | None = None) -> Exception:
    return refuse(
        Refusal.MOMENT_TAKEN,
        f"band {label} or the infant has another assignment then; choose another moment",
        since_utc_s=since_utc_s,
    )
