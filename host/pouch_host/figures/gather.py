"""What the figures of a study need from a store, one infant in memory at a time.

Kept of an infant: its days and gaps, narrow; temperatures around its sessions, 241 minutes each;
and, if its actogram was asked for, runs of equal minutes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from pouch_host.export.columns import table
from pouch_host.export.frames import schema_of
from pouch_host.export.selection import Selection
from pouch_host.export.tables import frames_of

from .draw_actogram import actogram_data
from .draw_starts import Starts

_DAYS = (
    "infant", "date", "begin_utc", "day_minutes", "elapsed_minutes", "unknown_minutes", "hours",
    "hours_lower", "hours_upper", "valid_16h", "age_days", "algorithm_version",
)  # fmt: skip
_INFANTS = ("infant", "first_band_local")
_MINUTES = (
    "infant", "date", "time_utc", "time_local", "band_assigned", "state", "contact",
    "contact_source", "skin_c", "temperature_valid", "core_estimate_c",
)  # fmt: skip
_SESSIONS = (
    "infant", "begin_utc", "end_utc", "begin_known", "counts", "final_begin_utc",
    "algorithm_version",
)  # fmt: skip
_GAPS = ("infant", "cause", "part", "minutes")


@dataclass(frozen=True, eq=False)
class Study:
    """What the figures show.

    Attributes:
        infants: `infant` and `first_band_local` of each.
        days: of all infants, with the columns that figures read.
        gaps: likewise.
        starts: temperatures around the begin of sessions.
        actograms: of infants that were asked for, by what they are called: runs and days.
    """

    infants: pl.DataFrame
    days: pl.DataFrame
    gaps: pl.DataFrame
    starts: Starts
    actograms: Mapping[str, tuple[pl.DataFrame, pl.DataFrame]]


def gather(
    selection: Selection,
    names: Mapping[str, str],
    *,
    with_actograms: bool = False,
    on_progress: Callable[[int], None] = lambda _done: None,
) -> Study:
    """Return what the figures of a selection show.

    Args:
        selection: of a store.
        names: what figures call each infant, by its code of the export.
        with_actograms: also the runs of each infant.
        on_progress: told after each infant how many are done.

    Raises:
        StoreError: the store cannot be read.
    """
    kept: dict[str, list[pl.DataFrame]] = {"infants": [], "days": [], "gaps": []}
    starts: list[Starts] = []
    actograms: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = {}
    for done, infant in enumerate(selection.infants, start=1):
        one = selection.only((infant,))
        name = names[selection.codes.infant(infant.code)]

        days, minutes = _frame("days", one, _DAYS, name), _frame("minutes", one, _MINUTES, name)
        kept["infants"].append(_frame("infants", one, _INFANTS, name))
        kept["days"].append(days)
        kept["gaps"].append(_frame("gaps", one, _GAPS, name))
        starts.append(Starts.of(minutes, _frame("sessions", one, _SESSIONS, name)))
        if with_actograms:
            actograms[name] = (actogram_data(minutes, days), days)
        on_progress(done)
    columns = {"infants": _INFANTS, "days": _DAYS, "gaps": _GAPS}
    joined = {of: pl.concat([_empty(of, columns[of]), *parts]) for of, parts in kept.items()}
    return Study(
        joined["infants"], joined["days"], joined["gaps"], Starts.joined(starts), actograms
    )


def _frame(of: str, selection: Selection, columns: tuple[str, ...], name: str) -> pl.DataFrame:
    """Return some columns of the rows of one infant, under the name that figures have for it."""
    parts = [_narrow(part, columns) for part in frames_of(table(of), selection)]
    rows = pl.concat([_empty(of, columns), *parts])
    return rows.with_columns(infant=pl.lit(name))


def _narrow(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    return frame.select(one for one in columns if one in frame.columns)


def _empty(of: str, columns: tuple[str, ...]) -> pl.DataFrame:
    return _narrow(pl.DataFrame(schema=schema_of(table(of))), columns)
