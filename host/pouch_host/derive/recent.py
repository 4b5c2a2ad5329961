"""The newest days of each band, in memory that does not grow.

    segments, each read once --> what a clock needs: anchors, first and last uptime of each boot
                             --> records of the last two days, as bytes
                             --> counts, problems

Two hundred bands with a month each are seventeen million records: gigabytes as arrays. What a
board shows rests on the last two days of them, but when those were depends on the anchors of all,
so these are kept and the records are not. The times that come of it are the same to the last bit.

Where a clock turns out to be another one, so that a record that was dropped belongs to the last
days after all, the band is read anew.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.band_hours import join_tallies
from pouch_host.analysis.clock_fit import BootClock, BootTimes, fit_boots
from pouch_host.analysis.samples import convert, join
from pouch_host.store import Problem, Segment, Store
from pouch_host.store.decode import Piece, boot_records, check
from pouch_protocol import constants as c

from .timelines import Timeline, anchor_times

Floats = npt.NDArray[np.float64]

_HOUR_S = 3600.0

# Today and a day before now at whole blocks (30 h), and the reach of its first block (16 h).
_NEEDED_S = 46 * _HOUR_S
_KEPT_S = 50 * _HOUR_S
# Of a band that is silent for longer, what `board_rows` looks at before its newest sample.
_NEEDED_SILENT_S = 12 * _HOUR_S
_KEPT_SILENT_S = 14 * _HOUR_S

# A look asks several times for the bands of one infant.
_TIMELINES = 8

# Segments of all bands that are in memory at once: some 50 MB.
_AT_ONCE = 100_000


@dataclass(eq=False)
class _Boot:
    """One boot of a band.

    Attributes:
        first_no: number of its first record that was ever read.
        first_uptime_s: smallest uptime of its records.
        last_uptime_s: largest one.
        sample_count: how many samples were ever read.
        anchor_no: record number of each anchor, rising.
        anchor_uptime_s: its uptime.
        anchor_utc_s: what time it was then.
        kept: the newest records, by record number.
        dropped_uptime_s: largest uptime of a record that was dropped; -inf if none was.
    """

    first_no: int
    first_uptime_s: float
    last_uptime_s: float
    sample_count: int
    anchor_no: npt.NDArray[np.int64]
    anchor_uptime_s: Floats
    anchor_utc_s: Floats
    kept: Piece
    dropped_uptime_s: float = -math.inf

    @classmethod
    def of(cls, piece: Piece) -> "_Boot":
        """Return the boot as far as one piece of it tells."""
        piece = _by_number([piece])
        records = boot_records([piece])
        anchor_uptime_s, anchor_utc_s = anchor_times(records)
        return cls(
            int(records.record_no[0]),
            float(np.min(records.uptime_s)),
            float(np.max(records.uptime_s)),
            len(records.samples),
            piece.record_no[piece.records[:, 0] == c.KIND_ANCHOR],
            anchor_uptime_s,
            anchor_utc_s,
            piece,
        )

    def add(self, other: "_Boot") -> None:
        """Take what a further piece tells."""
        self.first_no = min(self.first_no, other.first_no)
        self.first_uptime_s = min(self.first_uptime_s, other.first_uptime_s)
        self.last_uptime_s = max(self.last_uptime_s, other.last_uptime_s)
        self.sample_count += other.sample_count
        numbers = np.concatenate([self.anchor_no, other.anchor_no])
        order = np.argsort(numbers, kind="stable")
        self.anchor_no = numbers[order]
        self.anchor_uptime_s = np.concatenate([self.anchor_uptime_s, other.anchor_uptime_s])[order]
        self.anchor_utc_s = np.concatenate([self.anchor_utc_s, other.anchor_utc_s])[order]
        self.kept = _by_number([self.kept, other.kept])

    @property
    def times(self) -> BootTimes:
        """Return what its clock is fitted to."""
        return BootTimes(
            self.anchor_uptime_s, self.anchor_utc_s, self.first_uptime_s, self.last_uptime_s
        )

    @property
    def uptime_s(self) -> Floats:
        """Return the uptime of each record that is kept."""
        return boot_records([self.kept]).uptime_s

    def drop(self, clock: BootClock, before_utc_s: float) -> None:
        """Drop the records from before a moment. What may be later is kept."""
        uptime_s = self.uptime_s
        if clock.anchored:
            kept = clock.utc_s(uptime_s) >= before_utc_s
        else:
            kept = np.full(len(uptime_s), clock.latest_utc_s >= before_utc_s)
        if not kept.all():
            self.dropped_uptime_s = max(self.dropped_uptime_s, float(np.max(uptime_s[~kept])))
            self.kept = _chosen(self.kept, kept)

    def dropped_utc_s(self, clock: BootClock) -> float:
        """Return the latest time that a record may have had that was dropped."""
        if math.isinf(self.dropped_uptime_s):
            return -math.inf
        return float(clock.utc_s(self.dropped_uptime_s)) if clock.anchored else clock.latest_utc_s


@dataclass(eq=False)
class _Band:
    """What is kept of one band.

    Attributes:
        cursor: key of the newest segment read.
        logs: place of each log in the order of their first arrival.
        boots: by log and boot.
        problems: what could not be read.
        clocks: of the boots in their order.
        trimmed_utc_s: the time for which the newest days were told.
    """

    cursor: int = 0
    logs: dict[int, int] = field(default_factory=dict)
    boots: dict[tuple[int, int], _Boot] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    clocks: list[BootClock] = field(default_factory=list[BootClock])
    trimmed_utc_s: float = -math.inf

    def in_order(self) -> list[_Boot]:
        """Return the boots in the order in which they happened."""
        keys = sorted(self.boots, key=lambda key: (self.logs[key[0]], self.boots[key].first_no))
        return [self.boots[key] for key in keys]


@dataclass(frozen=True, eq=False)
class _Timed:
    """A band's newest samples in time, and when the host had each of them."""

    timeline: Timeline
    received_utc_s: npt.NDArray[np.int64]


