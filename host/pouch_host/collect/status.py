"""What a collector knows of its ward: each band's last contact, holes, battery, next try.

One writer, the collector; a page of metrics and a table on a screen read it, from other threads
too. Nothing here is about a baby: a band is its printed label.
"""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from pouch_host.store import Band, Store
from pouch_protocol.constants import band_label, parse_band_label

from .healing import Step
from .pull import PullResult


@dataclass
class BandStatus:
    """How one band is, as far as this computer knows.

    Attributes:
        label: the printed label; for a band that has not said it yet, its address.
        known: whether that is a printed label.
        last_contact_utc_s: when it was last read or said who it is; None if never.
        battery_mv: at that contact, millivolts, or None.
        missing_count: records between the oldest and the newest known that are not in the store.
        new_count: records that the last pull brought; None if there was none since the start.
        received_count: records that came since the start.
        pull_count: pulls that succeeded since the start.
        failure_counts: pulls that failed since the start, by reason.
        failures_in_row: pulls that failed since the last that did not.
        last_failure: what the newest of those said; empty if there is none.
        next_utc_s: from when on it is wanted again; None if at once.
        damaged_count: frames that were damaged on the way since the start.
        corrupt_count: records, damaged in the band's own flash, that came since the start.
    """

    label: str
    known: bool = True
    last_contact_utc_s: float | None = None
    battery_mv: int | None = None
    missing_count: int = 0
    new_count: int | None = None
    received_count: int = 0
    pull_count: int = 0
    failure_counts: Counter[str] = field(default_factory=Counter)
    failures_in_row: int = 0
    last_failure: str = ""
    next_utc_s: float | None = None
    damaged_count: int = 0
    corrupt_count: int = 0


class WardStatus:
    """How all bands and the adapter are.

    Attributes:
        adapter_failure: what the adapter said when it last did not work; empty while it does.
        adapter_failure_count: how often it did not work since the start.
        step_counts: what was done for a stuck adapter since the start.
        stranger_count: bands on the air of which this computer has no key.
        clock_doubt: what speaks against this computer's clock; empty if nothing does.
    """

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        """Begin with the bands that the store knows.

        Args:
            store: where records go.
            clock: returns the Unix time in seconds.
        """
        self._store = store
        self._clock = clock
        self._bands: dict[str, BandStatus] = {}
        self.adapter_failure = ""
        self.adapter_failure_count = 0
        self.step_counts: Counter[Step] = Counter()
        self.stranger_count = 0
        self.clock_doubt = ""
        for band in store.bands():
            self._read_store(band)

    def bands(self) -> list[BandStatus]:
        """Return all bands, by label."""
        # A copy first, made in one go: another thread may ask while a band is added.
        bands = list(self._bands.values())
        return sorted(bands, key=lambda band: band.label)

    def note_read(self, name: str, result: PullResult, rest_s: float) -> None:
        """A band was read.

        Args:
            name: what the collector calls it.
            result: what the pull brought.
            rest_s: for how long it is left alone now.
        """
        if name != result.label:
            # It has said who it is: what is known of its address belongs to its label.
            self._move(name, result.label)
        band = self._band(result.label)
        band.new_count = result.new_count
        band.received_count += result.new_count
        band.pull_count += 1
        band.damaged_count += result.damaged_count
        band.corrupt_count += result.corrupt_count
        band.failures_in_row, band.last_failure = 0, ""
        band.next_utc_s = self._in(rest_s)
        self._refresh(result.label)
        # What it holds and did not send is missing too, and the store cannot know of it.
        band.missing_count = max(band.missing_count, result.missing_count)

    def note_failed(
        self, name: str, reason: str, message: str, failures_in_row: int, pause_s: float
    ) -> None:
        """A band was not read.

        Args:
            name: what the collector calls it.
            reason: one word for the kind of failure.
            message: what happened.
            failures_in_row: how often now.
            pause_s: for how long it is left alone now.
        """
        band = self._band(name)
        band.failure_counts[reason] += 1
        band.failures_in_row, band.last_failure = failures_in_row, message
        band.next_utc_s = self._in(pause_s)
        # Part of it may have come before the failure.
        self._refresh(name)

    def note_adapter_failed(self, message: str) -> None:
        """The adapter does not work."""
        self.adapter_failure = message
        self.adapter_failure_count += 1

    def note_adapter_works(self) -> None:
        """The adapter has listened."""
        self.adapter_failure = ""

    def note_step(self, step: Step) -> None:
        """Something was done for a stuck adapter."""
        self.step_counts[step] += 1

    def _in(self, pause_s: float) -> float | None:
        # Within a single round, a band that has had its turn is not wanted again at all.
        return self._clock() + pause_s if math.isfinite(pause_s) else None

    def _band(self, label: str) -> BandStatus:
        band = self._bands.get(label)
        if band is None:
            band = self._bands[label] = BandStatus(label, known=_is_label(label))
        return band

    def _move(self, name: str, label: str) -> None:
        before = self._bands.pop(name, None)
        if before is not None and label not in self._bands:
            before.label, before.known = label, True
            self._bands[label] = before
        elif before is not None:
            self._bands[label].failure_counts += before.failure_counts

    def _refresh(self, label: str) -> None:
        for band in self._store.bands():
            if band.label == label:
                self._read_store(band)

    def _read_store(self, band: Band) -> None:
        status = self._band(band.label)
        status.last_contact_utc_s = band.last_contact_utc_s
        status.battery_mv = band.battery_mv
        status.missing_count = self._store.missing_count(band.band_id)


def _is_label(name: str) -> bool:
    try:
        return band_label(parse_band_label(name)) == name
    except ValueError:
        return False
