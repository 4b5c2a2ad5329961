"""An infant, a ward and a bad link as Hypothesis drives them, and what must hold of every event.

    fresh minutes, late pulls, holes filled, ticks, clocks set back     two engines, one of which
    acknowledgements, mutes, kills                                  ->  is killed now and then

Both must tell the same. `Ledger` is told every event and knows of engines only what those say.
"""

import json

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pouch_host.alerts import (
    RULES,
    AlertClass,
    AlertEngine,
    AlertFamily,
    EventKind,
    Observation,
    Priority,
)
from pouch_host.alerts.classes import CHAINS
from tests.host.alerts.timelines import MIN_S, START_UTC_S

_STATES = st.sampled_from(["ssc", "ssc", "ssc", "infant_only", "caregiver_only", "off", "unknown"])
_CORES = st.sampled_from([31.5, 35.3, 35.8, 36.1, 36.4, 36.6, 36.9, 37.4, 37.9, 38.3, None])
_TARGETS = st.sampled_from([*AlertClass, *AlertFamily])
_MUTED = st.sampled_from([None, AlertClass.DANGER_COLD, *AlertFamily])
_OUTER = st.sampled_from([20.0, 31.0, 35.0])
_LOUD = {EventKind.RANG, EventKind.ESCALATED}


class Ledger:
    """What was told, alert by alert and class by class."""

    def __init__(self):
        self.alive = {}
        # Of an alert: 0, 1 after it rang, 2 after it escalated, 3 after it rang for that.
        self.rung = {}
        self.rung_of_cleared = 0
        self.acknowledged = set()
        self.mutes = {}

    def is_muted(self, alert_class, now_utc_s):
        danger = RULES[alert_class].priority is Priority.HIGH
        names = {alert_class} if danger else {alert_class, RULES[alert_class].family}
        return any(
            name in self.mutes and self.mutes[name][0] <= now_utc_s < self.mutes[name][1]
            for name in names
        )

    def take(self, event):
        kind, number = event.kind, event.alert_id
        if kind is EventKind.RAISED:
            assert number not in self.alive
            assert event.alert_class not in self.alive.values()
            self.alive[number] = event.alert_class
            # What takes the place of a graver one has rung with it.
            self.rung[number] = self.rung_of_cleared if event.reason == "milder" else 0
        elif kind is EventKind.MUTED:
            self.mutes[event.target] = (event.told_utc_s, event.values["until_utc_s"])
        elif kind is EventKind.UNMUTED:
            del self.mutes[event.target]
        elif kind is not EventKind.ANNOTATED:
            assert self.alive[number] is event.alert_class
            self._take_of_alert(event)

    def _take_of_alert(self, event):
        number = event.alert_id
        if event.kind is EventKind.CLEARED:
            del self.alive[number]
            self.rung_of_cleared = self.rung.pop(number)
            self.acknowledged.discard(number)
        elif event.kind is EventKind.ACKNOWLEDGED:
            self.acknowledged.add(number)
        elif event.kind is EventKind.ESCALATED:
            assert self.rung[number] < 2, "escalated twice"
            self.rung[number] = 2
            self.acknowledged.discard(number)
        elif event.kind is EventKind.RANG:
            assert number not in self.acknowledged, "rang though acknowledged"
            assert not self.is_muted(event.alert_class, event.told_utc_s), "rang though muted"
            assert self.rung[number] in {0, 2}, "rang twice"
            of_class = RULES[event.alert_class]
            wait_s = of_class.escalate_s if self.rung[number] else of_class.quiet_s
            assert wait_s is not None, "rang though it is only shown"
            self.rung[number] += 1


