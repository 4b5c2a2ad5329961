"""Runs in MicroPython: from edges and time to gestures."""

from band.button import Button
from pouch_protocol import constants as c

STEP_MS = 50


class Finger:
    """A button, its interrupt and a clock. `told` is whether edges reach the firmware."""

    def __init__(self, pressed=False, told=True):
        self.pressed = pressed
        self.told = told
        self.now_ms = 5000
        self.button = Button(lambda: self.pressed, self.now_ms)
        self.gestures = []

    def set(self, pressed):
        self.pressed = pressed
        if self.told:
            self.button.edge(pressed, self.now_ms)

    def wait(self, duration_ms, step_ms=STEP_MS):
        """Let time pass with a step now and then."""
        end_ms = self.now_ms + duration_ms
        while self.now_ms < end_ms:
            self.now_ms = min(self.now_ms + step_ms, end_ms)
            gesture = self.button.step(self.now_ms)
            if gesture is not None:
                self.gestures.append(gesture)

    def press(self, duration_ms, then_ms):
        self.set(True)
        self.wait(duration_ms)
        self.set(False)
        self.wait(then_ms)


def test_short_press_shows_after_the_time_for_a_second():
    finger = Finger()
    finger.press(200, 500)
    assert finger.gestures == []
    assert finger.button.active
    finger.wait(300)
    assert finger.gestures == [c.GESTURE_SHOW]
    assert not finger.button.active


def test_two_short_presses_advertise_and_nothing_else():
    finger = Finger()
    finger.press(150, 300)
    finger.press(150, 5000)
    assert finger.gestures == [c.GESTURE_ADVERTISE]


def test_two_presses_far_apart_show_twice():
    finger = Finger()
    finger.press(150, 1000)
    finger.press(150, 1000)
    assert finger.gestures == [c.GESTURE_SHOW, c.GESTURE_SHOW]


def test_three_presses_are_two_and_one():
    finger = Finger()
    for _ in range(3):
        finger.press(150, 300)
    finger.wait(1000)
    assert finger.gestures == [c.GESTURE_ADVERTISE, c.GESTURE_SHOW]


def test_ten_seconds_recover_and_the_holder_is_shown_from_three():
    finger = Finger()
    finger.set(True)
    finger.wait(2900)
    assert not finger.button.holding
    finger.wait(200)
    assert finger.button.holding
    finger.wait(6800)
    assert finger.gestures == []
    finger.wait(200)
    assert finger.gestures == [c.GESTURE_RECOVER]
    assert not finger.button.holding
    finger.set(False)
    finger.wait(5000)
    assert finger.gestures == [c.GESTURE_RECOVER]


def test_a_hold_that_is_given_up_is_nothing():
    finger = Finger()
    finger.press(6000, 5000)
    assert finger.gestures == []
    assert not finger.button.holding
    finger.press(200, 1000)
    assert finger.gestures == [c.GESTURE_SHOW]


def test_press_and_then_hold_is_a_hold():
    finger = Finger()
    finger.press(150, 300)
    finger.set(True)
    finger.wait(11_000)
    assert finger.gestures == [c.GESTURE_RECOVER]


def test_bounces_do_not_count():
    finger = Finger()
    for _ in range(3):
        finger.set(True)
        finger.now_ms += 4
        finger.set(False)
        finger.now_ms += 4
    finger.set(True)
    finger.wait(200)
    finger.set(False)
    finger.now_ms += 5
    finger.set(True)
    finger.now_ms += 5
    finger.set(False)
    finger.wait(2000)
    assert finger.gestures == [c.GESTURE_SHOW]
    # A spark of 20 ms is none either.
    finger.set(True)
    finger.now_ms += 20
    finger.set(False)
    finger.wait(2000)
    assert finger.gestures == [c.GESTURE_SHOW]


def test_edges_that_were_missed_are_seen_by_looking():
    finger = Finger(told=False)
    finger.press(200, 1000)
    finger.press(200, 300)
    finger.press(200, 1000)
    assert finger.gestures == [c.GESTURE_SHOW, c.GESTURE_ADVERTISE]


def test_a_tap_between_two_steps_is_known_from_its_edges():
    finger = Finger()
    finger.set(True)
    finger.now_ms += 120
    finger.set(False)
    finger.now_ms += 200
    finger.wait(1000)
    assert finger.gestures == [c.GESTURE_SHOW]


def test_a_step_that_comes_late_loses_no_gesture():
    finger = Finger()
    for _ in range(2):
        finger.set(True)
        finger.now_ms += 150
        finger.set(False)
        finger.now_ms += 2000
    finger.wait(1000)
    assert finger.gestures == [c.GESTURE_SHOW, c.GESTURE_SHOW]


def test_pressed_at_the_start_is_stuck_and_gives_nothing():
    finger = Finger(pressed=True)
    assert finger.button.stuck
    assert not finger.button.active
    finger.wait(120_000, 1000)
    assert finger.gestures == []
    assert finger.button.stuck_count == 1
    finger.set(False)
    finger.wait(1000)
    assert finger.gestures == []
    assert not finger.button.stuck
    finger.press(200, 1000)
    assert finger.gestures == [c.GESTURE_SHOW]


def test_pressed_for_over_a_minute_is_stuck_and_lets_the_band_sleep():
    finger = Finger()
    finger.set(True)
    finger.wait(59_000)
    assert finger.gestures == [c.GESTURE_RECOVER]
    assert finger.button.active
    assert not finger.button.stuck
    finger.wait(2000)
    assert finger.button.stuck
    assert not finger.button.active
    finger.wait(3_600_000, 30_000)
    assert finger.button.stuck_count == 1
    assert finger.gestures == [c.GESTURE_RECOVER]


def test_a_storm_of_edges_stays_bounded():
    finger = Finger()
    for count in range(1000):
        finger.set(count % 2 == 0)
    finger.set(False)
    finger.wait(1000)
    assert finger.gestures == []
    finger.press(200, 1000)
    assert finger.gestures == [c.GESTURE_SHOW]