class RecentRecords:
    """The newest days of the bands of a store. For one thread.

    Args:
        store: where the records are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._now_utc_s = -math.inf
        self._bands: dict[int, _Band] = {}
        self._timed: OrderedDict[int, _Timed] = OrderedDict()

    def look(self, now_utc_s: float) -> None:
        """Set the time up to which the newest days are told."""
        self._now_utc_s = now_utc_s

    def read(self, band_id: int) -> bool:
        """Read what a band has sent since; tell whether that was anything.

        Raises:
            StoreError: the store cannot be read.
        """
        band = self._bands.setdefault(band_id, _Band())
        segments = self._store.segments(band_id, after_id=band.cursor)
        if not segments:
            return False
        self._take(band_id, segments)
        return True

    def read_all(self, band_ids: set[int], on_piece: Callable[[], None] = lambda: None) -> None:
        """Read what some bands have ever sent, all of them at once.

        Args:
            band_ids: which.
            on_piece: called before each piece of the work.

        Raises:
            StoreError: the store cannot be read.
        """
        on_piece()
        for some in self._store.all_segments(limit=_AT_ONCE):
            of_band: dict[int, list[Segment]] = {}
            for segment in some:
                of_band.setdefault(segment.band_id, []).append(segment)
            for band_id in band_ids & set(of_band):
                cursor = self._bands.setdefault(band_id, _Band()).cursor
                new = [one for one in of_band[band_id] if one.segment_id > cursor]
                on_piece()
                if new:
                    self._take(band_id, new)

    def _take(self, band_id: int, segments: Sequence[Segment]) -> None:
        band = self._bands[band_id]
        found = check(segments, self._store.name)
        for log_id in found.log_ids:
            band.logs.setdefault(log_id, len(band.logs))
        for piece in found.pieces:
            key = (piece.log_id, piece.boot_id)
            if key in band.boots:
                band.boots[key].add(_Boot.of(piece))
            else:
                band.boots[key] = _Boot.of(piece)
        band.problems += found.problems
        band.cursor = segments[-1].segment_id
        self._timed.pop(band_id, None)
        if not self._trim(band):
            self._read_anew(band_id)

    def timeline(self, band_id: int) -> Timeline:
        """Return a band's newest samples in time; of tallies and alerts none."""
        return self._timed_of(band_id).timeline

    def problems(self, band_id: int) -> Sequence[Problem]:
        """Return what of a band could not be read, new or old."""
        self._timed_of(band_id)
        return tuple(self._bands[band_id].problems)

    def arrivals(self, band_id: int) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Return when each of a band's newest samples was taken, and when the host had it."""
        timed = self._timed_of(band_id)
        return timed.timeline.samples.utc_s, timed.received_utc_s

    def keep_only(self, band_ids: set[int]) -> None:
        """Forget all other bands: nobody wears them."""
        for band_id in set(self._bands) - band_ids:
            del self._bands[band_id]
            self._timed.pop(band_id, None)

    def _timed_of(self, band_id: int) -> _Timed:
        if band_id not in self._bands:
            self.read(band_id)
        # A clock that was set back by hours asks for days that were dropped.
        if self._now_utc_s < self._bands[band_id].trimmed_utc_s - (_KEPT_S - _NEEDED_S):
            self._read_anew(band_id)
        if band_id not in self._timed:
            band = self._bands[band_id]
            self._timed[band_id] = _timed(band.in_order(), band.clocks)
            while len(self._timed) > _TIMELINES:
                self._timed.popitem(last=False)
        self._timed.move_to_end(band_id)
        return self._timed[band_id]

    def _read_anew(self, band_id: int) -> None:
        self._timed.pop(band_id, None)
        self._bands[band_id] = _Band()
        self.read(band_id)

    def _trim(self, band: _Band) -> bool:
        """Drop what lies before the newest days; tell whether nothing is missing from them."""
        now_utc_s = self._now_utc_s
        boots = band.in_order()
        clocks = band.clocks = fit_boots([boot.times for boot in boots])
        newest_utc_s = _newest_utc_s(boots, clocks, now_utc_s)
        needed_utc_s = min(now_utc_s - _NEEDED_S, newest_utc_s - _NEEDED_SILENT_S)
        dropped = [boot.dropped_utc_s(clock) for boot, clock in zip(boots, clocks, strict=True)]
        if max(dropped, default=-math.inf) >= needed_utc_s:
            return False
        kept_utc_s = min(now_utc_s - _KEPT_S, newest_utc_s - _KEPT_SILENT_S)
        for boot, clock in zip(boots, clocks, strict=True):
            boot.drop(clock, kept_utc_s)
        band.trimmed_utc_s = now_utc_s
        return True


