"""All that an export tells of one infant, read and worked out once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from pouch_host.analysis.band_hours import BandDay
from pouch_host.analysis.infant import InfantAnalysis
from pouch_host.analysis.states import MINUTE_S
from pouch_host.derive import Timeline
from pouch_host.derive.blocks import blocks_of
from pouch_host.derive.inputs import AHEAD_S_MAX, Context, Inputs, inputs_of, span_utc_s
from pouch_host.derive.results import band_days_of, cut, results_of
from pouch_host.derive.reviews import ReviewedSession, reviewed_sessions
from pouch_host.store import Assignment, DerivedBlock, Infant, Problem, Store
from pouch_host.store.episode_log import ToldSpan
from pouch_host.store.handovers import Handover
from pouch_host.store.remarks import Remark, Review

from .reading import NOTHING, ReadBand, read_band
from .snapshot import Snapshot

# Blocks of six hours: the chain over time takes some megabytes for each.
_BLOCKS_AT_ONCE = 8


class _Bands:
    """The bands of one infant, as `derive` wants its records."""

    def __init__(self, of: dict[int, ReadBand]) -> None:
        self._of = of

    def timeline(self, band_id: int) -> Timeline:
        """Return a band's samples in time."""
        return self._of.get(band_id, NOTHING).timeline

    def problems(self, band_id: int) -> Sequence[Problem]:
        """Return what of a band could not be read."""
        return self._of.get(band_id, NOTHING).problems


@dataclass(frozen=True, eq=False)
class Look:
    """One infant. What it takes is read when it is asked for, and only once.

    Attributes:
        store: where it is.
        snapshot: how far it counts.
        now_utc_s: minutes that are not over by then do not count.
        infant: which one.
    """

    store: Store
    snapshot: Snapshot
    now_utc_s: float
    infant: Infant

    @cached_property
    def given(self) -> tuple[Assignment, ...]:
        """Its assignments, by their beginning."""
        mine = self.infant.infant_id
        return tuple(one for one in self.snapshot.given if one.infant_id == mine)

    @cached_property
    def bands(self) -> dict[int, ReadBand]:
        """Its bands with the samples of the time in which it wore them, by band id."""
        found: dict[int, ReadBand] = {}
        for band_id in dict.fromkeys(one.band_id for one in self.given):
            spans = [span_utc_s(one) for one in self.given if one.band_id == band_id]
            found[band_id] = read_band(
                self.store,
                band_id,
                self.snapshot.cursors.get(band_id, 0),
                min(begin for begin, _ in spans),
                min(max(end for _, end in spans), self.now_utc_s + AHEAD_S_MAX),
            )
        return found

    @cached_property
    def context(self) -> Context:
        """Where and when."""
        context = Context.of(self.store, self.now_utc_s, records=_Bands(self.bands))
        return replace(context, zone=ZoneInfo(self.snapshot.zone))

    @cached_property
    def inputs(self) -> Inputs:
        """What its results are made of."""
        return inputs_of(self.context, self.infant, self.given)

    @cached_property
    def whole(self) -> InfantAnalysis:
        """Everything derived of it, to the end of the last block."""
        return results_of(self.context, self.inputs, self._blocks())

    def _blocks(self) -> list[DerivedBlock]:
        """Return the blocks of its minutes, worked out some days at a time: memory is theirs."""
        inputs = self.inputs
        length = self.context.parameters.block_min
        reach_s = MINUTE_S * (length + 2 * self.context.parameters.margin_min)
        begin = inputs.first_utc_s // (MINUTE_S * length) * length
        first = inputs.first_utc_s // MINUTE_S
        end = first + inputs.minutes
        found: list[DerivedBlock] = []
        for at in range(begin, end if inputs.minutes else begin, _BLOCKS_AT_ONCE * length):
            low, high = max(at, first), min(at + _BLOCKS_AT_ONCE * length, end)
            # Whole samples, none of them cut: a block is known by all that reaches into it.
            near = np.searchsorted(
                inputs.samples.utc_s, (low * MINUTE_S - reach_s, high * MINUTE_S + reach_s)
            )
            part = replace(
                inputs,
                first_utc_s=low * MINUTE_S,
                minutes=high - low,
                samples=inputs.samples.take(np.arange(*near)),
            )
            found += blocks_of(self.context, part)
        return found

    @cached_property
    def analysis(self) -> InfantAnalysis:
        """Everything derived of it, up to now."""
        return cut(self.whole, slice(0, self.inputs.elapsed), self.context.zone)

    @cached_property
    def band_days(self) -> tuple[BandDay, ...]:
        """What its bands counted themselves, one for each day."""
        return band_days_of(self.context, self.inputs, self.whole)

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        """The nurses' answers to its sessions, in their order."""
        found = self.store.remarks.reviews(self.infant.infant_id)
        return tuple(found[: self.snapshot.said[self.infant.code].reviews])

    @cached_property
    def sessions(self) -> tuple[ReviewedSession, ...]:
        """Its sessions with the newest answer to each, by time."""
        return reviewed_sessions(self.analysis.sessions, self.reviews)

    @cached_property
    def remarks(self) -> tuple[Remark, ...]:
        """What staff wrote about it, in their order."""
        found = self.store.remarks.remarks(self.infant.infant_id)[::-1]
        return tuple(found[: self.snapshot.said[self.infant.code].remarks])

    @cached_property
    def handovers(self) -> tuple[Handover, ...]:
        """To whom it was given, by time."""
        written = sorted(
            self.store.handovers.of_infant(self.infant.code), key=lambda one: one.when_utc_s
        )
        kept = written[: self.snapshot.said[self.infant.code].handovers]
        return tuple(sorted(kept, key=lambda one: one.utc_s))

    @cached_property
    def told(self) -> tuple[ToldSpan, ...]:
        """What observers, charts and diaries told of it, by time.

        Raises:
            InputError: one of these logs was replaced since the export began.
        """
        rows = self.store.logs.rows(self.infant.infant_id)
        return self.snapshot.said[self.infant.code].told(rows)

    def wearer_spans(self, band_id: int) -> list[tuple[float, float]]:
        """Return when it wore a band, as `(from, to)`; to infinity while it lasts."""
        return [
            (float(one.from_utc_s), math.inf if one.to_utc_s is None else float(one.to_utc_s))
            for one in self.given
            if one.band_id == band_id
        ]
