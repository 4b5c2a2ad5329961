"""Runs in MicroPython: which pattern light and motor show when."""

from band import config
from band import patterns as p
from band.feedback import Feedback

DARK = (0, 0, 0)
NOON, NIGHT = 720, 60
MINUTE_MS = 60_000


class Pod:
    """Light and motor that keep what they were told, and a clock that is handed in."""

    def __init__(self, local_min=NOON):
        self.now_ms = 0
        self.colour = DARK
        self.motor_on = False
        self.log = []
        self.local_min = local_min
        self.settings = config.Config(77)
        self.feedback = Feedback(self._light, self._motor, self.settings, lambda: self.local_min)

    def _light(self, red, green, blue):
        self.colour = (red, green, blue)
        self.log.append((self.now_ms, self.colour))

    def _motor(self, on):
        self.motor_on = on
        self.log.append((self.now_ms, on))

    def show(self, pattern, eighths=0):
        self.feedback.show(pattern, self.now_ms, eighths)

    def run(self, duration_ms):
        """Let time pass, calling `step` exactly when it asks for it."""
        end_ms = self.now_ms + duration_ms
        while True:
            wait_ms = self.feedback.step(self.now_ms)
            if wait_ms is None or self.now_ms + wait_ms > end_ms:
                break
            self.now_ms += wait_ms
        self.now_ms = end_ms
        self.feedback.step(self.now_ms)

    def lit_times(self):
        """Return when the light went on, milliseconds."""
        return [at_ms for at_ms, what in self.log if what not in (DARK, True, False)]

    @property
    def is_dark(self):
        return self.colour == DARK and not self.motor_on


def test_steps_are_played_at_their_times():
    pod = Pod()
    pod.show(p.CONTACT_FOUND)
    assert pod.feedback.active
    pod.run(5000)
    green = (0, 176, 0)
    assert pod.log == [
        (0, green),
        (0, True),
        (200, DARK),
        (200, False),
        (450, green),
        (950, DARK),
    ]
    assert not pod.feedback.active
    assert pod.feedback.step(pod.now_ms) is None


def test_a_late_step_shifts_nothing():
    pod = Pod()
    pod.show(p.CONTACT_FOUND)
    pod.now_ms = 440
    assert pod.feedback.step(440) == 10
    pod.now_ms = 5000
    assert pod.feedback.step(5000) is None
    assert pod.is_dark


def test_more_urgent_interrupts_and_less_urgent_waits():
    pod = Pod()
    pod.show(p.READY)
    pod.show(p.COLD)
    assert pod.motor_on
    pod.show(p.CONTACT_FOUND)
    assert pod.colour == (176, 88, 0)
    # One showing of COLD takes 7.5 s.
    pod.run(7600)
    assert pod.colour[0] == 0
    assert pod.colour[1] > 0


def test_what_waits_too_long_is_dropped():
    pod = Pod()
    pod.show(p.IDENTIFY)
    pod.show(p.CONTACT_FOUND)
    pod.run(18_100)
    assert not pod.feedback.active
    assert pod.is_dark


def test_newer_of_the_same_urgency_wins():
    pod = Pod()
    pod.show(p.FINDABLE)
    pod.run(2500)
    pod.show(p.PROGRESS, 8)
    assert pod.colour == (0, 176, 0)


def test_shown_again_while_it_plays_changes_nothing():
    pod = Pod()
    pod.show(p.CONTACT_FOUND)
    pod.run(200)
    pod.show(p.CONTACT_FOUND)
    pod.run(5000)
    assert pod.lit_times() == [0, 450]


def test_alert_repeats_by_its_schedule_and_ends():
    pod = Pod()
    pod.show(p.COLD)
    for _ in range(40):
        pod.run(10 * MINUTE_MS)
        # The rule may say it every half minute: the schedule goes on.
        if pod.now_ms < 100 * MINUTE_MS:
            pod.show(p.COLD)
    minutes = sorted({at_ms // MINUTE_MS for at_ms in pod.lit_times()})
    assert minutes == list(range(0, 11, 2)) + list(range(20, 121, 10))
    assert pod.feedback.step(pod.now_ms) is None


def test_between_showings_the_band_may_sleep():
    pod = Pod()
    pod.show(p.COLD)
    pod.run(10_000)
    assert not pod.feedback.active
    assert pod.is_dark
    assert pod.feedback.step(pod.now_ms) == 2 * MINUTE_MS - 10_000


def test_hide_goes_dark_at_once_and_for_good():
    pod = Pod()
    pod.show(p.ESCALATED)
    pod.run(100)
    pod.feedback.hide(p.ESCALATED)
    assert pod.is_dark
    pod.run(200 * MINUTE_MS)
    assert pod.lit_times() == [0]


def test_acknowledged_ends_the_alerts_and_shows_itself():
    for alert in (p.COLD, p.ESCALATED):
        pod = Pod()
        pod.show(alert)
        pod.run(1000)
        pod.show(p.ACKNOWLEDGED)
        assert pod.motor_on
        pod.run(200 * MINUTE_MS)
        assert pod.lit_times()[-1] == 1450, alert
        assert pod.feedback.step(pod.now_ms) is None


def test_escalation_takes_the_place_of_cold():
    pod = Pod()
    pod.show(p.COLD)
    pod.run(30 * MINUTE_MS)
    pod.show(p.ESCALATED)
    pod.log.clear()
    pod.run(200 * MINUTE_MS)
    assert {what for _, what in pod.log if isinstance(what, tuple)} == {DARK, (176, 0, 0)}


def test_blinded_shows_nothing_but_what_a_host_asks_for():
    pod = Pod()
    pod.settings.blinded = True
    for pattern in range(p.COUNT):
        if pattern != p.IDENTIFY:
            pod.show(pattern, 4)
            pod.run(200 * MINUTE_MS)
    assert pod.log == []
    pod.show(p.IDENTIFY)
    pod.run(20_000)
    assert pod.lit_times()[0] == pod.now_ms - 20_000


def test_blinded_in_the_middle_goes_dark_with_the_next_step():
    pod = Pod()
    pod.show(p.ESCALATED)
    pod.settings.blinded = True
    pod.feedback.step(10)
    assert pod.is_dark
    assert not pod.feedback.active


def test_quiet_hours_let_only_the_cold_baby_through():
    heard = []
    for pattern in range(p.COUNT):
        pod = Pod(NIGHT)
        pod.show(pattern, 4)
        pod.run(MINUTE_MS)
        if pod.log:
            heard.append(pattern)
            assert max(max(what) for _, what in pod.log if isinstance(what, tuple)) <= 44
    assert heard == [p.COLD, p.ESCALATED, p.ACKNOWLEDGED, p.IDENTIFY]


def test_quiet_hours_that_begin_silence_a_schedule_until_they_end():
    pod = Pod()
    pod.show(p.CONTACT_MISSED)
    pod.run(5 * MINUTE_MS)
    pod.local_min = NIGHT
    pod.run(10 * MINUTE_MS)
    pod.local_min = NOON
    pod.run(10 * MINUTE_MS)
    minutes = sorted({at_ms // MINUTE_MS for at_ms in pod.lit_times()})
    assert minutes == [0, 20]


def test_unknown_time_of_day_keeps_alerts_and_dims_the_rest():
    pod = Pod(None)
    pod.show(p.COLD)
    assert pod.colour == (176, 88, 0)
    pod.feedback.hide(p.COLD)
    pod.show(p.READY)
    assert pod.colour == (0, 44, 0)
