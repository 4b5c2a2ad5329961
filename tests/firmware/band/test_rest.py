"""What holds for a band that sleeps between its samples, whatever hands, hosts and events do."""

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.support import hand_asyncio
from tests.support.firmware import load
from tests.support.hand_asyncio import load_by_hand
from tests.support.on_band.hand_board import DARK, START_MS, HandBoard, HandClock, gaps

button = load("band.button")
config = load("band.config")
feedback = load("band.feedback")
p = load("band.patterns")
rest = load_by_hand("band.rest")
signals = load_by_hand("band.signals")

SAMPLE_MS = 30_000
# Two minutes of whatever happens, and then nothing more; a low battery shows for four hours.
BUSY_MS = 120_000
QUIET_MS = 5 * 3_600_000
# Nobody answers by then, and the band has done with all of it.
SETTLED_MS = 4 * 3_600_000 + 600_000
NOON = 720
# From one flash of IDENTIFY to the next.
IDENTIFY_STEP_MS = 600

AT_MS = st.integers(0, BUSY_MS)
LASTS_MS = st.one_of(st.integers(1, 1_000), st.integers(1_000, 75_000))
# What happens: when, what, and with what.
EVENTS = st.lists(
    st.one_of(
        st.tuples(AT_MS, st.just("press"), LASTS_MS),
        st.tuples(AT_MS, st.just("show"), st.integers(0, p.COUNT - 1)),
        st.tuples(AT_MS, st.just("hide"), st.integers(0, p.COUNT - 1)),
        st.tuples(AT_MS, st.just("identify"), st.integers(1, 60)),
        st.tuples(AT_MS, st.just("radio"), LASTS_MS),
        st.tuples(AT_MS, st.just("cable"), LASTS_MS),
    ),
    max_size=8,
)
SLEEPS_MS_MAX = st.sampled_from([30_000, 4_000])
FIRST_FOUND = settings(max_examples=400, phases=(Phase.generate,))


class Broken(Exception):
    """The band does what it must not."""


class Band:
    """A band's rest, signals and button, and what goes on around it."""

    def __init__(self, sleep_ms_max, rest=rest, signals=signals):
        self.clock = HandClock()
        self.board = HandBoard(self.clock)
        self.board.SLEEP_MS_MAX = sleep_ms_max
        self.awake = rest.Awake()
        self.fed_ms = []
        self.sampled_ms = []
        # What is true, whatever the firmware holds: the radio is on, a computer was seen, and
        # from when to when the band is to be found.
        self.radio_until_ms = 0
        self.saw_computer = False
        self.identified = None
        settings = config.Config(77)
        self.signals = signals.Signals(
            button.Button(self.board.button_pressed, self.clock.now_ms),
            feedback.Feedback(self.board.led, self.board.vibrate, settings, lambda: NOON),
            self.awake,
            self.clock,
        )
        self.board.on_button(self.signals.edge)
        self.rest = rest.Rest(self, self.clock, self.awake, self._feed)

    def _feed(self):
        self.fed_ms.append(self.clock.now_ms)

    # What a Rest asks of a board.
    @property
    def SLEEP_MS_MAX(self):  # noqa: N802 - the board's own name
        return self.board.SLEEP_MS_MAX

    def usb_host_present(self):
        self.saw_computer = self.board.usb
        return self.saw_computer

    def light_sleep_ms(self, duration_ms):
        wake_ms = self.awake.wake_ms
        if self.clock.now_ms < self.radio_until_ms or self.saw_computer:
            raise Broken("sleeps though somebody needs the processor")
        if wake_ms is not None and self.clock.now_ms + duration_ms > wake_ms:
            raise Broken("sleeps longer than somebody wants")
        if not self.board.is_dark:
            raise Broken("sleeps while light or motor is on")
        self.board.light_sleep_ms(duration_ms)

    def _happen(self, what, argument):
        now_ms = self.clock.now_ms
        if what == "press":
            self.board.press(now_ms, argument)
        elif what == "show":
            self.signals.show(argument)
        elif what == "hide":
            self.signals.hide(argument)
        elif what == "identify":
            self.signals.identify(argument)
            self.identified = (now_ms, now_ms + argument * 1_000)
        elif what == "radio":
            self.awake.hold(self.awake.RADIO)
            self.radio_until_ms = max(self.radio_until_ms, now_ms + argument)
            self.clock.at(now_ms + argument, self._end_radio)
        else:
            self.board.usb = True
            self.clock.at(now_ms + argument, setattr, self.board, "usb", False)

    def _end_radio(self):
        if self.clock.now_ms >= self.radio_until_ms:
            self.awake.release(self.awake.RADIO)

    def dark_ms_max(self):
        """Return for how long it was dark at most while it was to be found."""
        begin_ms, end_ms = self.identified
        lit = [at_ms for at_ms, what in self.board.shown if what not in (DARK, True, False)]
        return max(gaps([begin_ms, *(t for t in lit if begin_ms <= t < end_ms), end_ms]))

    async def _sample(self, events):
        """Keep the pace. Only what is awake can show something: it happens with a sample."""
        due_ms = self.clock.now_ms
        while True:
            self.sampled_ms.append(self.clock.now_ms)
            while events and events[0][0] + START_MS <= self.clock.now_ms:
                self._happen(*events.pop(0)[1:])
            due_ms += SAMPLE_MS
            await self.rest.until(due_ms)

    def live(self, events):
        # A hand comes at any time; whatever the band itself begins comes with a sample.
        for at_ms, what, argument in events:
            if what == "press":
                self.board.press(START_MS + at_ms, argument)
        others = sorted(event for event in events if event[1] != "press")
        # A gesture begins something that comes again at times which no sample has.
        listen = self.signals.run(lambda gesture: self.signals.show(p.BATTERY_LOW))
        coroutines = (listen, self._sample(others))
        hand_asyncio.run(self.clock, BUSY_MS + QUIET_MS, *coroutines)


