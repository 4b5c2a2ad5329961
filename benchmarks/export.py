"""A study of 200 infants and 28 days to Parquet, and the records of a part of it row by row.

Ours is the command as a person runs it, all tables: once of a ward that kept its days up to date,
as a running one does, and once of one in which nothing was ever derived. Beside it in the same
run: one ORM object for each record, and one line of CSV for each object, as exports are usually
written; of a share of the records, and of no other table. Its time is for that share, and
extrapolated.
"""

import csv
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import orm

from pouch_host.derive import refresh
from pouch_host.store import Store
from pouch_protocol import constants as c
from pouch_protocol import records

from . import made_ward
from .figures import Figure
from .made_infants import START_UTC_S
from .tree_memory import TreeMemory

INFANTS = 200
DAYS = 28

_DAY_S = 86_400
_END = datetime.fromtimestamp(START_UTC_S + DAYS * _DAY_S, UTC).isoformat()
_BUILD = Path(__file__).parent.parent / "build" / "benchmarks"
_DERIVED = f"ward-{INFANTS}x{DAYS}-derived-v1.sqlite"
_SHARE_ROWS = 100_000
_ZONE = ZoneInfo("Asia/Karachi")
_MB = 1e6


class _Base(orm.DeclarativeBase):
    """Of the tables below."""


class _Sample(_Base):
    """One record as a row."""

    __tablename__ = "sample"
    record_no: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    infant: orm.Mapped[str]
    band: orm.Mapped[str]
    utc_ms: orm.Mapped[int] = orm.mapped_column(sa.BigInteger())
    flags: orm.Mapped[int]
    infant_temperature_c128: orm.Mapped[int]
    caregiver_temperature_c128: orm.Mapped[int]
    infant_touch_pf512: orm.Mapped[int]
    caregiver_touch_pf512: orm.Mapped[int]
    activity_mg: orm.Mapped[int]
    breath_adult: orm.Mapped[int]
    breath_infant: orm.Mapped[int]


def measure(folder: Path) -> list[Figure]:
    """Export both wards, then the share row by row."""
    plain = made_ward.ward_store(folder, INFANTS, DAYS)
    derived = _derived_store(folder)
    kept_s, kept_mb, out = _exported(derived, folder / "kept")
    count, anchor_count = _row_count(out, "records"), _row_count(out, "clock_anchors")
    size_mb = sum(one.stat().st_size for one in out.rglob("*") if one.is_file()) / _MB
    shutil.rmtree(out)
    anew_s, anew_mb, out = _exported(plain, folder / "anew")
    shutil.rmtree(out)
    rows_s = _row_wise(folder) * count / _SHARE_ROWS
    return [
        Figure("export of 200 infants x 28 days to Parquet, all tables", kept_s, "s"),
        Figure("  records: samples", count / _MB, "million"),
        Figure("    and clock anchors", anchor_count / _MB, "million"),
        Figure("  memory of all its processes at most", kept_mb, "MB"),
        Figure("  size", size_mb, "MB"),
        Figure("  where nothing was derived before", anew_s, "s"),
        Figure("    memory at most", anew_mb, "MB"),
        Figure("  row by row through the ORM, records alone, extrapolated", rows_s, "s"),
        Figure(f"    from {_SHARE_ROWS:,} of them; that takes longer by", rows_s / kept_s, "x"),
    ]


def _exported(store: Path, out: Path) -> tuple[float, float, Path]:
    """Return seconds, megabytes at most, and where the export is."""
    command = [
        sys.executable, "-m", "pouch_host", "export", str(store), "--format", "parquet",
        "--out", str(out), "--now", _END,
    ]  # fmt: skip
    began_s = time.perf_counter()
    with subprocess.Popen(command) as process, TreeMemory(process.pid) as memory:
        code = process.wait()
    took_s = time.perf_counter() - began_s
    if code:
        raise AssertionError(f"the export ended with {code}")
    return took_s, memory.most_bytes / _MB, out


def _row_count(out: Path, table: str) -> int:
    import polars as pl

    frame = pl.scan_parquet(out / table / "**" / "*.parquet")
    return int(frame.select(pl.len()).collect().item())


def _derived_store(folder: Path) -> Path:
    """Return a copy of a ward whose days are up to date; made once, and kept."""
    kept = _BUILD / _DERIVED
    if not kept.exists():
        _BUILD.mkdir(parents=True, exist_ok=True)
        made = made_ward.ward_store(folder, INFANTS, DAYS)
        with Store.open(made) as store:
            given = {one.infant_id: one.band_id for one in store.assignments()}
            for infant in store.infants():
                end_utc_s = START_UTC_S + float(DAYS * _DAY_S)
                refresh(store, end_utc_s, infant_code=infant.code)
                store.forget_records(given[infant.infant_id])
        shutil.copy(made, kept.with_suffix(".new"))
        kept.with_suffix(".new").rename(kept)
    return Path(shutil.copy(kept, folder / "derived.sqlite"))


def _row_wise(folder: Path) -> float:
    """Return the seconds that a share of the records takes, one object and one line each."""
    engine = sa.create_engine(f"sqlite:///{folder / 'rows.sqlite'}")
    _Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(_Sample), list(_share()))
    began_s = time.perf_counter()
    with orm.Session(engine) as session, (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        for one in session.scalars(sa.select(_Sample)).yield_per(1000):
            writer.writerow(_line(one))
    took_s = time.perf_counter() - began_s
    engine.dispose()
    return took_s


def _share() -> list[dict[str, object]]:
    rows = []
    for _, data in made_ward.pulls(0, DAYS):
        for at in range(0, len(data), c.RECORD_BYTES):
            layout = records.LAYOUTS[data[at]]
            if data[at] != c.KIND_SAMPLE:
                continue
            values = layout.decode(data[at : at + c.RECORD_BYTES])
            utc_ms = START_UTC_S * 1000 + values.pop("uptime_cs") * 10
            del values["kind"]
            rows.append(values | {"infant": "bed-000", "band": "P-00000001", "utc_ms": utc_ms})
    # One infant of a month has fewer: its records come again under other numbers.
    rows = (rows * (1 + _SHARE_ROWS // len(rows)))[:_SHARE_ROWS]
    return [row | {"record_no": number} for number, row in enumerate(rows)]


def _line(one: _Sample) -> list[object]:
    moment = datetime.fromtimestamp(one.utc_ms / 1000, UTC)
    local = moment.astimezone(_ZONE)
    return [
        "site", one.infant, local.date(), moment.isoformat(), local.isoformat(), one.band,
        one.record_no, one.flags,
        one.infant_temperature_c128, one.infant_temperature_c128 / c.STEPS_PER_C,
        one.caregiver_temperature_c128, one.caregiver_temperature_c128 / c.STEPS_PER_C,
        one.infant_touch_pf512, one.infant_touch_pf512 / c.STEPS_PER_PF,
        one.caregiver_touch_pf512, one.caregiver_touch_pf512 / c.STEPS_PER_PF,
        one.activity_mg, one.breath_adult, one.breath_infant,
    ]  # fmt: skip
