"""The alerts of all infants that are watched, kept in the store as they change.

Whatever happens is kept in one transaction with the state that it leads to, and whoever writes
names the revision that it has read. So a program that is killed goes on where the store is, and of
two programs on one store only one tells a thing: the other one finds another revision there, reads
it, and sees that it was told.

If the store cannot be written, alerts go on from memory: an infant that gets cold is more
urgent than a full disk. What was told meanwhile is kept as soon as that is possible.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict

from pouch_host.alerts import AlertEngine, AlertEvent, AlertParameters
from pouch_host.alerts.mutes import Mute
from pouch_host.errors import InputError, StoreError
from pouch_host.store import Infant, Store
from pouch_host.store.alert_log import Deed

from .anew import begin_anew
from .board import Done, StandingAlert
from .engines import InfantAlerts, end_all, parse
from .standing import standing_alerts
from .told import Minutes, Told

_log = logging.getLogger(__name__)

# Two programs that keep changing the same infant's alerts before each other would be a bug.
_TRIES = 8

# More than an infant's alerts tell in weeks; only read if a state is damaged.
_LOG_ROWS = 20_000

_S_PER_MIN = 60


class AlertDesk:
    """Runs the alerts of the infants that are watched. May be used by several threads.

    Args:
        store: where they are kept.
        parameters: lines, times and rules.
    """

    def __init__(self, store: Store, parameters: AlertParameters) -> None:
        self._store = store
        self._parameters = parameters
        self._known: dict[int, InfantAlerts] = {}
        self._outdated: set[int] = set()
        self._lock = threading.Lock()

    def advance(
        self,
        infant: Infant,
        minutes: Minutes | None,
        now_utc_s: int,
        *,
        unset: bool = False,
        keep: bool = True,
    ) -> bool:
        """Tell an infant's alerts what is new, and keep what came of it.

        Args:
            infant: which one.
            minutes: those of the infant that can be told; None if there are no new ones.
            now_utc_s: the time.
            unset: its band's newest records have no time.
            keep: False while the store cannot be written: then they go on in memory alone.

        Returns:
            False if another program has told the alerts something meanwhile, so that the
            infant's minutes have to be looked at again.

        Raises:
            StoreError: the store cannot be read or written. If it cannot be written, the alerts
                have gone on in memory.
        """
        with self._lock:
            for _ in range(_TRIES):
                alerts = self._known.get(infant.infant_id)
                if alerts is None or infant.infant_id in self._outdated:
                    alerts = self._load(infant, minutes, now_utc_s)
                alerts.advance(minutes, now_utc_s, unset=unset)
                if not keep or alerts.is_kept() or self._keep(infant, alerts):
                    return True
                # What stands is shown until it is read anew.
                self._outdated.add(infant.infant_id)
                if minutes is None:
                    return False
        raise StoreError(f"store {self._store.name}: another program keeps changing the alerts")

    def changed_elsewhere(self) -> list[int]:
        """Find out what another program has changed; return the keys of those infants.

        It is read with the next advance.

        Raises:
            StoreError: the store cannot be read.
        """
        revisions = self._store.alerts.revisions()
        with self._lock:
            changed = [
                key
                for key, alerts in self._known.items()
                if revisions.get(key, 0) != alerts.revision
            ]
            self._outdated.update(changed)
        return changed

    def end_others(self, infants: Iterable[Infant], watched: set[int], now_utc_s: int) -> None:
        """End the alerts of all infants that are not watched.

        Args:
            infants: all of them.
            watched: keys of those that are.
            now_utc_s: the time.

        Raises:
            StoreError: the store cannot be read or written.
        """
        kept = self._store.alerts.revisions()
        for infant in infants:
            key = infant.infant_id
            if key in watched or (key not in kept and key not in self._known):
                continue
            with self._lock:
                alerts = self._known.get(key)
                if alerts is None or key in self._outdated:
                    alerts = self._load(infant, None, now_utc_s)
                reason = "discharged" if infant.discharged_utc_s is not None else "unassigned"
                end_all(alerts, now_utc_s, reason, self._parameters)
                # If another program was first, it has ended them.
                if alerts.events:
                    self._keep(infant, alerts)
                self._known.pop(key, None)

    def standing(
        self, infant_id: int, now_utc_s: int
    ) -> tuple[tuple[StandingAlert, ...], tuple[Mute, ...]]:
        """Return what stands and what is muted of an infant; nothing if it is not watched."""
        with self._lock:
            alerts = self._known.get(infant_id)
            if alerts is None:
                return (), ()
            return (
                standing_alerts(alerts.engine, self._parameters, now_utc_s),
                tuple(alerts.engine.mutes()),
            )

    def acknowledge(
        self,
        infant: Infant,
        alert_id: int,
        *,
        who: str,
        request_id: str,
        now_utc_s: int,
        late: bool = True,
    ) -> Done:
        """Note that somebody has seen an alert; see `WardWatch.acknowledge`."""

        def act(engine: AlertEngine) -> tuple[list[AlertEvent], Done]:
            events = engine.acknowledge(alert_id, who, now_utc_s)
            (seen,) = (one for one in engine.standing(now_utc_s) if one.alert_id == alert_id)
            # The board that somebody looks at may be older than that.
            if seen.escalated and not late:
                raise InputError(f"alert {alert_id} of infant {infant.code} got no better")
            done = Done(
                request_id,
                "acknowledged",
                bool(events),
                seen.acknowledged_by,
                seen.acknowledged_utc_s or now_utc_s,
                alert_id=alert_id,
                alert_class=str(seen.alert_class),
            )
            return events, done

        return self._do(infant, act, who=who, request_id=request_id, now_utc_s=now_utc_s)

    def mute(
        self,
        infant: Infant,
        target: str,
        *,
        who: str,
        minutes: int,
        request_id: str,
        now_utc_s: int,
    ) -> Done:
        """Keep a class or a family from ringing for a while; see `WardWatch.mute`."""
        until_utc_s = now_utc_s + _S_PER_MIN * minutes

        def act(engine: AlertEngine) -> tuple[list[AlertEvent], Done]:
            events = engine.mute(target, who, now_utc_s, until_utc_s)
            done = Done(
                request_id, "muted", True, who, now_utc_s, target=target, until_utc_s=until_utc_s
            )
            return events, done

        return self._do(infant, act, who=who, request_id=request_id, now_utc_s=now_utc_s)

    def unmute(
        self, infant: Infant, target: str, *, who: str, request_id: str, now_utc_s: int
    ) -> Done:
        """End a mute before its time; see `WardWatch.unmute`."""

        def act(engine: AlertEngine) -> tuple[list[AlertEvent], Done]:
            events = engine.unmute(target, who, now_utc_s)
            # What has to ring rings at once, not with the next minute.
            events += engine.tick(now_utc_s)
            return events, Done(request_id, "unmuted", True, who, now_utc_s, target=target)

        return self._do(infant, act, who=who, request_id=request_id, now_utc_s=now_utc_s)

    def _do(
        self,
        infant: Infant,
        act: Callable[[AlertEngine], tuple[list[AlertEvent], Done]],
        *,
        who: str,
        request_id: str,
        now_utc_s: int,
    ) -> Done:
        """Try something on a copy, keep it, and only then take it over."""
        with self._lock:
            for _ in range(_TRIES):
                known = self._store.alerts.outcome(request_id)
                if known is not None:
                    return Done(**json.loads(known))
                alerts = self._known.get(infant.infant_id)
                if alerts is None or infant.infant_id in self._outdated:
                    alerts = self._read(infant)
                tried = alerts.copy(self._parameters)
                events, done = act(tried.engine)
                tried.add(events)
                deed = Deed(
                    request_id,
                    f"alert_{done.what}" if done.changed else "",
                    who,
                    now_utc_s,
                    infant.code,
                    json.dumps(asdict(done)),
                    _detail(done),
                )
                if self._store.alerts.keep(tried.state(infant.infant_id), tried.events, deed):
                    tried.note_kept()
                    self._known[infant.infant_id] = tried
                    return done
                self._outdated.add(infant.infant_id)
        raise StoreError(f"store {self._store.name}: another program keeps changing the alerts")

    def _read(self, infant: Infant) -> InfantAlerts:
        """Return an infant's alerts as another program has put them into the store.

        Raises:
            InputError: it has none.
            StoreError: they cannot be read.
        """
        state = self._store.alerts.state(infant.infant_id)
        if not state.revision:
            raise InputError(f"infant {infant.code} is not watched: it has no band")
        return self._hold(infant, parse(state, self._parameters))

    def _load(self, infant: Infant, minutes: Minutes | None, now_utc_s: int) -> InfantAlerts:
        """Return an infant's alerts from the store, begun anew if they cannot be read."""
        state = self._store.alerts.state(infant.infant_id)
        if not state.revision:
            alerts = InfantAlerts(AlertEngine(self._parameters), Told.begin(now_utc_s))
        else:
            try:
                alerts = parse(state, self._parameters)
            except StoreError as error:
                _log.warning("infant %s: %s", infant.code, error)
                log = self._store.alerts.events(infant.infant_id, limit=_LOG_ROWS)
                alerts = begin_anew(state, log, minutes, now_utc_s, self._parameters)
        return self._hold(infant, alerts)

    def _hold(self, infant: Infant, alerts: InfantAlerts) -> InfantAlerts:
        self._known[infant.infant_id] = alerts
        self._outdated.discard(infant.infant_id)
        return alerts

    def _keep(self, infant: Infant, alerts: InfantAlerts) -> bool:
        if not self._store.alerts.keep(alerts.state(infant.infant_id), alerts.events):
            return False
        alerts.note_kept()
        return True


def _detail(done: Done) -> dict[str, object]:
    """Return what the audit tells of it besides who, when and about whom."""
    names = ("alert_id", "alert_class", "target", "until_utc_s")
    found = {name: getattr(done, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}
