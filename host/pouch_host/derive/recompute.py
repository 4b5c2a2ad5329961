"""Brings the derived rows of a store up to date: exactly those that something has touched.

    infant unchanged (digest of its inputs), and no day over since   -> nothing is even decoded
    block with the same fingerprint                                   -> taken as it is
    block with another one                                            -> worked out anew
    day, sessions                                                     -> from all blocks, compared

What touches a block is said in `blocks`. What touches a day: one of its blocks, an assignment
that changes its minutes, the zone, the target, the algorithm, and sessions that reach into it or
whose provider other sessions decide. Because whole results are compared, nothing can be missed.

Only days that are over are stored, with the sessions that began on them. Today grows with every
minute; it is put together from its blocks whenever it is asked for.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from pouch_host.analysis.days import day_begin_utc_s, local_date, local_days
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.parameters import Parameters
from pouch_host.analysis.states import MINUTE_S
from pouch_host.errors import InputError
from pouch_host.store import (
    Assignment,
    Derived,
    DerivedBlock,
    DerivedDay,
    DerivedSession,
    DerivedState,
    Infant,
    Store,
)

from .blocks import blocks_of
from .inputs import AHEAD_S_MAX, Context, Inputs, inputs_of
from .results import band_days_of, encode_day, results_of
from .timelines import timeline


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day whose stored result is not the one that stood there before, or was made anew.

    Attributes:
        infant_code: whose.
        date: the local date.
        removed: the infant has no such day any more.
    """

    infant_code: str
    date: date
    removed: bool = False


@dataclass(frozen=True, eq=False)
class Ward:
    """What tells whether an infant's derived rows are up to date.

    Attributes:
        context: where and when.
        infants: all of them, by code.
        given: assignments of each infant, by its key.
        cursors: newest segment of each band.
        states: what the derived rows of each infant were made of, by its key.
    """

    context: Context
    infants: Sequence[Infant]
    given: dict[int, list[Assignment]]
    cursors: dict[int, int]
    states: dict[int, DerivedState]

    @classmethod
    def of(cls, context: Context) -> "Ward":
        """Look at the store.

        Before any records are read: if more arrive meanwhile, the next look finds them.
        """
        store = context.store
        given: dict[int, list[Assignment]] = {}
        for one in store.assignments():
            given.setdefault(one.infant_id, []).append(one)
        return cls(
            context, store.infants(), given, store.segment_cursors(), store.derived.states()
        )

    def chosen(self, infant_code: str | None) -> list[Infant]:
        """Return all infants, or the one with a code.

        Raises:
            InputError: there is no such infant.
        """
        found = [infant for infant in self.infants if infant_code in {None, infant.code}]
        if infant_code is not None and not found:
            raise InputError(
                f"store {self.context.store.name}: there is no infant {infant_code!r}"
            )
        return found

    def digest(self, infant: Infant) -> str:
        """Return a digest of everything that an infant's results are made of, but for now."""
        given = self.given.get(infant.infant_id, [])
        parts = [
            self.context.parameters.algorithm_version,
            self.context.zone.key,
            infant.target_minutes,
            [
                (one.band_id, one.from_utc_s, one.to_utc_s, self.cursors.get(one.band_id, 0))
                for one in given
            ],
        ]
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()

    def is_current(self, infant: Infant) -> bool:
        """Tell whether an infant's derived rows are what they would be now."""
        state = self.states.get(infant.infant_id)
        now_utc_s = self.context.now_utc_s
        return (
            state is not None
            and state.inputs == self.digest(infant)
            and state.as_of_utc_s <= now_utc_s
            and (state.until_utc_s is None or now_utc_s < state.until_utc_s)
        )