def breach(events, sleep_ms_max=30_000, **modules):
    """Return what is wrong with a band's life, None if nothing is."""
    band = Band(sleep_ms_max, **modules)
    try:
        band.live(events)
    except Broken as error:
        return str(error)
    if max(gaps([START_MS, *band.fed_ms, band.clock.now_ms])) > sleep_ms_max:
        return "the watchdog was hungry"
    if set(gaps(band.sampled_ms)) != {SAMPLE_MS}:
        return "a sample came late"
    if band.identified and band.dark_ms_max() > IDENTIFY_STEP_MS:
        return "it was not to be found"
    if band.awake.any or not band.board.is_dark:
        return "something never ended"
    quiet_from_ms = START_MS + SETTLED_MS
    if band.board.slept_ms(quiet_from_ms) < (band.clock.now_ms - quiet_from_ms) * 0.99:
        return "it did not sleep though nobody needed it"
    return None


@settings(max_examples=150)
@given(EVENTS, SLEEPS_MS_MAX)
def test_band_sleeps_when_it_may_and_only_then(events, sleep_ms_max):
    assert breach(events, sleep_ms_max) is None


@pytest.mark.parametrize(
    ("name", "sound", "faulty"),
    [
        # Sleeps with a reason, or never notices that one has come.
        ("rest", "if self._awake.any:", "if False:"),
        ("rest", "self._reasons |= reason", "self._reasons = reason"),
        ("rest", "self._awake.hold(Awake.CABLE)", "self._awake.release(Awake.CABLE)"),
        # Never sleeps again, or later than it could.
        ("rest", "self._reasons &= ~reason", "pass"),
        ("rest", "self._awake.release(Awake.CABLE)", "pass"),
        ("signals", "awake.release(awake.BUTTON)", "pass"),
        ("signals", "            awake.release(awake.SIGNAL)\n", ""),
        # Sleeps on though somebody wants to be woken, or not as long as it may.
        ("rest", "left_ms = self._until_wanted(left_ms)", "pass"),
        ("rest", "min(left_ms, self._board.SLEEP_MS_MAX)", "left_ms"),
        ("rest", "self._feed()", "pass"),
        # Light and motor are not waited for.
        ("signals", "            awake.hold(awake.SIGNAL)\n", ""),
        ("signals", "self._awake.hold(self._awake.SIGNAL)", "pass"),
        # One round of it, and then nothing for a minute.
        ("signals", "if not feedback.is_showing(p.IDENTIFY):", "if False:"),
    ],
)
def test_planted_fault_is_found(name, sound, faulty):
    planted = {name: load_by_hand("band." + name, sound, faulty)}
    try:
        events, sleep_ms_max = find(
            st.tuples(EVENTS, SLEEPS_MS_MAX),
            lambda life: _breaks(*life, **planted),
            settings=FIRST_FOUND,
        )
    except NoSuchExample:
        pytest.fail(f"no life of a band shows that this is wrong: {faulty}")
    assert breach(events, sleep_ms_max) is None


def _breaks(events, sleep_ms_max, **modules):
    try:
        return breach(events, sleep_ms_max, **modules) is not None
    except AssertionError:
        # The board refused.
        return True
