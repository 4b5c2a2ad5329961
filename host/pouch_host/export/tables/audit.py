"""The table of the audit, newest first, a thousand rows at a time.

Where dates are shifted, one infant comes after the other, and rows are numbered anew: in the
order of the ward, rows of two infants beside each other would tell how their shifts differ.
"""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pouch_host.analysis.days import local_date
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.selection import Selection
from pouch_host.store import Infant
from pouch_host.store.audit import AuditRow
from pouch_protocol.constants import band_label

if TYPE_CHECKING:
    import polars as pl

TABLE = table("audit")

_PAGE = 1000
# What cannot hold a name, a label or a moment; all else stays behind where names do.
_HARMLESS = ("caregiver", "gestation_days", "kind", "reason", "verdict", "weight_g", "why")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the audit. It comes with the ward.

    Where infants were asked for by name, only what is about them; where dates are shifted, only
    what is about an infant, which has a shift.

    Raises:
        StoreError: the store cannot be read.
    """
    if not selection.ward:
        return
    if selection.shifted:
        yield from _one_by_one(selection)
        return
    chosen = {one.code for one in selection.chosen}
    for page in _pages(selection):
        rows = [
            one
            for one in page
            if _is_asked(selection, one) and (selection.everything_asked or one.infant in chosen)
        ]
        if rows:
            yield _frame(selection, rows, [one.audit_id for one in rows], None)


def _one_by_one(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the audit of each infant, whose moments are moved by its own shift."""
    before = 0
    for infant in selection.chosen:
        rows = [
            one
            for page in _pages(selection, infant.code)
            for one in page
            if _is_asked(selection, one)
        ]
        if rows:
            numbers = [before + place for place in range(len(rows), 0, -1)]
            yield _frame(selection, rows, numbers, infant)
        before += len(rows)


def _pages(selection: Selection, infant: str | None = None) -> Iterator[list[AuditRow]]:
    before_id = selection.snapshot.newest_audit + 1
    while True:
        page = selection.store.audit.rows(before_id=before_id, limit=_PAGE, infant=infant)
        yield page
        if len(page) < _PAGE:
            return
        before_id = page[-1].audit_id


def _is_asked(selection: Selection, one: AuditRow) -> bool:
    return one.when_utc_s <= selection.now_utc_s and selection.has_day(
        local_date(one.when_utc_s, selection.zone)
    )


def _frame(
    selection: Selection, rows: list[AuditRow], numbers: list[int], infant: Infant | None
) -> "pl.DataFrame":
    codes = selection.codes
    values: dict[str, Any] = {
        "site": selection.site,
        "audit_no": numbers,
        "what": [one.what for one in rows],
        "who": [codes.staff(one.who) for one in rows],
        "infant": [codes.infant(one.infant) if one.infant else None for one in rows],
        "band": [
            None if one.band_id is None else codes.band(band_label(one.band_id)) for one in rows
        ],
        "target_minutes": [one.target_minutes for one in rows],
        "detail": [_detail(one.detail, hides=codes.hides) for one in rows],
    }
    moments: dict[str, list[float | None]] = {
        "time": [one.when_utc_s for one in rows],
        "from": [one.from_utc_s for one in rows],
        "to": [one.to_utc_s for one in rows],
    }
    for name, utc_s in moments.items():
        values |= selection.times(infant).pair(name, utc_s)
    return frame_of(TABLE, values)


def _detail(detail: Mapping[str, Any], *, hides: bool) -> str | None:
    told = {name: value for name, value in detail.items() if not hides or name in _HARMLESS}
    if hides:
        told = {name: value for name, value in told.items() if not isinstance(value, dict | list)}
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else None
