"""Waiting: in light sleep where nothing needs the processor, awake where something does.

Whoever needs the processor at a time of its own, or is to be heard by the radio, holds `Awake`
meanwhile. An interrupt handler holds it at once, before its task even runs.
"""

import asyncio

from micropython import const

# Less is not worth falling asleep: an ESP32-C3 takes about half a millisecond each way.
_SLEEP_MS_MIN = const(5)
# Looking for a computer costs a millisecond, so only a sleep as long as this is worth it.
_LOOK_MS_MIN = const(1_000)


class Awake:
    """Why the processor has to stay awake; it may sleep when there is no reason.

    Attributes:
        wake_ms: uptime at which somebody has something to do, None if nobody has.
    """

    RADIO = const(1)
    SIGNAL = const(2)
    BUTTON = const(4)
    CABLE = const(8)

    def __init__(self) -> None:
        """Begin without a reason."""
        self._reasons = 0
        self._changed = asyncio.Event()
        self.wake_ms = None

    @property
    def any(self) -> bool:
        """Whether there is a reason."""
        return self._reasons != 0

    def hold(self, reason: int) -> None:
        """Stay awake for a reason; twice is as once. An interrupt handler may call it."""
        self._reasons |= reason

    def release(self, reason: int) -> None:
        """The reason is gone."""
        self._reasons &= ~reason
        if not self._reasons:
            self._changed.set()

    async def until_none(self, timeout_ms: int) -> None:
        """Wait until there is no reason any more, or the time is up."""
        self._changed.clear()
        if not self._reasons:
            return
        try:
            await asyncio.wait_for_ms(self._changed.wait(), timeout_ms)
        except asyncio.TimeoutError:
            return


class Rest:
    """Lets time pass at the least charge. Only the sampling loop rests; all others wait for it."""

    def __init__(self, board, clock, awake: Awake, feed) -> None:
        """Take the parts.

        Args:
            board: sleeps; tells whether a computer is on the USB port.
            clock: tells the uptime.
            awake: why not to sleep.
            feed: called often enough for the watchdog.
        """
        self._board = board
        self._clock = clock
        self._awake = awake
        self._feed = feed

    async def until(self, due_ms: int) -> None:
        """Wait until an uptime."""
        while True:
            self._feed()
            left_ms = due_ms - self._clock.uptime_ms()
            if left_ms <= 0:
                return
            left_ms = min(left_ms, self._board.SLEEP_MS_MAX)
            if left_ms >= _LOOK_MS_MIN:
                self._look()
            left_ms = self._until_wanted(left_ms)
            if self._awake.any:
                await self._awake.until_none(left_ms)
            elif left_ms < _SLEEP_MS_MIN:
                await asyncio.sleep_ms(left_ms)
            else:
                self._board.light_sleep_ms(left_ms)
                # Whoever was woken runs before the next sleep: in the first round asyncio looks at
                # its flags, in the second it runs their tasks.
                await asyncio.sleep_ms(0)
                await asyncio.sleep_ms(0)

    def _until_wanted(self, left_ms: int) -> int:
        """Return how long nobody has anything to do; whoever has is held awake for."""
        awake = self._awake
        if awake.wake_ms is None:
            return left_ms
        wanted_ms = awake.wake_ms - self._clock.uptime_ms()
        if wanted_ms > 0:
            return min(left_ms, wanted_ms)
        # The task itself lets go when it has done it: its timer fires once it may run.
        awake.hold(awake.SIGNAL)
        return left_ms

    def _look(self) -> None:
        """Stay awake while a computer is there: the USB port stops in light sleep."""
        if self._board.usb_host_present():
            self._awake.hold(Awake.CABLE)
        else:
            self._awake.release(Awake.CABLE)
