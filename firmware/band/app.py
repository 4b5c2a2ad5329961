"""Joins the parts and runs them: the only place that constructs anything."""

import asyncio
import sys

from drivers.fdc1004 import Fdc1004
from drivers.lsm6dsox import Lsm6dsox
from drivers.tmp117 import Tmp117

from . import config, link
from .clock import Clock
from .recorder import Recorder
from .sampler import MOTION_DRAIN_MS, Sampler
from .source import Source
from .store import SegmentLog

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
_STATUS_INTERVAL_MS = 3_600_000


class App:
    """The band, put together on one board."""

    def __init__(self, board, clock: Clock) -> None:
        """Recover the log and claim sensors and radio.

        Args:
            board: an instance of a board's `Board`.
            clock: counts since boot.
        """
        settings = config.load(ROOT, board.unique_id())
        self._interval_ms = settings.interval_s * 1000
        self._clock = clock
        self._status_due_ms = 0
        log = SegmentLog(ROOT, settings.band_id, settings.interval_s, board.random_u32)
        self.recorder = Recorder(log, self._clock, board, settings, VERSION)
        self._sampler = Sampler(
            Tmp117(board.i2c, _INFANT_THERMOMETER_ADDRESS),
            Tmp117(board.i2c, _CAREGIVER_THERMOMETER_ADDRESS),
            Fdc1004(board.i2c),
            Lsm6dsox(board.i2c),
        )
        source = Source(log, self.recorder, self._clock, board, settings, VERSION)
        self._link = link.Link(link.radio(), source)

    async def run(self) -> None:
        """Sample and serve until power goes."""
        self.recorder.add_boot()
        sampling = asyncio.create_task(self._sample())
        serving = asyncio.create_task(self._link.serve())
        # A task that fails must bring the band down, not leave it half alive.
        await asyncio.gather(sampling, serving)

    async def _sample(self) -> None:
        due_ms = self._clock.uptime_ms()
        while True:
            uptime_cs = self._clock.uptime_cs()
            await asyncio.sleep_ms(self._sampler.start())
            self.recorder.add_sample(self._sampler.finish(uptime_cs))
            if self._clock.uptime_ms() >= self._status_due_ms:
                self._status_due_ms = self._clock.uptime_ms() + _STATUS_INTERVAL_MS
                self.recorder.add_status()
            # A slot that was missed is skipped: samples keep their phase.
            late_ms = self._clock.uptime_ms() - due_ms
            due_ms += (late_ms // self._interval_ms + 1) * self._interval_ms
            await self._wait_until(due_ms)

    async def _wait_until(self, due_ms: int) -> None:
        """Sleep, but empty the accelerometer's FIFO before it runs over."""
        while True:
            left_ms = due_ms - self._clock.uptime_ms()
            if left_ms <= MOTION_DRAIN_MS:
                await asyncio.sleep_ms(left_ms)
                return
            await asyncio.sleep_ms(MOTION_DRAIN_MS)
            self._sampler.drain_motion()


def _code_of(error: Exception) -> int:
    """Return an operating system error's number, 0 for any other error."""
    return (error.errno or 0) if isinstance(error, OSError) else 0


def run(board) -> None:
    """Run the band, and start it again after whatever failed.

    Args:
        board: an instance of a board's `Board`.
    """
    clock = Clock()
    try:
        _run_app(board, clock)
    except Exception as error:  # noqa: BLE001 - the last resort: a band must not stay at a prompt
        sys.print_exception(error)
        ran_long = clock.uptime_ms() >= _FAULT_AGAIN_MS
        clock.wait_ms(_RESTART_DELAY_MS if ran_long else _RESTART_DELAY_AGAIN_MS)
        board.reset()


def _run_app(board, clock: Clock) -> None:
    app = App(board, clock)
    try:
        asyncio.run(app.run())
    except Exception as error:
        app.recorder.add_fault(_MODULE_APP, _code_of(error))
        raise
