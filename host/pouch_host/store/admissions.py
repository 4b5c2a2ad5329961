"""Who is here: infants that are admitted, weighed, discharged and readmitted.

    admit --> here --+--> discharge --> gone --> readmit --> here
                     |
                     +--> edit                        bands: see `wearing`

Each change is one transaction with its row in the audit: there is no change without a name.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from . import audit, programme, schema
from .band_changes import Change
from .engine import reading, writing
from .family_links import end_links
from .presence import (
    CODE_CHARACTERS_MAX,
    check_birth,
    check_body,
    check_moment,
    checked_code,
    find_infant,
    here_since_utc_s,
    known_infant,
    present_infant,
    stamp_of,
)
from .refusals import Refusal, refuse
from .rows import Infant
from .site import zone_of

_I = schema.infant
_DATE_LENGTH = 10


class AdmissionTables:
    """The infants of a store as people enter them. `StoreError` when the database fails.

    In all methods `when_utc_s` is the host's time of the change and `who` whose doing it is, for
    the audit. What is refused is refused with `Refused`, and changes nothing.

    Args:
        engine: the database.
        name: the store, as the person who reads a message knows it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def infant(self, code: str) -> Infant | None:
        """Return the infant with a code, here or gone, or None."""
        with reading(self._engine, self._name) as connection:
            row = connection.execute(sa.select(_I).where(_I.c.code == code)).mappings().first()
        return Infant(**row) if row else None

    def admit(
        self,
        code: str,
        *,
        when_utc_s: float,
        who: str,
        weight_g: int | None = None,
        gestation_days: int | None = None,
        target_minutes: int | None = None,
        born_on: date | None = None,
        band_id: int | None = None,
        band_from_utc_s: float | None = None,
        former_code: str | None = None,
    ) -> Infant:
        """Admit an infant that was not here before. Return it.

        Args:
            code: what the ward or the study calls it; no name.
            when_utc_s: since when it is here.
            who: who admits it.
            weight_g: grams, or None.
            gestation_days: at birth, or None.
            target_minutes: contact a day; None for what the programme's table says.
            born_on: local date of birth, or None if it is not known.
            band_id: a band that it gets at once, or None.
            band_from_utc_s: since when it wears it; None for now.
            former_code: what a discharged infant with this code is called from now on, see
                `code_of_former`; None if there must be none. Beds are used again, records never.

        Raises:
            Refused: the code is that of another infant or cannot be one, a value cannot be, or
                the band cannot be given.
        """
        code = checked_code(code)
        check_body(weight_g, gestation_days, target_minutes)
        utc_s = int(when_utc_s)
        with self._writing() as connection:
            check_birth(born_on, utc_s, utc_s, zone_of(connection, self._name))
            self._make_room(connection, code, former_code, utc_s, who)
            if target_minutes is None:
                rows = programme.rows_of(connection)
                target_minutes = programme.target_minutes(rows, weight_g, gestation_days)
            values = {
                "weight_g": weight_g,
                "gestation_days": gestation_days,
                "target_minutes": target_minutes,
                "born_on": born_on,
            }
            try:
                connection.execute(sa.insert(_I).values(code=code, admitted_utc_s=utc_s, **values))
            except IntegrityError as error:
                # Somebody else was faster, on a server where two may write at once.
                raise _present(code) from error
            audit.note(
                connection,
                what="admitted",
                when_utc_s=utc_s,
                who=who,
                infant=code,
                target_minutes=target_minutes,
                detail={
                    "weight_g": weight_g,
                    "gestation_days": gestation_days,
                    "born_on": born_on,
                },
            )
            infant = known_infant(connection, code)
            if band_id is not None:
                from_utc_s = when_utc_s if band_from_utc_s is None else band_from_utc_s
                change = Change(connection, utc_s, who)
                change.put_on(infant, band_id, from_utc_s)
        return infant

    def edit(
        self,
        code: str,
        *,
        when_utc_s: float,
        who: str,
        weight_g: int | None,
        gestation_days: int | None,
        target_minutes: int | None,
        born_on: date | None,
        new_code: str | None = None,
        seen: str | None = None,
    ) -> Infant:
        """Say anew what is known of an infant that is here. The same again changes nothing.

        Args:
            code: which.
            when_utc_s: the host's time.
            who: whose doing it is.
            weight_g: grams, or None if it is not known.
            gestation_days: at birth, or None.
            target_minutes: contact a day; None for the usual.
            born_on: local date of birth, or None if it is not known.
            new_code: its right code, if the one that it has was a slip; None leaves it.
            seen: `presence.stamp_of` the infant that the form showed: if it is another one now,
                somebody else has changed it meanwhile, and nothing is done. None asks nothing.

        Raises:
            Refused: it is not here, a value cannot be, the code is taken, or it was changed.
        """
        check_body(weight_g, gestation_days, target_minutes)
        wanted = code if new_code is None else checked_code(new_code)
        utc_s = int(when_utc_s)
        with self._writing() as connection:
            before = present_infant(connection, code)
            if seen is not None and seen != stamp_of(before):
                raise refuse(Refusal.CHANGED, f"infant {code!r} was changed by somebody else")
            # One that stands hinders nobody in putting right something else.
            if born_on != before.born_on:
                here_utc_s = here_since_utc_s(connection, before)
                check_birth(born_on, here_utc_s, utc_s, zone_of(connection, self._name))
            if wanted != code:
                other = find_infant(connection, wanted)
                if other is not None:
                    raise _present(wanted) if other.discharged_utc_s is None else _gone(wanted)
                _rename(connection, before, wanted, utc_s, who)
            values: dict[str, Any] = {
                "weight_g": weight_g,
                "gestation_days": gestation_days,
                "target_minutes": target_minutes,
                "born_on": born_on,
            }
            _change(connection, before, wanted, values, utc_s, who)
            return known_infant(connection, wanted)

    def discharge(
        self, code: str, *, when_utc_s: float, who: str, at_utc_s: float | None = None
    ) -> Infant:
        """Let an infant go home: its band comes off, its family's link ends. Return it.

        Args:
            code: which.
            when_utc_s: the host's time.
            who: whose doing it is.
            at_utc_s: when it went; None for now.

        Raises:
            Refused: it is not here, or went in the future, or before it came or got its band.
        """
        utc_s = int(when_utc_s)
        with self._writing() as connection:
            infant = present_infant(connection, code)
            gone_utc_s = check_moment(
                when_utc_s if at_utc_s is None else at_utc_s,
                when_utc_s,
                since_utc_s=infant.admitted_utc_s,
            )
            Change(connection, utc_s, who).take_off_any(infant, gone_utc_s)
            mine = schema.family_link.c.infant_id == infant.infant_id
            end_links(connection, mine, when_utc_s=utc_s, who=who, why="discharged")
            _set(connection, infant, discharged_utc_s=gone_utc_s)
            audit.note(
                connection,
                what="discharged",
                when_utc_s=utc_s,
                who=who,
                infant=code,
                detail={"utc_s": gone_utc_s},
            )
            return known_infant(connection, code)

    def readmit(self, code: str, *, when_utc_s: float, who: str) -> Infant:
        """Take an infant in again that was discharged; its records are one whole. Return it.

        Raises:
            Refused: there is none, or it is here.
        """
        utc_s = int(when_utc_s)
        with self._writing() as connection:
            infant = known_infant(connection, code)
            if infant.discharged_utc_s is None:
                raise refuse(Refusal.IS_HERE, f"infant {code!r} is here")
            _set(connection, infant, discharged_utc_s=None, admitted_utc_s=utc_s)
            detail = {
                "admitted_before_utc_s": infant.admitted_utc_s,
                "discharged_utc_s": infant.discharged_utc_s,
            }
            audit.note(
                connection,
                what="readmitted",
                when_utc_s=utc_s,
                who=who,
                infant=code,
                detail=detail,
            )
            return known_infant(connection, code)

    def code_of_former(self, code: str, date: str) -> str:
        """Return a code for an infant that was discharged, whose code another one is to get.

        Args:
            code: the code.
            date: the date of its discharge, as 2026-03-05.
        """
        stem = f"{code[: CODE_CHARACTERS_MAX - _DATE_LENGTH - 4]} {date}"
        with reading(self._engine, self._name) as connection:
            taken = set(connection.scalars(sa.select(_I.c.code).where(_I.c.code.startswith(stem))))
        return next(
            name
            for name in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
            if name not in taken
        )

    def _make_room(
        self, connection: sa.Connection, code: str, former_code: str | None, utc_s: int, who: str
    ) -> None:
        """See that nobody has a code.

        Raises:
            Refused: somebody has.
        """
        other = find_infant(connection, code)
        if other is None:
            return
        if other.discharged_utc_s is None:
            raise _present(code)
        if former_code is None:
            raise _gone(code)
        former_code = checked_code(former_code)
        if find_infant(connection, former_code) is not None:
            raise _present(former_code)
        _rename(connection, other, former_code, utc_s, who)

    def _writing(self) -> AbstractContextManager[sa.Connection]:
        return writing(self._engine, self._name)


