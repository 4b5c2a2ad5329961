"""Runs in MicroPython: light, motor and button as one task, beside a band that sleeps."""

from band import config
from band import patterns as p
from band.button import Button
from band.feedback import Feedback
from band.rest import Awake, Rest
from band.signals import Signals
from pouch_protocol import constants as c
from tests.support.on_band.hand_board import DARK, HandBoard, gaps
from tests.support.on_band.hand_time import World

START_MS = 1_000
NOON, NIGHT = 720, 60
# A step comes when the light is due to change, or while a finger is on the button.
BUTTON_STEP_MS = 50


class Hand:
    """A band's signals on a board that sleeps between samples; somebody holds it."""

    def __init__(self, blinded=False, local_min=NOON):
        self.world = World()
        self.board = HandBoard(self.world)
        self.awake = Awake()
        self.settings = config.Config(77)
        self.settings.blinded = blinded
        self.feedback = Feedback(
            self.board.led, self.board.vibrate, self.settings, lambda: local_min
        )
        self.button = Button(self.board.button_pressed, self.world.now_ms)
        self.signals = Signals(self.button, self.feedback, self.awake, self.world)
        self.rest = Rest(self.board, self.world, self.awake, lambda: None)
        self.board.on_button(self.signals.edge)
        self.gestures = []
        # What each sample brings.
        self.samples = []

    def gesture(self, gesture):
        self.gestures.append((self.world.now_ms, gesture))

    async def _sample(self):
        """Keep the band's pace: something to do every 30 s."""
        due_ms = self.world.now_ms
        while True:
            due_ms += 30_000
            await self.rest.until(due_ms)
            if self.samples:
                self.samples.pop(0)()

    def pass_ms(self, duration_ms):
        self.world.run(duration_ms, self.signals.run(self.gesture), self._sample())

    def lit_ms(self):
        """Return when the light went on or changed its colour."""
        return [at_ms for at_ms, what in self.board.shown if what not in (DARK, True, False)]

    def dark_ms(self):
        return [at_ms for at_ms, what in self.board.shown if what == DARK]

    def awake_spans(self):
        """Return `(from, to)` of what lies between two sleeps and takes time."""
        began, ended = zip(*self.board.slept)
        return [(a, b) for a, b in zip(ended, began[1:]) if b > a]


def test_idle_band_sleeps_all_the_time():
    hand = Hand()
    hand.pass_ms(300_000)
    assert hand.board.slept_ms() >= 299_000
    assert hand.board.shown == []
    assert hand.awake.wake_ms is None


def test_press_in_the_sleep_reaches_who_listens_and_the_band_sleeps_again():
    hand = Hand()
    hand.board.press(10_000, 200)
    hand.pass_ms(60_000)
    ((at_ms, gesture),) = hand.gestures
    assert gesture == c.GESTURE_SHOW
    # A second press may come for 0.6 s after the release.
    assert 10_800 <= at_ms <= 10_800 + 2 * BUTTON_STEP_MS
    ((begin_ms, end_ms),) = hand.awake_spans()
    assert begin_ms == 10_000
    assert at_ms <= end_ms <= at_ms + 2 * BUTTON_STEP_MS


def test_each_gesture_is_told_once():
    for presses, gesture in (
        (((10_000, 150),), c.GESTURE_SHOW),
        (((10_000, 150), (10_400, 150)), c.GESTURE_ADVERTISE),
        (((10_000, 11_000),), c.GESTURE_RECOVER),
    ):
        hand = Hand()
        for at_ms, duration_ms in presses:
            hand.board.press(at_ms, duration_ms)
        hand.pass_ms(120_000)
        assert [told for _, told in hand.gestures] == [gesture]
        assert not hand.awake.any
        assert hand.board.slept_ms(25_000) >= 90_000


def test_edge_holds_the_band_awake_before_any_task_runs():
    hand = Hand()
    hand.board.set_button(True)
    assert hand.awake.any
    hand.board.set_button(False)
    hand.pass_ms(5_000)
    assert not hand.awake.any


class LateFinger:
    """A button that is pressed just after the first look found it idle."""

    holding = False

    def __init__(self):
        self.looks = 0
        self.edges = []
        self.press = None

    @property
    def active(self):
        self.looks += 1
        found = bool(self.edges)
        if self.looks == 1:
            self.press(True)
        return found

    def edge(self, pressed, now_ms):
        self.edges.append((pressed, now_ms))

    def step(self, now_ms):
        return None


def test_edge_between_a_look_at_the_button_and_letting_go_holds_the_band_awake():
    # The handler may run between any two bytecodes: its hold must not be let go for the task's.
    hand = Hand()
    finger = LateFinger()
    signals = Signals(finger, hand.feedback, hand.awake, hand.world)
    finger.press = signals.edge
    signals._step(hand.gesture)
    assert finger.edges == [(True, hand.world.now_ms)]
    assert hand.awake.any


def test_holding_is_shown_from_three_seconds_until_release():
    hand = Hand()
    hand.board.press(10_000, 6_000)
    hand.pass_ms(60_000)
    assert hand.gestures == []
    lit_ms = hand.lit_ms()
    assert 13_000 <= lit_ms[0] <= 13_000 + 2 * BUTTON_STEP_MS
    assert lit_ms[-1] <= 16_000
    assert hand.dark_ms()[-1] <= 16_000 + 2 * BUTTON_STEP_MS
    assert hand.board.is_dark


def test_holding_is_shown_until_the_gesture_is_complete():
    hand = Hand()
    hand.board.press(10_000, 20_000)
    hand.pass_ms(60_000)
    ((at_ms, gesture),) = hand.gestures
    assert gesture == c.GESTURE_RECOVER
    assert 20_000 <= at_ms <= 20_000 + 2 * BUTTON_STEP_MS
    assert max(hand.lit_ms()) <= at_ms
    assert hand.board.is_dark


