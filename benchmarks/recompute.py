"""A ward's derived days brought up to date: from nothing, with nothing new, after one pull."""

import time
from collections.abc import Callable
from pathlib import Path

from pouch_host.derive import board, refresh
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records

from .figures import Figure

_INFANTS = 30
_DAYS = 28
_DAY_S = 86_400
_INTERVAL_S = 30
_PER_HOUR = 120
_LOG_ID = 77
# 2026-03-01 00:00 UTC.
_START_UTC_S = 1_772_323_200
# The last pull of the first infant is kept back for the end.
_PULLS = _DAYS * 24
_NOW_UTC_S = _START_UTC_S + _DAYS * _DAY_S + 600.0


def measure(folder: Path) -> list[Figure]:
    """Fill a store with a month of a ward, pulled hourly, and refresh it three times."""
    path = folder / "ward.db"
    pulls = [_pull(number) for number in range(_PULLS)]
    with Store.open(path) as store:
        for infant in range(_INFANTS):
            _fill(store, infant, pulls[: -1 if infant == 0 else None])
        whole_s, days = _timed_refresh(store)
        _must(days == _INFANTS * _DAYS, "every day was to be derived")
        size_kb = _derived_kb(store)
    with Store.open(path) as store:
        nothing_s, days = _timed_refresh(store)
        _must(days == 0, "nothing had changed")
        page_s = _timed(lambda: board(store, _NOW_UTC_S))
        again_s = _timed(lambda: board(store, _NOW_UTC_S + 2))
    with Store.open(path) as store:
        store.add_segment(1, _LOG_ID, 1, *pulls[-1], _NOW_UTC_S)
        pull_s, days = _timed_refresh(store)
        _must(days == 1, "one day had changed")
    return [
        Figure("infant-days derived and stored from nothing", _INFANTS * _DAYS, ""),
        Figure("  all of them", whole_s, "s"),
        Figure("  stored, for each infant-day", size_kb / (_INFANTS * _DAYS), "kB"),
        Figure("  nothing new, in a new process", nothing_s * 1000, "ms"),
        Figure("  one pull came, in a new process", pull_s * 1000, "ms"),
        Figure("board, first time in a process", page_s, "s"),
        Figure("board, again", again_s * 1000, "ms"),
    ]


def _pull(number: int) -> tuple[int, bytes]:
    """Return the first record number and the bytes of one hour of samples and an anchor."""
    first = number * (_PER_HOUR + 1)
    start_s = number * _PER_HOUR * _INTERVAL_S
    anchor = {"flags": 0, "uptime_cs": start_s * c.CS_PER_S, "utc_s": _START_UTC_S + start_s}
    anchor |= {"utc_ms": 0, "source": c.TIME_SOURCE_HOST, "round_trip_ms": 20}
    rows = [records.encode(c.KIND_ANCHOR, anchor, _LOG_ID, first)]
    # Three hours with the mother, three in the cot.
    together = number % 6 < 3  # noqa: PLR2004
    for index in range(_PER_HOUR):
        uptime_s = start_s + (index + 0.5) * _INTERVAL_S
        values = {
            "flags": 0,
            "uptime_cs": round(uptime_s * c.CS_PER_S),
            "infant_temperature_c128": 4630 + index % 13,
            "caregiver_temperature_c128": (4550 if together else 4310) + index % 17,
            "infant_touch_pf512": 4608 + index % 40,
            "caregiver_touch_pf512": (4608 if together else 1100) + index % 40,
            "activity_mg": 20 + index % 9,
            "breath_adult": (97 if together else 38) + index % 5,
            "breath_infant": 82 + index % 5,
        }
        rows.append(records.encode(c.KIND_SAMPLE, values, _LOG_ID, first + 1 + index))
    return first, b"".join(rows)


def _fill(store: Store, infant: int, pulls: list[tuple[int, bytes]]) -> None:
    band_id = infant + 1
    store.assign(band_id, f"bed-{infant:02}", _START_UTC_S)
    for first, data in pulls:
        store.add_segment(band_id, _LOG_ID, 1, first, data, _NOW_UTC_S)


def _timed_refresh(store: Store) -> tuple[float, int]:
    started_s = time.perf_counter()
    changed = refresh(store, _NOW_UTC_S)
    return time.perf_counter() - started_s, len(changed)


def _timed(action: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    action()
    return time.perf_counter() - started_s


def _derived_kb(store: Store) -> float:
    tables = store.derived
    total = 0
    for infant in store.infants():
        total += sum(len(day.results) for day in tables.days(infant.infant_id))
        blocks = tables.blocks(infant.infant_id, 0, int(_NOW_UTC_S))
        total += sum(len(block.minutes) + len(block.fingerprint) for block in blocks)
    return total / 1000


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)
