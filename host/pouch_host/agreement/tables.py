"""What agrees, as files: one row a figure, one row a day."""

import csv
import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from .estimate import Estimate, absent, made
from .result import Agreement, PairAgreement, SourceDay
from .table_statistics import Yes

FIGURES_CSV, DAYS_CSV, JSON_NAME = "agreement.csv", "agreement_days.csv", "agreement.json"

FIGURE_COLUMNS = (
    "reference", "other", "unit", "statistic", "value", "low", "high", "count", "infants",
    "method", "note",
)  # fmt: skip
NOT_KNOWN = "NA"
_DECIMALS = 6


def write_figures(path: Path, found: Agreement) -> None:
    """Write one row for each figure of each two sources."""
    rows = (row for pair in found.pairs for row in figure_rows(pair))
    _write(path, FIGURE_COLUMNS, rows)


def write_days(path: Path, found: Agreement) -> None:
    """Write one row for each infant, day and source."""
    names = [field.name for field in fields(SourceDay)]
    _write(path, names, ([getattr(day, name) for name in names] for day in found.days))


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Write all of it."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def figure_rows(pair: PairAgreement) -> Iterator[list[Any]]:
    """Yield the rows of two sources, in the order of `FIGURE_COLUMNS`."""
    for unit, name, figure, count, infants in figures_of(pair):
        yield [
            pair.reference.value, pair.other.value, unit, name,
            figure.value, figure.low, figure.high, count, infants, figure.method, figure.note,
        ]  # fmt: skip


def figures_of(pair: PairAgreement) -> Iterator[tuple[str, str, Estimate, int, int]]:
    """Yield unit, statistic, figure, how many units and infants of two sources."""
    hours = pair.hours
    for name, values in (
        ("reference", [day.reference_h for day in pair.days]),
        ("other", [day.other_h for day in pair.days]),
    ):
        mean, sd = _mean_and_sd(values)
        yield "day", f"mean_{name}_h", mean, hours.days, hours.infants
        yield "day", f"sd_{name}_h", sd, hours.days, hours.infants
    for name, figure in (
        ("bias_h", hours.bias),
        ("sd_h", hours.sd),
        ("sd_between_infants_h", hours.sd_between),
        ("sd_within_infants_h", hours.sd_within),
        ("sd_of_limits_h", hours.sd_limits),
        ("lower_limit_h", hours.lower),
        ("upper_limit_h", hours.upper),
        ("slope_on_mean", hours.slope),
        *((f"{form} of days", figure) for form, figure in pair.icc_days.items()),
    ):
        yield "day", name, figure, hours.days, hours.infants
    for form, figure in pair.icc_infants.items():
        yield "infant", f"{form} of infants' means", figure, hours.infants, hours.infants
    for unit, name, count in (
        ("day", "left_out_count", pair.days_left_out),
        ("slot", "left_out_count", pair.slots_left_out),
        ("look", "left_out_count", pair.looks_left_out),
        ("episode", "left_out_count", pair.episodes.left_out),
        ("minute", "unplaced_count", pair.unplaced_min),
    ):
        yield unit, name, made(count, method="a count"), count, pair.infants
    left_out = absent("the reference knows nothing")
    if pair.left_out_share is not None:
        left_out = made(pair.left_out_share, method="of the reference's minutes")
    yield "minute", "left_out_share", left_out, pair.reference_min, pair.infants
    yield from _of_yes("minute", pair.minutes)
    yield from _of_yes("slot", pair.slots)
    if pair.looks is not None:
        yield from _of_yes("look", pair.looks)
    episodes = pair.episodes
    count = episodes.reference + episodes.other - episodes.matched
    for name, figure in (
        ("agreement", episodes.agreement),
        ("found", episodes.found),
        ("begin_median_min", episodes.begin_median_min),
        ("end_median_min", episodes.end_median_min),
    ):
        yield "episode", name, figure, count, pair.infants


def _mean_and_sd(values: Sequence[float]) -> tuple[Estimate, Estimate]:
    method = "of the days that are compared"
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        nothing = absent("fewer than two days are compared", method)
        return nothing, nothing
    return made(statistics.fmean(values), method=method), made(
        statistics.stdev(values), method=method
    )


def _of_yes(unit: str, yes: Yes) -> Iterator[tuple[str, str, Estimate, int, int]]:
    for name in ("agreement", "agreement_wilson", "kappa", "sensitivity", "specificity"):
        yield unit, name, getattr(yes, name), yes.count, yes.infants


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    if value is None:
        return NOT_KNOWN
    return round(value, _DECIMALS) if isinstance(value, float) else value
