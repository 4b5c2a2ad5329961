"""The table of sessions: the machine's answer, the nurse's beside it, and what then counts."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pouch_host.analysis.days import local_date
from pouch_host.analysis.sessions import Session
from pouch_host.analysis.states import MINUTE_S
from pouch_host.derive.reviews import ReviewedSession
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection
from pouch_host.store.remarks import Verdict

if TYPE_CHECKING:
    import polars as pl

TABLE = table("sessions")

_MACHINE = (
    "minutes", "is_long", "ssc_minutes", "unknown_minutes", "other_minutes", "begin_known",
    "end_known",
)  # fmt: skip
_ORIGINS = {
    Verdict.CONFIRMED: "confirmed",
    Verdict.CORRECTED: "corrected",
    Verdict.REJECTED: "rejected",
    Verdict.MISSED: "observed",
}


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the sessions of each infant that began on a day of the selection.

    Args:
        selection: of the export.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        numbered = [
            (number, one)
            for number, one in enumerate(look.sessions, start=1)
            if selection.has_day(local_date(one.begin_utc_s, selection.zone))
        ]
        if numbered:
            yield _frame(selection, look, numbered)


def _frame(
    selection: Selection, look: Look, numbered: Sequence[tuple[int, ReviewedSession]]
) -> "pl.DataFrame":
    times = selection.times(look.infant)
    zone = selection.zone
    rows = [one for _, one in numbered]
    machine = [one.session for one in rows]
    said = [one.review for one in rows]
    spans = [one.span_utc_s for one in rows]
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "date": [times.date(local_date(one.begin_utc_s, zone)) for one in rows],
        "session_no": [number for number, _ in numbered],
        "origin": [_origin(one) for one in rows],
        "provider": [one.provider if one else "unknown" for one in machine],
        "provider_probability": [one.provider_probability if one else None for one in machine],
        "verdict": ["no_review" if one is None else one.verdict.value for one in said],
        "reviewed_by": [None if one is None else selection.codes.staff(one.who) for one in said],
        "changed_since_review": [one.changed if one.review else None for one in rows],
        "counts": [span is not None for span in spans],
        "final_minutes": [
            0 if span is None else round((span[1] - span[0]) / MINUTE_S) for span in spans
        ],
        "algorithm_version": look.analysis.minutes.algorithm_version,
    }
    values |= {name: [_of(one, name) for one in machine] for name in _MACHINE}
    moments: dict[str, list[float | None]] = {
        "begin": [_of(one, "begin_utc_s") for one in machine],
        "end": [_of(one, "end_utc_s") for one in machine],
        "reviewed": [None if one is None else one.when_utc_s for one in said],
        "said_begin": [None if one is None else one.said_begin_utc_s for one in said],
        "said_end": [None if one is None else one.said_end_utc_s for one in said],
        "final_begin": [None if span is None else span[0] for span in spans],
        "final_end": [None if span is None else span[1] for span in spans],
    }
    for name, utc_s in moments.items():
        values |= times.pair(name, utc_s)
    return frame_of(TABLE, values)


def _origin(one: ReviewedSession) -> str:
    return "derived" if one.review is None else _ORIGINS[one.review.verdict]


def _of(session: Session | None, name: str) -> Any:
    return None if session is None else getattr(session, name)
