"""The one door to stored data: each method is one transaction, or one consistent look."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from pouch_host.errors import InputError, StoreError
from pouch_host.zones import named_zone

from . import people, schema, segments
from .assignments import Ledger, assignments
from .decode import BandDecoder, BandRecords
from .derived import DerivedTables
from .engine import is_address, make_engine, reading, writing
from .migrate import prepare
from .ranges import Range, subtract
from .rows import Assignment, Band, Infant, Segment

_DAY_H = 24
_MINUTES_PER_HOUR = 60


class Store:
    """A Pouch store: an SQLite file, or a database on a server.

    May be used by several threads; each call opens its own connection. Times are UTC seconds;
    fractions are cut off, since no decision hangs on them. Every method raises `StoreError` when
    the database reports a fault.

    Attributes:
        name: the file or address, as messages show it.
        derived: what was worked out from the rest.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """Hold an engine whose database is known to be a store; use `open`."""
        self.name = name
        self.derived = DerivedTables(engine, name)
        self._engine = engine
        self._decoders: dict[int, BandDecoder] = {}
        self._decoders_lock = Lock()

    @classmethod
    def open(cls, path_or_url: Path | str, *, create: bool = True) -> Self:
        """Open a store, and bring an older one up to date.

        Args:
            path_or_url: an SQLite file, or an SQLAlchemy address such as
                "postgresql+psycopg://server/ward".
            create: make the file if there is none. Its folder must exist in any case.

        Raises:
            StoreError: no such file or folder, not a store, of a newer program, unreadable.
        """
        if is_address(path_or_url):
            engine = make_engine(path_or_url)
            name = engine.url.render_as_string(hide_password=True)
        else:
            _check_path(Path(path_or_url), create=create)
            engine = make_engine(path_or_url)
            name = str(path_or_url)
        try:
            prepare(engine, name)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, name)

    def close(self) -> None:
        """Give back the files and connections. Nothing is lost by not calling it."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Bands and what they sent.

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
        """Return how many records a band has that are not held, of all of its logs.

        Numbers rise by one for the life of a log, so what is absent between the first and the last
        that are held was written, and is still on the band or was given up by it.
        """
        with self._reading() as connection:
            logs = segments.held_by_log(connection, band_id)
        return sum(
            last - first + 1
            for held in logs.values()
            for first, last in subtract((held[0][0], held[-1][1]), held)
        )

    def segment_cursors(self) -> dict[int, int]:
        """Return the key of the newest segment of each band that sent any."""
        with self._reading() as connection:
            return segments.cursors(connection)

    def segments(self, band_id: int, *, after_id: int = 0) -> list[Segment]:
        """Return a band's segments in order of insertion, those behind a cursor if given."""
        with self._reading() as connection:
            return segments.newer(connection, band_id, after_id)

    def records(self, band_id: int) -> BandRecords:
        """Return all readable records of a band as arrays, and what could not be read.

        Each segment is read and checked once in the life of this object.
        """
        with self._decoders_lock:
            decoder = self._decoders.setdefault(band_id, BandDecoder(self.name))
            decoder.feed(self.segments(band_id, after_id=decoder.cursor))
            return decoder.decoded()

    # Infants and assignments.

    def ensure_infant(self, code: str) -> Infant:
        """Return the infant with this code, made if it is new.

        Raises:
            InputError: the code is empty or not printable.
        """
        with self._writing() as connection:
            return people.ensure_infant(connection, code)

    def infants(self) -> list[Infant]:
        """Return all infants, by code."""
        with self._reading() as connection:
            return people.infants(connection)

    def set_target(self, code: str, hours: float | None, *, when_utc_s: float) -> Infant:
        """Set the hours of contact a day that an infant is to have. Return the infant.

        Args:
            code: the infant.
            hours: above 0, up to 24, to the minute; None for the usual target.
            when_utc_s: the host's time of the change, for the audit.

        Raises:
            InputError: there is no such infant, or no day has so many hours.
        """
        if hours is not None and not 0 < hours <= _DAY_H:
            raise InputError(f"{hours:g} hours a day cannot be a target; choose up to 24")
        minutes = None if hours is None else max(1, round(hours * _MINUTES_PER_HOUR))
        with self._writing() as connection:
            return people.set_target(connection, code, minutes, int(when_utc_s))

    def assign(
        self, band_id: int, infant_code: str, from_utc_s: float, *, when_utc_s: float | None = None
    ) -> Assignment:
        """Give a band to an infant from a moment on; what either had until then ends there.

        Args:
            band_id: the band, made if it is new.
            infant_code: the infant, made if new.
            from_utc_s: first second of the assignment.
            when_utc_s: the host's time of the change, for the audit; None if it is made just as
                it begins to hold.

        Raises:
            InputError: the band or the infant has an assignment that begins or ends later, or
                the code cannot be one.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            infant = people.ensure_infant(connection, infant_code)
            ledger = Ledger(connection, int(from_utc_s if when_utc_s is None else when_utc_s))
            return ledger.assign(band, infant, int(from_utc_s))

    def release(self, band_id: int, at_utc_s: float, *, when_utc_s: float) -> Assignment:
        """End a band's open assignment: the infant is discharged, or has no band for a while.

        Args:
            band_id: the band.
            at_utc_s: first second after the assignment.
            when_utc_s: the host's time of the change, for the audit.

        Raises:
            InputError: the band belongs to no infant, or only from that moment on.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            return Ledger(connection, int(when_utc_s)).release(band, int(at_utc_s))

    def unassign(self, band_id: int, *, when_utc_s: float) -> Assignment:
        """Take back a band's newest assignment; what that had ended lasts again. Return it.

        Args:
            band_id: the band.
            when_utc_s: the host's time of the change, for the audit.

        Raises:
            InputError: the band has no assignment.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            return Ledger(connection, int(when_utc_s)).unassign(band)

    def assignments(self, infant_code: str | None = None) -> list[Assignment]:
        """Return the assignments of one infant, or of all, by their beginning."""
        with self._reading() as connection:
            return assignments(connection, infant_code)

    # The site.

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the ward's days begin and end; UTC until it is set.

        Raises:
            StoreError: the store names a zone that this machine does not know.
        """
        with self._reading() as connection:
            zone = connection.scalar(sa.select(schema.site.c.zone)) or "UTC"
        try:
            return ZoneInfo(zone)
        except (OSError, ValueError, LookupError) as error:
            raise StoreError(f"store {self.name}: unknown time zone {zone}") from error

    def set_zone(self, zone: str) -> None:
        """Set the site's time zone. Days are worked out anew at the next look.

        Args:
            zone: an IANA name, such as "Asia/Karachi".

        Raises:
            InputError: there is no such zone.
        """
        key = named_zone(zone).key
        with self._writing() as connection:
            connection.execute(sa.update(schema.site).values(zone=key))

    def content_digest(self) -> str:
        """Return a SHA-256 over every row of every table, in order of keys.

        Two stores with the same digest hold the same data in the same order of insertion. How
        the database lays it out in its file does not matter, and neither does what was derived
        from the data: it says nothing new, and is there or not.
        """
        digest = hashlib.sha256()
        with self._reading() as connection:
            for table in schema.metadata.sorted_tables:
                if table in schema.DERIVED_TABLES:
                    continue
                digest.update(f"{table.name}\n".encode())
                for row in connection.execute(sa.select(table).order_by(*table.primary_key)):
                    digest.update(f"{tuple(row)!r}\n".encode())
        return digest.hexdigest()

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with reading(self._engine, self.name) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with writing(self._engine, self.name) as connection:
            yield connection


def _check_path(path: Path, *, create: bool) -> None:
    """Find the faults of a path for which SQLite has but one message.

    Raises:
        StoreError: no folder, no file, not a file, or an empty one that is not to become a store.
    """
    try:
        if path.is_dir():
            raise StoreError(f"store {path}: this is a folder; name a file in it")
        if not path.parent.is_dir():
            raise StoreError(f"store {path}: the folder {path.parent} does not exist")
        if path.exists() and not path.is_file():
            raise StoreError(f"store {path}: this is not a file")
        if not create and not path.exists():
            raise StoreError(f"store {path}: there is no such file; `pouch collect` makes one")
        if not create and not path.stat().st_size:
            raise StoreError(f"store {path}: the file is empty, not a store")
    except OSError as error:
        raise StoreError(f"store {path}: {error.strerror}") from error
