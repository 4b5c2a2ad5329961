"""Anybody's samples, without a store: what `pouch analyze` does, as frames."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.analysis import infant as whole
from pouch_host.analysis.day_contents import Contents, TemperatureDay
from pouch_host.analysis.days import TARGET_H, Day
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.samples import Samples, from_columns
from pouch_host.analysis.states import MINUTE_S
from pouch_host.errors import InputError
from pouch_host.export.columns import Table, table
from pouch_host.export.frames import dtype_of, words
from pouch_host.export.times import Times
from pouch_host.results_csv import SESSION_COLUMNS
from pouch_host.samples_csv import COLUMNS, INTERVAL_S_MAX, INTERVAL_S_MIN, read_samples
from pouch_host.samples_order import in_order
from pouch_host.zones import named_zone

from .needs import FRAMES, need

if TYPE_CHECKING:
    import polars as pl

    Columns = Mapping[str, npt.ArrayLike] | pl.DataFrame

_TIME = "time_utc"
_MEASURED = tuple(column for column in COLUMNS if column.name != "battery_mv")
_HOURS_A_DAY = 24
_SESSION = [name for name in SESSION_COLUMNS if not name.endswith(("_utc", "_local"))]


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was derived from one infant's samples; `analyse` makes it.

    The columns are those of the same name in the codebook.

    Attributes:
        minutes: a row for each minute from the first sample to the last.
        sessions: a row for each session.
        days: a row for each local day.
        algorithm_version: method and parameters.
        notes: what is not as it should be, one line each.
    """

    minutes: "pl.DataFrame" = field(repr=False)
    sessions: "pl.DataFrame" = field(repr=False)
    days: "pl.DataFrame" = field(repr=False)
    algorithm_version: str
    notes: tuple[str, ...]


def analyse(
    samples: "str | Path | Columns",
    zone: str,
    *,
    interval_s: float | None = None,
    target_h: float = TARGET_H,
) -> Analysis:
    """Find out when an infant was skin-to-skin, from anybody's samples.

    Args:
        samples: a CSV file as `pouch analyze` takes it; or columns by name, as arrays or a frame:
            `time_utc` (`datetime64`, `datetime` or UTC seconds; rising) and any of
            infant_temperature_c, caregiver_temperature_c, infant_touch_pf, caregiver_touch_pf,
            activity_mg, breath_adult, breath_infant. What is missing, as a column or as NaN,
            makes the answer less certain; docs/ANALYZE.md says how much.
        zone: IANA zone of the days.
        interval_s: what the device sampled at; None for the usual distance of two samples.
        target_h: hours of contact a day that the infant is to have.

    Raises:
        InputError: a file, column or value cannot be used, or polars is not installed.

    Example:
        >>> import numpy as np
        >>> import pouch_host as pouch
        >>> time = np.arange("2026-03-01T08:00", "2026-03-01T12:00", 30, "datetime64[s]")
        >>> held = np.arange(len(time)) < 240  # two of the four hours
        >>> found = pouch.analyse(
        ...     {
        ...         "time_utc": time,
        ...         "infant_touch_pf": np.full(len(time), 9.0),
        ...         "caregiver_touch_pf": np.where(held, 9.0, 2.2),
        ...         "infant_temperature_c": np.full(len(time), 36.2),
        ...         "caregiver_temperature_c": np.where(held, 35.6, 33.0),
        ...         "breath_adult": np.where(held, 97, 38),
        ...     },
        ...     "Africa/Kampala",
        ... )
        >>> round(found.days["hours"][0]), found.sessions.height
        (2, 1)
    """
    need(*FRAMES)
    local = named_zone(zone)
    if not 0 < target_h <= _HOURS_A_DAY:
        raise InputError(f"target_h={target_h:g}: choose above 0, up to {_HOURS_A_DAY}")
    if isinstance(samples, str | Path):
        read = read_samples(Path(samples), interval_s)
        taken, notes = read.samples, read.notes
    else:
        taken, notes = _taken(samples, interval_s), ()
    first = math.floor(taken.utc_s[0] / MINUTE_S) if len(taken) else 0
    end = math.floor(taken.utc_s[-1] / MINUTE_S) + 1 if len(taken) else 0
    span = (first * MINUTE_S, end * MINUTE_S)
    found = whole.analyse(
        taken,
        span[0],
        end - first,
        local,
        spans=[span] if len(taken) else [],
        target_h=target_h,
    )
    times = Times(local)
    return Analysis(
        minutes=_minutes(found, times),
        sessions=_sessions(found, times),
        days=_days(found),
        algorithm_version=found.minutes.algorithm_version,
        notes=notes,
    )


