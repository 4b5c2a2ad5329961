"""Moments as the columns of an export have them: UTC, and local time with its offset.

A shift moves whole local days: UTC and local time move together, and the offset stays that of the
real moment. So an hour stays an hour, a day of 23 or 25 hours stays one, and only the date lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

_DAY_S = 86_400
_MS = 1000
# Zones change by quarters of an hour, so one question for each quarter is enough.
_QUARTER_MS = 900 * _MS
_FORMAT = "%Y-%m-%dT%H:%M:%S"
_FORMAT_MS = "%Y-%m-%dT%H:%M:%S%.3f"

Milliseconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Times:
    """How moments of one infant are told.

    Attributes:
        zone: of the ward.
        shift_days: whole days by which they are moved.
    """

    zone: ZoneInfo
    shift_days: int = 0

    def pair(
        self, name: str, utc_s: Sequence[float | None] | npt.NDArray[Any], *, with_ms: bool = False
    ) -> "dict[str, pl.Series]":
        """Return the columns `NAME_utc` and `NAME_local` of some moments.

        Args:
            name: of the moment.
            utc_s: UTC seconds; None or NaN for none.
            with_ms: told to the millisecond.
        """
        utc_ms = milliseconds(utc_s)
        return {
            f"{name}_utc": self.utc(utc_ms).alias(f"{name}_utc"),
            f"{name}_local": self.local(utc_ms, with_ms=with_ms).alias(f"{name}_local"),
        }

    def utc(self, utc_ms: "pl.Series") -> "pl.Series":
        """Return moments as UTC, shifted."""
        import polars as pl

        moved = utc_ms + self.shift_days * _DAY_S * _MS
        return moved.cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")

    def local(self, utc_ms: "pl.Series", *, with_ms: bool = False) -> "pl.Series":
        """Return moments as local time with offset, shifted."""
        import polars as pl

        moved, offsets_s = self._moved(utc_ms)
        moments = moved.cast(pl.Datetime("ms"))
        form = _FORMAT_MS if with_ms else _FORMAT
        known = np.unique(offsets_s).tolist()
        if len(known) <= 1:
            # One pass: millions of moments come here.
            return moments.dt.strftime(form + "".join(offset_text(one) for one in known))
        ends = pl.Series(offsets_s).replace_strict(
            known, [offset_text(one) for one in known], return_dtype=pl.String
        )
        return moments.dt.strftime(form) + ends

    def dates(self, utc_ms: "pl.Series") -> "pl.Series":
        """Return the local date of each moment, shifted."""
        import polars as pl

        return self._moved(utc_ms)[0].cast(pl.Datetime("ms")).cast(pl.Date)

    def date(self, day: date | None) -> date | None:
        """Return a local date, shifted."""
        return None if day is None else day + timedelta(days=self.shift_days)

    def _moved(self, utc_ms: "pl.Series") -> "tuple[pl.Series, Milliseconds]":
        """Return moments as milliseconds of local time, shifted, and the offset of each.

        What is no moment stays none; its offset is that of another one.
        """
        import polars as pl

        missing = utc_ms.is_null() if utc_ms.null_count() else None
        known = utc_ms if missing is None else utc_ms.fill_null(strategy="min").fill_null(0)
        values = known.to_numpy()
        offsets_s = self._offsets_s(values)
        moved = pl.Series(values + (offsets_s + self.shift_days * _DAY_S) * _MS, dtype=pl.Int64)
        return moved if missing is None else moved.set(missing, None), offsets_s

    def _offsets_s(self, values: Milliseconds) -> Milliseconds:
        quarters = values // _QUARTER_MS
        if not len(quarters):
            return quarters
        first, last = int(quarters.min()), int(quarters.max())
        if last - first < len(quarters):
            # Moments of some weeks in a row: what is looked up is a row, too, and nothing sorted.
            offsets = [_offset_s(self.zone, one) for one in range(first, last + 1)]
            return np.array(offsets, np.int64)[quarters - first]
        quarters, place = np.unique(quarters, return_inverse=True)
        return np.array([_offset_s(self.zone, one) for one in quarters.tolist()], np.int64)[place]


@lru_cache(maxsize=50_000)
def _offset_s(zone: ZoneInfo, quarter: int) -> int:
    """Return the offset of a zone in a quarter of an hour, counted from 1970."""
    moment = datetime.fromtimestamp(quarter * (_QUARTER_MS // _MS), UTC)
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds())


def milliseconds(utc_s: "Sequence[float | None] | npt.NDArray[Any]") -> "pl.Series":
    """Return UTC seconds as whole milliseconds, null for none."""
    import polars as pl

    if isinstance(utc_s, np.ndarray):
        values = utc_s.astype(np.float64)
    else:
        values = np.array([np.nan if one is None else one for one in utc_s], np.float64)
    missing = np.isnan(values)
    whole = np.rint(np.where(missing, 0, values) * _MS).astype(np.int64)
    found = pl.Series(whole, dtype=pl.Int64)
    return found.set(pl.Series(missing), None) if missing.any() else found


def offset_text(offset_s: int) -> str:
    """Return an offset as ISO 8601 has it, such as "+05:00"."""
    sign = "-" if offset_s < 0 else "+"
    minutes = abs(offset_s) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
