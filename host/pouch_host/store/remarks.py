"""What staff say of an infant: their answers to the machine's sessions, reasons, notes.

Only ever added to. The newest answer holds, the earlier ones and the machine's own stay.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from pouch_host.errors import InputError

from . import audit, schema
from .engine import reading, writing
from .presence import find_infant, here_since_utc_s

_REVIEW = schema.session_review
_REMARK = schema.remark

TEXT_MAX = 500
_DAY_S = 24 * 3600
_SPAN_S_MAX = _DAY_S
# Where days begin is not known here: the day before the first one is let through, and so is
# tomorrow where the ward is far in the east.
_SLACK_S = _DAY_S
_EAST_S = 14 * 3600
# Of an infant of which it is not known since when it is here: beyond any stay in a ward.
_BACK_S_MAX = 2 * 366 * _DAY_S


class Verdict(StrEnum):
    """What a nurse says of a session. The words are kept in stores: they are never renamed."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class RemarkKind(StrEnum):
    """What a remark is about. Never renamed."""

    NOTE = "note"
    LOW_HOURS = "low_hours"
    SESSION_END = "session_end"


SESSION_END_REASONS = (
    "hour_achieved",
    "mother_request",
    "professional_decision",
    "medical_reason",
    "other",
)
"""Why contact ended: the code list of New Zealand's terminology service, the only one found."""

LOW_HOURS_REASONS = (
    "mother_unwell",
    "mother_absent",
    "infant_unwell",
    "procedure",
    "too_hot",
    "no_privacy",
    "family_tasks",
    "not_willing",
    "not_told",
    "band_problem",
    "other",
)
"""Why a day had few hours, as programmes that keep such a list ask for it."""

_REASONS: Mapping[RemarkKind, tuple[str, ...]] = {
    RemarkKind.NOTE: (),
    RemarkKind.LOW_HOURS: LOW_HOURS_REASONS,
    RemarkKind.SESSION_END: SESSION_END_REASONS,
}


@dataclass(frozen=True, slots=True)
class Review:
    """A nurse's answer to one session.

    Attributes:
        review_id: rises with their order; the newest about a session holds.
        begin_utc_s: begin of the session as the machine had it; None for one that it missed.
        end_utc_s: its end likewise.
        machine: all that the machine said of it then.
        verdict: confirmed, corrected, rejected, missed or withdrawn.
        said_begin_utc_s: begin as the nurse has it: of corrected and missed ones.
        said_end_utc_s: end likewise.
        who: name of the nurse.
        when_utc_s: the host's time of the answer.
    """

    review_id: int
    begin_utc_s: int | None
    end_utc_s: int | None
    machine: Mapping[str, Any] | None
    verdict: Verdict
    said_begin_utc_s: int | None
    said_end_utc_s: int | None
    who: str
    when_utc_s: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A note, a reason for few hours, or why contact ended.

    Attributes:
        remark_id: rises with their order.
        kind: which of them.
        date: local day of a reason for few hours, else None.
        utc_s: when contact ended, or what a note tells of; else None.
        reason: one of the codes of its kind; None for a note.
        text: free text; "" without. It never leaves the ward unasked.
        who: name of the nurse.
        when_utc_s: the host's time of it.
    """

    remark_id: int
    kind: RemarkKind
    date: dt.date | None
    utc_s: int | None
    reason: str | None
    text: str
    who: str
    when_utc_s: int


class RemarkTables:
    """Answers and remarks of all infants.

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

    def review(
        self,
        infant_code: str,
        verdict: Verdict,
        *,
        who: str,
        when_utc_s: float,
        machine: Mapping[str, Any] | None = None,
        said: tuple[int, int] | None = None,
    ) -> None:
        """Keep a nurse's answer.

        Args:
            infant_code: the infant.
            verdict: what she says.
            who: her name.
            when_utc_s: the host's time.
            machine: the session as the machine has it, with `begin_utc_s` and `end_utc_s`; None
                for one that it missed.
            said: begin and end as she has it: needed for corrected and missed ones, and naming
                what is taken back where a missed one is withdrawn.

        Raises:
            InputError: no such infant; begin and end are missing, wrong way round, in the future,
                from before the infant came, or more than a day apart.
        """
        _check_said(verdict, said, machine, when_utc_s)
        with writing(self._engine, self._name) as connection:
            infant_id, since_utc_s = _known(connection, infant_code, when_utc_s)
            _check_since(None if said is None else said[0], since_utc_s)
            begin, end = (machine["begin_utc_s"], machine["end_utc_s"]) if machine else (None,) * 2
            said_begin, said_end = said or (None, None)
            connection.execute(
                sa.insert(_REVIEW).values(
                    infant_id=infant_id,
                    begin_utc_s=begin,
                    end_utc_s=end,
                    machine=json.dumps(machine) if machine else None,
                    verdict=verdict.value,
                    said_begin_utc_s=said_begin,
                    said_end_utc_s=said_end,
                    who=who,
                    when_utc_s=int(when_utc_s),
                )
            )
            audit.note(
                connection,
                what="reviewed",
                when_utc_s=int(when_utc_s),
                who=who,
                infant=infant_code,
                from_utc_s=begin if begin is not None else said_begin,
                to_utc_s=end if end is not None else said_end,
                detail={"verdict": verdict.value, "said": list(said) if said else None},
            )

    def add(
        self,
        infant_code: str,
        kind: RemarkKind,
        *,
        who: str,
        when_utc_s: float,
        date: dt.date | None = None,
        utc_s: float | None = None,
        reason: str | None = None,
        text: str = "",
    ) -> None:
        """Keep a remark.

        Args:
            infant_code: the infant.
            kind: what it is about.
            who: name of the nurse.
            when_utc_s: the host's time.
            date: the local day, of a reason for few hours.
            utc_s: when contact ended.
            reason: one of the codes of the kind.
            text: free text, `TEXT_MAX` characters at most.

        Raises:
            InputError: no such infant, an empty note, a reason that is none, too long a text, a
                day or a moment in the future or from before the infant came.
        """
        text = text.strip()
        _check_remark(kind, date, utc_s, reason, text)
        day_utc_s = None if date is None else _day_utc_s(date)
        if (utc_s is not None and utc_s > when_utc_s) or (
            day_utc_s is not None and day_utc_s > when_utc_s + _EAST_S
        ):
            raise InputError("that is in the future: check the date")
        with writing(self._engine, self._name) as connection:
            infant_id, since_utc_s = _known(connection, infant_code, when_utc_s)
            _check_since(utc_s, since_utc_s)
            _check_since(day_utc_s, since_utc_s)
            connection.execute(
                sa.insert(_REMARK).values(
                    infant_id=infant_id,
                    kind=kind.value,
                    date=date,
                    utc_s=None if utc_s is None else int(utc_s),
                    reason=reason,
                    text=text,
                    who=who,
                    when_utc_s=int(when_utc_s),
                )
            )
            # What was written stays here: the audit is read by more people than the page.
            detail = {"kind": kind.value, "reason": reason}
            audit.note(
                connection,
                what="remarked",
                when_utc_s=int(when_utc_s),
                who=who,
                infant=infant_code,
                detail=detail,
            )

    def reviews(self, infant_id: int) -> list[Review]:
        """Return all answers about an infant's sessions, in order."""
        query = sa.select(_REVIEW).where(_REVIEW.c.infant_id == infant_id)
        with reading(self._engine, self._name) as connection:
            rows = connection.execute(query.order_by(_REVIEW.c.review_id)).mappings().all()
        return [
            Review(
                verdict=Verdict(row["verdict"]),
                machine=json.loads(row["machine"]) if row["machine"] else None,
                **{name: row[name] for name in Review.__slots__ if name not in _DECODED},
            )
            for row in rows
        ]

    def remarks(self, infant_id: int) -> list[Remark]:
        """Return all remarks about an infant, the newest first."""
        query = sa.select(_REMARK).where(_REMARK.c.infant_id == infant_id)
        with reading(self._engine, self._name) as connection:
            rows = connection.execute(query.order_by(_REMARK.c.remark_id.desc())).mappings().all()
        return [
            Remark(
                kind=RemarkKind(row["kind"]),
                **{name: row[name] for name in Remark.__slots__ if name != "kind"},
            )
            for row in rows
        ]


