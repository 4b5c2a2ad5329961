"""Light, motor and button as one task: it lets patterns play and hears what a hand asks for.

    edge (interrupt) --> button ----gesture----> whoever runs the band
    show, hide --------> feedback --> light, motor

Both need the processor at times of their own, so this task tells when, and holds the band awake
while a pattern plays or a finger is on the button.
"""

import asyncio

from micropython import const

from . import patterns as p

# While a finger is on the button; well under what a hand can do twice.
_BUTTON_STEP_MS = const(50)
# A task that waits for a flag alone would wait for ever for a time that passes in light sleep.
_WAIT_MS_MAX = const(60_000)
_MS_PER_S = const(1_000)


class Signals:
    """What the band says to whoever holds it, and hears."""

    def __init__(self, button, feedback, awake, clock) -> None:
        """Take the parts.

        Args:
            button: the Button.
            feedback: the Feedback.
            awake: the Awake.
            clock: tells the uptime.
        """
        self._button = button
        self._feedback = feedback
        self._awake = awake
        self._clock = clock
        self._flag = asyncio.ThreadSafeFlag()
        self._identify_until_ms = None
        self._is_held = False

    def edge(self, pressed: bool) -> None:
        """Note an edge of the button; for an interrupt handler.

        Args:
            pressed: whether the button is pressed after it.
        """
        self._button.edge(pressed, self._clock.uptime_ms())
        self._awake.hold(self._awake.BUTTON)
        self._flag.set()

    def show(self, pattern: int, eighths: int = 0) -> None:
        """Show a pattern, see Feedback.show."""
        self._feedback.show(pattern, self._clock.uptime_ms(), eighths)
        self._awake.hold(self._awake.SIGNAL)
        self._flag.set()

    def hide(self, pattern: int) -> None:
        """What a pattern says is over, see Feedback.hide."""
        self._feedback.hide(pattern)
        self._flag.set()

    def identify(self, duration_s: int) -> None:
        """Show which band this is, for so long from now.

        Args:
            duration_s: how long; the last round is cut short.
        """
        self._identify_until_ms = self._clock.uptime_ms() + duration_s * _MS_PER_S
        self.show(p.IDENTIFY)

    async def run(self, on_gesture) -> None:
        """Play and listen, for ever.

        Args:
            on_gesture: takes one of the protocol's GESTURE constants.
        """
        while True:
            wait_ms = self._step(on_gesture)
            try:
                await asyncio.wait_for_ms(self._flag.wait(), wait_ms)
            except asyncio.TimeoutError:
                pass

    async def until_dark(self, rest) -> None:
        """Wait until nothing plays any more.

        Args:
            rest: the Rest; it feeds the watchdog, for some patterns take longer than one waits.
        """
        while self._feedback.active:
            await rest.until(self._clock.uptime_ms() + _BUTTON_STEP_MS)

    def _step(self, on_gesture) -> int:
        """Bring everything up to now; return how long nothing changes, milliseconds."""
        now_ms = self._clock.uptime_ms()
        gesture = self._button.step(now_ms)
        if gesture is not None:
            on_gesture(gesture)
        self._show_holding()
        wait_ms = self._play(now_ms)
        self._hold(now_ms, wait_ms)
        wait_ms_max = _BUTTON_STEP_MS if self._button.active else _WAIT_MS_MAX
        return wait_ms_max if wait_ms is None else min(wait_ms, wait_ms_max)

    def _show_holding(self) -> None:
        if self._button.holding != self._is_held:
            self._is_held = self._button.holding
            if self._is_held:
                self.show(p.RECOVERING)
            else:
                self.hide(p.RECOVERING)

    def _play(self, now_ms: int) -> "int | None":
        """Play up to now, IDENTIFY over and over while it is asked for; see Feedback.step."""
        feedback = self._feedback
        until_ms = self._identify_until_ms
        if until_ms is not None and now_ms >= until_ms:
            self._identify_until_ms = until_ms = None
            feedback.hide(p.IDENTIFY)
        wait_ms = feedback.step(now_ms)
        if until_ms is None:
            return wait_ms
        if not feedback.is_showing(p.IDENTIFY):
            feedback.show(p.IDENTIFY, now_ms)
            wait_ms = feedback.step(now_ms)
        left_ms = until_ms - now_ms
        return min(left_ms, wait_ms or left_ms)

    def _hold(self, now_ms: int, wait_ms: "int | None") -> None:
        """Say whether the band may sleep, and until when at most."""
        awake = self._awake
        if not self._button.active:
            awake.release(awake.BUTTON)
            # An edge that came between the two took its hold for ours.
            if self._button.active:
                awake.hold(awake.BUTTON)
        if self._feedback.active or self._identify_until_ms is not None:
            awake.hold(awake.SIGNAL)
            awake.wake_ms = None
        else:
            awake.release(awake.SIGNAL)
            awake.wake_ms = None if wait_ms is None else now_ms + wait_ms