def _newest_utc_s(boots: Sequence[_Boot], clocks: Sequence[BootClock], now_utc_s: float) -> float:
    """Return when the newest record of now or before was taken; now if that is not known."""
    newest_utc_s = -math.inf
    for boot, clock in zip(boots, clocks, strict=True):
        if clock.anchored:
            utc_s = clock.utc_s(boot.uptime_s)
            utc_s = utc_s[utc_s <= now_utc_s]
            newest_utc_s = max(newest_utc_s, float(np.max(utc_s, initial=-math.inf)))
    return now_utc_s if math.isinf(newest_utc_s) else newest_utc_s


def _timed(boots: Sequence[_Boot], clocks: Sequence[BootClock]) -> _Timed:
    parts = []
    received = [np.empty(0, np.int64)]
    for boot, clock in zip(boots, clocks, strict=True):
        records = boot_records([boot.kept])
        parts.append(convert(records.samples, records.sample_no, records.record_no, clock))
        if clock.anchored:
            samples = boot.kept.records[:, 0] == c.KIND_SAMPLE
            received.append(boot.kept.received_utc_s[samples])
    untimed = [
        boot.sample_count for boot, clock in zip(boots, clocks, strict=True) if not clock.anchored
    ]
    order = np.argsort(np.concatenate([np.empty(0), *(one.utc_s for one in parts)]), kind="stable")
    timeline = Timeline(join(parts), sum(untimed), tuple(clocks), join_tallies([]), np.empty(0))
    return _Timed(timeline, np.concatenate(received)[order])


def _by_number(pieces: Sequence[Piece]) -> Piece:
    """Return pieces of one boot as one, by record number."""
    whole = pieces[0]
    if len(pieces) > 1:
        whole = replace(
            whole,
            record_no=np.concatenate([piece.record_no for piece in pieces]),
            records=np.concatenate([piece.records for piece in pieces]),
            received_utc_s=np.concatenate([piece.received_utc_s for piece in pieces]),
        )
    if np.any(np.diff(whole.record_no) < 0):
        whole = _chosen(whole, np.argsort(whole.record_no, kind="stable"))
    return whole


def _chosen(piece: Piece, chosen: npt.NDArray[np.integer | np.bool_]) -> Piece:
    return replace(
        piece,
        record_no=piece.record_no[chosen],
        records=piece.records[chosen],
        received_utc_s=piece.received_utc_s[chosen],
    )
