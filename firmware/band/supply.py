"""Watches the battery: warns, and stops the band in order before the chip stops by itself."""

from micropython import const

from pouch_protocol import constants as c

from . import patterns as p
from .power import BROKEN_MV, RESUME_MV

# The cell's voltage moves by tens of millivolts a day; often enough to see a charger.
_READ_MS = const(300_000)
# How often a band that has stopped looks for a charger.
_CHECK_MS = const(600_000)
_MS_PER_H = const(3_600_000)


class Supply:
    """Reads the battery while nothing loads it, and decides what follows."""

    def __init__(self, board, gauge, recorder, signals, rest, clock) -> None:
        """Take the parts.

        Args:
            board: tells the battery.
            gauge: the Gauge.
            recorder: takes the events.
            signals: shows what the holder should know.
            rest: lets time pass.
            clock: tells the uptime.
        """
        self._board = board
        self._gauge = gauge
        self._recorder = recorder
        self._signals = signals
        self._rest = rest
        self._clock = clock
        self._due_ms = 0
        self._is_first = True
        self._is_low = False

    @property
    def must_stop(self) -> bool:
        """Whether it is time to stop in order."""
        return self._gauge.must_stop

    def read(self) -> None:
        """Read the battery if that is due; call it before the radio is switched on.

        The first reading says only whether to stop. What it told would be durable at once, and a
        band that falls whenever its radio starts would leave a segment each time.
        """
        now_ms = self._clock.uptime_ms()
        if now_ms < self._due_ms and not self._gauge.must_stop:
            return
        self._due_ms = now_ms + _READ_MS
        self._gauge.take(self._board.battery_mv(), now_ms // _MS_PER_H)
        was_first, self._is_first = self._is_first, False
        if self._gauge.is_low != self._is_low and not was_first:
            self._is_low = self._gauge.is_low
            self._tell()

    async def stand_still(self, was_running: bool, expect) -> None:
        """Stop in order, and sleep until the battery has been charged.

        The radio must be off, nothing else may be under way, and nothing samples meanwhile. Light
        sleep needs a tenth of a percent of a 400 mAh cell an hour, so what is left below STOP_MV
        keeps the band, its clock and its boot for most of a day.

        Args:
            was_running: whether there is anything to make durable. A band that starts with an
                empty battery writes nothing: it may start like that many times before it is
                charged, and each start that leaves a record leaves a segment.
            expect: takes how long the watchdog has to wait for the next sign of life, ms.
        """
        battery_mv = self._board.battery_mv()
        if was_running:
            # Before light and motor load the cell once more.
            self._recorder.add_event(c.EVENT_BATTERY_STOP, value=battery_mv)
        expect(_CHECK_MS)
        self._signals.show(p.BATTERY_STOP)
        await self._signals.until_dark(self._rest)
        while BROKEN_MV < battery_mv < RESUME_MV:
            expect(_CHECK_MS)
            await self._rest.until(self._clock.uptime_ms() + _CHECK_MS)
            battery_mv = self._board.battery_mv()
        self._gauge.charged()
        self._due_ms = 0
        self._is_first = True
        if was_running:
            self._recorder.add_event(c.EVENT_BATTERY_RESUME, value=battery_mv)
        self.read()

    def _tell(self) -> None:
        if self._is_low:
            self._recorder.add_event(c.EVENT_BATTERY_LOW, value=self._gauge.battery_mv)
            self._signals.show(p.BATTERY_LOW)
        else:
            self._signals.hide(p.BATTERY_LOW)
