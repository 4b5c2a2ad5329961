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

        offset_s = self._offsets_s(utc_ms)
        moved = utc_ms + offset_s * _MS + self.shift_days * _DAY_S * _MS
        told = moved.cast(pl.Datetime("ms")).dt.strftime(_FORMAT_MS if with_ms else _FORMAT)
        known = [one for one in offset_s.unique().to_list() if one is not None]
        if len(known) <= 1:
            return told + (offset_text(known[0]) if known else "")
        ends = offset_s.replace_strict(
            known, [offset_text(one) for one in known], return_dtype=pl.String
        )
        return told + ends

    def dates(self, utc_ms: "pl.Series") -> "pl.Series":
        """Return the local date of each moment, shifted."""
        import polars as pl

        moved = utc_ms + self._offsets_s(utc_ms) * _MS + self.shift_days * _DAY_S * _MS
        return moved.cast(pl.Datetime("ms")).cast(pl.Date)

    def date(self, day: date | None) -> date | None:
        """Return a local date, shifted."""
        return None if day is None else day + timedelta(days=self.shift_days)

    def _offsets_s(self, utc_ms: "pl.Series") -> "pl.Series":
        import polars as pl

        values = utc_ms.fill_null(0).to_numpy()
        quarters, place = np.unique(values // _QUARTER_MS, return_inverse=True)
        offsets = np.array([_offset_s(self.zone, int(one)) for one in quarters], np.int64)
        told = offsets[place] if len(values) else np.empty(0, np.int64)
        return pl.Series(told, dtype=pl.Int64).set(utc_ms.is_null(), None)


@lru_cache(maxsize=50_000)
def _offset_s(zone: ZoneInfo, quarter: int) -> int:
    """Return the offset of a zone in a quarter of an hour, counted from 1970."""
    moment = datetime.fromtimestamp(quarter * (_QUARTER_MS // _MS), UTC)
    offset = moment.astimezone(zone).utcoffset() or timedelta()
    return round(offset.total_seconds())


def milliseconds(utc_s: "Sequence[float | None] | npt.NDArray[Any]") -> "pl.Series":
    """Return UTC seconds as whole milliseconds, null for none."""
    import polars as pl

    values = np.array([np.nan if one is None else one for one in utc_s], np.float64)
    if isinstance(utc_s, np.ndarray):
        values = utc_s.astype(np.float64)
    known = ~np.isnan(values)
    whole = np.rint(np.where(known, values, 0) * _MS).astype(np.int64)
    return pl.Series(whole, dtype=pl.Int64).set(pl.Series(~known), None)


def offset_text(offset_s: int) -> str:
    """Return an offset as ISO 8601 has it, such as "+05:00"."""
    sign = "-" if offset_s < 0 else "+"
    minutes = abs(offset_s) // 60
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"
