"""One band of the quick gear: its boots, its log, and what each pull of a host brings of it."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pouch_protocol import constants as c
from pouch_protocol import records
from pouch_sim.clock import Crystal
from pouch_sim.hardware.pod import PodFaults
from pouch_sim.world.surroundings import Surroundings

from .felt import Felt
from .records import SAMPLE, Piece, sample_rows, seal
from .samples import FIRST_SAMPLE_US, boot_samples

Integers = NDArray[np.int64]

_US_PER_S = 1_000_000
_US_PER_MS = 1_000
_US_PER_CS = 10_000
# The collector tells a band the time when the last time is an hour old.
_ANCHOR_US = 3_600 * _US_PER_S
# Round trips of the true gear's radio; what the band is told lies somewhere in one.
_ROUND_TRIP_MS_MIN, _ROUND_TRIP_MS_MAX = 30, 120
# A power cut loses what is not flushed, see firmware/band/store.py.
_UNFLUSHED_S_MAX = 120


@dataclass(frozen=True)
class QuickBand:
    """What one band is and what befalls it.

    Attributes:
        band_id: its identity, u32.
        pulls_us: true times at which a host pulls it, rising. What is written later stays on it.
        interval_s: seconds between samples.
        drift_ppm: how much its crystal runs fast.
        boot_at_us: true time of power on.
        power_cuts_us: from when until when it has no power, rising.
        worn_by_infant: whether the infant keeps it on outside SSC.
        absent: chips that do not answer.
        absent_us: by chip, from when until when it does not answer.
        faults: what else is wrong with its chips, see `Felt` for which.
    """

    band_id: int
    pulls_us: Sequence[int]
    interval_s: int = 30
    drift_ppm: float = 0.0
    boot_at_us: int = 0
    power_cuts_us: Sequence[tuple[int, int]] = ()
    worn_by_infant: bool = False
    absent: frozenset[str] = frozenset()
    absent_us: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    faults: PodFaults = field(default_factory=PodFaults)


@dataclass(frozen=True, eq=False)
class QuickRun:
    """What one band wrote.

    Attributes:
        log_id: its log.
        samples: sample records as rows of `records.SAMPLE`, those that were never pulled too.
        sample_no: record number of each.
        true_us: true time at which each began, microseconds since the simulation began.
        pieces: all records that were pulled, as the pulls brought them.
    """

    log_id: int
    samples: NDArray[np.void]
    sample_no: Integers
    true_us: Integers
    pieces: tuple[Piece, ...]


def run_quickly(
    world: Surroundings, band: QuickBand, *, start_utc_s: int, end_us: int, seed: int
) -> QuickRun:
    """Return what a band writes until a true time.

    Args:
        world: what surrounds it.
        band: what it is.
        start_utc_s: Unix seconds of true time 0, for the anchors.
        end_us: true time of the end.
        seed: of its log's identity and of the anchors' errors.

    Raises:
        ValueError: a fault that only the true gear knows, or a chip that there is not.
    """
    felt = Felt(world, absent=band.absent, faults=band.faults)
    chance = random.Random(f"quick band {seed} {band.band_id}")
    log = _Log(chance.getrandbits(32), start_utc_s, chance)
    starts_us = [band.boot_at_us, *(until_us for _, until_us in band.power_cuts_us)]
    ends_us = [*(from_us for from_us, _ in band.power_cuts_us), end_us]
    for boot_id, (boot_us, off_us) in enumerate(zip(starts_us, ends_us, strict=True), start=1):
        if boot_us < min(off_us, end_us):
            cut = off_us if off_us < end_us else None
            log.add_boot(felt, band, boot_id, boot_us, min(off_us, end_us), cut_us=cut)
    return log.run()


class _Log:
    """The log of one band, boot after boot."""

    def __init__(self, log_id: int, start_utc_s: int, chance: random.Random) -> None:
        self._log_id = log_id
        self._start_utc_s = start_utc_s
        self._chance = chance
        self._next_no = 0
        self._samples: list[NDArray[np.void]] = []
        self._sample_no: list[Integers] = [np.empty(0, dtype=np.int64)]
        self._true_us: list[Integers] = [np.empty(0, dtype=np.int64)]
        self._pieces: list[Piece] = []
        # What no pull has brought yet: boot, first number, records.
        self._left: list[tuple[int, int, NDArray[np.uint8]]] = []

    def add_boot(
        self,
        felt: Felt,
        band: QuickBand,
        boot_id: int,
        boot_us: int,
        end_us: int,
        *,
        cut_us: int | None,
    ) -> None:
        """Write one boot: its boot record, samples, and an anchor at a pull if one is due."""
        fields, begin_us, written_us = boot_samples(
            felt,
            interval_s=band.interval_s,
            drift_ppm=band.drift_ppm,
            boot_us=boot_us,
            end_us=end_us,
            absent_us=band.absent_us,
        )
        pulls_us = [at_us for at_us in band.pulls_us if boot_us < at_us <= end_us]
        if cut_us is not None:
            count = _flushed_count(written_us, band.interval_s, pulls_us)
            fields = {name: values[:count] for name, values in fields.items()}
            begin_us, written_us = begin_us[:count], written_us[:count]
        if band.worn_by_infant:
            fields["flags"] |= c.FLAG_WORN_BY_INFANT
        anchors_us = _due(pulls_us)
        times_us = np.concatenate([[boot_us], written_us, anchors_us]).astype(np.int64)
        place = np.empty(len(times_us), dtype=np.int64)
        place[np.argsort(times_us, kind="stable")] = np.arange(len(times_us))
        record_no = self._next_no + place
        sample_no = record_no[1 : 1 + len(begin_us)]
        rows = sample_rows(fields)
        data = np.empty((len(times_us), c.RECORD_BYTES), dtype=np.uint8)
        data[place[0]] = self._boot_record(boot_id)
        data[place[1 : 1 + len(begin_us)]] = seal(rows, self._log_id, sample_no)
        crystal = Crystal(band.drift_ppm)
        crystal.boot(boot_us)
        for index, at_us in enumerate(anchors_us, start=1 + len(begin_us)):
            uptime_cs = crystal.local_us(at_us) // _US_PER_CS
            data[place[index]] = self._anchor(uptime_cs, at_us, int(record_no[index]))
        self._samples.append(rows)
        self._sample_no.append(sample_no)
        self._true_us.append(begin_us)
        self._pull(boot_id, data, np.sort(times_us), pulls_us)
        self._next_no += len(data)

    def run(self) -> QuickRun:
        """Return everything written."""
        return QuickRun(
            self._log_id,
            np.concatenate(self._samples) if self._samples else np.empty(0, dtype=SAMPLE),
            np.concatenate(self._sample_no),
            np.concatenate(self._true_us),
            tuple(self._pieces),
        )

    def _boot_record(self, boot_id: int) -> NDArray[np.uint8]:
        fields = {
            "flags": 0,
            "uptime_cs": FIRST_SAMPLE_US // _US_PER_CS,
            "boot_id": boot_id,
            "reset_cause": c.RESET_POWER_ON,
            "firmware_major": 0,
            "firmware_minor": 0,
            "firmware_patch": 0,
        }
        return _bytes(records.encode(c.KIND_BOOT, fields, self._log_id, self._next_no))

    def _anchor(self, uptime_cs: int, at_us: int, record_no: int) -> NDArray[np.uint8]:
        """Return what a host says the time is: wrong by at most half of the round trip."""
        round_trip_ms = self._chance.randint(_ROUND_TRIP_MS_MIN, _ROUND_TRIP_MS_MAX)
        error_ms = self._chance.uniform(-round_trip_ms / 2, round_trip_ms / 2)
        told_ms = round(self._start_utc_s * 1000 + at_us / _US_PER_MS + error_ms)
        utc_s, utc_ms = divmod(told_ms, 1000)
        fields = {
            "flags": 0,
            "uptime_cs": uptime_cs,
            "utc_s": utc_s,
            "utc_ms": utc_ms,
            "source": c.TIME_SOURCE_HOST,
            "round_trip_ms": round_trip_ms,
        }
        return _bytes(records.encode(c.KIND_ANCHOR, fields, self._log_id, record_no))

    def _pull(
        self,
        boot_id: int,
        data: NDArray[np.uint8],
        times_us: Integers,
        pulls_us: Sequence[int],
    ) -> None:
        """Cut what was written into the pieces that the pulls bring.

        What a boot wrote after its last pull comes with the first pull of a later one.
        """
        self._left.append((boot_id, self._next_no, data))
        for at_us in pulls_us:
            until = int(np.searchsorted(times_us, at_us, side="right"))
            left_boot_id, left_no, left = self._left.pop()
            part = until - (left_no - self._next_no)
            self._left.append((left_boot_id, left_no, left[:part]))
            for piece_boot_id, first_no, whole in self._left:
                if len(whole):
                    self._pieces.append(
                        Piece(self._log_id, piece_boot_id, first_no, whole.tobytes(), at_us)
                    )
            self._left = [(boot_id, left_no + part, left[part:])]


def _bytes(record: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(record, dtype=np.uint8)


def _due(pulls_us: Sequence[int]) -> list[int]:
    """Return the pulls of one boot at which its band is told the time."""
    told: list[int] = []
    for at_us in pulls_us:
        if not told or at_us - told[-1] >= _ANCHOR_US:
            told.append(at_us)
    return told


def _flushed_count(written_us: Integers, interval_s: int, pulls_us: Sequence[int]) -> int:
    """Return how many samples of a boot survive the cut that ended it."""
    of_flush = max(1, _UNFLUSHED_S_MAX // interval_s)
    by_pace = len(written_us) // of_flush * of_flush
    by_pull = int(np.searchsorted(written_us, pulls_us[-1], side="right")) if pulls_us else 0
    return max(by_pace, by_pull)
