"""The table of temperature episodes: runs of minutes whose estimated core is beyond a line."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.days import local_date
from pouch_host.analysis.states import MINUTE_S, State
from pouch_host.export.columns import table
from pouch_host.export.frames import frame_of
from pouch_host.export.looks import Look
from pouch_host.export.selection import Selection

if TYPE_CHECKING:
    import polars as pl

TABLE = table("temperature_episodes")

_AROUND_MIN = 10

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LINES: tuple[
    tuple[str, float, Callable[[Floats, float], Flags], Callable[[Floats], Any]], ...
] = (
    ("core_below_36_5", 36.5, np.less, np.argmin),
    ("core_below_36_0", 36.0, np.less, np.argmin),
    ("core_below_35_5", 35.5, np.less, np.argmin),
    ("core_above_37_5", 37.5, np.greater, np.argmax),
    ("core_above_38_0", 38.0, np.greater_equal, np.argmax),
)


def frames(selection: Selection) -> "Iterator[pl.DataFrame]":
    """Yield the episodes of each infant that began on a day of the selection.

    Args:
        selection: of the export.

    Raises:
        StoreError: the store cannot be read.
    """
    for look in selection.looks():
        rows = [
            row
            for row in _episodes(look)
            if selection.has_day(local_date(row["begin"], selection.zone))
        ]
        if rows:
            yield _frame(selection, look, rows)


def _episodes(look: Look) -> Iterator[dict[str, Any]]:
    analysis = look.analysis
    temperatures = analysis.temperatures
    first_utc_s = analysis.minutes.first_utc_s
    valid = temperatures.valid & analysis.assigned
    for name, line_c, beyond, furthest in _LINES:
        # A comparison with NaN is false: a minute without an estimate ends an episode.
        flags = beyond(temperatures.core_c, line_c) & valid
        for run in _runs(flags):
            worst = run.start + int(furthest(temperatures.core_c[run]))
            around = np.concatenate(
                [
                    valid[max(0, run.start - _AROUND_MIN) : run.start],
                    valid[run.stop : run.stop + _AROUND_MIN],
                ]
            )
            extreme = np.min if furthest is np.argmin else np.max
            yield {
                "line": name,
                "line_c": line_c,
                "begin": first_utc_s + MINUTE_S * run.start,
                "end": first_utc_s + MINUTE_S * run.stop,
                "minutes": run.stop - run.start,
                "core_c_extreme": float(temperatures.core_c[worst]),
                "core_c_extreme_sd": float(temperatures.core_sd_c[worst]),
                "skin_c_extreme": float(extreme(temperatures.skin_c[run])),
                "valid_share": float(np.mean(around)) if len(around) else 0.0,
                "begin_valid": bool(run.start and valid[run.start - 1]),
                "end_valid": bool(run.stop < len(valid) and valid[run.stop]),
                "ssc_minutes": int(np.count_nonzero(analysis.minutes.states[run] == State.SSC)),
            }


def _runs(flags: Flags) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        yield slice(first, last)


def _frame(selection: Selection, look: Look, rows: list[dict[str, Any]]) -> "pl.DataFrame":
    times = selection.times(look.infant)
    zone = selection.zone
    values: dict[str, Any] = {
        name: [row[name] for row in rows] for name in rows[0] if name not in {"begin", "end"}
    }
    values |= {
        "site": selection.site,
        "infant": selection.codes.infant(look.infant.code),
        "date": [times.date(local_date(row["begin"], zone)) for row in rows],
        "algorithm_version": look.analysis.minutes.algorithm_version,
    }
    for name in ("begin", "end"):
        values |= times.pair(name, [row[name] for row in rows])
    return frame_of(TABLE, values)
