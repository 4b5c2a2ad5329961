"""A ward that is watched minute by minute: a store, a band that sends, a time that is set."""

import sqlite3
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field

from pouch_host.store import Store
from pouch_host.ward import WardSettings, WardWatch
from pouch_protocol import constants as c
from pouch_protocol import records
from tests.host.ward import BAND_ID, INFANT, MINUTE_S, START_UTC_S, anchor_values, sample_values

LOG_ID = 7
SAMPLE_S = 30
PULL_MIN = 5


@dataclass
class LiveBand:
    """A band that records for as long as it is told to.

    Attributes:
        band_id: which band.
        next_no: number of its next record.
        waiting: what it has recorded and not sent.
    """

    band_id: int = BAND_ID
    next_no: int = 0
    waiting: list[bytes] = field(default_factory=list)

    def record(self, kind, values):
        """Record one thing."""
        self.waiting.append(records.encode(kind, values, LOG_ID, self.next_no))
        self.next_no += 1

    def minute(self, utc_s, **look):
        """Record a minute of samples."""
        look = {"infant_touched": True, "caregiver_touched": True, "temperature_c": 36.7} | look
        for second in range(0, MINUTE_S, SAMPLE_S):
            uptime_s = utc_s - START_UTC_S + second + SAMPLE_S / 2
            self.record(c.KIND_SAMPLE, sample_values(uptime_s, **look))


class LiveWard:
    """One infant with one band in a ward that is watched by hand.

    Attributes:
        store: the ward's store.
        now_utc_s: the time.
        skew_s: how far the clock of whoever looks is ahead of it.
        band: the band of `INFANT`.
        settings: how it is watched.
        watch: what watches it.
    """

    def __init__(self, store, now_utc_s, band, settings):
        self.store = store
        self.now_utc_s = now_utc_s
        self.skew_s = 0
        self.band = band
        self.settings = settings
        self.watch = self.watcher()

    @classmethod
    def begin(cls, store, *, settings=None):
        """Return a ward in an empty store: the infant has just got its band."""
        store.assign(BAND_ID, INFANT, START_UTC_S)
        store.record_contact(BAND_ID, START_UTC_S, battery_mv=3950)
        band = LiveBand()
        band.record(c.KIND_ANCHOR, anchor_values(0, START_UTC_S))
        return cls(store, START_UTC_S, band, settings or WardSettings(refresh_every_s=None))

    def fork(self, path):
        """Return a copy of the ward in another file, watched by a program that has just begun."""
        with (
            closing(sqlite3.connect(self.store.name)) as here,
            closing(sqlite3.connect(path)) as there,
        ):
            here.backup(there)
        return LiveWard(Store.open(path), self.now_utc_s, self.fresh_band(), self.settings)

    def fresh_band(self):
        """Return the band as it is now, to live on by itself."""
        return deepcopy(self.band)

    def watcher(self, store=None):
        """Return what watches the ward, as another program would."""
        return WardWatch(
            store or self.store,
            clock=lambda: float(self.now_utc_s + self.skew_s),
            settings=self.settings,
        )

    def live(self, minutes, *watches, pull=True, look=True, **band):
        """Let minutes pass; the band is pulled every five of them, and the ward looked at.

        Args:
            minutes: how many.
            watches: who looks; the ward's own watch if nobody is named.
            pull: whether the collector reaches the band.
            look: whether anybody looks.
            band: what the band feels, as for `sample_values`.
        """
        for _ in range(minutes):
            self.band.minute(self.now_utc_s, **band)
            self.now_utc_s += MINUTE_S
            if pull and (self.now_utc_s - START_UTC_S) // MINUTE_S % PULL_MIN == 0:
                self.pull()
            if look:
                for watch in watches or (self.watch,):
                    watch.step()

    def silent(self, minutes):
        """Let minutes pass in which nothing arrives."""
        for _ in range(minutes):
            self.now_utc_s += MINUTE_S
            self.watch.step()

    def pull(self, *, battery_mv=3950):
        """Reach the band: its clock is set, and all that it has is stored."""
        uptime_s = self.now_utc_s - START_UTC_S
        self.band.record(c.KIND_ANCHOR, anchor_values(uptime_s, self.now_utc_s))
        first_no = self.band.next_no - len(self.band.waiting)
        self.arrive(first_no, self.band.waiting)
        self.band.waiting = []
        self.store.record_contact(BAND_ID, self.now_utc_s, battery_mv=battery_mv)

    def arrive(self, first_no, some, *, boot_id=1):
        """Store some records that follow each other, as of now."""
        data = b"".join(some)
        self.store.add_segment(BAND_ID, LOG_ID, boot_id, first_no, data, self.now_utc_s)

    @property
    def infant(self):
        """The infant as the board shows it."""
        (found,) = self.watch.board().infants
        return found

    def told(self, *kinds):
        """Return what was told, oldest first: kind, class and number of the alert."""
        return [
            (event.kind, event.alert_class, event.alert_id)
            for event in reversed(self.store.alerts.events(limit=10_000))
            if not kinds or event.kind in kinds
        ]

    def rings(self):
        """Return each ring that was ever told."""
        return self.told("rang")