def refresh(
    store: Store,
    now_utc_s: float,
    *,
    infant_code: str | None = None,
    anew: bool = False,
    parameters: Parameters | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> list[ChangedDay]:
    """Bring what is stored of the days that are over up to date; return which days changed.

    Each infant's rows change in one transaction. Killed in between, the next refresh goes on.

    Args:
        store: where the records are.
        now_utc_s: which days are over.
        infant_code: only this infant's.
        anew: work everything out anew, whether it changed or not.
        parameters: other ones than those that came with this version.
        on_progress: told how many infants are done, and of how many.

    Raises:
        InputError: there is no such infant, or `now_utc_s` is years after an assignment began.
        StoreError: the store cannot be read or written.
    """
    ward = Ward.of(Context.of(store, now_utc_s, parameters))
    infants = ward.chosen(infant_code)
    changed: list[ChangedDay] = []
    for done, infant in enumerate(infants):
        on_progress(done, len(infants))
        if anew or not ward.is_current(infant):
            inputs = inputs_of(ward.context, infant, ward.given.get(infant.infant_id, []))
            blocks = blocks_of(ward.context, inputs, anew=anew)
            analysis = results_of(ward.context, inputs, blocks)
            changed += keep(ward, inputs, blocks, analysis, anew=anew)
    on_progress(len(infants), len(infants))
    return changed


def keep(
    ward: Ward,
    inputs: Inputs,
    blocks: Sequence[DerivedBlock],
    analysis: InfantAnalysis,
    *,
    anew: bool = False,
) -> list[ChangedDay]:
    """Store what was derived of one infant; return the days that are not as they were.

    Args:
        ward: as it was before the inputs were read.
        inputs: of the infant.
        blocks: of its minutes.
        analysis: what they give.
        anew: the blocks were worked out anew, known or not.

    Raises:
        StoreError: the store cannot be read or written.
    """
    context, infant = ward.context, inputs.infant
    tables = context.store.derived
    fingerprints = tables.fingerprints(infant.infant_id)
    new_blocks = [
        one for one in blocks if anew or fingerprints.get(one.begin_utc_s) != one.fingerprint
    ]
    stored = {day.date: day for day in tables.days(infant.infant_id)}
    days = {day.date: day for day in _over(context, inputs, analysis)}
    touched = _dates_of(context, new_blocks)
    new_days = [day for day in days.values() if day.date in touched or stored.get(day.date) != day]
    gone_days = sorted(set(stored) - set(days))
    state = DerivedState(
        ward.digest(infant), int(context.now_utc_s), _until_utc_s(context, inputs)
    )
    derived = Derived(
        state=state,
        blocks=new_blocks,
        gone_blocks=sorted(set(fingerprints) - {one.begin_utc_s for one in blocks}),
        days=new_days,
        gone_days=gone_days,
        sessions=_sessions(context, analysis, days),
    )
    if not tables.replace(infant.infant_id, derived):
        return []
    return [ChangedDay(infant.code, day.date) for day in new_days] + [
        ChangedDay(infant.code, day, removed=True) for day in gone_days
    ]


def _over(context: Context, inputs: Inputs, analysis: InfantAnalysis) -> Iterable[DerivedDay]:
    """Yield the days that are over, ready to be stored."""
    bands = band_days_of(context, inputs, analysis)
    for day, band in zip(analysis.days, bands, strict=True):
        if _end_utc_s(context, day.date) <= context.now_utc_s:
            yield DerivedDay(
                day.date, day.algorithm_version, context.zone.key, encode_day(day, band)
            )


def _dates_of(context: Context, blocks: Sequence[DerivedBlock]) -> set[date]:
    """Return the local dates that some blocks lie in."""
    length = context.parameters.block_min
    return {
        day
        for block in blocks
        for day, _, _ in local_days(block.begin_utc_s, length, context.zone)
    }


def _sessions(
    context: Context, analysis: InfantAnalysis, dates: Iterable[date]
) -> list[DerivedSession]:
    """Return the sessions that began on some dates."""
    wanted = set(dates)
    return [
        DerivedSession(algorithm_version=context.parameters.algorithm_version, **asdict(one))
        for one in analysis.sessions
        if local_date(one.begin_utc_s, context.zone) in wanted
    ]


def _until_utc_s(context: Context, inputs: Inputs) -> int | None:
    """Return when an infant's rows go out of date by themselves; None for never.

    With the next day that is over, with the next block, or when a sample whose time lies ahead
    is no longer ahead.
    """
    now_utc_s = context.now_utc_s
    last_utc_s = max((end for _, end in inputs.spans), default=0)
    moments: list[float] = []
    today = local_date(now_utc_s, context.zone)
    if last_utc_s > day_begin_utc_s(today, context.zone):
        moments.append(_end_utc_s(context, today))
    if last_utc_s + MINUTE_S > inputs.end_utc_s or not inputs.minutes:
        moments.append(max(inputs.end_utc_s, int(now_utc_s) + MINUTE_S))
    for one in inputs.given:
        times = timeline(context.store.records(one.band_id)).samples.utc_s
        ahead = times[times > now_utc_s + AHEAD_S_MAX]
        if len(ahead):
            moments.append(int(ahead[0]) - AHEAD_S_MAX)
    return int(min(moments)) if inputs.given and moments else None


def _end_utc_s(context: Context, day: date) -> int:
    return day_begin_utc_s(day + timedelta(days=1), context.zone)
