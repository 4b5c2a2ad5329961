"""Joins the parts and runs them: the only place that constructs anything."""

import asyncio
import gc
import sys

from micropython import kbd_intr

from drivers.breathing import Breathing
from drivers.fdc1004 import Fdc1004
from drivers.lsm6dsox import Lsm6dsox
from drivers.tmp117 import Tmp117
from pouch_protocol import constants as c

from . import config, factory, link, usb
from .button import Button
from .clock import Clock
from .contact import ContactRule
from .cycle import Cycle
from .decision import Decision
from .feedback import Feedback
from .gestures import Gestures, KeyLock
from .health import Health, count_restarts
from .notices import Notices
from .power import Gauge, Plan
from .recorder import Recorder
from .reports import Reports
from .rest import Awake, Rest
from .sampler import Sampler
from .signals import Signals
from .source import Source
from .store import SegmentLog
from .supply import Supply
from .tally import Tally
from .touch import TouchBaseline
from .trial import Trial
from .warmth import WarmthRule

VERSION = (0, 1, 0)

# Folder of the band's littlefs: the log and the settings live below it.
ROOT = "/pouch"

# Address pins of the two thermometers: ADD0 to ground, ADD0 to V+ (TMP117 SNOSD82, table 7-1).
_INFANT_THERMOMETER_ADDRESS = 0x48
_CAREGIVER_THERMOMETER_ADDRESS = 0x49

# Fault record, field `module`: the application itself.
_MODULE_APP = 1
# After a fault the band starts again soon. One that comes back within the hour must not become a
# loop: each round leaves a segment of a few records, which costs history.
_RESTART_DELAY_MS = 10_000
_RESTART_DELAY_AGAIN_MS = 300_000
_FAULT_AGAIN_MS = 3_600_000
# The answer to the request that asked for a restart goes out first.
_ANSWER_MS = 1_500
_IDENTIFY_SELF_TEST_S = 6
# How soon a band that waits after a fault sees that its cable was pulled.
_USB_WAIT_MS = 1_000


class App:
    """The band, put together on one board."""

    def __init__(self, board, clock: Clock, feed) -> None:
        """Recover the log and claim sensors and radio.

        Args:
            board: an instance of a board's `Board`.
            clock: counts since boot.
            feed: the watchdog's own.
        """
        settings = config.load(ROOT, board.unique_id())
        self._interval_s = settings.interval_s
        self._board = board
        self._restart_wanted = asyncio.Event()
        self._log = log = SegmentLog(ROOT, settings.band_id, settings.interval_s, board.random_u32)
        self.recorder = recorder = Recorder(log, clock, board, settings, VERSION)
        self._trial = Trial(ROOT, recorder.add_event)
        log.keeps_room = self._trial.keeps_room
        decision = _make_decision(settings, recorder, log)
        health = Health(clock, feed, settings.interval_s, self._trial.on_trial)
        awake = Awake()
        rest = Rest(board, clock, awake, health.feed)
        self._signals = _make_signals(board, clock, settings, awake)
        infant = Tmp117(board.i2c, _INFANT_THERMOMETER_ADDRESS)
        caregiver = Tmp117(board.i2c, _CAREGIVER_THERMOMETER_ADDRESS)
        touch = Fdc1004(board.i2c)
        motion = Lsm6dsox(board.i2c)
        sampler = Sampler(infant, caregiver, touch, motion, Breathing())
        gauge = Gauge(settings.plan)
        restarts = count_restarts(ROOT, board.reset_cause())
        self._key_lock = KeyLock(clock)
        self._settings = settings
        self._chips = (
            (c.SELF_TEST_INFANT_THERMOMETER, infant),
            (c.SELF_TEST_CAREGIVER_THERMOMETER, caregiver),
            (c.SELF_TEST_TOUCH, touch),
            (c.SELF_TEST_MOTION, motion),
        )
        source = Source(log, recorder, clock, board, settings, VERSION, self._make_requests)
        self._link = link.Link(link.radio(), source, awake, board.SENDS_IN_ORDER)
        port = usb.Port(sys.stdin.buffer, sys.stdout.buffer)
        self._usb = usb.UsbLink(port, source, clock, kbd_intr)
        self._gestures = Gestures(
            self._signals, decision, self._link, self._key_lock, recorder, clock
        )
        self._cycle = Cycle(
            clock,
            rest,
            sampler,
            recorder,
            decision,
            Notices(self._signals),
            Reports(recorder, decision, sampler, health, log, gauge, restarts),
            Supply(board, gauge, recorder, self._signals, rest, clock),
            Plan(settings.plan),
            self._link,
            health,
        )

    async def run(self) -> None:
        """Sample and serve until power goes."""
        self._board.on_button(self._signals.edge)
        pace = self._cycle.run(
            self._interval_s, self._on_start, self._on_stop, self._trial.confirm
        )
        # A task that fails must bring the band down, not leave it half alive.
        await asyncio.gather(
            pace,
            self._link.serve(),
            self._usb.serve(),
            self._signals.run(self._gestures.take),
            self._restart_when_wanted(),
        )

    def _make_requests(self):  # noqa: ANN202 - imported only here
        """Return what serves a host's requests beyond records; few bands' lives need it."""
        gc.collect()
        from .requests import Requests

        return Requests(
            ROOT,
            self._board,
            self._settings,
            self.recorder,
            self._make_update,
            self._run_self_test,
            self._signals,
            self._key_lock,
            self._restart_wanted.set,
        )

    def _make_update(self):  # noqa: ANN202 - as above
        gc.collect()
        from .update import Update

        return Update(ROOT, self._board.ARCH_NAME, self._log.make_room, self.recorder.add_event)

    def _run_self_test(self) -> dict:
        gc.collect()
        from .selftest import SelfTest

        self_test = SelfTest(
            ROOT,
            self._board,
            self._chips,
            self._log,
            self._settings,
            self._link,
            lambda: self._signals.identify(_IDENTIFY_SELF_TEST_S),
        )
        return self_test.run(self._cycle.newest)

    def _on_start(self) -> None:
        if factory.take_note(ROOT):
            self.recorder.add_event(c.EVENT_FACTORY_RESET)
        self._trial.report()
        self._log.keeps_room = self._trial.keeps_room

    def _on_stop(self, stopped: bool) -> None:
        self._gestures.stopped = stopped

    async def _restart_when_wanted(self) -> None:
        await self._restart_wanted.wait()
        await asyncio.sleep_ms(_ANSWER_MS)
        self._log.commit()
        self._board.reset()