def _change(
    connection: sa.Connection,
    before: Infant,
    code: str,
    values: Mapping[str, Any],
    utc_s: int,
    who: str,
) -> None:
    """Set what differs, and note it: a target as commands do, the rest with what it was."""
    changed = {name: value for name, value in values.items() if getattr(before, name) != value}
    if not changed:
        return
    _set(connection, before, **changed)
    if "target_minutes" in changed:
        audit.note(
            connection,
            what="target",
            when_utc_s=utc_s,
            who=who,
            infant=code,
            target_minutes=changed.pop("target_minutes"),
        )
    if changed:
        detail = {name: [getattr(before, name), value] for name, value in changed.items()}
        audit.note(
            connection, what="edited", when_utc_s=utc_s, who=who, infant=code, detail=detail
        )


def _rename(connection: sa.Connection, infant: Infant, code: str, utc_s: int, who: str) -> None:
    """Give an infant another code; both codes lead to it in the audit."""
    _set(connection, infant, code=code)
    for about, detail in ((infant.code, {"to": code}), (code, {"from": infant.code})):
        audit.note(
            connection, what="renamed", when_utc_s=utc_s, who=who, infant=about, detail=detail
        )


def _set(connection: sa.Connection, infant: Infant, **values: Any) -> None:
    of_infant = _I.c.infant_id == infant.infant_id
    connection.execute(sa.update(_I).where(of_infant).values(**values))


def _present(code: str) -> Exception:
    return refuse(Refusal.CODE_PRESENT, f"infant {code!r} is here already", code=code)


def _gone(code: str) -> Exception:
    return refuse(
        Refusal.CODE_DISCHARGED, f"infant {code!r} was here before and was discharged", code=code
    )
