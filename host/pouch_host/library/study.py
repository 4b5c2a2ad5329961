"""A store that is open for reading: its tables as frames and arrays."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy.typing as npt

from pouch_host.errors import InputError
from pouch_host.export.columns import TABLES, Table
from pouch_host.export.frames import schema_of
from pouch_host.export.selection import Selection
from pouch_host.export.tables import frames_of
from pouch_host.store import Infant, Store
from pouch_host.version import version_text

from .arrays import arrays_of
from .given import Day, codes_of, day_of
from .named_tables import NamedTables

if TYPE_CHECKING:
    import polars as pl

    from pouch_host.figures import Origin

    from .comparison import Comparison

_BY_NAME = {one.name: one for one in TABLES}


class Study(NamedTables):
    """A store at one moment, open for reading; `open_store` makes it.

    Every table is a polars frame with the columns of the codebook (`CODEBOOK.md` of any export,
    or `columns`), in the order of the infants' codes. Where something is not known a frame has
    null, or the word "unknown"; never 0.

    All tables take the same arguments:

        infants: codes as the frames have them; one, several, or None for all.
        first_day: first local date, a `date` or its text; None for no limit.
        last_day: last local date, likewise.

    With `shift_dates` the days that are asked for are the ward's own, and those in frames moved.
    """

    def __init__(self, store: Store, selection: Selection) -> None:
        """Hold a store and all of it; use `open_store`."""
        self._store = store
        self._all = selection
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Study of {self._store.name}: infants: {len(self._all.chosen)}>"

    def close(self) -> None:
        """Give the store back. Frames and arrays stay; the study can give no more of them."""
        self._closed = True
        self._store.close()

    @property
    def site(self) -> str:
        """Name of the site, or its study code."""
        return self._all.site

    @property
    def zone(self) -> str:
        """IANA name of the zone in which days begin and end."""
        return self._all.zone.key

    @property
    def now(self) -> datetime:
        """As of when, in UTC."""
        return datetime.fromtimestamp(self._all.now_utc_s, UTC)

    @property
    def infant_codes(self) -> tuple[str, ...]:
        """Codes of all infants, as the frames have them."""
        return tuple(self._all.codes.infant(one.code) for one in self._all.chosen)

    @property
    def origin(self) -> "Origin":
        """What figures say of where their data come from; give it to `pouch.figures`."""
        from pouch_host.figures import Origin

        return Origin(self.zone, version_text(), self._all.shifted)

    def columns(self, table: str) -> "pl.DataFrame":
        """Return what each column of a table is: one row of the codebook for each.

        Raises:
            InputError: there is no such table.

        Example:
            >>> study.columns("days").filter(name="hours").select("unit", "kind").row(0)
            ('h', 'number')
        """
        import polars as pl

        names = ("name", "kind", "unit", "minimum", "maximum", "required", "description", "source")
        found = _table(table).columns
        rows = {name: [getattr(one, name) for one in found] for name in names}
        types = dict.fromkeys(names, pl.String)
        types |= {"minimum": pl.Float64, "maximum": pl.Float64, "required": pl.Boolean}
        frame = pl.DataFrame(rows, schema=types)
        return frame.with_columns(pl.Series("values", [list(one.values) for one in found]))

    def table(
        self,
        name: str,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "pl.DataFrame":
        """Return any table by its name, one of `pouch.TABLES`.

        What belongs to no infant, such as a spare band, is among the rows if no infants are named.

        Raises:
            InputError: there is no such table or infant, or the days are the wrong way round.
            StoreError: the store cannot be read.

        Example:
            >>> study.table("bands").height
            6
        """
        found = _table(name)
        return _joined(found, frames_of(found, self._selection(infants, first_day, last_day)))

    def each(
        self,
        name: str,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
    ) -> "Iterator[tuple[str, pl.DataFrame]]":
        """Yield a table infant by infant, as `(code, frame)`: memory is that of one infant.

        An infant without rows has an empty frame. Asked inside the loop, other tables of the same
        infant cost little: it is read and worked out once.

        Raises:
            InputError: as for `table`.
            StoreError: the store cannot be read.

        Example:
            >>> for code, minutes in study.each("minutes", ["s-01", "s-04"]):
            ...     print(code, minutes["contact"].eq("yes").any())
            s-01 True
            s-04 True
        """
        found = _table(name)
        chosen = self._selection(infants, first_day, last_day)
        for infant in chosen.infants:
            frames = frames_of(found, chosen.only((infant,)))
            yield chosen.codes.infant(infant.code), _joined(found, frames)

    def arrays(
        self,
        name: str,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
        *,
        columns: Sequence[str] | None = None,
    ) -> dict[str, npt.NDArray[Any]]:
        """Return a table as numpy arrays by column.

        Moments are `datetime64[ms]` in UTC and dates `datetime64[D]`, NaT for no value. Numbers
        are `float64`, NaN for no value; whole numbers and true or false are `int64` and `bool`
        where the codebook says that there always is one, else `float64` too. Words are text,
        "NA" for no value.

        Args:
            name: one of `pouch.TABLES`.
            infants: as for all tables.
            first_day: likewise.
            last_day: likewise.
            columns: only these, in this order; None for all.

        Raises:
            InputError: as for `table`, or there is no such column.
            StoreError: the store cannot be read.

        Example:
            >>> minutes = study.arrays("minutes", "s-01", columns=["time_utc", "state"])
            >>> minutes["time_utc"].dtype, minutes["time_utc"][1] - minutes["time_utc"][0]
            (dtype('<M8[ms]'), np.timedelta64(60000,'ms'))
        """
        found = _table(name)
        for one in columns or ():
            if one not in found.names:
                raise InputError(
                    f"table {name} has no column {one!r}; there are {', '.join(found.names)}"
                )
        frame = self.table(name, infants, first_day, last_day)
        return arrays_of(frame if columns is None else frame.select(columns), found)

    def agreement(
        self,
        *,
        observer: str | Path | None = None,
        chart: str | Path | None = None,
        diary: str | Path | None = None,
        reviews: bool = False,
        infants: str | Iterable[str] | None = None,
        first_day: Day | None = None,
        last_day: Day | None = None,
        slot_min: int = 120,
        known_h: float = 16.0,
    ) -> "Comparison":
        """Hold the band against what people wrote down, as `pouch agree` does.

        Logs that were imported count where no file is named; a file has the ward's own codes.
        Records that arrived after the study was opened count, too. docs/AGREEMENT.md says what
        each figure means.

        Args:
            observer: an observer's log, a CSV file.
            chart: a nurse's chart.
            diary: a mother's diary.
            reviews: also the band after the nurses' answers.
            infants: as for all tables.
            first_day: likewise.
            last_day: likewise.
            slot_min: length of slots where no log has any, minutes.
            known_h: a day's hours are compared if both know so many of it.

        Raises:
            InputError: there is nothing to compare, a line of a file cannot be used, or a package
                is not installed.
            StoreError: the store cannot be read.

        Example:
            >>> found = study.agreement(observer="observer.csv", known_h=8)
            >>> [f"{pair.other} held against {pair.reference}" for pair in found.pairs]
            ['band held against observer']
            >>> bias = found.pairs[0].hours.bias
            >>> bias.low <= bias.value <= bias.high
            True
        """
        from .comparison import Logs, compared

        return compared(
            self._store,
            self._selection(infants, first_day, last_day),
            Logs(observer, chart, diary),
            reviews=reviews,
            slot_min=slot_min,
            known_h=known_h,
        )

    def _selection(
        self, infants: str | Iterable[str] | None, first_day: Day | None, last_day: Day | None
    ) -> Selection:
        """Return a part of the study. The infant that was read last is kept over all parts."""
        if self._closed:
            raise ValueError("the study is closed: use it inside its `with` block")
        first, last = day_of(first_day, "first_day"), day_of(last_day, "last_day")
        if first is not None and last is not None and last < first:
            raise InputError(f"last_day {last} is before first_day {first}: no day is between")
        whole = replace(self._all, first_day=first, last_day=last)
        codes = codes_of(infants)
        if codes is None:
            return whole
        by_code = {whole.codes.infant(one.code): one for one in whole.chosen}
        for code in codes:
            if code not in by_code:
                raise InputError(f"store {self._store.name}: there is no infant {code!r}")
        chosen: tuple[Infant, ...] = tuple(
            one for code, one in by_code.items() if code in set(codes)
        )
        return whole.narrowed(chosen)


def _table(name: str) -> Table:
    found = _BY_NAME.get(name)
    if found is None:
        raise InputError(f"there is no table {name!r}; there are {', '.join(_BY_NAME)}")
    return found


def _joined(table: Table, frames: "Iterator[pl.DataFrame]") -> "pl.DataFrame":
    import polars as pl

    found = list(frames)
    return pl.concat(found) if found else pl.DataFrame(schema=schema_of(table))
