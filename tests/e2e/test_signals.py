"""What a mother sees and feels, at the pins of the whole band, and what her hand can ask for."""

import bisect

import pytest

from pouch_protocol import constants as c
from pouch_sim.hardware import currents
from tests.e2e.cot_world import CotWorld
from tests.e2e.whole_path import HOUR_S, WholePath

BAND_ID = 0x1000
US_PER_S = 1_000_000
# Pins of the XIAO, see firmware/boards/xiao_esp32c3.py.
BUTTON, RED, GREEN, BLUE, MOTOR = 3, 4, 5, 10, 20
# The longest that a band may take to see a finger: an edge wakes it.
SEEN_S = 0.2


def _settings(**changes):
    """Return the settings of a band that is never quiet, so that a test need not know the hour."""
    return {"quiet_from_min": 0, "quiet_until_min": 0} | changes


class Watched:
    """A band in a world of choice, and what its pins did."""

    def __init__(self, folder, seed, skin_c, in_contact=lambda _hour: False, **settings):
        self.path = WholePath(folder, seed)
        self.band = self.path.add_band(
            surroundings=CotWorld(seed, skin_c, in_contact), settings=_settings(**settings)
        )

    def level(self, pin, at_s):
        """Return a pin's level at a time."""
        log = [(us, level) for us, number, level in self.band.stats.pin_log if number == pin]
        index = bisect.bisect_right([us for us, _ in log], round(at_s * US_PER_S))
        return log[index - 1][1] if index else 0

    def lit_s(self, pin, first_s=0.0, end_s=float("inf")):
        """Return when a pin was switched on between two times."""
        return [
            us / US_PER_S
            for us, number, level in self.band.stats.pin_log
            if number == pin and level and first_s <= us / US_PER_S < end_s
        ]

    def slept_us(self):
        """Return how long the band has been in light sleep."""
        now_us = self.path.simulation.loop.now_us
        return self.band.account.times_us(now_us)[currents.SLEEP]

    async def press(self, for_s):
        """Hold the button for a while."""
        self.band.set_pin(BUTTON, 0)
        await self.path.wait(for_s)
        self.band.set_pin(BUTTON, 1)

    def events(self):
        """Return (event, value) of every event in the store."""
        return [
            (event["event"], event["value"]) for event in self.path.decoded(BAND_ID, c.KIND_EVENT)
        ]


def _cold(_hour):
    return 35.0


def _warm(_hour):
    return 36.4


def test_cold_infant_is_called_for_in_amber_with_the_motor_and_no_other_colour(tmp_path, seed):
    watched = Watched(tmp_path, seed, _cold)
    watched.path.run(watched.path.collect(0.75 * HOUR_S))
    # Ten minutes to settle, ten that it lasts; then every two minutes.
    shakes = watched.lit_s(MOTOR)
    assert 1200 <= shakes[0] <= 1300
    assert len(shakes) >= 6 * 5
    for at_s in shakes[:12]:
        red, green, blue = (watched.level(pin, at_s + 0.05) for pin in (RED, GREEN, BLUE))
        assert red > green > 0, at_s
        assert not blue, at_s
    assert (c.EVENT_ALERT_COLD, 3550) in watched.events()


def test_blinded_band_records_the_alert_and_stays_dark_and_still(tmp_path, seed):
    watched = Watched(tmp_path, seed, _cold, blinded=True)

    async def scenario():
        await watched.path.collect(1.5 * HOUR_S)
        # A hand that asks gets no answer either.
        await watched.press(0.3)
        await watched.path.wait(60)
        await watched.path.round()

    watched.path.run(scenario())
    assert [watched.lit_s(pin) for pin in (RED, GREEN, BLUE, MOTOR)] == [[], [], [], []]
    events = [event for event, _ in watched.events()]
    assert c.EVENT_ALERT_COLD in events
    assert c.EVENT_ALERT_ESCALATED in events
    assert c.EVENT_GESTURE in events


def test_press_silences_the_alert_and_says_that_it_was_heard(tmp_path, seed):
    watched = Watched(tmp_path, seed, _cold)

    async def scenario():
        await watched.path.wait(1500)
        await watched.press(0.3)
        await watched.path.wait(300)
        await watched.path.round()

    watched.path.run(scenario())
    # A short press is one only after the time in which a second could follow.
    answer_s = watched.lit_s(MOTOR, 1500.0)
    assert 1500.6 <= answer_s[0] <= 1502
    assert len(answer_s) == 1
    assert (c.EVENT_ALERT_ACKNOWLEDGED, 0) in watched.events()


