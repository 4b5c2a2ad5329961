"""Rows of the export's tables for figures, from a seed: what they read, in its types."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from pouch_host.export.columns import table
from pouch_host.export.frames import dtype_of

FIRST = date(2026, 3, 9)
ZONE = "Asia/Karachi"
ALGORITHM = "1-0a1b2c3d"
MINUTES = 1440


def typed(name, values):
    """Return a frame of some columns of a table, in the types of the export."""
    of = table(name)
    return pl.DataFrame(
        [
            pl.Series(column, value).cast(dtype_of(of.column(column)))
            for column, value in values.items()
        ]
    )


def made_days(infants, days, seed=0, *, with_age=True, poor_share=0.12):
    """Return days: infants that came on different days, some of which are poorly known."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(infants):
        usual_h = draw.uniform(1, 19)
        first = FIRST + timedelta(days=int(draw.integers(0, 1 + infants // 10)))
        born = first - timedelta(days=int(draw.integers(0, 6)))
        for place in range(days):
            day = first + timedelta(days=place)
            elapsed = int(draw.integers(300, 900)) if place == 0 else MINUTES
            poor = draw.random() < poor_share
            unknown = int(elapsed * (draw.uniform(0.3, 1.0) if poor else draw.uniform(0, 0.08)))
            hours = min(max(0.0, draw.normal(usual_h, 2)), (elapsed - unknown) / 60)
            begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE))
            rows.append(
                {
                    "infant": f"I{number + 1:03}",
                    "date": day,
                    "begin_utc": begin.astimezone(UTC).replace(tzinfo=None),
                    "day_minutes": MINUTES,
                    "elapsed_minutes": elapsed,
                    "unknown_minutes": unknown,
                    "hours": hours,
                    "hours_lower": 0.96 * hours,
                    "hours_upper": min(24.0, hours + unknown / 60 + 0.2),
                    "valid_16h": elapsed - unknown >= 960,
                    "algorithm_version": ALGORITHM,
                    **({"age_days": (day - born).days} if with_age else {}),
                }
            )
    return _typed_rows("days", rows)


def _typed_rows(name, rows):
    known = {one.name for one in table(name).columns}
    frame = pl.DataFrame(rows)
    typed_part = typed(
        name, {column: frame[column] for column in frame.columns if column in known}
    )
    return typed_part.with_columns(frame.select(pl.exclude(list(known & set(frame.columns)))))


def made_minutes(infant="I001", days=3, seed=0, first=FIRST, zone=ZONE):
    """Return minutes and sessions of one infant: sessions at any hour, gaps, warming skin."""
    draw = np.random.default_rng(seed)
    here = ZoneInfo(zone)
    begin = datetime(first.year, first.month, first.day, tzinfo=here).astimezone(UTC)
    last = first + timedelta(days=days)
    end = datetime(last.year, last.month, last.day, tzinfo=here).astimezone(UTC)
    count = round((end - begin).total_seconds() / 60)
    states = np.array(["infant_only"] * count, dtype=object)
    skin_c = 35.8 + 0.1 * draw.standard_normal(count)
    settled = np.ones(count, np.bool_)
    sessions, at = [], int(draw.integers(60, 200))
    while at < count - 200:
        length = int(draw.integers(20, 300))
        length = min(length, count - 100 - at)
        states[at : at + length] = "ssc"
        warm = np.arange(length)
        skin_c[at : at + length] = 36.9 - 1.1 * np.exp(-warm / 25) + draw.normal(0, 0.2)
        settled[at : at + 10] = False
        sessions.append((at, at + length))
        gap = int(draw.integers(60, 400))
        states[at + length : at + length + gap // 3] = "caregiver_only"
        settled[at + length : at + length + gap // 3] = False
        states[at + length + gap // 2 : at + length + gap // 2 + 30] = "off"
        at += length + gap
    lost = int(draw.integers(0, count - 200))
    states[lost : lost + 180] = "unknown"
    settled[lost : lost + 180] = False
    moments = [begin + timedelta(minutes=number) for number in range(count)]
    local = [one.astimezone(here) for one in moments]
    ssc = states == "ssc"
    minutes = typed(
        "minutes",
        {
            "infant": [infant] * count,
            "date": [one.date() for one in local],
            "time_utc": [one.replace(tzinfo=None) for one in moments],
            "time_local": [one.isoformat() for one in local],
            "band_assigned": [True] * count,
            "state": states.tolist(),
            "contact": [
                "unknown" if one == "unknown" else "yes" if one == "ssc" else "no"
                for one in states
            ],
            "contact_source": ["derived"] * count,
            "skin_c": skin_c,
            "temperature_valid": settled,
            "core_estimate_c": pl.Series(np.where(settled & ssc, skin_c + 0.2, np.nan)).fill_nan(
                None
            ),
        },
    )
    return minutes, made_sessions(
        infant, [(moments[low], moments[high]) for low, high in sessions]
    )


def joined(parts):
    """Return minutes and sessions of several infants."""
    minutes, sessions = zip(*parts, strict=True)
    return pl.concat(minutes), pl.concat(sessions)


def made_sessions(infant, spans, begin_known=True, counts=True):
    """Return sessions of some spans in UTC."""
    begins = [begin.replace(tzinfo=None) for begin, _ in spans]
    return typed(
        "sessions",
        {
            "infant": [infant] * len(spans),
            "begin_utc": begins,
            "end_utc": [end.replace(tzinfo=None) for _, end in spans],
            "begin_known": [begin_known] * len(spans),
            "counts": [counts] * len(spans),
            "final_begin_utc": begins,
            "algorithm_version": [ALGORITHM] * len(spans),
        },
    )


def made_gaps():
    """Return gaps of each cause."""
    return typed(
        "gaps",
        {
            "infant": ["I001"] * 6,
            "cause": [
                "no_records",
                "no_records",
                "damaged",
                "no_clock",
                "no_band",
                "sensor_fault",
            ],
            "part": ["all"] * 5 + ["touch"],
            "minutes": [600.0, 90.5, 12.0, 720.0, 333.0, 30.0],
        },
    )


def days_of(minutes):
    """Return days of an infant's minutes."""
    known = pl.col("state").cast(pl.String) != "unknown"
    rows = (
        minutes.group_by("date", maintain_order=True)
        .agg(
            pl.col("infant").first(),
            pl.col("time_utc").first().alias("begin_utc"),
            pl.len().alias("day_minutes"),
            pl.len().alias("elapsed_minutes"),
            (~known).sum().alias("unknown_minutes"),
            ((pl.col("state").cast(pl.String) == "ssc").sum() / 60).alias("hours"),
        )
        .with_columns(
            hours_lower=pl.col("hours") * 0.97,
            hours_upper=pl.col("hours") + pl.col("unknown_minutes") / 60,
            valid_16h=pl.col("day_minutes") - pl.col("unknown_minutes") >= 960,
            algorithm_version=pl.lit(ALGORITHM),
        )
    )
    return typed("days", {column: rows[column] for column in rows.columns})
