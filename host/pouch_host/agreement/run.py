"""From a store and logs to what they agree on, one infant at a time."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import numpy as np

from pouch_host.analysis.days import day_begin_utc_s, local_days
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import MINUTE_S
from pouch_host.derive.infants import infant_analysis
from pouch_host.derive.reviews import reviewed_sessions
from pouch_host.errors import InputError
from pouch_host.store import Infant, Store
from pouch_host.store.episode_log import LogSource, Span
from pouch_host.store.remarks import Review

from .pairs import PairOfInfant, pair_of
from .result import Agreement, PairAgreement, SourceDay, over_infants
from .told import Grid, Source, Told, told_after_reviews, told_by_band, told_by_log

SLOT_MIN = 120
KNOWN_H = 16.0
"""What makes a day valid in actigraphy, and in this program's own days (valid_16h)."""

_HOUR_MIN = 60
_SPAN_DAYS_MAX = 400

_OF_LOGS = {
    LogSource.OBSERVER: Source.OBSERVER,
    LogSource.CHART: Source.CHART,
    LogSource.DIARY: Source.DIARY,
}

Logs = Mapping[LogSource, Mapping[str, Sequence[Span]]]
"""Spans by who says it, and by the infant's code."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to compare.

    Attributes:
        now_utc_s: minutes that are not over by then do not count.
        codes: of the infants; empty for all.
        first_day: nothing before this local day; None for all.
        last_day: nothing after it; None for all.
        slot_min: length of slots where no source has its own, minutes.
        known_h: a day's hours are compared if both sources know so many of it.
        with_reviews: nurses' answers are a source, too.
        logs: read from files; a source that is in here is not taken from the store.
        files: name and SHA-256 of those files, by source.
    """

    now_utc_s: float
    codes: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    slot_min: int = SLOT_MIN
    known_h: float = KNOWN_H
    with_reviews: bool = False
    logs: Logs = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def agreement(store: Store, question: Question) -> Agreement:
    """Compare all sources, two by two.

    Args:
        store: where the records are, and logs that were imported.
        question: what to compare.

    Raises:
        InputError: there is no such infant, or nothing to compare the band with.
        StoreError: the store cannot be read.
    """
    first, last = question.first_day, question.last_day
    if first is not None and last is not None and last < first:
        raise InputError(f"--to {last} is before --from {first}: no day is between")
    zone = store.zone
    days: list[SourceDay] = []
    told_count = 0
    pairs: dict[tuple[Source, Source], list[PairOfInfant]] = {}
    versions: set[str] = set()
    for infant in _chosen(store, question):
        logs = _logs_of(store, infant, question)
        reviews = store.remarks.reviews(infant.infant_id) if question.with_reviews else []
        if not logs and not reviews:
            continue
        told_count += 1
        analysis = infant_analysis(store, question.now_utc_s, infant.code)
        told = _told(analysis, logs, reviews, question, zone)
        if told is None:
            continue
        grid, by_source = told
        if len(analysis.minutes):
            versions.add(analysis.minutes.algorithm_version)
        days += _days(infant.code, by_source, analysis, grid)
        for first, second in combinations(sorted(by_source, key=list(Source).index), 2):
            counted = pair_of(
                infant.code, by_source[first], by_source[second], grid, question.slot_min
            )
            pairs.setdefault((first, second), []).append(counted)
    if not pairs and told_count:
        raise InputError(
            f"there is nothing to compare: of {told_count} infants somebody wrote something down, "
            "and of none a band or a second person says anything of the days that are asked for; "
            "check --from, --to and the assignments"
        )
    if not pairs:
        raise InputError(
            "there is nothing to compare: name a log with --observer, --chart or --diary, import "
            "one, or ask for --reviews"
        )
    found = tuple(
        over_infants(first, second, pairs[first, second], question.known_h)
        for first, second in combinations(Source, 2)
        if (first, second) in pairs
    )
    return Agreement(
        zone=zone.key,
        slot_min=question.slot_min,
        known_h=question.known_h,
        algorithm_version=", ".join(sorted(versions)),
        files=dict(question.files),
        days=tuple(days),
        pairs=found,
        notes=tuple(_notes(found, question)),
    )


def _chosen(store: Store, question: Question) -> list[Infant]:
    infants = store.infants()
    known = {infant.code for infant in infants}
    for code in question.codes:
        if code not in known:
            raise InputError(f"there is no infant {code!r}")
    return [infant for infant in infants if not question.codes or infant.code in question.codes]


