"""The table of alerts: all that was told of them, acknowledgements and mutes included."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pouch_host.analysis.days import local_date
from pouch_host.analysis.states import State
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection
from pouch_host.store.alert_log import EventRow

if TYPE_CHECKING:
    import polars as pl

TABLE = table("alerts")

_PAGE = 1000
_TOLD = ("state_probability", "skin_c", "core_c", "core_sd_c", "outer_c", "battery_mv")


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the events of each infant's alerts, in the order in which they were told.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        numbered = [
            (number, one)
            for number, one in enumerate(_events(selection, look), start=1)
            if selection.has_day(local_date(one.utc_s, selection.zone))
        ]
        if numbered:
            yield _frame(selection, look, numbered)


def _events(selection: Selection, look: Look) -> list[EventRow]:
    found: list[EventRow] = []
    before_id = selection.snapshot.newest_event + 1
    while True:
        page = selection.store.alerts.events(
            look.infant.infant_id, before_id=before_id, limit=_PAGE
        )
        found += page
        if len(page) < _PAGE:
            break
        before_id = page[-1].event_id
    return [one for one in reversed(found) if one.told_utc_s <= selection.now_utc_s]


def _frame(
    selection: Selection, look: Look, numbered: list[tuple[int, EventRow]]
) -> "pl.DataFrame":
    times = selection.times(look.infant)
    zone = selection.zone
    events = [one for _, one in numbered]
    values: dict[str, Any] = {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "date": [times.date(local_date(one.utc_s, zone)) for one in events],
        "event_no": [number for number, _ in numbered],
        "alert_id": [one.alert_id for one in events],
        "kind": [one.kind for one in events],
        "alert_class": [one.alert_class for one in events],
        "action": [one.action or None for one in events],
        "reason": [one.reason or None for one in events],
        "who": [selection.codes.staff(one.who) for one in events],
        "target": [one.target or None for one in events],
        "state": [_state(one.values.get("state")) for one in events],
    }
    values |= {name: [_number(one.values.get(name)) for one in events] for name in _TOLD}
    moments: dict[str, list[float | None]] = {
        "time": [one.utc_s for one in events],
        "told": [one.told_utc_s for one in events],
        "until": [one.values.get("until_utc_s") for one in events],
    }
    for name, utc_s in moments.items():
        values |= times.pair(name, utc_s)
    return frame_of(TABLE, values)


def _state(value: Any) -> str | None:
    return State(value).word if isinstance(value, int) else value


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
