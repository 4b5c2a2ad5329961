"""A week of records into SQLite: raw segments against a row per sample, both by SQLAlchemy."""

import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from pouch_host.derive import timeline
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records

from .figures import Figure

_RECORDS = 7 * 2880
_PULL_RECORDS = 120
_BAND_ID = 1
_LOG_ID = 77
_REPEATS = 3


def measure(folder: Path) -> list[Figure]:
    """Store and read back a week, best of three each."""
    week = [_record(number) for number in range(_RECORDS)]
    segments = folder / "segments"
    rows = folder / "rows"
    ours_s = _best(lambda run: _store_segments(week, segments.with_suffix(f".{run}.db")))
    rows_s = _best(lambda run: _store_rows(week, rows.with_suffix(f".{run}.db")))
    ours_bytes = segments.with_suffix(".0.db").stat().st_size
    rows_bytes = rows.with_suffix(".0.db").stat().st_size
    with Store.open(segments.with_suffix(".0.db")) as store:
        started_s = time.perf_counter()
        timeline(store.records(_BAND_ID))
        decode_s = time.perf_counter() - started_s
    return [
        Figure("a week's records into the store, a commit per hour", ours_s * 1000, "ms"),
        Figure("  a row per sample instead", rows_s * 1000, "ms"),
        Figure("  rows take longer by", rows_s / ours_s, "x"),
        Figure("  store, bytes per record", ours_bytes / _RECORDS, "bytes"),
        Figure("  rows are larger by", rows_bytes / ours_bytes, "x"),
        Figure("a week read, checked and put in time", decode_s * 1000, "ms"),
    ]


def _record(number: int) -> bytes:
    return records.encode(
        c.KIND_SAMPLE,
        {
            "flags": 0,
            "uptime_cs": number * 3000,
            "infant_temperature_c128": 4600 + number % 100,
            "caregiver_temperature_c128": 4400 + number % 90,
            "infant_touch_pf512": 4608,
            "caregiver_touch_pf512": 4096,
            "activity_mg": number % 50,
            "breath_adult": c.BYTE_MISSING,
            "breath_infant": c.BYTE_MISSING,
        },
        _LOG_ID,
        number,
    )


def _best(action: Callable[[int], None]) -> float:
    times_s = []
    for run in range(_REPEATS):
        started_s = time.perf_counter()
        action(run)
        times_s.append(time.perf_counter() - started_s)
    return min(times_s)


def _store_segments(week: list[bytes], path: Path) -> None:
    with Store.open(path) as store:
        for first in range(0, _RECORDS, _PULL_RECORDS):
            data = b"".join(week[first : first + _PULL_RECORDS])
            store.add_segment(_BAND_ID, _LOG_ID, 1, first, data, 1_790_000_000.0)


def _store_rows(week: list[bytes], path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    metadata = sa.MetaData()
    columns = [sa.Column(name, sa.Integer) for name in records.LAYOUTS[c.KIND_SAMPLE].names]
    table = sa.Table(
        "sample", metadata, sa.Column("record_no", sa.Integer, primary_key=True), *columns
    )
    metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(sa.text("pragma journal_mode = wal"))
    for first in range(0, _RECORDS, _PULL_RECORDS):
        rows = [
            records.decode(week[number], _LOG_ID, number) | {"record_no": number}
            for number in range(first, first + _PULL_RECORDS)
        ]
        with engine.begin() as connection:
            connection.execute(sa.insert(table), rows)
    engine.dispose()
