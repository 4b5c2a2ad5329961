"""The alert logic driven by Hypothesis, and planted faults that it has to find."""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from pouch_host.alerts.alert import Alert
from pouch_host.alerts.chain import Chain
from pouch_host.alerts.engine import AlertEngine
from pouch_host.alerts.mutes import Mute, Mutes
from pouch_host.alerts.watch import Watch
from pouch_host.errors import InputError
from tests.host.alerts.machine import Ward
from tests.support import machines

_SHARE, _WHOLE = 60, 3_000
# Of a planted fault.
_RUNS_MAX = 200
_STEPS = 30


def test_machine_finds_nothing(request, record_property):
    count = _WHOLE if request.config.getoption("whole") else _SHARE
    chosen = machines.sound(count, _STEPS)
    run_state_machine_as_test(Ward, settings=chosen)
    record_property("figure", f"alerts: machine: {count:,} runs of up to {_STEPS} steps")


# Faults that somebody could make: what is patched and with what.


def _ring_for_ever(self, moment):
    owed = self.shown is not None and self.shown.owed
    yield from _RING(self, moment)
    if owed:
        self.shown.owed = True


def _always_fresh(self, minute, *, fresh):
    del fresh
    return _MOMENT(self, minute, fresh=True)


def _rewrite_the_past(self, minute):
    return self._advance(minute, fresh=False)


def _forget_alerts(self):
    return _STATE(self) | {"alerts": {}}


def _forget_what_was_counted(self, state):
    _RESTORE(self, state)
    self._watches = [Watch(watch.on) for watch in self._watches]


def _escalate_again(self):
    _ESCALATE(self)
    self.escalated = False


def _step_down_loudly(self, rank, left, moment, alert_id):
    event = _STEP_DOWN(self, rank, left, moment, alert_id)
    self.alerts[rank].owed = True
    return event


def _owe_what_the_graver_owed(self, left, rank):
    del self, rank
    return left.owed


def _ring_what_is_only_shown(self, moment, take_id):
    before = set(self.alerts)
    yield from _RAISE(self, moment, take_id)
    for rank in set(self.alerts) - before:
        self.alerts[rank].owed = True


def _raise_silently(self, moment, take_id):
    before = set(self.alerts)
    yield from _RAISE(self, moment, take_id)
    for rank in set(self.alerts) - before:
        self.alerts[rank].owed = False


def _mute_all(self, target, alert_class):
    del self, target, alert_class
    return True


def _cover_dangers(self, target, alert_class):
    return self._rules[alert_class].family is target


def _sound_late(self, minute):
    if minute.received_utc_s - minute.utc_s > 900:
        return _OBSERVE(self, minute) + self._sound(self._moment(minute, fresh=True))
    return _OBSERVE(self, minute)


_RING, _STATE, _RESTORE, _STEP_DOWN = Chain.ring, Chain.state, Chain.restore, Chain._step_down
_RAISE = Chain._raise
_MOMENT, _OBSERVE = AlertEngine._moment, AlertEngine.observe
_ESCALATE = Alert.escalate


@pytest.mark.parametrize(
    ("owner", "name", "faulty"),
    [
        (Chain, "ring", _ring_for_ever),
        (Chain, "state", _forget_alerts),
        (Chain, "restore", _forget_what_was_counted),
        (Chain, "_step_down", _step_down_loudly),
        (Chain, "_owes_after", _owe_what_the_graver_owed),
        (Chain, "_raise", _ring_what_is_only_shown),
        (Chain, "_raise", _raise_silently),
        (Chain, "lose", lambda *_: False),
        (AlertEngine, "_moment", _always_fresh),
        (AlertEngine, "_annotate", _rewrite_the_past),
        (AlertEngine, "observe", _sound_late),
        (Alert, "escalate", _escalate_again),
        (Alert, "silence", lambda *_: None),
        (Mute, "holds", lambda *_: True),
        (Mutes, "_covers", _mute_all),
        (Mutes, "_covers", _cover_dangers),
        (Mutes, "state", lambda _self: []),
        (Mutes, "is_muted", lambda *_: False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_planted_fault_is_found(owner, name, faulty, monkeypatch):
    monkeypatch.setattr(owner, name, faulty)
    chosen = machines.planted(_RUNS_MAX, _STEPS)
    with pytest.raises((AssertionError, KeyError, InputError)):
        run_state_machine_as_test(Ward, settings=chosen)