_DECODED = frozenset({"verdict", "machine"})


def _known(connection: sa.Connection, code: str, when_utc_s: float) -> tuple[int, float]:
    """Return an infant's key, and what nothing that is said of it can be earlier than."""
    infant = find_infant(connection, code)
    if infant is None:
        raise InputError(f"there is no infant {code!r}")
    here_utc_s = here_since_utc_s(connection, infant)
    since_utc_s = when_utc_s - _BACK_S_MAX if here_utc_s is None else here_utc_s - _SLACK_S
    return infant.infant_id, since_utc_s


def _check_since(utc_s: float | None, since_utc_s: float) -> None:
    if utc_s is not None and utc_s < since_utc_s:
        raise InputError("that is from before the infant came here: check the date")


def _day_utc_s(date: dt.date) -> float:
    return dt.datetime.combine(date, dt.time(), dt.UTC).timestamp()


def _check_said(
    verdict: Verdict,
    said: tuple[int, int] | None,
    machine: Mapping[str, Any] | None,
    now_utc_s: float,
) -> None:
    if machine is None and verdict not in {Verdict.MISSED, Verdict.WITHDRAWN}:
        raise InputError(f"a session is {verdict} only if the machine has it")
    wanted = verdict in {Verdict.CORRECTED, Verdict.MISSED} or machine is None
    if said is None:
        if wanted:
            raise InputError("say from when to when the session lasted")
        return
    begin_utc_s, end_utc_s = said
    if not 0 < end_utc_s - begin_utc_s <= _SPAN_S_MAX:
        raise InputError("a session ends after it begins, and lasts a day at most")
    if end_utc_s > now_utc_s:
        raise InputError("a session cannot end in the future")


def _check_remark(
    kind: RemarkKind, date: dt.date | None, utc_s: float | None, reason: str | None, text: str
) -> None:
    if len(text) > TEXT_MAX:
        raise InputError(f"the text has {len(text)} characters; {TEXT_MAX} are the most")
    if kind is RemarkKind.NOTE:
        if not text:
            raise InputError("a note cannot be empty")
        return
    if reason not in _REASONS[kind]:
        raise InputError(f"{reason!r} is no reason of the list")
    if kind is RemarkKind.LOW_HOURS and date is None:
        raise InputError("say of which day the hours were few")
    if kind is RemarkKind.SESSION_END and utc_s is None:
        raise InputError("say when contact ended")
