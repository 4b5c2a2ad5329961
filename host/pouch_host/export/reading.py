"""One band of a store as an export reads it: up to a segment, and the samples of a span only.

A band may be worn by one infant after the other for years. Its clock rests on the anchors of all
of that time, which are few; samples are kept of the span that is asked for. So memory is that of
one infant's samples, and 36 bytes for each record of the band while it is read.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pouch_host.analysis.band_hours import alert_begins_utc_s, convert_tallies, join_tallies
from pouch_host.analysis.clock_fit import BootClock, BootTimes, fit_boots
from pouch_host.analysis.samples import convert, join
from pouch_host.derive import Timeline
from pouch_host.derive.timelines import anchor_times
from pouch_host.store import BootRecords, Problem, Segment, Store
from pouch_host.store.decode import Piece, boot_records, check, fields_of
from pouch_protocol import constants as c

# Segments that are checked at once: a week of pulls.
_AT_ONCE = 4096
# A sample needs its neighbours to say for which time it speaks.
_MARGIN_S = 3600.0


@dataclass(frozen=True, eq=False)
class ReadBoot:
    """One boot of a band.

    Attributes:
        records: all of them, but for samples outside the span.
        clock: fitted to all anchors.
        anchor_no: record number of each anchor.
        others: what is no sample, as it came.
        first_uptime_s: of all its records.
        last_uptime_s: likewise.
        sample_count: samples, within the span or not.
    """

    records: BootRecords
    clock: BootClock
    anchor_no: npt.NDArray[np.int64]
    others: Piece
    first_uptime_s: float
    last_uptime_s: float
    sample_count: int

    def of_kind(self, kind: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.void]]:
        """Return number and fields of its records of one kind, which is not that of samples."""
        rows = self.others.records[:, 0] == kind
        return self.others.record_no[rows], fields_of(self.others.records[rows], kind)


@dataclass(frozen=True, eq=False)
class ReadBand:
    """A band.

    Attributes:
        boots: in the order in which they happened.
        timeline: its samples of the span, in time.
        problems: what could not be read.
        damaged: the same as `(log, first number, last number)`.
        missing: numbers of records between the first and last held of each log that are not held,
            likewise.
        skipped_count: records of kinds that are not known.
    """

    boots: tuple[ReadBoot, ...]
    timeline: Timeline
    problems: tuple[Problem, ...]
    damaged: tuple[tuple[int, int, int], ...]
    missing: tuple[tuple[int, int, int], ...]
    skipped_count: int

    @property
    def record_count(self) -> int:
        """Return how many readable records are held, of any kind."""
        return sum(boot.sample_count - len(boot.records.samples) for boot in self.boots) + sum(
            len(boot.records.record_no) for boot in self.boots
        )


def read_band(
    store: Store, band_id: int, until_id: int, from_utc_s: float, to_utc_s: float
) -> ReadBand:
    """Return a band.

    Args:
        store: where it is.
        band_id: which one.
        until_id: key of the last segment that counts.
        from_utc_s: samples from an hour before this on ...
        to_utc_s: ... up to an hour after this are kept.

    Raises:
        StoreError: the store cannot be read.
    """
    segments = [one for one in store.segments(band_id) if one.segment_id <= until_id]
    pieces: dict[tuple[int, int], list[Piece]] = {}
    logs: dict[int, int] = {}
    problems: list[Problem] = []
    skipped = 0
    for first in range(0, len(segments), _AT_ONCE):
        found = check(segments[first : first + _AT_ONCE], store.name)
        for log_id in found.log_ids:
            logs.setdefault(log_id, len(logs))
        for piece in found.pieces:
            pieces.setdefault((piece.log_id, piece.boot_id), []).append(piece)
        problems += found.problems
        skipped += found.skipped_count
    missing = tuple(_missing(segments))
    log_of = {one.segment_id: one.log_id for one in segments}
    damaged = tuple(
        (log_of[one.segment_id], one.first_record_no, one.last_record_no) for one in problems
    )
    del segments
    wholes = sorted(
        (_by_number(some) for some in pieces.values()),
        key=lambda one: (logs[one.log_id], int(one.record_no[0])),
    )
    pieces.clear()
    times = [_times(piece) for piece in wholes]
    clocks = fit_boots(times)
    boots = tuple(
        _boot(piece, clock, known, from_utc_s - _MARGIN_S, to_utc_s + _MARGIN_S)
        for piece, clock, known in zip(wholes, clocks, times, strict=True)
    )
    return ReadBand(boots, _timeline(boots), tuple(problems), damaged, missing, skipped)


def _missing(segments: Sequence[Segment]) -> list[tuple[int, int, int]]:
    log_id = np.array([one.log_id for one in segments], np.int64)
    first = np.array([one.first_record_no for one in segments], np.int64)
    last = np.array([one.last_record_no for one in segments], np.int64)
    found = []
    for log in dict.fromkeys(log_id.tolist()):
        mine = np.flatnonzero(log_id == log)
        mine = mine[np.argsort(first[mine], kind="stable")]
        reached = np.maximum.accumulate(last[mine])[:-1]
        begins = first[mine][1:]
        gaps = np.flatnonzero(begins > reached + 1)
        found += [(log, int(reached[at]) + 1, int(begins[at]) - 1) for at in gaps]
    return found


def _by_number(some: Sequence[Piece]) -> Piece:
    """Return pieces of one boot as one, by record number."""
    record_no = np.concatenate([piece.record_no for piece in some])
    records = np.concatenate([piece.records for piece in some])
    if np.any(np.diff(record_no) < 0):
        order = np.argsort(record_no, kind="stable")
        record_no, records = record_no[order], records[order]
    return replace(
        some[0], record_no=record_no, records=records, received_utc_s=np.empty(0, np.int64)
    )


def _chosen(piece: Piece, chosen: npt.NDArray[np.bool_]) -> Piece:
    return replace(piece, record_no=piece.record_no[chosen], records=piece.records[chosen])


def _times(piece: Piece) -> BootTimes:
    anchors = boot_records([_chosen(piece, piece.records[:, 0] == c.KIND_ANCHOR)])
    uptime_s = _uptime_s(piece)
    return BootTimes(
        *anchor_times(anchors),
        first_uptime_s=float(np.min(uptime_s)),
        last_uptime_s=float(np.max(uptime_s)),
    )


def _uptime_s(piece: Piece) -> npt.NDArray[np.float64]:
    # Every kind begins with the same head; its last four bytes are the uptime.
    return np.ascontiguousarray(piece.records[:, 3:7]).view("<u4")[:, 0] / c.CS_PER_S


def _boot(
    piece: Piece, clock: BootClock, times: BootTimes, from_utc_s: float, to_utc_s: float
) -> ReadBoot:
    samples = piece.records[:, 0] == c.KIND_SAMPLE
    kept = ~samples
    if clock.anchored:
        utc_s = clock.utc_s(_uptime_s(piece))
        kept |= (utc_s >= from_utc_s) & (utc_s < to_utc_s)
    records = boot_records([_chosen(piece, kept)])
    return ReadBoot(
        records=records,
        clock=clock,
        anchor_no=piece.record_no[piece.records[:, 0] == c.KIND_ANCHOR],
        others=_chosen(piece, ~samples),
        first_uptime_s=times.first_uptime_s,
        last_uptime_s=times.last_uptime_s,
        sample_count=int(np.count_nonzero(samples)),
    )


def _timeline(boots: Sequence[ReadBoot]) -> Timeline:
    parts = [(boot.records, boot.clock) for boot in boots]
    alerts = [alert_begins_utc_s(records.events, clock) for records, clock in parts]
    return Timeline(
        join([convert(one.samples, one.sample_no, one.record_no, clock) for one, clock in parts]),
        sum(boot.sample_count for boot in boots if not boot.clock.anchored),
        tuple(boot.clock for boot in boots),
        join_tallies([convert_tallies(one.tallies, clock) for one, clock in parts]),
        np.concatenate([np.empty(0), *alerts]),
    )


NOTHING = ReadBand((), Timeline(join([]), 0, (), join_tallies([]), np.empty(0)), (), (), (), 0)
"""A band that sent nothing."""

EVERYTHING = (-math.inf, math.inf)
"""A span that keeps all samples."""
