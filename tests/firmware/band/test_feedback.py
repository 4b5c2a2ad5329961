"""What holds for feedback whatever is asked of it, in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.firmware import load, run_plain

config = load("band.config")
feedback = load("band.feedback")
p = load("band.patterns")

DARK = (0, 0, 0)
DAY_MS = 86_400_000
NOON, NIGHT = 720, 60

PATTERNS = st.integers(0, p.COUNT - 1)
# What may be asked of it: show and hide, and let time pass, much or little.
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("show"), PATTERNS, st.integers(0, p.EIGHTHS)),
        st.tuples(st.just("hide"), PATTERNS),
        st.tuples(st.just("wait"), st.integers(1, 5_000)),
        st.tuples(st.just("wait"), st.integers(5_000, 3_600_000)),
    ),
    max_size=40,
)
ALERTS_OF_THE_NIGHT = {p.COLD, p.ESCALATED, p.ACKNOWLEDGED, p.IDENTIFY}


class Driven(AssertionError):
    """Light or motor was driven where it must not be."""


class Pod:
    def __init__(self, *, kind=feedback.Feedback, local_min=NOON, blinded=False):
        self.now_ms = 0
        self.colour = DARK
        self.motor_on = False
        self.calls = 0
        self.settings = config.Config(77)
        self.settings.blinded = blinded
        self.feedback = kind(self._light, self._motor, self.settings, lambda: local_min)

    def _light(self, red, green, blue):
        self.calls += 1
        self.colour = (red, green, blue)
        assert max(self.colour) <= 255
        assert not blue or red or green, "blue alone"

    def _motor(self, on):
        self.calls += 1
        self.motor_on = on

    def play(self, operations):
        for name, *arguments in operations:
            if name == "show":
                self.feedback.show(arguments[0], self.now_ms, arguments[1])
            elif name == "hide":
                self.feedback.hide(arguments[0])
            else:
                self.wait(arguments[0])

    def wait(self, duration_ms):
        """Let time pass; nothing may change before the time that `step` said."""
        end_ms = self.now_ms + duration_ms
        while True:
            wait_ms = self.feedback.step(self.now_ms)
            assert self.feedback.active or (self.colour == DARK and not self.motor_on)
            if wait_ms is None or self.now_ms + wait_ms > end_ms:
                break
            assert wait_ms >= 1
            before = self.calls
            self.feedback.step(self.now_ms + wait_ms - 1)
            assert self.calls == before, "changed before its time"
            self.now_ms += wait_ms
        self.now_ms = end_ms
        self.feedback.step(self.now_ms)


def drives_nothing(operations, *, but, kind=feedback.Feedback, **options):
    """Raise Driven if any of these operations, less the patterns in `but`, drives anything."""
    pod = Pod(kind=kind, **options)
    kept = [op for op in operations if op[0] != "show" or op[1] not in but]
    pod.play(kept)
    pod.wait(DAY_MS // 4)
    if pod.calls:
        raise Driven


@given(OPERATIONS)
def test_blinded_never_drives_light_or_motor(operations):
    drives_nothing(operations, but={p.IDENTIFY}, blinded=True)
    drives_nothing(operations, but={p.IDENTIFY}, blinded=True, local_min=None)


@given(OPERATIONS)
def test_quiet_hours_let_nothing_through_but_the_alerts(operations):
    drives_nothing(operations, but=ALERTS_OF_THE_NIGHT, local_min=NIGHT)


class ForgetsToAsk(feedback.Feedback):
    """A planted fault: whoever shows a pattern is trusted."""

    def _may_show(self, pattern):
        return True


@pytest.mark.parametrize("options", [{"blinded": True}, {"local_min": NIGHT}])
def test_the_two_properties_find_a_planted_fault(options):
    with pytest.raises(Driven):
        drives_nothing(
            [("show", p.CONTACT_FOUND, 0)], but={p.IDENTIFY}, kind=ForgetsToAsk, **options
        )


@given(OPERATIONS, st.sampled_from([NOON, NIGHT, None]))
def test_it_always_ends_dark(operations, local_min):
    pod = Pod(local_min=local_min)
    pod.play(operations)
    pod.wait(DAY_MS // 4)
    assert pod.feedback.step(pod.now_ms) is None
    assert not pod.feedback.active
    assert pod.colour == DARK
    assert not pod.motor_on


@given(OPERATIONS, st.lists(st.integers(1, 400_000), max_size=60))
def test_steps_at_any_time_leave_it_dark_where_it_is_not_active(operations, waits_ms):
    # A band that is busy calls late, and one that wakes for something else calls early.
    pod = Pod()
    for (name, *arguments), wait_ms in zip(operations, waits_ms, strict=False):
        if name == "show":
            pod.feedback.show(arguments[0], pod.now_ms, arguments[1])
        elif name == "hide":
            pod.feedback.hide(arguments[0])
        pod.now_ms += wait_ms
        pod.feedback.step(pod.now_ms)
        assert pod.feedback.active or (pod.colour == DARK and not pod.motor_on)


@given(OPERATIONS, st.sampled_from(sorted({p.COLD, p.ESCALATED})))
def test_an_alert_is_on_within_its_own_time_whatever_else_goes_on(operations, alert):
    # Only what is more urgent may keep it off: its acknowledgement, an identification, which puts
    # it off to its next showing in two minutes, and for COLD the escalation.
    pod = Pod()
    ends = {p.ACKNOWLEDGED, p.ESCALATED, p.COLD, p.IDENTIFY} - {alert}
    pod.play([op for op in operations if op[0] == "wait" or op[1] not in ends | {alert}])
    pod.feedback.show(alert, pod.now_ms)
    assert pod.motor_on
    assert pod.colour[0] == max(pod.colour) > 0


def test_feedback_in_cpython():
    run_plain("tests.firmware.band.plain_feedback")