def _make_decision(settings, recorder, log) -> Decision:
    """Return the rules of the band's own decision, gone on from before this start."""
    decision = Decision(
        TouchBaseline(),
        ContactRule(settings.interval_s),
        WarmthRule(),
        Tally(settings.target_min),
        recorder,
    )
    decision.restore(log)
    return decision


def _make_signals(board, clock, settings, awake) -> Signals:
    """Return light, motor and button."""
    feedback = Feedback(
        board.led, board.vibrate, settings, lambda: clock.local_min(settings.utc_offset_min)
    )
    return Signals(Button(board.button_pressed, clock.uptime_ms()), feedback, awake, clock)


def _code_of(error: Exception) -> int:
    """Return an operating system error's number, 0 for any other error."""
    return (error.errno or 0) if isinstance(error, OSError) else 0


def run(board) -> None:
    """Run the band, and start it again after whatever failed.

    Args:
        board: an instance of a board's `Board`.
    """
    clock = Clock()
    watchdog = board.start_watchdog()
    try:
        if factory.complete(ROOT):
            board.reset()
        _run_app(board, clock, watchdog.feed)
    except Exception as error:  # noqa: BLE001 - the last resort: a band must not stay at a prompt
        sys.print_exception(error)
        # Whatever was on when it failed would be on for all of the wait.
        board.led(0, 0, 0)
        board.vibrate(False)
        ran_long = clock.uptime_ms() >= _FAULT_AGAIN_MS
        wait_ms = _RESTART_DELAY_MS if ran_long else _RESTART_DELAY_AGAIN_MS
        _stand_by(board, clock, watchdog.feed, wait_ms)
        board.reset()


def _stand_by(board, clock: Clock, feed, wait_ms: int) -> None:
    """Let time pass at the least charge; nothing else is to run any more."""
    link.radio().active(False)
    end_ms = clock.uptime_ms() + wait_ms
    while True:
        feed()
        left_ms = min(end_ms - clock.uptime_ms(), board.SLEEP_MS_MAX)
        if left_ms <= 0:
            return
        if board.usb_host_present():
            # Its port stops in light sleep, and somebody may want to read what failed.
            clock.wait_ms(min(left_ms, _USB_WAIT_MS))
        else:
            board.light_sleep_ms(left_ms)


def _run_app(board, clock: Clock, feed) -> None:
    app = App(board, clock, feed)
    try:
        asyncio.run(app.run())
    except Exception as error:
        app.recorder.add_fault(_MODULE_APP, _code_of(error))
        raise
