"""Bands, and what they sent: the part of a store that the collector fills."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from . import people, segments
from .decode import BandRecords
from .engine import reading, writing
from .ranges import Range, subtract
from .record_cache import RecordCache
from .rows import Band, Segment


class BandStore:
    """Bands and their records. `Store` adds whom they belong to, and who may see it.

    Attributes:
        name: the file or address, as messages show it.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """Hold an engine whose database is known to be a store."""
        self.name = name
        self._engine = engine
        self._records = RecordCache(name)

    def ensure_band(self, band_id: int, contact_utc_s: float | None = None) -> Band:
        """Return the band, made if it is new.

        Args:
            band_id: the band.
            contact_utc_s: the host's time if it meets the band now, else None.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            if contact_utc_s is not None:
                people.note_contact(connection, band, int(contact_utc_s))
                band = people.lock_band(connection, band_id)
            return band

    def record_contact(
        self,
        band_id: int,
        utc_s: float,
        *,
        battery_mv: int | None = None,
        firmware_version: str | None = None,
        wire_version: int | None = None,
    ) -> None:
        """Keep that a band was met and what it told of itself; None leaves the last known.

        Args:
            band_id: the band, made if it is new.
            utc_s: the host's time of the contact.
            battery_mv: battery, millivolts.
            firmware_version: such as "1.2.0".
            wire_version: version of the protocol it spoke.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            people.note_contact(
                connection,
                band,
                int(utc_s),
                battery_mv=battery_mv,
                firmware_version=firmware_version,
                wire_version=wire_version,
            )

    def newest_contact_utc_s(self) -> int | None:
        """Return the host's time of the newest contact with any band; None before the first."""
        return max((band.last_contact_utc_s or 0 for band in self.bands()), default=0) or None

    def bands(self) -> list[Band]:
        """Return all bands, by label."""
        with self._reading() as connection:
            return people.bands(connection)

    def add_segment(
        self,
        band_id: int,
        log_id: int,
        boot_id: int,
        first_record_no: int,
        data: bytes,
        received_utc_s: float,
    ) -> int:
        """Store a run of records; return how many of them were not held before.

        Records held already are dropped, whatever pieces they come in: each is stored exactly
        once. When the call returns, the new ones are durable.

        Args:
            band_id: the band, made if it is new.
            log_id: the log on the band.
            boot_id: the boot that wrote all of these records.
            first_record_no: number of the first record in the data.
            data: whole records, as the band sent them, CRC included.
            received_utc_s: the host's time.

        Raises:
            ValueError: the data is not a whole number of records, or numbers pass u32.
        """
        with self._writing() as connection:
            people.lock_band(connection, band_id)
            return segments.add(
                connection,
                band_id=band_id,
                log_id=log_id,
                boot_id=boot_id,
                first_record_no=first_record_no,
                data=data,
                received_utc_s=int(received_utc_s),
            )

    def held_ranges(self, band_id: int, log_id: int) -> list[Range]:
        """Return which record numbers of a log are held, as sorted `(first, last)`."""
        with self._reading() as connection:
            return segments.held(connection, band_id, log_id)

    def holes(self, band_id: int, log_id: int, first: int, last: int) -> list[Range]:
        """Return which record numbers from `first` to `last` are missing, likewise."""
        return subtract((first, last), self.held_ranges(band_id, log_id))

    def missing_count(self, band_id: int) -> int:
        """Return how many records a band has that are not held: still there, or given up by it."""
        with self._reading() as connection:
            return segments.missing_count(connection, band_id)

    def segment_cursors(self) -> dict[int, int]:
        """Return the key of the newest segment of each band that sent any."""
        with self._reading() as connection:
            return segments.cursors(connection)

    def segments(self, band_id: int, *, after_id: int = 0) -> list[Segment]:
        """Return a band's segments in order of insertion, those behind a cursor if given."""
        with self._reading() as connection:
            return segments.newer(connection, band_id, after_id)

    def all_segments(self, *, limit: int) -> Iterator[list[Segment]]:
        """Yield the segments of all bands in order of insertion, so many at a time."""
        return segments.of_all(self._reading, limit)

    def records(self, band_id: int) -> BandRecords:
        """Return all readable records of a band as arrays, and what could not be read.

        Each segment is read and checked once, while the band is among those asked for last.
        """
        return self._records.of(band_id, self.segments)

    def forget_records(self, band_id: int) -> None:
        """Give back the memory of a band's records. The next one to ask reads them anew."""
        self._records.forget(band_id)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with reading(self._engine, self.name) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with writing(self._engine, self.name) as connection:
            yield connection
