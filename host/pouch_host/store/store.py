"""The one door to stored data: each method is one transaction, or one consistent look."""

from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from pouch_host.errors import InputError

from . import digest, people
from .accounts import AccountTables
from .admissions import AdmissionTables
from .alert_log import AlertLog
from .assignments import Ledger, assignments
from .audit import AuditTable
from .band_store import BandStore
from .changes import ChangeMark
from .derived import DerivedTables
from .engine import check_path, is_address, make_engine
from .episode_log import EpisodeLogTable
from .family_links import FamilyLinkTable
from .handovers import HandoverTable
from .lists import ListTables
from .logins import LoginTables
from .migrate import prepare
from .passes import PassTables
from .presence import check_born_by
from .programme import ProgrammeTable
from .remarks import RemarkTables
from .rows import Assignment, Infant
from .site import SiteTable, zone_of
from .system import SystemTable
from .wearing import WearingTables

_DAY_H = 24
_MINUTES_PER_HOUR = 60


class Store(BandStore):
    """A Pouch store: an SQLite file, or a database on a server.

    May be used by several threads; each call opens its own connection. Times are UTC seconds;
    fractions are cut off, since no decision hangs on them. Every method raises `StoreError` when
    the database reports a fault.

    Attributes:
        name: the file or address, as messages show it.
        derived: what was worked out from the rest.
        accounts: the people who may sign in.
        logins: who of them tries, and who is signed in.
        passes: the screens and programs that may see it.
        audit: who did what, and who looked at whom.
        site: where the ward is.
        remarks: what staff say of an infant.
        logs: what observers, charts and diaries said, as imported.
        lists: infants and assignments as lists bring them.
        alerts: what the alerts know, and what they told.
        system: how it is kept: its file, its last backup.
    """

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """Hold an engine whose database is known to be a store; use `open`."""
        super().__init__(engine, name)
        self.derived: DerivedTables = DerivedTables(engine, name)
        self.accounts: AccountTables = AccountTables(engine, name)
        self.logins: LoginTables = LoginTables(engine, name)
        self.passes: PassTables = PassTables(engine, name)
        self.audit: AuditTable = AuditTable(engine, name)
        self.site: SiteTable = SiteTable(engine, name)
        self.admissions: AdmissionTables = AdmissionTables(engine, name)
        self.handovers: HandoverTable = HandoverTable(engine, name)
        self.wearing: WearingTables = WearingTables(engine, name)
        self.programme: ProgrammeTable = ProgrammeTable(engine, name)
        self.family_links: FamilyLinkTable = FamilyLinkTable(engine, name)
        self.remarks: RemarkTables = RemarkTables(engine, name)
        self.alerts: AlertLog = AlertLog(engine, name)
        self.logs: EpisodeLogTable = EpisodeLogTable(engine, name)
        self.lists: ListTables = ListTables(engine, name)
        self.system: SystemTable = SystemTable(engine, name)

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
            check_path(Path(path_or_url), create=create)
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

    def set_target(
        self, code: str, hours: float | None, *, when_utc_s: float, who: str | None = None
    ) -> Infant:
        """Set the hours of contact a day that an infant is to have. Return the infant.

        Args:
            code: the infant.
            hours: above 0, up to 24, to the minute; None for the usual target.
            when_utc_s: the host's time of the change, for the audit.
            who: whose doing it is, for the audit; None, here as below, for a command.

        Raises:
            InputError: there is no such infant, or no day has so many hours.
        """
        if hours is not None and not 0 < hours <= _DAY_H:
            raise InputError(f"{hours:g} hours a day cannot be a target; choose up to 24")
        minutes = None if hours is None else max(1, round(hours * _MINUTES_PER_HOUR))
        with self._writing() as connection:
            return people.set_target(connection, code, minutes, int(when_utc_s), who)

    def assign(
        self,
        band_id: int,
        infant_code: str,
        from_utc_s: float,
        *,
        when_utc_s: float | None = None,
        who: str | None = None,
    ) -> Assignment:
        """Give a band to an infant from a moment on; what either had until then ends there.

        Args:
            band_id: the band, made if it is new.
            infant_code: the infant, made if new.
            from_utc_s: first second of the assignment.
            when_utc_s: the host's time of the change, for the audit; None if it is made just as
                it begins to hold.
            who: whose doing it is.

        Raises:
            InputError: the band or the infant has an assignment that begins or ends later, the
                infant was not born yet, or the code cannot be one.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            infant = people.ensure_infant(connection, infant_code)
            check_born_by(infant, from_utc_s, zone_of(connection, self.name))
            changed_utc_s = int(from_utc_s if when_utc_s is None else when_utc_s)
            ledger = Ledger(connection, changed_utc_s, who)
            return ledger.assign(band, infant, int(from_utc_s))

    def release(
        self, band_id: int, at_utc_s: float, *, when_utc_s: float, who: str | None = None
    ) -> Assignment:
        """End a band's open assignment: the infant is discharged, or has no band for a while.

        Args:
            band_id: the band.
            at_utc_s: first second after the assignment.
            when_utc_s: the host's time of the change, for the audit.
            who: whose doing it is.

        Raises:
            InputError: the band belongs to no infant, or only from that moment on.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            return Ledger(connection, int(when_utc_s), who).release(band, int(at_utc_s))

    def unassign(self, band_id: int, *, when_utc_s: float, who: str | None = None) -> Assignment:
        """Take back a band's newest assignment; what that had ended lasts again. Return it.

        Args:
            band_id: the band.
            when_utc_s: the host's time of the change, for the audit.
            who: whose doing it is.

        Raises:
            InputError: the band has no assignment.
        """
        with self._writing() as connection:
            band = people.lock_band(connection, band_id)
            return Ledger(connection, int(when_utc_s), who).unassign(band)

    def assignments(self, infant_code: str | None = None) -> list[Assignment]:
        """Return the assignments of one infant, or of all, by their beginning."""
        with self._reading() as connection:
            return assignments(connection, infant_code)

    # The site.

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the ward's days begin and end, see `SiteTable.zone`."""
        return self.site.zone

    @property
    def language(self) -> str:
        """Code of the language in which screens begin, such as "en"."""
        return self.site.language

    def set_zone(self, zone: str) -> None:
        """Set the site's time zone. Days are worked out anew at the next look.

        Args:
            zone: an IANA name, such as "Asia/Karachi".

        Raises:
            InputError: there is no such zone.
        """
        self.site.set_zone(zone)

    def change_mark(self) -> ChangeMark:
        """Return what tells whether anything has changed; the caller closes it."""
        return ChangeMark(self._engine, self.name)

    def content_digest(self) -> str:
        """Return a SHA-256 over what the store holds; see `digest`."""
        with self._reading() as connection:
            return digest.of_content(connection)