class Ward(RuleBasedStateMachine):
    """Drives two engines and holds their events to the ledger."""

    def __init__(self):
        super().__init__()
        self.engine, self.twin = AlertEngine(), AlertEngine()
        self.ledger = Ledger()
        self.now_utc_s = START_UTC_S
        self.minute_utc_s = START_UTC_S

    def _both(self, ask, *, loud=True):
        events, others = ask(self.engine), ask(self.twin)
        assert events == others, "another future after a kill"
        for event in events:
            raised = event.kind is EventKind.RAISED and event.reason != "milder"
            assert loud or not (raised or event.kind in _LOUD), "rang for the past"
            self.ledger.take(event)
        return events

    def _arrive(self, utc_s, state, core_c, outer_c, *, loud=True):
        minute = Observation(
            utc_s,
            self.now_utc_s,
            state,
            skin_c=None if core_c is None else core_c - 0.2,
            temperature_valid=core_c is not None,
            core_c=core_c,
            core_sd_c=None if core_c is None else 0.2,
            outer_c=outer_c,
        )
        events = self._both(lambda engine: engine.observe(minute), loud=loud)
        self.minute_utc_s = max(self.minute_utc_s, utc_s)
        return events

    def _tick(self):
        events = self._both(lambda engine: engine.tick(self.now_utc_s))
        for alert in self.engine.standing(self.now_utc_s):
            silent = self.ledger.is_muted(alert.alert_class, self.now_utc_s)
            due = alert.owed and self.now_utc_s >= alert.ring_utc_s
            assert not due or silent, f"{alert.alert_class} stands, is not muted and did not ring"
            rung = self.ledger.rung[alert.alert_id] or alert.is_acknowledged
            shown_only = RULES[alert.alert_class].quiet_s is None
            assert rung or shown_only or alert.owed, f"{alert.alert_class} will never ring"
        return events

    @rule(state=_STATES, core_c=_CORES, outer_c=_OUTER, minutes=st.integers(1, 15))
    def live(self, state, core_c, outer_c, minutes):
        for _ in range(minutes):
            self.now_utc_s = self.minute_utc_s = max(self.now_utc_s, self.minute_utc_s) + MIN_S
            self._arrive(self.now_utc_s, state, core_c, outer_c)
            self._tick()

    @rule(core_c=st.sampled_from([35.3, 38.3]), muted=_MUTED)
    def be_in_danger(self, core_c, muted):
        if muted is not None:
            self.mute(muted, 20)
        self.live("ssc", core_c, 35.0, 12)
        dangers = {
            alert.alert_class
            for alert in self.engine.standing(self.now_utc_s)
            if RULES[alert.alert_class].priority is Priority.HIGH
        }
        wanted = AlertClass.DANGER_COLD if core_c < 37 else AlertClass.HOT
        assert wanted in dangers or AlertClass.SEVERE_COLD in dangers, "no alert in danger"

    @rule()
    def recover_by_steps(self):
        for core_c in (35.3, 35.8, 36.25, 36.9):
            self.live("ssc", core_c, 35.0, 12)

    @rule(muted=st.booleans())
    def cool_slowly_and_recover(self, muted):
        # Cold stress stands, and is muted or not; then the fall alone is left, and only shows.
        for core_c in (36.29, 36.26, 36.23, 36.20, 36.17, 36.14, 36.11, 36.08, 36.05):
            if muted:
                self.mute(AlertClass.COLD, 20)
            self.live("ssc", core_c, 35.0, 5)
        self.live("ssc", 36.65, 35.0, 12)

    @rule()
    def take_band_off(self):
        self.live("off", None, 35.0, 22)
        chains = {name for chain in CHAINS[:2] for name in chain}
        standing = {alert.alert_class for alert in self.engine.standing(self.now_utc_s)}
        assert not standing & chains, "an alert of a core that nobody has seen for long"

    @rule(state=_STATES, core_c=_CORES, minutes=st.integers(16, 60))
    def pull_late(self, state, core_c, minutes):
        self.now_utc_s = max(self.now_utc_s, self.minute_utc_s) + MIN_S * minutes
        while self.minute_utc_s + 16 * MIN_S < self.now_utc_s:
            self._arrive(self.minute_utc_s + MIN_S, state, core_c, 31.0, loud=False)

    @rule(core_c=_CORES, before_min=st.integers(0, 300))
    def fill_hole(self, core_c, before_min):
        newest_utc_s = self.minute_utc_s
        state, utc_s = self.engine.state()["chains"], newest_utc_s - MIN_S * before_min
        if self.engine.state()["newest_utc_s"] is not None:
            self.now_utc_s = max(self.now_utc_s, utc_s + 16 * MIN_S)
            self._arrive(utc_s, "ssc", core_c, 35.0, loud=False)
            # Of the infant: the clock's own chains may tell of the time that has passed.
            assert self.engine.state()["chains"][:7] == state[:7], "the past was rewritten"

    @rule(minutes=st.sampled_from([1, 12, 35, 260]))
    def wait(self, minutes):
        for _ in range(minutes):
            self.now_utc_s += MIN_S
            self._tick()

    @rule(back_s=st.integers(1, 7200))
    def set_clock_back(self, back_s):
        self.now_utc_s -= back_s
        self._tick()

    @precondition(lambda self: self.engine.standing(self.now_utc_s))
    @rule(data=st.data())
    def acknowledge(self, data):
        alert = data.draw(st.sampled_from(self.engine.standing(self.now_utc_s)))
        self._both(lambda engine: engine.acknowledge(alert.alert_id, "nurse", self.now_utc_s))
        (now,) = (
            each
            for each in self.engine.standing(self.now_utc_s)
            if each.alert_id == alert.alert_id
        )
        assert now.is_acknowledged

    @rule(muted=_TARGETS, minutes=st.integers(1, 30))
    def mute(self, muted, minutes):
        until_utc_s = self.now_utc_s + MIN_S * minutes
        self._both(lambda engine: engine.mute(muted, "nurse", self.now_utc_s, until_utc_s))

    @rule()
    def kill(self):
        kept = json.dumps(self.twin.state())
        self.twin = AlertEngine()
        self.twin.restore(json.loads(kept))

    @invariant()
    def what_stands_was_told(self):
        standing = {alert.alert_id for alert in self.engine.standing(self.now_utc_s)}
        assert standing <= set(self.ledger.alive)
        assert bool(standing) == bool(self.ledger.alive)

    @invariant()
    def no_mute_lasts_longer_than_half_an_hour(self):
        for mute in self.engine.mutes():
            assert mute.until_utc_s - mute.since_utc_s <= 30 * MIN_S
            assert self.ledger.mutes[mute.target] == (mute.since_utc_s, mute.until_utc_s)

    def teardown(self):
        # Half an hour without anything, and nothing is muted any more.
        self.now_utc_s += 31 * MIN_S
        self._tick()
        assert self.engine.mutes() == []
        assert self.ledger.mutes == {}, "a mute did not end"