def test_stuck_button_lets_the_band_sleep_after_a_minute():
    hand = Hand()
    hand.board.press(10_000, 3_000_000)
    hand.pass_ms(600_000)
    assert hand.button.stuck
    assert not hand.awake.any
    assert hand.board.slept_ms(75_000) >= 520_000


def test_pattern_that_a_sample_brings_plays_at_once_and_through():
    hand = Hand()
    hand.samples = [lambda: hand.signals.show(p.CONTACT_FOUND)]
    hand.pass_ms(90_000)
    assert hand.lit_ms() == [31_000, 31_450]
    assert hand.awake_spans() == [(31_000, 32_150)]


def test_patterns_play_at_their_own_times_and_the_band_sleeps_after_them():
    hand = Hand()
    hand.signals.show(p.CONTACT_FOUND)
    hand.pass_ms(60_000)
    green = (0, 176, 0)
    assert hand.board.shown == [
        (1_000, green),
        (1_000, True),
        (1_200, DARK),
        (1_200, False),
        (1_450, green),
        (1_950, DARK),
    ]
    # The pattern's last step is dark, and belongs to it.
    assert hand.board.slept[0][0] == 2_150


def test_progress_shows_as_many_eighths_as_there_are():
    for eighths in (0, 3, 8):
        hand = Hand()
        hand.signals.show(p.PROGRESS, eighths)
        hand.pass_ms(20_000)
        green = [what for _, what in hand.board.shown if what == (0, 176, 0)]
        assert len(green) == eighths


def test_alert_comes_again_on_time_though_the_band_sleeps_meanwhile():
    hand = Hand()
    hand.signals.show(p.COLD)
    hand.pass_ms(650_000)
    starts_ms = [at_ms for at_ms, what in hand.board.shown if what is True][::6]
    assert starts_ms == [START_MS + minute * 60_000 for minute in (0, 2, 4, 6, 8, 10)]
    # Awake for what it shows, and for nothing else.
    assert hand.board.slept_ms() >= 590_000


def test_wish_to_be_woken_is_that_of_the_next_showing():
    hand = Hand()
    hand.signals.show(p.COLD)
    hand.pass_ms(20_000)
    assert hand.awake.wake_ms == START_MS + 120_000
    hand.signals.hide(p.COLD)
    hand.pass_ms(20_000)
    assert hand.awake.wake_ms is None
    hand.pass_ms(200_000)
    assert max(hand.lit_ms()) < START_MS + 10_000


def test_hidden_pattern_goes_dark_at_once_and_the_band_sleeps():
    hand = Hand()
    hand.signals.show(p.FINDABLE)
    hand.world.at(5_500, hand.signals.hide, p.FINDABLE)
    hand.pass_ms(30_000)
    assert hand.dark_ms()[-1] <= 5_500
    assert hand.board.slept[0][0] == 5_500


def test_identify_is_shown_for_as_long_as_was_asked():
    # One showing of it is 18 s.
    for duration_s in (1, 5, 18, 20, 60):
        for blinded in (False, True):
            hand = Hand(blinded, NIGHT)
            hand.signals.identify(duration_s)
            hand.pass_ms(120_000)
            lit_ms = hand.lit_ms()
            end_ms = START_MS + duration_s * 1000
            assert max(gaps(lit_ms)) <= 600, duration_s
            assert end_ms - 600 <= lit_ms[-1] < end_ms
            assert hand.board.is_dark
            assert hand.dark_ms()[-1] <= end_ms
            assert not hand.awake.any
            assert hand.board.slept[0][0] <= end_ms


def test_identify_asked_again_begins_anew():
    hand = Hand()
    hand.signals.identify(3)
    hand.world.at(3_000, hand.signals.identify, 5)
    hand.pass_ms(30_000)
    assert 7_400 <= hand.lit_ms()[-1] < 8_000
    hand = Hand()
    hand.signals.identify(60)
    hand.world.at(11_000, hand.signals.identify, 2)
    hand.pass_ms(90_000)
    assert hand.lit_ms()[-1] < 13_000
    assert hand.board.slept_ms() >= 70_000


def test_blinded_band_shows_nothing_and_sleeps_through_all_of_it():
    hand = Hand(blinded=True)
    for pattern in range(p.COUNT):
        if pattern != p.IDENTIFY:
            hand.signals.show(pattern, 4)
    hand.board.press(30_000, 12_000)
    hand.pass_ms(600_000)
    assert hand.board.shown == []
    assert [told for _, told in hand.gestures] == [c.GESTURE_RECOVER]
    # All but what the button took.
    assert hand.board.slept_ms() >= 580_000


def test_wait_for_the_dark_ends_with_the_last_pattern():
    hand = Hand()
    ends = []
    hand.rest = Rest(hand.board, hand.world, hand.awake, lambda: fed.append(hand.world.now_ms))
    fed = []

    async def wait():
        await hand.signals.until_dark(hand.rest)
        ends.append(hand.world.now_ms)

    # The second one waits for the first.
    hand.signals.show(p.COLD)
    hand.signals.show(p.BATTERY_STOP)
    hand.world.run(30_000, hand.signals.run(hand.gesture), wait())
    assert hand.board.is_dark
    assert START_MS + 7_500 + 2_400 <= ends[0] <= START_MS + 7_500 + 2_400 + 100
    # The watchdog of a Pico W has 8 s.
    assert max(gaps(fed)) <= 100
    hand.world.run(1_000, hand.signals.run(hand.gesture), wait())
    assert ends[1] == START_MS + 30_000
