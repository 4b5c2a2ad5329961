"""The band beside what people wrote down, as a Python session wants it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pouch_host.agreement.pairs import PairDay
from pouch_host.agreement.result import Agreement, PairAgreement, SourceDay
from pouch_host.agreement.run import Question, agreement
from pouch_host.agreement.tables import FIGURE_COLUMNS, figure_rows
from pouch_host.errors import InputError
from pouch_host.export.selection import Selection
from pouch_host.imports import read_log
from pouch_host.store import Store
from pouch_host.store.episode_log import LogSource, Span

from .needs import STATISTICS, need

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

_TEXTS = ("reference", "other", "unit", "statistic", "method", "note")
_COUNTS = ("count", "infants")
_Day = TypeVar("_Day", PairDay, SourceDay)


@dataclass(frozen=True, slots=True)
class Logs:
    """Files of logs.

    Attributes:
        observer: an observer's; None without.
        chart: a nurse's chart, likewise.
        diary: a mother's diary, likewise.
    """

    observer: str | Path | None = None
    chart: str | Path | None = None
    diary: str | Path | None = None


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was compared, and what came out; `Study.agreement` makes it.

    Attributes:
        result: all of it.

    Example:
        >>> found = study.agreement(observer="observer.csv", diary="diary.csv", known_h=8)
        >>> found
        <Comparison of observer, band, diary: infants: 6>
    """

    result: Agreement

    def __repr__(self) -> str:
        sources = dict.fromkeys(
            one.value for one in (self.pairs[0].reference, *(pair.other for pair in self.pairs))
        )
        infants = len({day.code for day in self.result.days})
        return f"<Comparison of {', '.join(sources)}: infants: {infants}>"

    @property
    def pairs(self) -> tuple[PairAgreement, ...]:
        """Each two sources, with every figure, its interval and its method."""
        return self.result.pairs

    @property
    def notes(self) -> tuple[str, ...]:
        """What to keep in mind, one line each."""
        return self.result.notes

    def pair(self, reference: str, other: str) -> PairAgreement:
        """Return two sources by name, such as "observer" and "band".

        Raises:
            InputError: these two were not compared, or not this way round.

        Example:
            >>> found.pair("observer", "band").infants
            6
        """
        for one in self.pairs:
            if (one.reference.value, one.other.value) == (reference, other):
                return one
        known = ", ".join(f"{one.reference} and {one.other}" for one in self.pairs)
        raise InputError(f"{reference} and {other} were not compared; there are {known}")

    def statistics(self) -> "pl.DataFrame":
        """Return one row a figure, as `agreement.csv` of `pouch agree` has them.

        A figure that cannot be said is null, with the reason in `note`.

        Example:
            >>> found.statistics().filter(unit="look", statistic="kappa").height
            1
        """
        import polars as pl

        types: dict[str, Any] = dict.fromkeys(FIGURE_COLUMNS, pl.Float64)
        types |= dict.fromkeys(_TEXTS, pl.String) | dict.fromkeys(_COUNTS, pl.Int64)
        rows = [row for pair in self.pairs for row in figure_rows(pair)]
        return pl.DataFrame(rows, schema=types, orient="row")

    def days(self) -> "pl.DataFrame":
        """Return one row for each infant, day and source, with hours and their bounds.

        Example:
            >>> sorted(found.days()["source"].unique())
            ['band', 'observer']
        """
        import polars as pl

        types = {
            "infant": pl.String,
            "date": pl.Date,
            "source": pl.String,
            "known_min": pl.Int64,
            "hours": pl.Float64,
            "hours_lower": pl.Float64,
            "hours_upper": pl.Float64,
        }
        names = [one.name for one in fields(SourceDay)]
        rows = [[getattr(day, name) for name in names] for day in self.result.days]
        rows = [[code, date, source.value, *rest] for code, date, source, *rest in rows]
        return pl.DataFrame(rows, schema=types, orient="row")

    def draw(self, reference: str, other: str) -> "Figure":
        """Return a drawing: hours against hours, and differences against means (Bland-Altman).

        `pouch.figures.write` or Matplotlib's `savefig` writes it.

        Raises:
            InputError: as for `pair`.

        Example:
            >>> len(found.draw("observer", "band").axes)
            2
        """
        from pouch_host.agreement.figures import draw_pair

        return draw_pair(self.pair(reference, other))


def compared(
    store: Store,
    selection: Selection,
    logs: Logs,
    *,
    reviews: bool,
    slot_min: int,
    known_h: float,
) -> Comparison:
    """Compare; see `Study.agreement`."""
    need(*STATISTICS)
    spans: dict[LogSource, dict[str, list[Span]]] = {}
    files: dict[str, str] = {}
    for source, given in (
        (LogSource.OBSERVER, logs.observer),
        (LogSource.CHART, logs.chart),
        (LogSource.DIARY, logs.diary),
    ):
        if given is not None:
            path = Path(given)
            spans[source], digest = _read(store, path, slot_min, selection.now_utc_s)
            files[source.value] = f"{path.name} sha256:{digest}"
    question = Question(
        now_utc_s=selection.now_utc_s,
        codes=tuple(one.code for one in selection.infants),
        first_day=selection.first_day,
        last_day=selection.last_day,
        slot_min=slot_min,
        known_h=known_h,
        with_reviews=reviews,
        logs=spans,
        files=files,
    )
    return Comparison(_told(agreement(store, question), selection))


def _read(
    store: Store, path: Path, slot_min: int, now_utc_s: float
) -> tuple[dict[str, list[Span]], str]:
    codes = {one.code for one in store.infants()}
    log = read_log(path, store.zone, codes, slot_min, now_utc_s)
    if log.complaints:
        others = len(log.complaints) - 1
        more = f" (and {others} more lines)" if others else ""
        raise InputError(f"{log.complaints[0]}{more}")
    by_infant: dict[str, list[Span]] = {}
    for row in log.rows:
        by_infant.setdefault(row.code, []).append(row.span)
    return by_infant, log.sha256


def _told(found: Agreement, selection: Selection) -> Agreement:
    """Return it with study codes and shifted dates, where the selection has them."""
    if not selection.codes.hides:
        return found

    def hidden(days: Iterable[_Day]) -> tuple[_Day, ...]:
        codes = selection.codes
        by_code = {one.code: one for one in selection.chosen}
        return tuple(
            replace(
                day,
                code=codes.infant(day.code),
                date=selection.times(by_code[day.code]).date(day.date),
            )
            for day in days
        )

    return replace(
        found,
        days=hidden(found.days),
        pairs=tuple(replace(pair, days=hidden(pair.days)) for pair in found.pairs),
    )
