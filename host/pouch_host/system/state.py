"""Looks at all that can be wrong with a ward's computer, and says it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pouch_host.errors import StoreError
from pouch_host.store import Band, Store
from pouch_host.store.system import AlertLoad
from pouch_host.version import version_text
from pouch_host.ward import LastLook, WardBoard, WardWatch, WatchState

from .collecting import CollectorReport
from .disk import Disk, disk_of
from .health import Health, Liveness, Reason, Trouble
from .parts import Part, PartName, Parts, PartState

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
# A nightly backup that was missed once may be chance.
BACKUP_OLD_S = 3 * _DAY_S
# The slowest plan of a band calls every twenty minutes.
_NOTHING_S = 2 * _HOUR_S
# A certificate is renewed thirty days before it ends: then something keeps it from that.
_CERTIFICATE_S = 14 * _DAY_S


@dataclass(frozen=True, slots=True)
class SystemState:
    """All that the system page shows.

    Attributes:
        version: of this program.
        health: what is wrong.
        parts: of this process.
        collector: of the collector in this process; None if it runs apart, or not at all.
        disk: where the store lies; None for a database on a server.
        bands: all that were met, those heard longest ago first.
        newest_received_utc_s: when the newest records came, or None.
        newest_backup_utc_s: when the last backup was made, or None.
        alerts: of the last week.
        certificate_until_utc_s: when the certificate ends; None without one.
    """

    version: str
    health: Health
    parts: tuple[Part, ...]
    collector: CollectorReport | None
    disk: Disk | None
    bands: tuple[Band, ...]
    newest_received_utc_s: int | None
    newest_backup_utc_s: int | None
    alerts: AlertLoad
    certificate_until_utc_s: float | None


class System:
    """Knows how a running ward is. May be asked by several threads.

    Args:
        ward: the running ward, with its store and clock.
        parts: of this process.
        collector: returns what the collector of this process says; None where there is none.
        certificate_until_utc_s: returns when the certificate ends; None without one.
    """

    def __init__(
        self,
        ward: WardWatch,
        parts: Parts,
        *,
        collector: Callable[[], CollectorReport | None] = lambda: None,
        certificate_until_utc_s: Callable[[], float | None] = lambda: None,
    ) -> None:
        self.parts = parts
        self._ward = ward
        self._store: Store = ward.store
        self._collector = collector
        self._certificate_until_utc_s = certificate_until_utc_s

    def health(self) -> Health:
        """Return what is wrong; the store is asked."""
        reasons = [*self._of_parts(), *self._of_look(), *self._of_collector(), *self._of_disk()]
        try:
            reasons += self._of_store()
        except StoreError as error:
            reasons.append(Reason(Trouble.STORE, line=str(error), severe=True))
        failure = self._ward.board().failure
        if failure:
            reasons.append(Reason(Trouble.WATCH_FAILED, line=failure))
        until_utc_s = self._certificate_until_utc_s()
        now_utc_s = self._ward.now_utc_s()
        if until_utc_s is not None and until_utc_s - now_utc_s < _CERTIFICATE_S:
            reasons.append(Reason(Trouble.CERTIFICATE))
        return Health(tuple(sorted(reasons, key=lambda reason: not reason.severe)))

    def watch(self) -> tuple[LastLook, WardBoard]:
        """Return how the looks at the ward go on, and what they have shown."""
        return self._ward.last_look(), self._ward.board()

    def liveness(self) -> Liveness:
        """Return what a service manager wants to know every few seconds; the store is not asked.

        A store that cannot be read is not mended by a new start, a part that hangs is.
        """
        parts = self.parts.all()
        states = ", ".join(
            f"{part.name} {'silent' if part.silent_s else part.state}" for part in parts
        )
        return Liveness(not any(part.silent_s for part in parts), states)

    def look(self) -> SystemState:
        """Return all that the system page shows.

        Raises:
            StoreError: the store cannot be read.
        """
        bands = sorted(self._store.bands(), key=lambda band: band.last_contact_utc_s or 0)
        return SystemState(
            version=version_text(),
            health=self.health(),
            parts=self.parts.all(),
            collector=self._collector(),
            disk=self._disk(),
            bands=tuple(bands),
            newest_received_utc_s=self._store.system.newest_received_utc_s(),
            newest_backup_utc_s=self._store.system.newest_backup_utc_s(),
            alerts=self._store.system.alert_load(self._ward.now_utc_s()),
            certificate_until_utc_s=self._certificate_until_utc_s(),
        )

    def urgent(self) -> tuple[Reason, ...]:
        """Return what everybody who looks at the board has to know; asks the disk, not the store.

        A ward whose adapter is stuck or whose disk is full sees no infant go cold: that is said
        where people look, not only to the administrator.
        """
        found = [*self._of_parts(), *self._of_collector(), *self._of_disk()]
        return tuple(reason for reason in found if reason.trouble is not Trouble.CLOCK)

    def _of_parts(self) -> Iterator[Reason]:
        for part in self.parts.all():
            if part.state is PartState.FAILED:
                yield Reason(Trouble.PART_FAILED, part.name, part.failure)
            elif part.silent_s:
                yield Reason(Trouble.PART_SILENT, part.name, severe=True)

    def _of_look(self) -> Iterator[Reason]:
        look = self._ward.last_look()
        if look.is_late:
            line = f"the last look was {look.ago_s:.0f} s ago"
            severe = look.state is WatchState.STOPPED
            yield Reason(Trouble.NOT_LOOKING, PartName.WATCH, line, severe=severe)

    def _of_collector(self) -> Iterator[Reason]:
        report = self._collector()
        if report is None:
            return
        if report.adapter_failure:
            yield Reason(Trouble.ADAPTER, PartName.COLLECTOR, report.adapter_failure)
        if report.clock_doubt:
            yield Reason(Trouble.CLOCK, line=report.clock_doubt)

    def _of_disk(self) -> Iterator[Reason]:
        disk = self._disk()
        if disk is not None and disk.is_full:
            yield Reason(Trouble.DISK_FULL)
        elif disk is not None and disk.is_low:
            yield Reason(Trouble.DISK_LOW)

    def _of_store(self) -> list[Reason]:
        reasons = []
        now_utc_s = self._ward.now_utc_s()
        worn = any(
            one.to_utc_s is None or one.to_utc_s > now_utc_s for one in self._store.assignments()
        )
        heard_utc_s = self._store.newest_contact_utc_s()
        if worn and (heard_utc_s is None or now_utc_s - heard_utc_s > _NOTHING_S):
            reasons.append(Reason(Trouble.NOTHING_RECEIVED))
        backup_utc_s = self._store.system.newest_backup_utc_s()
        if backup_utc_s is None:
            reasons.append(Reason(Trouble.BACKUP_NONE))
        elif now_utc_s - backup_utc_s > BACKUP_OLD_S:
            reasons.append(Reason(Trouble.BACKUP_OLD))
        return reasons

    def _disk(self) -> Disk | None:
        path = self._store.system.file
        return None if path is None else disk_of(path)
