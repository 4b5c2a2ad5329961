"""Classes of which the gravest alone shows: what is raised, what it replaces, what ends.

          top is graver than what shows            its own condition ends
    ----------------------------------> an alert ----------------------------> CLEARED
      and the minute is fresh and beyond   |  ^
                                           |  | a graver one ended:
               a graver one is raised:     v  | shows again, silent
               kept, silent              kept

Every alert lives as long as its own condition. So an acknowledgement holds until the condition
clears and recurs, and nothing rings twice because something graver came and went.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .alert import Alert, AlertEvent, EventKind
from .classes import AlertClass, AlertFamily, Rule
from .conditions import Sides
from .parameters import AlertParameters
from .watch import Side, Watch


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is decided, and on what.

    Attributes:
        utc_s: the minute, or the clock where none arrived.
        now_utc_s: the clock.
        fresh: the minute tells of now, so it may ring.
        values: returns what led to it. Most moments lead to nothing and are never asked.
    """

    utc_s: int
    now_utc_s: int
    fresh: bool
    values: Callable[[], dict[str, Any]]


class Chain:
    """Watches the conditions of one chain and keeps its alerts.

    Attributes:
        classes: mildest first.
        alerts: those whose condition stands, by rank, which is the place in `classes`.
    """

    def __init__(self, classes: Sequence[AlertClass], parameters: AlertParameters) -> None:
        """Begin with nothing seen.

        Args:
            classes: mildest first.
            parameters: rules and times.
        """
        self.classes = tuple(classes)
        self._parameters = parameters
        self._rules = [parameters.rules[alert_class] for alert_class in self.classes]
        self._watches = [Watch() for _ in self.classes]
        self._ends_unseen = self._rules[0].ends_unseen
        self._sides: Sides = ()
        self.alerts: dict[int, Alert] = {}
        self._noted = -1
        self._busy = False
        self._pending = False
        self._seen_utc_s: int | None = None
        self._core_c: float | None = None

    @property
    def shown(self) -> Alert | None:
        """The alert that shows, if any stands."""
        return self.alerts[max(self.alerts)] if self.alerts else None

    def ignores(self, sides: Sides | None) -> bool:
        """Tell whether a minute changes nothing: most do, and a year of them has to be quick."""
        return not self._pending and (sides is None or Side.BEYOND not in sides)

    def look(self, sides: Sides | None, utc_s: int, core_c: float | None = None) -> None:
        """Take where the conditions are in one minute.

        Args:
            sides: one for each class; None where the minute cannot tell.
            utc_s: the minute.
            core_c: the core, where the chain is about it.
        """
        if sides is None:
            self._sides = ()
            self.lose(utc_s, self._parameters.hold_s)
            return
        seen_s = self._seen_utc_s
        self._sides, self._seen_utc_s, self._core_c = sides, utc_s, core_c
        # A clock that was set back has not lived through anything.
        step_s = 0 if seen_s is None else max(0, utc_s - seen_s)
        if step_s > self._parameters.hold_s:
            for watch in self._watches:
                watch.forget()
        known_s = step_s if step_s <= self._parameters.pause_s else 0
        for watch, side, rule in zip(self._watches, sides, self._rules, strict=True):
            watch.take(side, known_s, rule)
        self._settle()

    def _settle(self) -> None:
        """Note whether anything is counted, and whether anything stands."""
        self._busy = not all(watch.is_idle for watch in self._watches)
        self._pending = self._busy or bool(self.alerts) or self._noted >= 0

    def lose(self, utc_s: int, after_s: int) -> bool:
        """End all conditions of which nothing was seen for longer than `after_s`; tell if so."""
        if not self._busy or not self._ends_unseen or self._seen_utc_s is None:
            return False
        if utc_s - self._seen_utc_s <= after_s:
            return False
        for watch in self._watches:
            watch.end()
        self._sides = ()
        self._settle()
        return True

    def follow(self, moment: Moment, take_id: Callable[[], int]) -> Iterator[AlertEvent]:
        """Bring the alerts to where the conditions are; yield what happened.

        Args:
            moment: when, and on what.
            take_id: returns the number of a new alert.
        """
        left = yield from self._end(moment)
        top = self._highest(beyond=False)
        # What is graver than the alert that ended is raised for itself: a fall may end in the very
        # minute in which cold stress begins to stand.
        milder = left is not None and 0 <= top < self.classes.index(left.alert_class)
        if left is not None and milder and top not in self.alerts:
            yield self._step_down(top, left, moment, take_id())
        elif left is not None and (shown := self.shown) is not None:
            # It got better: from here on it has half an hour again to get better still.
            shown.check_utc_s, shown.check_c = moment.now_utc_s, self._core_c
        yield from self._raise(moment, take_id)
        self._settle()

    def _end(self, moment: Moment) -> Iterator[AlertEvent]:
        """End the alerts whose condition ended; return the one that showed, if it did."""
        left = None
        for rank in sorted(self.alerts, reverse=True):
            if not self._watches[rank].on:
                showed = rank == max(self.alerts)
                alert = self.alerts.pop(rank)
                left = alert if showed and left is None else left
                reason = "recovered" if self._sides else "unseen"
                yield self._event(EventKind.CLEARED, alert, moment, reason)
        return left

    def _step_down(self, rank: int, left: Alert, moment: Moment, alert_id: int) -> AlertEvent:
        """Put a milder alert in the place of one that ended: what was rung is not rung again."""
        escalated = left.escalated and self._rules[rank].escalate_s is not None
        alert = Alert(
            alert_id,
            self.classes[rank],
            moment.utc_s,
            left.ring_utc_s,
            moment.now_utc_s,
            self._core_c,
            self._owes_after(left, rank),
            escalated,
            left.acknowledged_by,
            left.acknowledged_utc_s,
            values=moment.values(),
        )
        self.alerts[rank] = alert
        return self._event(EventKind.RAISED, alert, moment, "milder")

    def _owes_after(self, left: Alert, rank: int) -> bool:
        """Tell whether a milder alert rings: for what it takes the place of, if it may ring.

        What is only shown never rings for a graver one that was muted. And a graver one that is
        only shown has rung for nobody: what comes after it rings, unless somebody has seen it.
        """
        if not self._rules[rank].may_ring(escalated=left.escalated):
            return False
        unheard = not self.rule(left).may_ring(escalated=left.escalated)
        return left.owed or (unheard and not left.is_acknowledged)

    def _raise(self, moment: Moment, take_id: Callable[[], int]) -> Iterator[AlertEvent]:
        highest = max(self.alerts, default=-1)
        top = self._highest(beyond=moment.fresh)
        if top > highest and moment.fresh:
            rule = self._rules[top]
            ring_utc_s = moment.now_utc_s + (rule.quiet_s or 0)
            alert = Alert(
                take_id(),
                self.classes[top],
                moment.utc_s,
                ring_utc_s,
                ring_utc_s,
                self._core_c,
                owed=rule.quiet_s is not None,
                values=moment.values(),
            )
            self.alerts[top] = alert
            yield self._event(EventKind.RAISED, alert, moment, "graver" if highest >= 0 else "")
        elif top > max(highest, self._noted) and not moment.fresh:
            self._noted = top
            yield self._note("late", top, moment)
        if self._noted >= 0 and not self._watches[self._noted].on:
            ended, self._noted = self._noted, -1
            yield self._note("late_end", ended, moment)
        elif self._noted <= max(self.alerts, default=-1):
            self._noted = -1

    def _highest(self, *, beyond: bool) -> int:
        """Return the gravest class whose condition stands, and holds in this minute; or -1."""
        for rank in range(len(self.classes) - 1, -1, -1):
            is_beyond = bool(self._sides) and self._sides[rank] is Side.BEYOND
            if self._watches[rank].on and (is_beyond or not beyond):
                return rank
        return -1

    def escalate(self, moment: Moment) -> Iterator[AlertEvent]:
        """Escalate what shows, if it had its time and got no better."""
        alert = self.shown
        if alert is None or alert.escalated:
            return
        rank = max(self.alerts)
        rule = self._rules[rank]
        if rule.escalate_s is None or moment.now_utc_s - alert.check_utc_s < rule.escalate_s:
            return
        if self._is_better(alert, rank, moment.now_utc_s):
            alert.check_utc_s, alert.check_c = moment.now_utc_s, self._core_c
            return
        alert.escalate()
        yield self._event(EventKind.ESCALATED, alert, moment, "no_recovery")

    def _is_better(self, alert: Alert, rank: int, now_utc_s: int) -> bool:
        """Tell whether the infant recovers. What is not known is no recovery."""
        old = self._seen_utc_s is None or now_utc_s - self._seen_utc_s > (
            self._parameters.late_after_s
        )
        if not self._sides or old:
            return False
        if self._sides[rank] is not Side.BEYOND:
            return True
        if alert.check_c is None or self._core_c is None:
            return False
        nearer_c = self._core_c - alert.check_c
        if self._rules[rank].family is AlertFamily.HEAT:
            nearer_c = -nearer_c
        return nearer_c >= self._parameters.recovered_c

    def ring(self, moment: Moment) -> Iterator[AlertEvent]:
        """Ring what shows and owes a ring. Whether it is muted is for the caller to know."""
        alert = self.shown
        if alert is not None and alert.owed and moment.now_utc_s >= alert.ring_utc_s:
            alert.owed = False
            yield self._event(
                EventKind.RANG, alert, moment, "escalated" if alert.escalated else "raised"
            )

    def set_back(self, now_utc_s: int) -> None:
        """Let nothing wait for a time that a wrong clock set."""
        if self._seen_utc_s is not None:
            self._seen_utc_s = min(self._seen_utc_s, now_utc_s)
        for rank, alert in self.alerts.items():
            alert.check_utc_s = min(alert.check_utc_s, now_utc_s)
            alert.ring_utc_s = min(alert.ring_utc_s, now_utc_s + (self._rules[rank].quiet_s or 0))

    def find(self, alert_id: int) -> Alert | None:
        """Return the alert that shows, if it has this number."""
        alert = self.shown
        return alert if alert is not None and alert.alert_id == alert_id else None

    def rule(self, alert: Alert) -> Rule:
        """Return the rule of an alert of this chain."""
        return self._rules[self.classes.index(alert.alert_class)]

    def _event(self, kind: EventKind, alert: Alert, moment: Moment, reason: str) -> AlertEvent:
        return AlertEvent(
            kind,
            moment.utc_s,
            moment.now_utc_s,
            alert.alert_class,
            alert.alert_id,
            alert.action(self.rule(alert)),
            reason,
            values=alert.values | moment.values(),
        )

    def _note(self, reason: str, rank: int, moment: Moment) -> AlertEvent:
        return AlertEvent(
            EventKind.ANNOTATED,
            moment.utc_s,
            moment.now_utc_s,
            self.classes[rank],
            reason=reason,
            values=moment.values(),
        )

    def state(self) -> dict[str, Any]:
        """Return all of it as data that JSON takes."""
        return {
            "watches": [[watch.on, watch.counted_s] for watch in self._watches],
            "alerts": {str(rank): asdict(alert) for rank, alert in self.alerts.items()},
            "sides": [int(side) for side in self._sides],
            "noted": self._noted,
            "seen_utc_s": self._seen_utc_s,
            "core_c": self._core_c,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned."""
        pairs = zip(self.classes, state["watches"], strict=True)
        self._watches = [Watch(bool(on), int(counted_s)) for _, (on, counted_s) in pairs]
        self.alerts = {
            int(rank): Alert(**(alert | {"alert_class": AlertClass(alert["alert_class"])}))
            for rank, alert in state["alerts"].items()
        }
        self._sides = tuple(Side(side) for side in state["sides"])
        self._noted = int(state["noted"])
        self._seen_utc_s = state["seen_utc_s"]
        self._core_c = state["core_c"]
        self._settle()
