"""Runs in MicroPython and CPython: what each gesture does, and the lock on the key."""

from band import patterns as p
from band.gestures import Gestures, KeyLock
from pouch_protocol import constants as c
from tests.support.on_band.hand_board import HandClock, SpyRecorder, SpySignals

# Five minutes from the gesture.
LOCK_MS = 300_000


class Tally:
    eighths = 5


class Decision:
    """Has an alert that sounds, or none."""

    def __init__(self, sounding):
        self.sounding = sounding
        self.tally = Tally()

    def acknowledge(self):
        was_sounding, self.sounding = self.sounding, False
        return was_sounding


class Radio:
    """Notes what window was asked for."""

    def __init__(self):
        self.asked = []

    def open(self, window_ms, on_found=None):
        self.asked.append((window_ms, on_found))


class Held:
    """A band in a hand."""

    def __init__(self, sounding=False):
        self.clock = HandClock()
        self.signals = SpySignals()
        self.recorder = SpyRecorder()
        self.radio = Radio()
        self.lock = KeyLock(self.clock)
        self.decision = Decision(sounding)
        self.gestures = Gestures(
            self.signals, self.decision, self.radio, self.lock, self.recorder, self.clock
        )


def test_every_gesture_is_recorded():
    for gesture in (c.GESTURE_SHOW, c.GESTURE_ADVERTISE, c.GESTURE_RECOVER):
        held = Held()
        held.gestures.take(gesture)
        assert held.recorder.log == [(c.EVENT_GESTURE, 0, gesture)]


def test_button_that_is_played_with_is_answered_and_does_not_fill_the_log():
    held = Held()
    for _ in range(50):
        held.gestures.take(c.GESTURE_SHOW)
    assert len(held.recorder.log) == 20
    assert len(held.signals.log) == 50
    held.clock.now_ms += 3_600_000
    held.gestures.take(c.GESTURE_SHOW)
    assert len(held.recorder.log) == 21


def test_show_shows_the_hours_so_far():
    held = Held()
    held.gestures.take(c.GESTURE_SHOW)
    assert held.signals.log == [("show", p.PROGRESS, 5)]
    assert held.radio.asked == []
    assert not held.lock.is_open


def test_show_acknowledges_an_alert_instead_and_the_next_one_shows():
    held = Held(sounding=True)
    held.gestures.take(c.GESTURE_SHOW)
    assert held.signals.take() == [("show", p.ACKNOWLEDGED)]
    held.gestures.take(c.GESTURE_SHOW)
    assert held.signals.take() == [("show", p.PROGRESS, 5)]


def test_other_gestures_leave_an_alert_sounding():
    held = Held(sounding=True)
    held.gestures.take(c.GESTURE_ADVERTISE)
    held.gestures.take(c.GESTURE_RECOVER)
    assert held.decision.sounding


def test_advertise_opens_the_radio_and_says_when_a_host_has_come():
    held = Held()
    held.gestures.take(c.GESTURE_ADVERTISE)
    ((window_ms, on_found),) = held.radio.asked
    assert window_ms == 30_000
    assert held.signals.take() == [("show", p.FINDABLE)]
    on_found()
    assert held.signals.take() == [("show", p.CONNECTED)]
    assert not held.lock.is_open


def test_findable_is_shown_for_as_long_as_the_window_lasts():
    shown_ms = p.times(p.FINDABLE) * sum(step[4] for step in p.steps(p.FINDABLE))
    held = Held()
    held.gestures.take(c.GESTURE_ADVERTISE)
    assert held.radio.asked[0][0] == shown_ms


def test_recover_opens_the_lock_for_five_minutes():
    held = Held()
    held.clock.now_ms += 40_000
    assert not held.lock.is_open
    held.gestures.take(c.GESTURE_RECOVER)
    assert held.signals.log == [("show", p.RECOVERED)]
    assert held.lock.is_open
    held.clock.now_ms += LOCK_MS - 1
    assert held.lock.is_open
    held.clock.now_ms += 1
    assert not held.lock.is_open
    assert held.radio.asked == []


def test_lock_is_closed_at_the_start_and_once_a_key_was_set():
    held = Held()
    assert not held.lock.is_open
    held.lock.open()
    held.lock.close()
    assert not held.lock.is_open
    held.clock.now_ms += LOCK_MS - 1
    assert not held.lock.is_open


def test_lock_that_is_opened_again_lasts_anew():
    held = Held()
    held.lock.open()
    held.clock.now_ms += LOCK_MS - 1
    held.lock.open()
    held.clock.now_ms += LOCK_MS - 1
    assert held.lock.is_open


def test_stopped_band_says_only_that_it_is_empty():
    for gesture in (c.GESTURE_SHOW, c.GESTURE_ADVERTISE, c.GESTURE_RECOVER):
        held = Held(sounding=True)
        held.gestures.stopped = True
        held.gestures.take(gesture)
        assert held.signals.log == [("show", p.BATTERY_STOP)]
        assert held.recorder.log == []
        assert held.radio.asked == []
        assert not held.lock.is_open
        assert held.decision.sounding
