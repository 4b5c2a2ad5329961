"""Alerts in the place of a state that cannot be read any more: nothing rings twice for it.

    log: raised, rang, escalated, acknowledged, muted ---+
                                                         +--> what stands, what it owes
    minutes of the last hours, told again in silence ----+

A new engine is told again what the infant's minutes of the last hours were. What stands then keeps
the number that the log has for it, and what the log says of it. What the log does not know rings.
What the log has and stands no more, ends. Mutes are the log's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pouch_host.alerts import AlertClass, AlertEngine, AlertEvent, AlertParameters, EventKind
from pouch_host.errors import StoreError
from pouch_host.store.alert_log import AlertState, EventRow

from .engines import InfantAlerts, ended
from .told import Minutes, Told

_REASON = "anew"


@dataclass(slots=True)
class _Logged:
    """What the log says of an alert that has not ended.

    Attributes:
        alert_id: its number.
        raised_utc_s: the minute that raised it.
        has_rung: for what it is now.
        escalated: it got no better.
        acknowledged_by: who has seen it; "" while nobody has.
        acknowledged_utc_s: when.
    """

    alert_id: int
    raised_utc_s: int
    has_rung: bool = False
    escalated: bool = False
    acknowledged_by: str = ""
    acknowledged_utc_s: int | None = None

    def take(self, event: EventRow) -> None:
        """Take a further event of it."""
        if event.kind == EventKind.RANG:
            self.has_rung = True
        elif event.kind == EventKind.ESCALATED:
            self.escalated, self.has_rung = True, False
            self.acknowledged_by, self.acknowledged_utc_s = "", None
        elif event.kind == EventKind.ACKNOWLEDGED:
            self.acknowledged_by, self.acknowledged_utc_s = event.who, event.told_utc_s


@dataclass(slots=True)
class _Past:
    """What the log says of an infant.

    Attributes:
        last_id: the largest number of an alert.
        open: alerts that have not ended, by class.
        mutes: what is muted, by target, as the engine's state has it.
    """

    last_id: int = 0
    open: dict[str, _Logged] = field(default_factory=dict[str, _Logged])
    mutes: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    @classmethod
    def of(cls, log: Sequence[EventRow]) -> "_Past":
        """Read a log, newest first."""
        past = cls()
        for event in reversed(log):
            past._take(event)
        return past

    def _take(self, event: EventRow) -> None:
        name = event.alert_class or ""
        self.last_id = max(self.last_id, event.alert_id or 0)
        known = self.open.get(name)
        if event.kind == EventKind.MUTED:
            self.mutes[event.target] = {
                "target": event.target,
                "who": event.who,
                "since_utc_s": event.told_utc_s,
                "until_utc_s": int(event.values["until_utc_s"]),
            }
        elif event.kind == EventKind.UNMUTED:
            self.mutes.pop(event.target, None)
        elif event.kind == EventKind.RAISED and event.alert_id is not None:
            self.open[name] = _Logged(event.alert_id, event.utc_s)
        elif known is None or known.alert_id != event.alert_id:
            return
        elif event.kind == EventKind.CLEARED:
            del self.open[name]
        else:
            known.take(event)


def begin_anew(
    state: AlertState,
    log: Sequence[EventRow],
    minutes: Minutes | None,
    now_utc_s: int,
    parameters: AlertParameters,
) -> InfantAlerts:
    """Return alerts in the place of a state that cannot be read.

    Args:
        state: that one.
        log: all that was told of the infant, newest first.
        minutes: those of the infant; None if they are not known.
        now_utc_s: the time.
        parameters: of the alerts.
    """
    told = _told(state, minutes, now_utc_s)
    engine = AlertEngine(parameters)
    for minute in minutes.again(told, now_utc_s) if minutes else ():
        engine.observe(minute)
    past = _Past.of(log)
    made: dict[str, Any] = engine.state() | {"last_id": past.last_id}
    alerts = InfantAlerts(engine, told, state.revision)
    standing: set[int] = set()
    for chain in made["chains"]:
        for alert in chain["alerts"].values():
            name = AlertClass(alert["alert_class"])
            logged = past.open.get(name)
            if logged is None:
                made["last_id"] += 1
                logged = _Logged(made["last_id"], int(alert["raised_utc_s"]))
                action = parameters.rules[name].action
                raised = AlertEvent(
                    EventKind.RAISED,
                    logged.raised_utc_s,
                    now_utc_s,
                    name,
                    logged.alert_id,
                    action,
                    _REASON,
                    values=alert["values"],
                )
                alerts.add([raised])
            standing.add(logged.alert_id)
            may_ring = parameters.rules[name].may_ring(escalated=logged.escalated)
            alert |= {
                "alert_id": logged.alert_id,
                "raised_utc_s": logged.raised_utc_s,
                "escalated": logged.escalated,
                "owed": may_ring and not (logged.has_rung or logged.acknowledged_by),
                "acknowledged_by": logged.acknowledged_by,
                "acknowledged_utc_s": logged.acknowledged_utc_s,
            }
    for name, logged in past.open.items():
        if logged.alert_id not in standing:
            alerts.events.append(ended(name, logged.alert_id, now_utc_s, _REASON))
    mutes = [mute for mute in past.mutes.values() if mute["until_utc_s"] > now_utc_s]
    engine.restore(made | {"mutes": mutes})
    return alerts


def _told(state: AlertState, minutes: Minutes | None, now_utc_s: int) -> Told:
    """Return what was told. If that is damaged too, all that there is counts as told."""
    try:
        return Told.parse(state.cursor)
    except StoreError:
        told = Told.begin(now_utc_s)
        for utc_s in minutes.utc_s.tolist() if minutes else ():
            told.tell(utc_s)
        told.clock_utc_s = now_utc_s
        return told