def _logs_of(store: Store, infant: Infant, question: Question) -> dict[LogSource, list[Span]]:
    imported = store.logs.of_infant(infant.infant_id)
    logs = {}
    for source in LogSource:
        spans = (
            question.logs[source].get(infant.code, ())
            if source in question.logs
            else imported.get(source, ())
        )
        if spans:
            logs[source] = sorted(spans, key=lambda span: span.begin_utc_s)
    return logs


def _told(
    analysis: InfantAnalysis,
    logs: Mapping[LogSource, Sequence[Span]],
    reviews: Sequence[Review],
    question: Question,
    zone: ZoneInfo,
) -> tuple[Grid, dict[Source, Told]] | None:
    """Return what the sources say of an infant; None if fewer than two say anything."""
    grid = _grid(analysis, logs, question, zone)
    if grid is None:
        return None
    by_source = {_OF_LOGS[source]: told_by_log(spans, grid) for source, spans in logs.items()}
    if len(analysis.minutes):
        by_source[Source.BAND] = told_by_band(analysis, grid)
    if reviews:
        reviewed = reviewed_sessions(analysis.sessions, reviews)
        by_source[Source.REVIEWED] = told_after_reviews(analysis, reviewed, grid)
    return (grid, by_source) if len(by_source) > 1 else None


def _grid(
    analysis: InfantAnalysis,
    logs: Mapping[LogSource, Sequence[Span]],
    question: Question,
    zone: ZoneInfo,
) -> Grid | None:
    """Return the minutes of which any source speaks, as far as they are asked for."""
    spans = [span for of_source in logs.values() for span in of_source]
    begins: list[float] = [span.begin_utc_s for span in spans]
    ends: list[float] = [span.end_utc_s for span in spans]
    if len(analysis.minutes):
        begins.append(analysis.minutes.first_utc_s)
        ends.append(analysis.minutes.first_utc_s + MINUTE_S * len(analysis.minutes))
    if not begins:
        return None
    begin_utc_s, end_utc_s = min(begins), min(max(ends), question.now_utc_s)
    if question.first_day is not None:
        begin_utc_s = max(begin_utc_s, day_begin_utc_s(question.first_day, zone))
    if question.last_day is not None:
        after = day_begin_utc_s(question.last_day + timedelta(days=1), zone)
        end_utc_s = min(end_utc_s, after)
    first = math.floor(begin_utc_s / MINUTE_S)
    count = math.floor(end_utc_s / MINUTE_S) - first
    if count > _SPAN_DAYS_MAX * 24 * _HOUR_MIN:
        raise InputError(
            f"logs and bands of one infant are more than {_SPAN_DAYS_MAX} days apart: check the "
            "years, or ask for a period with --from and --to"
        )
    return Grid(first * MINUTE_S, count, zone) if count > 0 else None


def _days(
    code: str, by_source: Mapping[Source, Told], analysis: InfantAnalysis, grid: Grid
) -> Iterator[SourceDay]:
    of_band = {day.date: day for day in analysis.days}
    for day, day_min, part in local_days(grid.first_utc_s, grid.count, grid.zone):
        for source in sorted(by_source, key=list(Source).index):
            share = by_source[source].share[part]
            known = ~np.isnan(share)
            if not known.any():
                continue
            known_min = int(known.sum())
            hours = float(share[known].sum()) / _HOUR_MIN
            lower, upper = hours, hours + (day_min - known_min) / _HOUR_MIN
            if source is Source.BAND and day in of_band:
                lower, upper = of_band[day].hours_lower, of_band[day].hours_upper
            yield SourceDay(code, day, source, known_min, hours, lower, upper)


def _notes(pairs: Iterable[PairAgreement], question: Question) -> Iterator[str]:
    for pair in pairs:
        name = f"{pair.other} and {pair.reference}"
        if not pair.both_min:
            yield f"{name}: no minute is known to both, so nothing can be said"
        elif pair.days_left_out and not pair.days:
            yield (
                f"{name}: no day has {question.known_h:g} hours known to both, so hours are not "
                "compared; --known 8 asks for fewer"
            )
    if question.with_reviews:
        yield (
            "reviewed: where nobody answered it is the band itself; it shows what the answers "
            "change, and is no independent source"
        )
