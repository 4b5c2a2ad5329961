"""What each band recorded, put in time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from pouch_host.analysis.band_hours import (
    Floats,
    Tallies,
    alert_begins_utc_s,
    convert_tallies,
    join_tallies,
)
from pouch_host.analysis.clock_fit import BootClock, BootTimes, fit_boots
from pouch_host.analysis.samples import Samples, convert, join
from pouch_host.store import BandRecords, BootRecords, Problem, Store
from pouch_protocol import constants as c

_MS_PER_S = 1000


@dataclass(frozen=True, eq=False)
class Timeline:
    """A band's samples in time.

    Attributes:
        samples: all that have a time.
        untimed_count: samples of boots without an anchor, which count for nobody.
        clocks: the clock of each boot, in order.
        tallies: what the band counted itself, as far as it has a time.
        alerts_utc_s: when each of its alerts began, likewise.
    """

    samples: Samples
    untimed_count: int
    clocks: tuple[BootClock, ...]
    tallies: Tallies
    alerts_utc_s: Floats


# The same records always give the same timeline, and a page asks every two seconds. The store
# drops the key when records arrive, and the timeline goes with it.
_timelines: WeakKeyDictionary[BandRecords, Timeline] = WeakKeyDictionary()


def timeline(records: BandRecords) -> Timeline:
    """Return a band's samples in time, remembered for as long as the records are."""
    known = _timelines.get(records)
    if known is None:
        known = _timelines[records] = _make_timeline(records)
    return known


class Records(Protocol):
    """Where an infant's samples come from: all records of each band, or the newest of them."""

    def timeline(self, band_id: int) -> Timeline:
        """Return a band's samples in time.

        Raises:
            StoreError: the store cannot be read.
        """
        ...

    def problems(self, band_id: int) -> Sequence[Problem]:
        """Return what of a band could not be read.

        Raises:
            StoreError: the store cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class AllRecords:
    """All records that a store holds.

    Attributes:
        store: where they are.
    """

    store: Store

    def timeline(self, band_id: int) -> Timeline:
        """Return a band's samples in time."""
        return timeline(self.store.records(band_id))

    def problems(self, band_id: int) -> Sequence[Problem]:
        """Return what of a band could not be read."""
        return self.store.records(band_id).problems


def clock_residual_s(store: Store, band_id: int) -> float | None:
    """Return how far a band's times may be off between two anchors, in seconds.

    The largest of its boots; None while no boot has the three anchors that it takes.

    Raises:
        StoreError: the store cannot be read.
    """
    clocks = timeline(store.records(band_id)).clocks
    known = [clock.residual_s for clock in clocks if not math.isnan(clock.residual_s)]
    return max(known, default=None)


def anchor_times(boot: BootRecords) -> tuple[Floats, Floats]:
    """Return the uptime of each anchor of a boot, and the UTC that it was told there."""
    anchors = boot.anchors
    return anchors["uptime_cs"] / c.CS_PER_S, anchors["utc_s"] + anchors["utc_ms"] / _MS_PER_S


def _make_timeline(records: BandRecords) -> Timeline:
    times = [
        BootTimes(
            *anchor_times(boot),
            first_uptime_s=float(np.min(boot.uptime_s)),
            last_uptime_s=float(np.max(boot.uptime_s)),
        )
        for boot in records.boots
    ]
    clocks = fit_boots(times)
    timed = list(zip(records.boots, clocks, strict=True))
    alerts_utc_s = [alert_begins_utc_s(boot.events, clock) for boot, clock in timed]
    return Timeline(
        join([convert(boot.samples, boot.sample_no, boot.record_no, at) for boot, at in timed]),
        sum(len(boot.samples) for boot, clock in timed if not clock.anchored),
        tuple(clocks),
        join_tallies([convert_tallies(boot.tallies, clock) for boot, clock in timed]),
        np.concatenate([np.empty(0), *alerts_utc_s]),
    )
