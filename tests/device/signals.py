"""Light and motor: what is shown when, and what a blinded band never shows."""

from band import config
from band import patterns as p
from band.feedback import Feedback

NOON, NIGHT = 720, 60


class Pod:
    """Notes what light and motor were told."""

    def __init__(self, local_min=NOON, blinded=False):
        self.now_ms = 0
        self.log = []
        settings = config.Config(77)
        settings.blinded = blinded
        self.feedback = Feedback(self._light, self._motor, settings, lambda: local_min)

    def _light(self, red, green, blue):
        self.log.append((self.now_ms, red, green, blue))

    def _motor(self, on):
        self.log.append((self.now_ms, on))

    def show(self, pattern, for_ms):
        """Show a pattern and step as asked, for a while."""
        self.feedback.show(pattern, self.now_ms)
        end_ms = self.now_ms + for_ms
        while True:
            wait_ms = self.feedback.step(self.now_ms)
            if wait_ms is None or self.now_ms + wait_ms > end_ms:
                self.now_ms = end_ms
                return
            self.now_ms += wait_ms


def test_contact_found_is_two_green_flashes_and_one_vibration():
    pod = Pod()
    pod.show(p.CONTACT_FOUND, 5000)
    assert pod.log == [
        (0, 0, 176, 0),
        (0, True),
        (200, 0, 0, 0),
        (200, False),
        (450, 0, 176, 0),
        (950, 0, 0, 0),
    ]


def test_cold_interrupts_and_comes_again_after_two_minutes():
    pod = Pod()
    pod.show(p.READY, 100)
    pod.show(p.COLD, 121_000)
    amber = [entry[0] for entry in pod.log if entry[1:] == (176, 88, 0)]
    # Two flashes, three times; and so again.
    assert amber[:2] + amber[6:7] == [100, 900, 120_100]


def test_night_is_dim_and_only_for_alerts():
    pod = Pod(local_min=NIGHT)
    pod.show(p.CONTACT_FOUND, 2000)
    assert pod.log == []
    pod.show(p.COLD, 400)
    assert pod.log == [(2000, 44, 22, 0), (2000, True)]


def test_blinded_band_shows_nothing_but_which_one_it_is():
    pod = Pod(blinded=True)
    for pattern in (p.CONTACT_FOUND, p.COLD):
        pod.show(pattern, 20)
        assert pod.log == [], p.name(pattern)
    pod.show(p.IDENTIFY, 20)
    assert pod.log


def test_alerts_that_nobody_answers_end():
    for pattern in (p.COLD, p.ESCALATED):
        showings = 1
        while p.interval_ms(pattern, showings):
            showings += 1
            assert showings < 100, p.name(pattern)


def test_progress_has_eight_places_and_never_blue_alone():
    for eighths in (0, 5, 8):
        lit = [step for step in p.steps(p.PROGRESS, eighths) if max(step[:3])]
        assert len(lit) == p.EIGHTHS
        assert len([step for step in lit if not step[0]]) == eighths
        assert not [step for step in lit if not (step[0] or step[1])]
