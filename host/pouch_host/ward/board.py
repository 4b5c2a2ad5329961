"""What a ward shows now: plain values, made by `WardWatch` and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pouch_host.alerts import AlertClass, AlertFamily, Priority
from pouch_host.alerts.mutes import Mute
from pouch_host.derive import BoardRow

from .lines import Line


@dataclass(frozen=True, slots=True)
class StandingAlert:
    """One alert that stands.

    Attributes:
        alert_id: its number, unique for the infant.
        alert_class: of which class.
        family: what it is about.
        priority: how loud.
        action: name of the picture that says what to do now.
        escalated: it got no better and asks for more.
        ringing: it has rung, nobody has acknowledged it, and it is not muted. It is heard until
            one of these changes.
        muted: nothing of its class rings now.
        raised_utc_s: the minute that raised it.
        ring_utc_s: from when on it may ring.
        acknowledged_by: who has seen it; None while nobody has.
        acknowledged_utc_s: when.
        muted_until_utc_s: when it may ring again; None if it is not muted.
        values: what led to it, by name with units.
    """

    alert_id: int
    alert_class: AlertClass
    family: AlertFamily
    priority: Priority
    action: str
    escalated: bool
    ringing: bool
    muted: bool
    raised_utc_s: int
    ring_utc_s: int
    acknowledged_by: str | None
    acknowledged_utc_s: int | None
    muted_until_utc_s: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InfantNow:
    """One infant as a ward shows it now.

    Attributes:
        row: what was derived from its records.
        place: class in the order of the board, 0 for the worst; see `order`.
        alerts: what stands, the gravest first.
        mutes: what is muted, the first to end first.
        version: version of the board in which it changed last. Ages do not count: they grow by
            themselves, and are given as moments too.
        stale: its newest record is older than the limit, or there is none.
        temperature_old: its last reading is older than it can be if its records are not stale.
        line: the line that its last valid reading crosses, if any.
        battery_low: charge the band today.
        confirmed_percent: confirmed contact as a part of its target, 0 to 100.
        possible_percent: contact at most as a part of it, 0 to 100.
    """

    row: BoardRow
    place: int
    alerts: tuple[StandingAlert, ...]
    mutes: tuple[Mute, ...]
    version: int
    stale: bool
    temperature_old: bool
    line: Line | None
    battery_low: bool
    confirmed_percent: float
    possible_percent: float


@dataclass(frozen=True, slots=True)
class WardBoard:
    """All infants of a ward, as they were at the last look.

    Attributes:
        version: rises whenever an infant changed, came or went, or `failure` did.
        now_utc_s: time of that look; the ages in its rows are of then.
        infants: worst first.
        failure: why the infants may not be up to date, as one line; None if all is well.
        waiting: how many infants are still to be worked out since the ward was started.
        reading: the store has not been read yet since then: who is in the ward is not known.
    """

    version: int
    now_utc_s: float
    infants: tuple[InfantNow, ...]
    failure: str | None = None
    waiting: int = 0
    reading: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of something that a person did.

    Attributes:
        request_id: of the request that asked for it.
        what: "acknowledged", "muted" or "unmuted".
        changed: False if somebody else had acknowledged it before.
        who: who did it: of an alert that was acknowledged before, that person.
        utc_s: when.
        alert_id: the alert, of an acknowledgement.
        alert_class: its class.
        target: the class or family, of a mute.
        until_utc_s: when a mute ends.
    """

    request_id: str
    what: str
    changed: bool
    who: str
    utc_s: int
    alert_id: int | None = None
    alert_class: str | None = None
    target: str | None = None
    until_utc_s: int | None = None
