"""The alerts of one infant: minutes and the clock in, events out.

    observe(minute)  tick(now)  acknowledge(...)  mute(...)
          |              |             |              |
          v              v             v              v
      conditions -> chains -> raised, cleared -> escalated -> rang, unless muted

Time is handed in. Conditions count in the time of the minutes, so that a pull of an hour counts as
an hour; staleness, mutes, escalation and rings go by the clock. A minute that arrives late counts
as evidence and is annotated; only a fresh one that is still beyond the line rings. A minute
from before the newest one changes nothing: the past is not rewritten.

Whoever runs it calls `tick` once a minute, and stores `state` together with the events that led to
it, in one transaction: after a kill it goes on from there, nothing lost and nothing rung twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pouch_host.errors import InputError, StoreError

from .alert import Alert, AlertEvent, EventKind
from .chain import Chain, Moment
from .classes import CHAINS, AlertClass
from .conditions import BEYOND, CLEAR, Conditions, Sides
from .mutes import Mute, Mutes, Target, named_target
from .observation import FLAG_CLOCK_UNSET, Observation
from .parameters import AlertParameters

STATE_VERSION = 1
"""Of what `AlertEngine.state` returns."""

_CONTACT, _CLOCK, _STALE = (
    CHAINS.index((alert_class,))
    for alert_class in (AlertClass.CONTACT_LOST_COLD, AlertClass.CLOCK_UNSET, AlertClass.STALE)
)


class AlertEngine:
    """Decides for one infant what stands, what rings and what ends."""

    def __init__(self, parameters: AlertParameters | None = None) -> None:
        """Begin with nothing known.

        Args:
            parameters: what the site set; the defaults if None.
        """
        self._parameters = parameters or AlertParameters()
        self._begin()

    def _begin(self) -> None:
        self._conditions = Conditions(self._parameters)
        self._chains = [Chain(classes, self._parameters) for classes in CHAINS]
        self._mutes = Mutes(self._parameters)
        self._last_id = 0
        # Age of data is counted from the newest minute, or from the first time anybody asked.
        self._newest_utc_s: int | None = None
        self._since_utc_s: int | None = None
        self._clock_utc_s: int | None = None
        self._late: tuple[str, int] | None = None

    def observe(self, minute: Observation) -> list[AlertEvent]:
        """Take a minute as it arrives; return what it led to.

        Args:
            minute: each of them once, by arrival.
        """
        now_utc_s = minute.received_utc_s
        events = self._pass_time(now_utc_s)
        ahead = minute.utc_s > now_utc_s + self._parameters.future_s
        doubted = ahead or bool(minute.flags & FLAG_CLOCK_UNSET)
        events += self._look(_CLOCK, BEYOND if doubted else CLEAR, now_utc_s)
        # A minute from the future would make every later one a thing of the past.
        if ahead:
            return events
        late = doubted or now_utc_s - minute.utc_s > self._parameters.late_after_s
        if self._newest_utc_s is None or minute.utc_s > self._newest_utc_s:
            events += self._advance(minute, fresh=not late)
        elif late:
            events += self._annotate(minute)
        # The first minutes of a long pull are old, its last one is not: only a tick raises.
        if (sides := self._age_sides(now_utc_s)) is CLEAR:
            events += self._look(_STALE, sides, now_utc_s)
        if not late:
            events += self._sound(self._moment(minute, fresh=True))
        return events

    def tick(self, now_utc_s: int) -> list[AlertEvent]:
        """Take the clock; return what became of that: staleness, mutes, escalation, rings.

        Args:
            now_utc_s: Unix seconds. It may step back.
        """
        events = self._pass_time(now_utc_s)
        events += self._look(_STALE, self._age_sides(now_utc_s), now_utc_s)
        for chain in self._chains:
            if chain.lose(now_utc_s, self._parameters.unseen_s):
                events += chain.follow(self._now(now_utc_s, fresh=False), self._take_id)
        return events + self._sound(self._now(now_utc_s, fresh=True))

    def acknowledge(self, alert_id: int, who: str, now_utc_s: int) -> list[AlertEvent]:
        """Note that somebody has seen an alert. It is silent until it clears and recurs.

        An escalation after that rings once more: it says that what was done did not help.

        Raises:
            InputError: no such alert shows, or nobody says that he has seen it.
        """
        if not who:
            raise InputError(f"alert {alert_id}: say who has seen it")
        for chain in self._chains:
            alert = chain.find(alert_id)
            if alert is None:
                continue
            if alert.is_acknowledged:
                return []
            alert.silence(who, now_utc_s)
            action = alert.action(chain.rule(alert))
            return [
                AlertEvent(
                    EventKind.ACKNOWLEDGED,
                    now_utc_s,
                    now_utc_s,
                    alert.alert_class,
                    alert_id,
                    action,
                    who=who,
                )
            ]
        raise InputError(f"alert {alert_id} does not stand: it has cleared or changed, look again")

    def mute(
        self, target: Target | str, who: str, now_utc_s: int, until_utc_s: int
    ) -> list[AlertEvent]:
        """Keep a class or a family from ringing for a while. It still shows.

        A family leaves out its dangers: those are muted by their own name.

        Raises:
            InputError: there is no such target, it would last too long, or nobody asks for it.
        """
        mute = self._mutes.add(named_target(target), who, now_utc_s, until_utc_s)
        return [_of_mute(EventKind.MUTED, mute, now_utc_s, "")]

    def unmute(self, target: Target | str, who: str, now_utc_s: int) -> list[AlertEvent]:
        """End a mute before its time; what has to ring rings with the next minute or tick.

        Raises:
            InputError: the target is not muted.
        """
        mute = self._mutes.take(named_target(target))
        if mute is None:
            raise InputError(f"{target} is not muted")
        return [_of_mute(EventKind.UNMUTED, replace(mute, who=who), now_utc_s, "asked")]

    def standing(self, now_utc_s: int) -> list[Alert]:
        """Return copies of the alerts that stand, the gravest first.

        Args:
            now_utc_s: for which time mutes are told.
        """
        alerts = [
            replace(alert, muted=self._mutes.is_muted(alert.alert_class, now_utc_s))
            for chain in self._chains
            if (alert := chain.shown) is not None
        ]
        rules = self._parameters.rules
        return sorted(
            alerts,
            key=lambda alert: (-rules[alert.alert_class].priority, alert.raised_utc_s),
        )

    def mutes(self) -> list[Mute]:
        """Return the mutes, the first to end first: a board lists them with their end."""
        return self._mutes.all()

    def state(self) -> dict[str, Any]:
        """Return all that it knows as data that JSON takes."""
        return {
            "version": STATE_VERSION,
            "last_id": self._last_id,
            "newest_utc_s": self._newest_utc_s,
            "since_utc_s": self._since_utc_s,
            "clock_utc_s": self._clock_utc_s,
            "late": list(self._late) if self._late else None,
            "conditions": self._conditions.state(),
            "chains": [chain.state() for chain in self._chains],
            "mutes": self._mutes.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned; on an error nothing has changed.

        Raises:
            StoreError: it is not the state of an engine of this version.
        """
        version = state.get("version")
        if version != STATE_VERSION:
            raise StoreError(
                f"alert state has version {version!r}, this program reads {STATE_VERSION}: "
                "begin anew with the infant's observations"
            )
        made = AlertEngine(self._parameters)
        try:
            made._take(state)
        except (AttributeError, KeyError, TypeError, ValueError, InputError) as error:
            raise StoreError(
                f"alert state is damaged ({type(error).__name__}: {error}): "
                "begin anew with the infant's observations"
            ) from error
        self.__dict__.update(made.__dict__)

    def _take(self, state: Mapping[str, Any]) -> None:
        self._last_id = int(state["last_id"])
        self._newest_utc_s = state["newest_utc_s"]
        self._since_utc_s = state["since_utc_s"]
        self._clock_utc_s = state["clock_utc_s"]
        self._late = tuple(state["late"]) if state["late"] else None
        self._conditions.restore(state["conditions"])
        for chain, part in zip(self._chains, state["chains"], strict=True):
            chain.restore(part)
        self._mutes.restore(state["mutes"])

    def _take_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _pass_time(self, now_utc_s: int) -> list[AlertEvent]:
        """End the mutes that are over."""
        if self._since_utc_s is None:
            self._since_utc_s = now_utc_s
        if now_utc_s + self._parameters.future_s < (self._clock_utc_s or 0):
            self._set_back(now_utc_s)
        self._clock_utc_s = now_utc_s
        return [
            _of_mute(EventKind.UNMUTED, mute, now_utc_s, "over")
            for mute in self._mutes.expire(now_utc_s)
        ]

    def _set_back(self, now_utc_s: int) -> None:
        """Let a clock that was ahead delay nothing: what it dated into the future is of now.

        Else all that comes would be of the past and silent, for as long as it was ahead.
        """
        if self._newest_utc_s is not None and self._newest_utc_s > now_utc_s:
            self._newest_utc_s = None
            self._since_utc_s = now_utc_s
            self._conditions = Conditions(self._parameters)
        self._since_utc_s = min(self._since_utc_s or now_utc_s, now_utc_s)
        for chain in self._chains:
            chain.set_back(now_utc_s)

    def _advance(self, minute: Observation, *, fresh: bool) -> list[AlertEvent]:
        """Take a minute that is newer than every one before."""
        self._newest_utc_s = minute.utc_s
        lost = self._chains[_CONTACT].shown is not None
        core_c = minute.core_c if minute.tells_core else None
        moment = None
        events: list[AlertEvent] = []
        all_sides = self._conditions.sides(minute, contact_lost=lost)
        # The last two chains are the clock's.
        for chain, sides in zip(self._chains, all_sides, strict=False):
            if chain.ignores(sides):
                continue
            if moment is None:
                moment = self._moment(minute, fresh=fresh)
            chain.look(sides, minute.utc_s, core_c)
            events += chain.follow(moment, self._take_id)
        return events

    def _moment(self, minute: Observation, *, fresh: bool) -> Moment:
        def values() -> dict[str, Any]:
            return minute.values() | self._conditions.trend.values()

        return Moment(minute.utc_s, minute.received_utc_s, fresh, values)

    def _annotate(self, minute: Observation) -> list[AlertEvent]:
        """Note a late minute in a hole of the past, once for each run of them."""
        alert_class = self._conditions.gravest(minute)
        if alert_class is None:
            return []
        before, self._late = self._late, (alert_class, minute.utc_s)
        hold_s = self._parameters.hold_s
        if before and before[0] == alert_class and abs(minute.utc_s - before[1]) <= hold_s:
            return []
        return [
            AlertEvent(
                EventKind.ANNOTATED,
                minute.utc_s,
                minute.received_utc_s,
                alert_class,
                reason="past",
                values=minute.values(),
            )
        ]

    def _look(self, index: int, sides: Sides, now_utc_s: int) -> list[AlertEvent]:
        """Let one of the clock's chains look at the clock."""
        chain = self._chains[index]
        if chain.ignores(sides):
            return []
        chain.look(sides, now_utc_s)
        return list(chain.follow(self._now(now_utc_s, fresh=True), self._take_id))

    def _now(self, now_utc_s: int, *, fresh: bool) -> Moment:
        return Moment(now_utc_s, now_utc_s, fresh, lambda: {"age_s": self._age_s(now_utc_s)})

    def _age_sides(self, now_utc_s: int) -> Sides:
        return BEYOND if self._age_s(now_utc_s) > self._parameters.stale_after_s else CLEAR

    def _age_s(self, now_utc_s: int) -> int:
        """Return the age of the newest minute; before the first one, of the engine."""
        begin_utc_s = self._since_utc_s if self._newest_utc_s is None else self._newest_utc_s
        return 0 if begin_utc_s is None else now_utc_s - begin_utc_s

    def _sound(self, moment: Moment) -> list[AlertEvent]:
        """Escalate what is due, and ring what owes it and is not muted."""
        events: list[AlertEvent] = []
        for chain in self._chains:
            if not chain.alerts:
                continue
            events += chain.escalate(moment)
            alert = chain.shown
            if alert and not self._mutes.is_muted(alert.alert_class, moment.now_utc_s):
                events += chain.ring(moment)
        return events


def _of_mute(kind: EventKind, mute: Mute, now_utc_s: int, reason: str) -> AlertEvent:
    named = mute.target if isinstance(mute.target, AlertClass) else None
    utc_s = min(now_utc_s, mute.until_utc_s)
    return AlertEvent(
        kind,
        utc_s,
        now_utc_s,
        named,
        reason=reason,
        who=mute.who,
        target=str(mute.target),
        values={"until_utc_s": mute.until_utc_s},
    )
