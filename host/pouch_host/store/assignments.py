"""Who wore which band when. Records belong to an infant by time alone.

Of one band, and of one infant, assignments never overlap. Every change of one also goes into the
audit, which is only ever added to: an assignment decides whose hours a record counts for.
"""

from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from pouch_host.errors import InputError

from . import audit, schema
from .family_links import end_links, end_links_on_band
from .rows import Assignment, Band, Infant

_A = schema.assignment
_I = schema.infant

_What = Literal["assigned", "ended", "reopened", "removed", "corrected"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """One transaction that may change assignments.

    Attributes:
        connection: the transaction.
        when_utc_s: the host's time of the change, for the audit.
        who: whose doing it is, for the audit; None for a command on this computer.
    """

    connection: sa.Connection
    when_utc_s: int
    who: str | None = None

    def assign(self, band: Band, infant: Infant, from_utc_s: int) -> Assignment:
        """Give a band to an infant from a moment on; what either had until then ends there.

        Asking again for what already holds changes nothing.

        Raises:
            InputError: the band or the infant has an assignment that begins or ends later.
        """
        earlier = _of_either(self.connection, band.band_id, infant.infant_id)
        for old in earlier:
            same = old.band_id == band.band_id and old.infant_id == infant.infant_id
            if same and old.to_utc_s is None and old.from_utc_s <= from_utc_s:
                return old
        for old in earlier:
            edge_utc_s = old.from_utc_s + 1 if old.to_utc_s is None else old.to_utc_s
            if edge_utc_s > from_utc_s:
                raise InputError(
                    f"band {band.label} or infant {infant.code} is assigned at that time already; "
                    "choose a later one"
                )
        values = {"band_id": band.band_id, "infant_id": infant.infant_id, "from_utc_s": from_utc_s}
        key = self.connection.scalar(sa.insert(_A).values(values).returning(_A.c.assignment_id))
        given = Assignment(assignment_id=key or 0, to_utc_s=None, ended_by=None, **values)
        for old in earlier:
            if old.to_utc_s is None:
                self._set_end(old, from_utc_s, given.assignment_id, "ended")
        self._note("assigned", given)
        end_links_on_band(
            self.connection,
            band.band_id,
            infant.infant_id,
            when_utc_s=self.when_utc_s,
            who=self.who,
        )
        return given

    def correct(self, given: Assignment, from_utc_s: int) -> Assignment:
        """Let an assignment begin at another moment; what it had ended moves its end along.

        The database refuses an assignment that would be empty. That no other one of the band or
        the infant lies in the way is for the caller to see (`wearing`).
        """
        if from_utc_s == given.from_utc_s:
            return given
        mine = _A.c.assignment_id == given.assignment_id
        self.connection.execute(sa.update(_A).where(mine).values(from_utc_s=from_utc_s))
        corrected = replace(given, from_utc_s=from_utc_s)
        self._note("corrected", corrected)
        query = sa.select(_A).where(_A.c.ended_by == given.assignment_id)
        for old in _rows(self.connection, query.order_by(_A.c.assignment_id)):
            self._set_end(old, from_utc_s, given.assignment_id, "ended")
        return corrected

    def release(self, band: Band, at_utc_s: int) -> Assignment:
        """End a band's open assignment: the infant is discharged, or has no band for a while.

        Raises:
            InputError: the band has none, or it begins at that moment or later.
        """
        newest = _newest(self.connection, band)
        if newest is None or newest.to_utc_s is not None:
            raise InputError(f"band {band.label} belongs to no infant")
        if newest.from_utc_s >= at_utc_s:
            raise InputError(
                f"band {band.label} was given only at that time or later; choose a later one"
            )
        return self._set_end(newest, at_utc_s, None, "ended")

    def unassign(self, band: Band) -> Assignment:
        """Take back a band's newest assignment, as if it had never been made.

        What it had ended lasts again, up to the next assignment of the same band or infant. An
        infant that nobody admitted or said anything about, or a band never met, goes with it if
        nothing else in the store speaks of it: they were a slip of the keyboard.

        Raises:
            InputError: the band has no assignment.
        """
        newest = _newest(self.connection, band)
        if newest is None:
            raise InputError(f"band {band.label} has no assignment")
        query = sa.select(_A).where(_A.c.ended_by == newest.assignment_id)
        for old in _rows(self.connection, query.order_by(_A.c.assignment_id)):
            after = _next(self.connection, old, newest)
            if after is None:
                self._set_end(old, None, None, "reopened")
            else:
                self._set_end(old, after.from_utc_s, after.assignment_id, "reopened")
        self._note("removed", newest)
        # Its family's sticker may be on a band that goes back to another infant.
        end_links(
            self.connection,
            schema.family_link.c.infant_id == newest.infant_id,
            when_utc_s=self.when_utc_s,
            who=self.who,
            why="band_moved",
        )
        gone = _A.c.assignment_id == newest.assignment_id
        self.connection.execute(sa.delete(_A).where(gone))
        self._forget(newest)
        return newest

    def _set_end(
        self, old: Assignment, to_utc_s: int | None, ended_by: int | None, what: _What
    ) -> Assignment:
        self.connection.execute(
            sa.update(_A)
            .where(_A.c.assignment_id == old.assignment_id)
            .values(to_utc_s=to_utc_s, ended_by=ended_by)
        )
        changed = replace(old, to_utc_s=to_utc_s, ended_by=ended_by)
        self._note(what, changed)
        return changed

    def _note(self, what: _What, changed: Assignment) -> None:
        # The code and not the key: an infant entered by mistake goes, what was done stays.
        code = sa.select(_I.c.code).where(_I.c.infant_id == changed.infant_id)
        audit.note(
            self.connection,
            what=what,
            when_utc_s=self.when_utc_s,
            who=self.who,
            infant=self.connection.scalar(code),
            band_id=changed.band_id,
            from_utc_s=changed.from_utc_s,
            to_utc_s=changed.to_utc_s,
        )

    def _forget(self, removed: Assignment) -> None:
        """Drop the infant, and the band if it was never met, unless something needs them."""
        band, segment, event = schema.band, schema.segment, schema.alert_event
        self.connection.execute(
            sa.delete(_I).where(
                _I.c.infant_id == removed.infant_id,
                # Somebody admitted it: then it is here, with a band or without.
                _I.c.admitted_utc_s.is_(None),
                ~sa.exists().where(_A.c.infant_id == removed.infant_id),
                *(
                    ~sa.exists().where(table.c.infant_id == removed.infant_id)
                    for table in schema.SAID_TABLES
                ),
                # What a machine told of it goes with it, what a person answered stays.
                ~sa.exists().where(event.c.infant_id == removed.infant_id, event.c.who != ""),
            )
        )
        self.connection.execute(
            sa.delete(band).where(
                band.c.band_id == removed.band_id,
                band.c.first_contact_utc_s.is_(None),
                ~sa.exists().where(_A.c.band_id == removed.band_id),
                ~sa.exists().where(segment.c.band_id == removed.band_id),
            )
        )


def assignments(connection: sa.Connection, infant_code: str | None) -> list[Assignment]:
    """Return the assignments of one infant, or of all, by their beginning."""
    query = sa.select(_A).order_by(_A.c.from_utc_s, _A.c.assignment_id)
    if infant_code is not None:
        query = query.join(_I, _I.c.infant_id == _A.c.infant_id).where(_I.c.code == infant_code)
    return _rows(connection, query)


def _rows(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> list[Assignment]:
    return [Assignment(**row) for row in connection.execute(query).mappings()]


def _of_either(connection: sa.Connection, band_id: int, infant_id: int) -> list[Assignment]:
    """Return the assignments of a band or of an infant, by their beginning."""
    either = (_A.c.band_id == band_id) | (_A.c.infant_id == infant_id)
    return _rows(connection, sa.select(_A).where(either).order_by(_A.c.from_utc_s))


def _newest(connection: sa.Connection, band: Band) -> Assignment | None:
    query = sa.select(_A).where(_A.c.band_id == band.band_id).order_by(_A.c.from_utc_s.desc())
    found = _rows(connection, query.limit(1))
    return found[0] if found else None


def _next(connection: sa.Connection, old: Assignment, gone: Assignment) -> Assignment | None:
    """Return what comes next for the band or the infant of one, with another left out."""
    for other in _of_either(connection, old.band_id, old.infant_id):
        if other.from_utc_s > old.from_utc_s and other.assignment_id != gone.assignment_id:
            return other
    return None
