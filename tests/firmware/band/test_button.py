"""Gestures of people: any sequence of presses is read as a person would read it."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.firmware import load, run_plain

c = load("pouch_protocol.constants")
plain = load("tests.firmware.band.plain_button")

# Clear of the limits on both sides by more than one step and the debounce.
SHORT_MS = st.integers(150, 2_800)
HOLD_MS = st.integers(3_200, 9_800)
LONG_MS = st.integers(10_200, 59_000)
CLOSE_MS = st.integers(100, 500)
APART_MS = st.integers(750, 20_000)

PRESSES = st.lists(
    st.tuples(st.one_of(SHORT_MS, HOLD_MS, LONG_MS), st.one_of(CLOSE_MS, APART_MS)), max_size=8
)
# Where contacts bounce: up to three times for up to 8 ms.
BOUNCES_MS = st.lists(st.integers(1, 8), max_size=3)


def expected(presses):
    """Return the gestures of (pressed, released) pairs in milliseconds."""
    gestures = []
    open_click = False
    for pressed_ms, released_ms in presses:
        if pressed_ms >= 3_000:
            open_click = False
            if pressed_ms >= 10_000:
                gestures.append(c.GESTURE_RECOVER)
        elif open_click:
            gestures.append(c.GESTURE_ADVERTISE)
            open_click = False
        else:
            open_click = True
        if open_click and released_ms > 600:
            gestures.append(c.GESTURE_SHOW)
            open_click = False
    return gestures + ([c.GESTURE_SHOW] if open_click else [])


def bounce(finger, level, bounces_ms):
    for bounce_ms in bounces_ms:
        finger.set(level)
        finger.now_ms += bounce_ms
        finger.set(not level)
        finger.now_ms += bounce_ms
    finger.set(level)


@given(PRESSES, st.booleans(), BOUNCES_MS, st.sampled_from([7, 20, 50]))
def test_gestures_are_what_a_person_meant(presses, told, bounces_ms, step_ms):
    finger = plain.Finger(told=told)
    for pressed_ms, released_ms in presses:
        bounce(finger, True, bounces_ms)
        finger.wait(pressed_ms, step_ms)
        bounce(finger, False, bounces_ms)
        finger.wait(released_ms, step_ms)
    finger.wait(1_000, step_ms)
    assert finger.gestures == expected(presses)
    assert not finger.button.active


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 90_000)), max_size=40), st.booleans())
def test_any_edges_leave_it_idle_after_it_is_released(edges, told):
    finger = plain.Finger(told=told)
    for pressed, wait_ms in edges:
        finger.set(pressed)
        finger.wait(wait_ms, 500)
    finger.set(False)
    finger.wait(2_000)
    assert not finger.button.active
    assert not finger.button.stuck
    assert not finger.button.holding
    assert set(finger.gestures) <= {c.GESTURE_SHOW, c.GESTURE_ADVERTISE, c.GESTURE_RECOVER}


def test_button_in_cpython():
    run_plain("tests.firmware.band.plain_button")