def _taken(columns: "Columns", interval_s: float | None) -> Samples:
    names = list(columns.keys() if isinstance(columns, Mapping) else columns.columns)
    if _TIME not in names:
        raise InputError(f"samples have no column {_TIME}; there are {', '.join(names)}")
    utc_s = _utc_s(np.asarray(columns[_TIME]))
    if np.isnan(utc_s).any() or np.any(np.diff(utc_s) <= 0):
        raise InputError(f"column {_TIME} has to rise from row to row, without a gap in it")
    values: dict[str, npt.NDArray[np.float64]] = {}
    for column in _MEASURED:
        if column.name in names:
            given = np.array(columns[column.name], np.float64)
            if given.shape != utc_s.shape:
                raise InputError(f"column {column.name} has not one value for each {_TIME}")
            # As in a file: what no sensor can give counts as missing.
            given[(given < column.low) | (given > column.high)] = np.nan
            values[column.name] = given
    if interval_s is None:
        usual = in_order(utc_s, np.arange(len(utc_s)), list(values.values())).interval_s
        interval_s = min(max(usual, INTERVAL_S_MIN), INTERVAL_S_MAX)
    return from_columns(utc_s, interval_s=interval_s, **values)


def _utc_s(given: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    if given.dtype == object and len(given) and isinstance(given[0], datetime):
        return np.array([one.timestamp() for one in given])
    if np.issubdtype(given.dtype, np.datetime64):
        seconds = given.astype("datetime64[ms]").astype(np.int64) / 1000
        return np.where(np.isnat(given), np.nan, seconds)
    try:
        return given.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"column {_TIME} has to be datetime64, datetime or UTC seconds, not {given.dtype}"
        ) from None


def _frame(of: Table, values: Mapping[str, Any]) -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(
        [
            (one if isinstance(one, pl.Series) else pl.Series(name, one, nan_to_null=True))
            .alias(name)
            .cast(dtype_of(of.column(name)))
            for name, one in values.items()
        ]
    )


def _minutes(found: InfantAnalysis, times: Times) -> "pl.DataFrame":
    of, minutes, temperatures = table("minutes"), found.minutes, found.temperatures
    utc_s = minutes.first_utc_s + MINUTE_S * np.arange(len(minutes), dtype=np.float64)
    return _frame(
        of,
        {
            **times.pair("time", utc_s),
            "state": words(minutes.states, of, "state"),
            "probability": minutes.probability,
            "ssc_probability_low": minutes.ssc_low,
            "ssc_probability_high": minutes.ssc_high,
            "coverage": minutes.covered,
            "skin_c": temperatures.skin_c,
            "temperature_valid": temperatures.valid,
            "core_estimate_c": temperatures.core_c,
            "core_estimate_sd_c": temperatures.core_sd_c,
        },
    )


def _sessions(found: InfantAnalysis, times: Times) -> "pl.DataFrame":
    of, rows = table("sessions"), found.sessions
    moments = times.pair("begin", [float(one.begin_utc_s) for one in rows]) | times.pair(
        "end", [float(one.end_utc_s) for one in rows]
    )
    version = found.minutes.algorithm_version
    values = {name: [getattr(one, name, version) for one in rows] for name in _SESSION}
    return _frame(of, moments | values)


def _days(found: InfantAnalysis) -> "pl.DataFrame":
    of, days = table("days"), found.days
    known = set(of.names)
    values: dict[str, Any] = {}
    for holder, rows in (
        (Day, days),
        (Contents, [one.contents for one in days]),
        (TemperatureDay, [one.temperatures for one in days]),
    ):
        for one in fields(holder):
            if one.name in known:
                values[one.name] = [getattr(row, one.name) for row in rows]
    return _frame(of, values)
