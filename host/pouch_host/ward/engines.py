"""One infant's alerts as they are kept: made from the store, and put back into it.

alert_state --parse--> engine, told --minutes, clock--> events --keep, one transaction--+
     ^                                                                                  |
     +----------------------------------------------------------------------------------+
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pouch_host.alerts import (
    ALERT_VERSION,
    FLAG_CLOCK_UNSET,
    AlertClass,
    AlertEngine,
    AlertEvent,
    AlertParameters,
    EventKind,
    Observation,
)
from pouch_host.analysis.states import State
from pouch_host.errors import StoreError
from pouch_host.store.alert_log import AlertState, EventRow

from .told import Minutes, Told


@dataclass(slots=True)
class InfantAlerts:
    """The alerts of one infant as this program knows them.

    Attributes:
        engine: decides.
        told: what it was told.
        revision: of the state in the store that it began with or put there; 0 for none.
        events: what was told and is not kept yet.
        kept: what was worth to be kept of the state in the store.
    """

    engine: AlertEngine
    told: Told
    revision: int = 0
    events: list[EventRow] = field(default_factory=list[EventRow])
    kept: str = ""

    def copy(self, parameters: AlertParameters) -> "InfantAlerts":
        """Return one to try something on."""
        engine = AlertEngine(parameters)
        engine.restore(self.engine.state())
        return InfantAlerts(
            engine, replace(self.told), self.revision, list(self.events), self.kept
        )

    def advance(self, minutes: Minutes | None, now_utc_s: int, *, unset: bool = False) -> None:
        """Tell the engine what it was not told yet, and the time.

        Args:
            minutes: those of the infant that can be told; None if there are no new ones.
            now_utc_s: the time.
            unset: the band's newest records have no time.
        """
        self.told.come_back(now_utc_s)
        for minute in minutes.untold(self.told, now_utc_s) if minutes else ():
            self.add(self.engine.observe(minute))
            self.told.tell(minute.utc_s)
            self.told.clock_utc_s = minute.received_utc_s
        if unset:
            self.add(self.engine.observe(_unset_minute(self.told.newest_utc_s, now_utc_s)))
        self.add(self.engine.tick(now_utc_s))
        self.told.clock_utc_s = now_utc_s

    def add(self, events: Iterable[AlertEvent]) -> None:
        """Note what was told."""
        self.events += [row_of(event) for event in events]

    def is_kept(self) -> bool:
        """Tell whether the store has all that matters."""
        return not self.events and self.kept == _worth(self)

    def state(self, infant_id: int) -> AlertState:
        """Return it as it is kept."""
        return AlertState(
            infant_id,
            self.revision,
            ALERT_VERSION,
            json.dumps(self.engine.state()),
            self.told.text(),
        )

    def note_kept(self) -> None:
        """Note that all of it was put into the store."""
        self.revision += 1
        self.events = []
        self.kept = _worth(self)


def parse(state: AlertState, parameters: AlertParameters) -> InfantAlerts:
    """Return the alerts that a state was made of.

    Raises:
        StoreError: it is of another version, or damaged.
    """
    if state.alert_version != ALERT_VERSION:
        raise StoreError(f"alerts of version {state.alert_version!r} are begun anew")
    engine = AlertEngine(parameters)
    try:
        engine.restore(json.loads(state.state))
    except (ValueError, AttributeError) as error:
        raise StoreError(f"alert state is damaged: {error}") from error
    made = InfantAlerts(engine, Told.parse(state.cursor), state.revision)
    made.kept = _worth(made)
    return made


def end_all(
    alerts: InfantAlerts, now_utc_s: int, reason: str, parameters: AlertParameters
) -> None:
    """End what stands and what is muted: nobody watches over the infant any more.

    Numbers of alerts go on from where they were.

    Args:
        alerts: of the infant.
        now_utc_s: the time.
        reason: why, as one word.
        parameters: of the alerts.
    """
    state = alerts.engine.state()
    for chain in state["chains"]:
        for alert in chain["alerts"].values():
            alerts.events.append(ended(alert["alert_class"], alert["alert_id"], now_utc_s, reason))
    alerts.engine = AlertEngine(parameters)
    alerts.engine.restore(alerts.engine.state() | {"last_id": state["last_id"]})


def ended(alert_class: str, alert_id: int, now_utc_s: int, reason: str) -> EventRow:
    """Return the event of an alert that ends for another reason than its condition."""
    return row_of(
        AlertEvent(
            EventKind.CLEARED,
            now_utc_s,
            now_utc_s,
            AlertClass(alert_class),
            alert_id,
            reason=reason,
        )
    )


def row_of(event: AlertEvent) -> EventRow:
    """Return an event as it is kept."""
    return EventRow(**event.plain())


def _unset_minute(newest_utc_s: int, now_utc_s: int) -> Observation:
    """Return what says that records have no time: a minute that is no newer than the last one."""
    return Observation(newest_utc_s, now_utc_s, State.UNKNOWN.word, flags=FLAG_CLOCK_UNSET)


def _worth(alerts: InfantAlerts) -> str:
    """Return what is worth a write.

    The time is not: a program that is killed asks the clock. Nor is how long a condition has
    stood by the clock alone: what minutes have said is kept with them.
    """
    state = alerts.engine.state()
    chains = [
        [[on for on, _ in chain["watches"]], chain["alerts"], chain["noted"]]
        for chain in state["chains"]
    ]
    told = [alerts.told.newest_utc_s, alerts.told.minutes]
    return json.dumps([state["last_id"], state["mutes"], chains, told])
