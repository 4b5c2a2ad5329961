"""To whom an infant was given: mother, father, whoever has it on the chest.

Only ever added to, each with its row in the audit; of one moment the newest word holds.
"""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from . import audit, schema
from .engine import reading, writing
from .presence import check_moment, here_since_utc_s, present_infant
from .refusals import Refusal, refuse

_I = schema.infant
_H = schema.handover


class Caregiver(StrEnum):
    """Whose chest it is. The words are kept in stores: they are never renamed."""

    MOTHER = "mother"
    FATHER = "father"
    GRANDMOTHER = "grandmother"
    OTHER_RELATIVE = "other_relative"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Handover:
    """An infant came to somebody.

    Attributes:
        caregiver: whom.
        utc_s: when it came there.
        who: who wrote it down.
        when_utc_s: when it was written down.
    """

    caregiver: Caregiver
    utc_s: int
    who: str
    when_utc_s: int


class HandoverTable:
    """To whom the infants of a store were given. `StoreError` when the database fails.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def hand_over(
        self,
        code: str,
        caregiver: str,
        *,
        when_utc_s: float,
        who: str,
        at_utc_s: float | None = None,
    ) -> Handover:
        """Note who has the infant on the chest now, or since a moment.

        The same caregiver since the same moment again changes nothing.

        Raises:
            Refused: it is not here, there is no such caregiver, or the moment cannot be.
        """
        if caregiver not in set(Caregiver):
            raise refuse(Refusal.CAREGIVER, f"there is no caregiver {caregiver!r}")
        utc_s = int(when_utc_s)
        with writing(self._engine, self._name) as connection:
            infant = present_infant(connection, code)
            since_utc_s = infant.admitted_utc_s
            if since_utc_s is None:
                since_utc_s = here_since_utc_s(connection, infant)
            moment_utc_s = check_moment(
                when_utc_s if at_utc_s is None else at_utc_s,
                when_utc_s,
                since_utc_s=since_utc_s,
            )
            said = Handover(Caregiver(caregiver), moment_utc_s, who, utc_s)
            known = _handovers(connection, code)
            if any((one.caregiver, one.utc_s) == (said.caregiver, said.utc_s) for one in known):
                return said
            connection.execute(
                sa.insert(_H).values(
                    infant_id=infant.infant_id,
                    utc_s=moment_utc_s,
                    caregiver=said.caregiver.value,
                    who=who,
                    when_utc_s=utc_s,
                )
            )
            detail = {"caregiver": said.caregiver.value, "utc_s": moment_utc_s}
            audit.note(
                connection,
                what="handed_over",
                when_utc_s=utc_s,
                who=who,
                infant=code,
                detail=detail,
            )
        return said

    def of_infant(self, code: str) -> list[Handover]:
        """Return to whom an infant came and when, by time; of one moment the newest word last."""
        with reading(self._engine, self._name) as connection:
            return _handovers(connection, code)


def _handovers(connection: sa.Connection, code: str) -> list[Handover]:
    query = (
        sa.select(_H.c.caregiver, _H.c.utc_s, _H.c.who, _H.c.when_utc_s)
        .join(_I, _I.c.infant_id == _H.c.infant_id)
        .where(_I.c.code == code)
        .order_by(_H.c.utc_s, _H.c.handover_id)
    )
    return [
        Handover(Caregiver(row.caregiver), row.utc_s, row.who, row.when_utc_s)
        for row in connection.execute(query)
    ]
