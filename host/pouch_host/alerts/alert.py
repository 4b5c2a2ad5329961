"""An alert that stands, and what is told of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from .classes import AlertClass, Rule


class EventKind(StrEnum):
    """What happened. The words are kept in stores: they are never renamed."""

    RAISED = "raised"
    RANG = "rang"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    UNMUTED = "unmuted"
    CLEARED = "cleared"
    ANNOTATED = "annotated"


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One thing that happened to an alert or to a mute.

    Attributes:
        kind: what.
        utc_s: the moment that it tells of: of the minute that led to it, else of the clock.
        told_utc_s: when it was said; later than `utc_s` by the way from band to host.
        alert_class: of which class; None for the mute of a family.
        alert_id: of which alert; None for mutes and annotations.
        action: name of the picture that says what to do.
        reason: one word on why; "" where the kind says all.
        who: who acknowledged or muted.
        target: the class or family that is muted.
        values: what led to it, by name with units.
    """

    kind: EventKind
    utc_s: int
    told_utc_s: int
    alert_class: AlertClass | None = None
    alert_id: int | None = None
    action: str = ""
    reason: str = ""
    who: str = ""
    target: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def plain(self) -> dict[str, Any]:
        """Return it as data that JSON takes."""
        return asdict(self)


@dataclass(slots=True)
class Alert:
    """One alert, from the minute that raised it until its own condition ends.

    Attributes:
        alert_id: counts up for one infant and is never used twice.
        alert_class: of which class.
        raised_utc_s: the minute that raised it.
        ring_utc_s: when it may ring.
        check_utc_s: from when recovery is looked for.
        check_c: the core at that time; None where it has none.
        owed: it has yet to ring, for being raised or for having escalated.
        escalated: it got no better and asks for more.
        acknowledged_by: who has seen it; "" while nobody has.
        acknowledged_utc_s: when.
        values: what led to it, by name with units.
        muted: nothing of its class rings now. Told by `AlertEngine.standing` only.
    """

    alert_id: int
    alert_class: AlertClass
    raised_utc_s: int
    ring_utc_s: int
    check_utc_s: int
    check_c: float | None = None
    owed: bool = True
    escalated: bool = False
    acknowledged_by: str = ""
    acknowledged_utc_s: int | None = None
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    muted: bool = False

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody has seen it as it is now."""
        return bool(self.acknowledged_by)

    def action(self, rule: Rule) -> str:
        """Return the name of the picture that says what to do now."""
        return rule.late_action if self.escalated else rule.action

    def silence(self, who: str, utc_s: int) -> None:
        """Note that somebody has seen it: what it owed is not rung any more."""
        self.owed = False
        self.acknowledged_by = who
        self.acknowledged_utc_s = utc_s

    def escalate(self) -> None:
        """Ask for more: one more ring, and to be seen anew."""
        self.escalated = True
        self.owed = True
        self.acknowledged_by = ""
        self.acknowledged_utc_s = None
