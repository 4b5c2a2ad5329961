"""Writes what was derived from one infant's samples as CSV files and a summary.

docs/ANALYZE.md says what each column means. An empty cell says: there is no such value. What is
not known is said in words ("unknown", "cannot_say"), and never left empty or 0.
"""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from .analysis.day_contents import Contents, TemperatureDay
from .analysis.days import Day
from .analysis.infant import InfantAnalysis
from .analysis.sessions import Session
from .analysis.states import MINUTE_S, State
from .out_files import whole_files

Floats = npt.NDArray[np.float64]

MINUTES_NAME = "minutes.csv"
SESSIONS_NAME = "sessions.csv"
DAYS_NAME = "days.csv"
SUMMARY_NAME = "summary.json"
# The summary is last: where it is, the others are of the same run.
NAMES = (MINUTES_NAME, SESSIONS_NAME, DAYS_NAME, SUMMARY_NAME)

MINUTE_COLUMNS = (
    "time_utc", "time_local", "state", "probability", "ssc_probability_low",
    "ssc_probability_high", "coverage", "skin_c", "temperature_valid", "core_estimate_c",
    "core_estimate_sd_c",
)  # fmt: skip
SESSION_COLUMNS = (
    "begin_utc", "end_utc", "begin_local", "end_local", "minutes", "is_long", "ssc_minutes",
    "unknown_minutes", "other_minutes", "begin_known", "end_known", "provider",
    "provider_probability", "algorithm_version",
)  # fmt: skip
_OF_CONTENTS = tuple(field.name for field in fields(Contents))
_OF_TEMPERATURES = tuple(field.name for field in fields(TemperatureDay))
_OF_DAY = tuple(
    field.name for field in fields(Day) if field.name not in {"contents", "temperatures"}
)
DAY_COLUMNS = (*_OF_DAY[:-1], *_OF_CONTENTS, *_OF_TEMPERATURES, _OF_DAY[-1])

_QUARTER_S = 900
_PROBABILITY_DECIMALS = 4
_TEMPERATURE_DECIMALS = 3
_DECIMALS = 4
_WORDS = np.array([State(value).word for value in range(len(State))])


def write_results(
    folder: Path, analysis: InfantAnalysis, zone: ZoneInfo, summary: Mapping[str, Any]
) -> None:
    """Write the four files, each whole; those that are there are replaced.

    Args:
        folder: where; it is there.
        analysis: of one infant.
        zone: of local times.
        summary: what the last file holds, ready for JSON.

    Raises:
        InputError: they cannot be written.
    """
    with whole_files(folder, NAMES) as paths:
        _write_csv(paths[MINUTES_NAME], MINUTE_COLUMNS, minute_rows(analysis, zone))
        _write_csv(
            paths[SESSIONS_NAME],
            SESSION_COLUMNS,
            (
                session_cells(one, zone, analysis.minutes.algorithm_version)
                for one in analysis.sessions
            ),
        )
        _write_csv(
            paths[DAYS_NAME],
            DAY_COLUMNS,
            ([_cell(value) for value in day_values(day).values()] for day in analysis.days),
        )
        text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
        paths[SUMMARY_NAME].write_text(text + "\n", encoding="utf-8")


def minute_rows(analysis: InfantAnalysis, zone: ZoneInfo) -> Iterable[tuple[str, ...]]:
    """Return the cells of each minute, in the order of `MINUTE_COLUMNS`.

    Args:
        analysis: of one infant.
        zone: of local times.
    """
    minutes, temperatures = analysis.minutes, analysis.temperatures
    utc_s = minutes.first_utc_s + MINUTE_S * np.arange(len(minutes), dtype=np.int64)
    columns = (
        [f"{text}Z" for text in _clock_texts(utc_s)],
        _local_texts(utc_s, zone),
        _WORDS[minutes.states].tolist(),
        _texts(minutes.probability, _PROBABILITY_DECIMALS),
        _texts(minutes.ssc_low, _PROBABILITY_DECIMALS),
        _texts(minutes.ssc_high, _PROBABILITY_DECIMALS),
        _texts(minutes.covered, _PROBABILITY_DECIMALS),
        _texts(temperatures.skin_c, _TEMPERATURE_DECIMALS),
        np.where(temperatures.valid, "true", "false").tolist(),
        _texts(temperatures.core_c, _TEMPERATURE_DECIMALS),
        _texts(temperatures.core_sd_c, _TEMPERATURE_DECIMALS),
    )
    return zip(*columns, strict=True)


def session_cells(session: Session, zone: ZoneInfo, algorithm_version: str) -> list[str]:
    """Return the cells of a session, in the order of `SESSION_COLUMNS`.

    Args:
        session: one period of contact.
        zone: of local times.
        algorithm_version: what derived it.
    """
    begin_utc, end_utc = (
        datetime.fromtimestamp(utc_s, UTC) for utc_s in (session.begin_utc_s, session.end_utc_s)
    )
    values = (
        begin_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        end_utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        begin_utc.astimezone(zone).isoformat(),
        end_utc.astimezone(zone).isoformat(),
        session.minutes,
        session.is_long,
        session.ssc_minutes,
        session.unknown_minutes,
        session.other_minutes,
        session.begin_known,
        session.end_known,
        session.provider,
        session.provider_probability,
        algorithm_version,
    )
    return [_cell(value) for value in values]


def day_values(day: Day) -> dict[str, Any]:
    """Return all that is known of a day by column, in the order of `DAY_COLUMNS`, ready for JSON.

    Args:
        day: a local day.
    """
    places = {
        **dict.fromkeys(_OF_DAY, day),
        **dict.fromkeys(_OF_CONTENTS, day.contents),
        **dict.fromkeys(_OF_TEMPERATURES, day.temperatures),
    }
    return {name: _plain(getattr(places[name], name)) for name in DAY_COLUMNS}


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return round(value, _DECIMALS) if isinstance(value, float) else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(_plain(value))


def _texts(values: Floats, decimals: int) -> list[str]:
    """Return numbers as text, an empty one where there is none."""
    texts = np.char.mod(f"%.{decimals}f", values)
    return np.where(np.isnan(values), "", texts).tolist()


def _clock_texts(seconds: npt.NDArray[np.int64]) -> list[str]:
    return np.datetime_as_string(seconds.astype("datetime64[s]")).tolist()


def _local_texts(utc_s: npt.NDArray[np.int64], zone: ZoneInfo) -> list[str]:
    # Zones change by quarters of an hour, so one question for each quarter is enough.
    quarters, place = np.unique(utc_s // _QUARTER_S, return_inverse=True)
    moments = [datetime.fromtimestamp(int(q) * _QUARTER_S, zone) for q in quarters]
    ends = [
        moment.isoformat(timespec="seconds")[len("2026-01-01T00:00:00") :] for moment in moments
    ]
    offsets_s = np.array([_offset_s(moment) for moment in moments], np.int64)
    texts = _clock_texts(utc_s + offsets_s[place]) if len(utc_s) else []
    return [text + ends[at] for text, at in zip(texts, place.tolist(), strict=True)]


def _offset_s(moment: datetime) -> int:
    offset = moment.utcoffset()
    assert offset is not None
    return round(offset.total_seconds())
