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
            duration_s: how long; the last round is not cut short by more than its own length.
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

    async def until_dark(self) -> None:
        """Wait until nothing plays any more: before the radio's last word and a restart."""
        while self._feedback.active:
            await asyncio.sleep_ms(_BUTTON_STEP_MS)

    def _step(self, on_gesture) -> int:
        """Bring everything up to now; return how long nothing changes, milliseconds."""
        now_ms = self._clock.uptime_ms()
        gesture = self._button.step(now_ms)
        if gesture is not None:
            on_gesture(gesture)
        self._show_holding()
        self._go_on_identifying(now_ms)
        wait_ms = self._feedback.step(now_ms)
        self._hold(now_ms, wait_ms)
        if self._button.active:
            return _BUTTON_STEP_MS
        return _WAIT_MS_MAX if wait_ms is None else min(wait_ms, _WAIT_MS_MAX)

    def _show_holding(self) -> None:
        if self._button.holding != self._is_held:
            self._is_held = self._button.holding
            if self._is_held:
                self.show(p.RECOVERING)
            else:
                self.hide(p.RECOVERING)

    def _go_on_identifying(self, now_ms: int) -> None:
        if self._identify_until_ms is None:
            return
        if now_ms >= self._identify_until_ms:
            self._identify_until_ms = None
            self.hide(p.IDENTIFY)
        elif not self._feedback.is_showing(p.IDENTIFY):
            self._feedback.show(p.IDENTIFY, now_ms)

    def _hold(self, now_ms: int, wait_ms: "int | None") -> None:
        """Say whether the band may sleep, and until when at most."""
        awake = self._awake
        if not self._button.active:
            awake.release(awake.BUTTON)
        if self._feedback.active or self._identify_until_ms is not None:
            awake.hold(awake.SIGNAL)
            awake.wake_ms = None
        else:
            awake.release(awake.SIGNAL)
            awake.wake_ms = None if wait_ms is None else now_ms + wait_ms