def test_press_shows_the_eighths_of_the_target_that_are_done(tmp_path, seed):
    # A little over three hours of contact of eight; the press is after it, when all else is dark.
    watched = Watched(tmp_path, seed, _warm, lambda hour: hour < 3.1)

    async def scenario():
        await watched.path.wait(3.5 * HOUR_S)
        begin_s = watched.path.simulation.loop.time()
        await watched.press(0.3)
        await watched.path.wait(20)
        return begin_s

    begin_s = watched.path.run(scenario())
    green = watched.lit_s(GREEN, begin_s)
    long_green = [at_s for at_s in green if not watched.level(RED, at_s + 0.01)]
    faint_white = [at_s for at_s in green if watched.level(RED, at_s + 0.01)]
    assert (len(long_green), len(faint_white)) == (3, 5)


def test_two_presses_make_the_band_findable_at_once_and_say_when_it_was_found(tmp_path, seed):
    watched = Watched(tmp_path, seed, _warm, plan=c.PLAN_SLOW)

    async def scenario():
        # Just after a window: the next one of the slow plan is twenty minutes away.
        await watched.path.wait(900)
        begin_s = watched.path.simulation.loop.time()
        await watched.press(0.25)
        await watched.path.wait(0.25)
        await watched.press(0.25)
        await watched.path.round()
        return begin_s, watched.path.simulation.loop.time()

    begin_s, _ = watched.path.run(scenario())
    assert watched.path.rounds[-1].pulls
    anchors = watched.path.decoded(BAND_ID, c.KIND_ANCHOR)
    assert begin_s <= anchors[0]["uptime_cs"] / 100 + 1 <= begin_s + 10
    assert (c.EVENT_GESTURE, c.GESTURE_ADVERTISE) in watched.events()


@pytest.mark.parametrize(("held_s", "allowed"), [(8.0, False), (11.0, True)])
def test_button_held_for_ten_seconds_and_no_less_lets_a_key_be_replaced(
    tmp_path, seed, held_s, allowed
):
    watched = Watched(tmp_path, seed, _warm)

    async def scenario():
        await watched.path.wait(100)
        await watched.press(held_s)
        await watched.path.wait(60)
        await watched.path.round()

    watched.path.run(scenario())
    assert ((c.EVENT_GESTURE, c.GESTURE_RECOVER) in watched.events()) == allowed
    # It ticks from three seconds on, twice a second, until the finger lets go or ten are full.
    ticks = watched.lit_s(MOTOR, 100.0)
    assert abs(ticks[0] - 103) < 0.5
    assert len(ticks) == pytest.approx((min(held_s, 10) - 3) / 0.5 + allowed, abs=2)


def test_button_that_is_stuck_is_no_gesture_and_does_not_keep_the_band_awake(tmp_path, seed):
    watched = Watched(tmp_path, seed, _warm)

    async def scenario():
        watched.band.set_pin(BUTTON, 0)
        await watched.path.collect(HOUR_S)
        slept_us = watched.slept_us()
        await watched.path.wait(HOUR_S)
        return watched.slept_us() - slept_us

    slept_us = watched.path.run(scenario())
    assert slept_us > 0.9 * HOUR_S * US_PER_S
    gestures = [value for event, value in watched.events() if event == c.EVENT_GESTURE]
    assert gestures in ([], [c.GESTURE_RECOVER])


def test_nothing_is_shown_in_quiet_hours_but_the_alert(tmp_path, seed):
    # 14:13 UTC at the start: quiet from 15:00 to 23:00 UTC.
    watched = Watched(
        tmp_path,
        seed,
        lambda hour: 36.4 if hour < 3 else 35.0,
        lambda hour: 1 < hour < 2,
        quiet_from_min=15 * 60,
        quiet_until_min=23 * 60,
        utc_offset_min=0,
    )
    watched.path.run(watched.path.collect(4 * HOUR_S, interval_s=HOUR_S / 4))
    quiet_s = 47 * 60.0
    shown = watched.lit_s(GREEN, quiet_s)
    # The contact at one and two o'clock is silent; the cold from three o'clock on is not.
    assert min(shown) > 3 * HOUR_S
    assert watched.lit_s(MOTOR, 3 * HOUR_S)
