"""All that one infant's results are made of: its samples, by time and assignment, and its ward."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pouch_host.analysis.days import TARGET_H
from pouch_host.analysis.parameters import Parameters, default_parameters
from pouch_host.analysis.samples import Samples, join
from pouch_host.analysis.states import MINUTE_S
from pouch_host.errors import InputError
from pouch_host.store import Assignment, Infant, Store

from .timelines import AllRecords, Records

AHEAD_S_MAX = 60
"""A band's clock is fitted, so its newest sample may seem to lie a little ahead of now.

One that lies further ahead has a wrong anchor and must not pass for the newest.
"""

# An infant wears a band for weeks. A slip in a year must not ask for gigabytes of minutes.
_SPAN_S_MAX = 10 * 366 * 24 * 3600
_MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all infants of a look at the store.

    Attributes:
        store: where the records are.
        now_utc_s: minutes that are not over by then do not count.
        zone: where the ward is.
        parameters: of the analysis.
        records: those of the store, or of a reader that keeps the newest.
    """

    store: Store
    now_utc_s: float
    zone: ZoneInfo
    parameters: Parameters
    records: Records

    @classmethod
    def of(
        cls,
        store: Store,
        now_utc_s: float,
        parameters: Parameters | None = None,
        *,
        records: Records | None = None,
    ) -> "Context":
        """Return the context of a store as it is now."""
        used = parameters or default_parameters()
        return cls(store, now_utc_s, store.zone, used, records or AllRecords(store))


@dataclass(frozen=True, eq=False)
class Inputs:
    """One infant's inputs.

    Attributes:
        infant: which one.
        given: its assignments, by their beginning.
        first_utc_s: where the first minute begins, a whole minute.
        elapsed: how many minutes are over by now.
        minutes: how many there are to the end of the last one's block. What is worked out from
            those does not depend on now, so that it holds until the block is over.
        samples: those that belong to it, by time, as far as they can have a say in those minutes.
    """

    infant: Infant
    given: tuple[Assignment, ...]
    first_utc_s: int
    elapsed: int
    minutes: int
    samples: Samples

    @property
    def end_utc_s(self) -> int:
        """Return where the last minute ends."""
        return self.first_utc_s + MINUTE_S * self.minutes

    @property
    def spans(self) -> list[tuple[float, float]]:
        """Return when the infant had a band, as `(from, to)` in UTC seconds, `to` excluded."""
        return [span_utc_s(one) for one in self.given]

    @property
    def target_h(self) -> float:
        """Return the hours of contact a day that it is to have."""
        return target_h(self.infant)


def target_h(infant: Infant) -> float:
    """Return the hours of contact a day that an infant is to have: its own, else the usual."""
    if infant.target_minutes is None:
        return TARGET_H
    return infant.target_minutes / _MINUTES_PER_HOUR


def span_utc_s(given: Assignment) -> tuple[float, float]:
    """Return from when to when an assignment lasts; to infinity if it has no end yet."""
    return given.from_utc_s, math.inf if given.to_utc_s is None else given.to_utc_s


def inputs_of(
    context: Context,
    infant: Infant,
    given: Sequence[Assignment],
    *,
    from_utc_s: float = -math.inf,
) -> Inputs:
    """Return one infant's inputs.

    Args:
        context: where and when.
        infant: which one.
        given: its assignments, by their beginning.
        from_utc_s: no minute before this.

    Raises:
        InputError: the minutes span more than ten years.
        StoreError: the store cannot be read.
    """
    if not given:
        return Inputs(infant, (), 0, 0, 0, join([]))
    spans = [span_utc_s(one) for one in given]
    first_utc_s = max(from_utc_s, min(begin for begin, _ in spans))
    first_utc_s = math.floor(first_utc_s / MINUTE_S) * MINUTE_S
    # A discharged infant's days end with its last assignment, not today.
    last_utc_s = min(context.now_utc_s, max(end for _, end in spans) + MINUTE_S)
    if last_utc_s - first_utc_s > _SPAN_S_MAX:
        raise InputError(
            f"store {context.store.name}: the days asked for are more than ten years: check the "
            "computer's clock or --now, and since when the band is assigned (--from)"
        )
    elapsed = max(0, math.floor((last_utc_s - first_utc_s) / MINUTE_S))
    block_s = MINUTE_S * context.parameters.block_min
    # At the very end of a block the next one counts as well: nothing then hangs on the end.
    end_utc_s = math.floor(last_utc_s / block_s + 1) * block_s
    minutes = (end_utc_s - first_utc_s) // MINUTE_S if elapsed else 0
    # Blocks reach back by less than one block, and have a margin each.
    reach_s = 2 * MINUTE_S * (context.parameters.block_min + context.parameters.margin_min)
    samples = samples_in(
        context.records, given, first_utc_s - reach_s, context.now_utc_s + AHEAD_S_MAX
    )
    return Inputs(infant, tuple(given), first_utc_s, elapsed, minutes, samples)


def samples_of(
    store: Store, given: Sequence[Assignment], from_utc_s: float, to_utc_s: float
) -> Samples:
    """Return the samples of a store that belong to an infant, by time and assignment.

    Raises:
        StoreError: the store cannot be read.
    """
    return samples_in(AllRecords(store), given, from_utc_s, to_utc_s)


def samples_in(
    records: Records, given: Sequence[Assignment], from_utc_s: float, to_utc_s: float
) -> Samples:
    """Return the samples of some records that belong to an infant, by time and assignment.

    Raises:
        StoreError: the store cannot be read.
    """
    parts = []
    for one in given:
        of_band = records.timeline(one.band_id).samples
        begin_utc_s, end_utc_s = span_utc_s(one)
        begin_utc_s = max(begin_utc_s, from_utc_s)
        end_utc_s = min(end_utc_s, to_utc_s)
        if begin_utc_s < end_utc_s:
            parts.append(of_band.between(begin_utc_s, end_utc_s))
    # Parts are in order already; copying weeks of samples is half the cost of a board.
    return parts[0] if len(parts) == 1 else join(parts)
